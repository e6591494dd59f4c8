package dev.plumbline.importing;

import dev.plumbline.state.Route;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Names for tables: that of {@code rt_tables} where it can be a document's name, else {@code table-N}. No two tables
 * get the same.
 */
final class TableNames {

    /** RFC 1123 section 2.1. */
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    /** A number alone would be read as a number, and {@code table-N} is for table N alone. */
    private static final Pattern TAKEN = Pattern.compile("main|local|default|unspec|auto|host|[0-9]+|table-[0-9]+");

    private final Map<Long, String> names = new HashMap<>();

    TableNames(Map<String, Long> known) {
        new TreeMap<>(known).forEach((name, number) -> {
            if (LABEL.matcher(name).matches() && !TAKEN.matcher(name).matches()) {
                names.putIfAbsent(number, name);
            }
        });
        names.put(Route.TABLE_MAIN, "main");
    }

    String of(long table) {
        return names.getOrDefault(table, "table-" + table);
    }
}
