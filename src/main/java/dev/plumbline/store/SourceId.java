package dev.plumbline.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A source of truth. Two spellings of one place are not told apart here: the maker of the value does that.
 *
 * @param kind {@link #DIRECTORY} or {@link #GIT}
 * @param location the directory's absolute path, or URL, ref and path of a repository
 */
public record SourceId(String kind, String location) {

    /** A folder of intent files. */
    public static final String DIRECTORY = "directory";

    /** A folder in a Git repository. */
    public static final String GIT = "Git repository";

    /** A folder of intent files; relative paths and symbolic links are resolved where the folder exists. */
    public static SourceId directory(Path folder) {
        try {
            return new SourceId(DIRECTORY, folder.toRealPath().toString());
        } catch (IOException e) {
            return new SourceId(DIRECTORY, folder.toAbsolutePath().normalize().toString());
        }
    }

    @Override
    public String toString() {
        return "the " + kind + " " + location;
    }
}
