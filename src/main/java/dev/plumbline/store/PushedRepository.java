package dev.plumbline.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The repository on this host whose pushes are taken.
 *
 * @param directory the bare repository's, absolute and without links
 * @param branch the one that is looked at, by its short name
 * @param path of the folder of intents in it; empty: all of it
 * @param owner the user who may push beside root, by name
 * @param applies what is pushed is applied; else it is only looked at
 * @param confirm what is applied is reverted after this time unless somebody confirms it
 */
public record PushedRepository(Path directory, String branch, String path, String owner, boolean applies,
        Optional<Duration> confirm) {

    /** The branch by its full name. */
    public String ref() {
        return "refs/heads/" + branch;
    }
}
