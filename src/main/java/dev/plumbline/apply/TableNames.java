package dev.plumbline.apply;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of routing tables: iproute2's {@code rt_tables} and {@code rt_tables.d}. */
public final class TableNames {

    private static final List<Path> DIRECTORIES = List.of(Path.of("/usr/share/iproute2"), Path.of("/etc/iproute2"));

    private TableNames() {
    }

    /** All names of this host, with their numbers; entries in {@code /etc} win. */
    public static Map<String, Long> read() {
        var names = new HashMap<String, Long>();
        for (var directory : DIRECTORIES) {
            for (var file : files(directory)) {
                read(file, names);
            }
        }
        return Map.copyOf(names);
    }

    private static List<Path> files(Path directory) {
        var files = new ArrayList<Path>();
        var main = directory.resolve("rt_tables");
        if (Files.isReadable(main)) {
            files.add(main);
        }
        var more = directory.resolve("rt_tables.d");
        if (Files.isDirectory(more)) {
            try (var entries = Files.newDirectoryStream(more, "*.conf")) {
                entries.forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + more, e);
            }
        }
        return files;
    }

    private static void read(Path file, Map<String, Long> names) {
        try {
            for (var line : Files.readAllLines(file)) {
                var words = line.replaceFirst("#.*", "").strip().split("\\s+");
                if (words.length == 2 && words[0].matches("(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})")) {
                    names.put(words[1], Long.decode(words[0]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
