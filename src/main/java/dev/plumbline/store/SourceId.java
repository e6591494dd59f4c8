package dev.plumbline.store;

import java.nio.file.Path;

/**
 * A source of truth. Two spellings of one place are not told apart here: the maker of the value does that.
 *
 * @param kind {@link #DIRECTORY}
 * @param location the directory's absolute path
 */
public record SourceId(String kind, String location) {

    /** A folder of intent files. */
    public static final String DIRECTORY = "directory";

    /** A folder of intent files; relative paths and symbolic links are resolved where the folder exists. */
    public static SourceId directory(Path folder) {
        try {
            return new SourceId(DIRECTORY, folder.toRealPath().toString());
        } catch (java.io.IOException e) {
            return new SourceId(DIRECTORY, folder.toAbsolutePath().normalize().toString());
        }
    }

    @Override
    public String toString() {
        return "the " + kind + " " + location;
    }
}
