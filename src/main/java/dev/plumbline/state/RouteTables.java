package dev.plumbline.state;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Routes by family and table. A table that is absent was not read, or is empty. */
public record RouteTables(SortedMap<TableKey, RouteRows> tables) {

    public static final RouteTables NONE = new RouteTables(new TreeMap<>());

    public RouteTables {
        tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
    }

    /** From separate routes: for small sets and tests. */
    public static RouteTables of(Collection<Route> routes) {
        var builders = new TreeMap<TableKey, RouteRows.Builder>();
        for (var route : routes) {
            builders.computeIfAbsent(new TableKey(route.family(), route.table()),
                    key -> new RouteRows.Builder(key.family(), key.table())).add(route);
        }
        return built(builders);
    }

    /** What these builders collected. */
    public static RouteTables built(SortedMap<TableKey, RouteRows.Builder> builders) {
        var tables = new TreeMap<TableKey, RouteRows>();
        builders.forEach((key, builder) -> tables.put(key, builder.build()));
        return new RouteTables(tables);
    }

    /** The rows of one table, empty if there are none. */
    public RouteRows rows(TableKey key) {
        var rows = tables.get(key);
        return rows == null ? RouteRows.empty(key.family(), key.table()) : rows;
    }

    /** All but those that match; what rows say of their origin stays. */
    public RouteTables without(Predicate<Route> unwanted) {
        var kept = new TreeMap<TableKey, RouteRows>();
        tables.forEach((key, rows) -> kept.put(key, rows.filter(row -> !unwanted.test(rows.route(row)))));
        return new RouteTables(kept);
    }

    /** How many routes there are in all tables. */
    public int size() {
        int size = 0;
        for (var rows : tables.values()) {
            size += rows.size();
        }
        return size;
    }
}
