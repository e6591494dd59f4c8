package dev.plumbline.apply;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names that iproute2 knows: of routing tables ({@code rt_tables}), and of who makes routes ({@code rt_protos}). */
public final class TableNames {

    private static final List<Path> DIRECTORIES = List.of(Path.of("/usr/share/iproute2"), Path.of("/etc/iproute2"));

    private TableNames() {
    }

    /** All tables of this host that have a name, with their numbers; entries in {@code /etc} win. */
    public static Map<String, Long> read() {
        return read("rt_tables");
    }

    /** The names of protocols by number; entries in {@code /etc} win. */
    public static Map<Integer, String> protocols() {
        var names = new HashMap<Integer, String>();
        read("rt_protos").forEach((name, number) -> names.put(number.intValue(), name));
        return Map.copyOf(names);
    }

    private static Map<String, Long> read(String list) {
        var names = new HashMap<String, Long>();
        for (var directory : DIRECTORIES) {
            for (var file : files(directory, list)) {
                read(file, names);
            }
        }
        return Map.copyOf(names);
    }

    private static List<Path> files(Path directory, String list) {
        var files = new ArrayList<Path>();
        var main = directory.resolve(list);
        if (Files.isReadable(main)) {
            files.add(main);
        }
        var more = directory.resolve(list + ".d");
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
