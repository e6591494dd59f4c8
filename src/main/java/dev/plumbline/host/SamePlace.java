package dev.plumbline.host;

import dev.plumbline.source.GitLocation;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** One spelling for all that name the same place in Git, as far as this host can tell. */
final class SamePlace {

    private static final String FILE = "file://";
    private static final String BRANCH = "refs/heads/";

    private SamePlace() {
    }

    /**
     * The location with its branch by its short name; a repository on this host by its own directory, without links,
     * whether it was named as a path or a URL, with or without {@code .git}.
     */
    static GitLocation of(GitLocation location) {
        return new GitLocation(file(location.url()).map(SamePlace::repository).map(each -> FILE + each)
                .orElse(location.url()), location.ref().map(each -> each.startsWith(BRANCH)
                        ? each.substring(BRANCH.length()) : each), location.path());
    }

    private static Optional<Path> file(String url) {
        if (url.startsWith("/")) {
            return Optional.of(Path.of(url));
        }
        if (!url.regionMatches(true, 0, FILE, 0, FILE.length())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(URLDecoder.decode(url.substring(FILE.length()).replace("+", "%2B"),
                    StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** As git finds it. */
    private static Path repository(Path named) {
        var found = Stream.of(named.resolve(".git"), named, named.resolveSibling(named.getFileName() + ".git"))
                .filter(each -> Files.isDirectory(each.resolve("objects"))).findFirst().orElse(named);
        try {
            return found.toRealPath();
        } catch (IOException e) {
            return found.toAbsolutePath().normalize();
        }
    }
}
