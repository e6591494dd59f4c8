package dev.plumbline.kernel.route;

import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.Route;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Which IPv4 tables a namespace has, and how many routes are in each: {@code /proc/net/fib_triestat}, which the kernel
 * writes in {@code fib_triestat_seq_show} ({@code net/ipv4/fib_trie.c}) for every table that it keeps. Netlink cannot
 * list tables. IPv6 has nothing like it.
 */
public final class FibTables {

    private static final Path FILE = Path.of("/proc/thread-self/net/fib_triestat");
    private static final String PREFIXES = "Prefixes:";
    /** Of the last table, on kernels with {@code CONFIG_IP_FIB_TRIE_STATS}. */
    private static final String COUNTERS = "Counters:";

    private FibTables() {
    }

    /** Table and number of its routes; nothing where the file cannot be read or says something unknown. */
    public static Optional<Map<Long, Long>> read(NetworkNamespace namespace) {
        try {
            return parse(namespace.call(() -> Files.readAllLines(FILE)));
        } catch (Exception e) {
            // Another kernel, or no /proc: the caller has a slower way.
            return Optional.empty();
        }
    }

    /** From the file's lines: a line that ends a table's name with a colon, and indented ones that tell of it. */
    static Optional<Map<Long, Long>> parse(List<String> lines) {
        var sizes = new TreeMap<Long, Long>();
        var table = OptionalLong.empty();
        for (var line : lines) {
            var text = line.strip();
            if (!line.isEmpty() && !Character.isWhitespace(line.charAt(0)) && text.endsWith(":")
                    && !text.equals(COUNTERS)) {
                table = number(text.substring(0, text.length() - 1));
                if (table.isEmpty() || sizes.putIfAbsent(table.getAsLong(), -1L) != null) {
                    return Optional.empty();
                }
            } else if (text.startsWith(PREFIXES) && table.isPresent()) {
                sizes.put(table.getAsLong(), Long.parseLong(text.substring(PREFIXES.length()).strip()));
            }
        }
        return sizes.isEmpty() || sizes.containsValue(-1L) ? Optional.empty() : Optional.of(sizes);
    }

    /** {@code fib_table_print}: the number is printed with a sign. */
    private static OptionalLong number(String name) {
        return switch (name) {
            case "Main" -> OptionalLong.of(Route.TABLE_MAIN);
            case "Local" -> OptionalLong.of(Route.TABLE_LOCAL);
            default -> name.matches("Id -?[0-9]{1,10}")
                    ? OptionalLong.of(Long.parseLong(name.substring(3)) & 0xffffffffL) : OptionalLong.empty();
        };
    }
}
