package dev.plumbline.doctor;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files of a host below its root. What is absent or may not be read is empty: whoever asks says so where it
 * matters.
 *
 * @param root {@code /}, or a tree that stands for it
 */
record HostFiles(Path root) {

    /** The file of an absolute path. */
    Path path(String path) {
        return root.resolve(path.substring(1));
    }

    boolean exists(String path) {
        return Files.exists(path(path));
    }

    /** The content without blanks around. */
    Optional<String> text(String path) {
        try {
            return Optional.of(Files.readString(path(path)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    List<String> lines(String path) {
        return text(path).map(text -> text.lines().toList()).orElse(List.of());
    }

    /** Names in a folder that match a glob, sorted. */
    List<String> names(String folder, String glob) {
        var names = new ArrayList<String>();
        try (var entries = Files.newDirectoryStream(path(folder), glob)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (IOException | DirectoryIteratorException e) {
            // Absent, or not to be read.
        }
        names.sort(String::compareTo);
        return names;
    }

    /** Where a symbolic link leads, as it says. */
    Optional<String> link(String path) {
        try {
            return Optional.of(Files.readSymbolicLink(path(path)).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The device of this number, by {@code /sys/class/net}; empty if there is none now. */
    Optional<String> device(String index) {
        return names("/sys/class/net", "*").stream()
                .filter(name -> text("/sys/class/net/" + name + "/ifindex").filter(index::equals).isPresent())
                .findFirst();
    }
}
