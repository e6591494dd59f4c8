package dev.plumbline.state;

import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * The routes of one family in one table as sorted, immutable columns: 24 bytes a route for IPv4, 32 for IPv6, 4 more
 * for the line that a desired route comes from. What routes say beside their identity is kept once a distinct value.
 *
 * <p>Rows are in the order in which the kernel lists a table: by address (unsigned), longer prefixes first, higher tos
 * first, lower metric first; rows of equal identity (an IPv4 group, {@code fib_alias}) keep the order they were added in.
 */
public final class RouteRows implements Iterable<Route> {

    private static final int[] NONE = {};

    private final Family family;
    private final long table;
    private final int size;
    private final long[] hi;
    private final long[] lo;
    private final long[] rest;
    private final int[] attributes;
    private final int[] lines;
    private final int[] documents;
    private final List<RouteAttributes> pool;
    private final List<Origin> origins;

    private RouteRows(Family family, long table, int size, long[] hi, long[] lo, long[] rest, int[] attributes,
            int[] lines, int[] documents, List<RouteAttributes> pool, List<Origin> origins) {
        this.family = family;
        this.table = table;
        this.size = size;
        this.hi = hi;
        this.lo = lo;
        this.rest = rest;
        this.attributes = attributes;
        this.lines = lines;
        this.documents = documents;
        this.pool = pool;
        this.origins = origins;
    }

    public static RouteRows empty(Family family, long table) {
        return new Builder(family, table).build();
    }

    public Family family() {
        return family;
    }

    public long table() {
        return table;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** High half of the destination; 0 for IPv4. */
    public long hi(int row) {
        return family == Family.IPV4 ? 0 : hi[row];
    }

    /** Low half of the destination; the whole of it for IPv4. */
    public long lo(int row) {
        return lo[row];
    }

    public int prefixLength(int row) {
        return 128 - (int) (rest[row] >>> 40);
    }

    public int tos(int row) {
        return 255 - (int) (rest[row] >>> 32 & 255);
    }

    public long metric(int row) {
        return rest[row] & 0xffffffffL;
    }

    /** Index of the row's attributes in {@link #pool()}. */
    public int attributesIndex(int row) {
        return attributes[row];
    }

    public RouteAttributes attributes(int row) {
        return pool.get(attributes[row]);
    }

    /** The distinct attributes; more than one entry may be equal after {@link #withAttributes}. */
    public List<RouteAttributes> pool() {
        return pool;
    }

    public Prefix destination(int row) {
        return new Prefix(new IpAddress(family, hi(row), lo[row]), prefixLength(row));
    }

    /** The row as a value. */
    public Route route(int row) {
        return new Route(table, destination(row), tos(row), metric(row), attributes(row));
    }

    /** Whether the rows say where they come from: desired ones do, live ones do not. */
    public boolean hasOrigins() {
        return !origins.isEmpty();
    }

    /** Where the row comes from. Only where {@link #hasOrigins()}. */
    public Origin origin(int row) {
        var origin = document(row);
        return lines.length == 0 || lines[row] == 0 ? origin : origin.atLine(lines[row]);
    }

    /** The document that the row comes from, at the document's own line. Only where {@link #hasOrigins()}. */
    public Origin document(int row) {
        return origins.get(documents.length == 0 ? 0 : documents[row]);
    }

    /** The line that the row stands at; 0 where there is none. */
    public int line(int row) {
        return lines.length == 0 ? 0 : lines[row];
    }

    /** The documents that rows come from, in no order. */
    public List<Origin> origins() {
        return origins;
    }

    /** Compares the identities of two rows (destination, tos, metric) in the order of rows. */
    public int compareIdentity(int row, RouteRows other, int otherRow) {
        if (family == Family.IPV6) {
            int byHigh = Long.compareUnsigned(hi[row], other.hi[otherRow]);
            if (byHigh != 0) {
                return byHigh;
            }
        }
        int byLow = Long.compareUnsigned(lo[row], other.lo[otherRow]);
        return byLow != 0 ? byLow : Long.compare(rest[row], other.rest[otherRow]);
    }

    /** The end of the group of equal identity that begins at this row. */
    public int groupEnd(int row) {
        int end = row + 1;
        while (end < size && compareIdentity(row, this, end) == 0) {
            end++;
        }
        return end;
    }

    /** The first row of the group with the identity of another set's row, or -1. */
    public int find(RouteRows other, int otherRow) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = low + high >>> 1;
            if (compareIdentity(middle, other, otherRow) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < size && compareIdentity(low, other, otherRow) == 0 ? low : -1;
    }

    /** The first row of this destination, host bits zero; or -1. Those of other tos and metrics follow it. */
    public int find(Prefix destination) {
        long rank = (long) (128 - destination.length()) << 40;
        long high = destination.address().hi();
        long low = destination.address().lo();
        int from = 0;
        int to = size;
        while (from < to) {
            int middle = from + to >>> 1;
            int order = family == Family.IPV6 ? Long.compareUnsigned(hi[middle], high) : 0;
            order = order != 0 ? order : Long.compareUnsigned(lo[middle], low);
            if (order < 0 || order == 0 && rest[middle] < rank) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from < size && isOf(destination, from) ? from : -1;
    }

    /** Whether the row is of this destination. */
    public boolean isOf(Prefix destination, int row) {
        return prefixLength(row) == destination.length() && lo[row] == destination.address().lo()
                && hi(row) == destination.address().hi();
    }

    /** How many rows have the identity of another set's row. */
    public int groupSize(RouteRows other, int otherRow) {
        int first = find(other, otherRow);
        return first < 0 ? 0 : groupEnd(first) - first;
    }

    /** The same identities with every distinct attribute set mapped: costs as much as there are distinct sets. */
    public RouteRows withAttributes(UnaryOperator<RouteAttributes> mapping) {
        var mapped = new ArrayList<RouteAttributes>(pool.size());
        pool.forEach(each -> mapped.add(mapping.apply(each)));
        return new RouteRows(family, table, size, hi, lo, rest, attributes, lines, documents, List.copyOf(mapped), origins);
    }

    /**
     * The columns as they are kept, read-only: for writing many rows at once.
     *
     * @param hi empty for IPv4
     * @param rest prefix length, tos and metric, packed so that their order is the order of rows
     * @param attributes indexes into {@link #pool()}
     * @param lines empty where no row has one
     * @param documents indexes into {@link #origins()}; empty where all rows are of the first
     */
    public record Columns(LongBuffer hi, LongBuffer lo, LongBuffer rest, IntBuffer attributes, IntBuffer lines,
            IntBuffer documents) {
    }

    /** The columns; they share the memory of these rows. */
    public Columns columns() {
        return new Columns(column(hi), column(lo), column(rest), column(attributes), column(lines), column(documents));
    }

    private LongBuffer column(long[] values) {
        return LongBuffer.wrap(values, 0, Math.min(size, values.length)).slice().asReadOnlyBuffer();
    }

    private IntBuffer column(int[] values) {
        return IntBuffer.wrap(values, 0, Math.min(size, values.length)).slice().asReadOnlyBuffer();
    }

    /**
     * Rows from columns as {@link #columns()} gave them. The arrays are not copied.
     *
     * @throws IllegalArgumentException if lengths or indexes do not fit together, or the rows are not in order
     */
    public static RouteRows ofColumns(Family family, long table, long[] hi, long[] lo, long[] rest, int[] attributes,
            int[] lines, int[] documents, List<RouteAttributes> pool, List<Origin> origins) {
        int size = lo.length;
        boolean fit = hi.length == (family == Family.IPV6 ? size : 0) && rest.length == size
                && attributes.length == size && (lines.length == 0 || lines.length == size)
                && (documents.length == 0 || documents.length == size);
        if (!fit) {
            throw new IllegalArgumentException("columns of different lengths");
        }
        var rows = new RouteRows(family, table, size, hi, lo, rest, attributes, lines, documents, List.copyOf(pool),
                List.copyOf(origins));
        for (int row = 0; row < size; row++) {
            if (attributes[row] < 0 || attributes[row] >= pool.size()
                    || documents.length > 0 && (documents[row] < 0 || documents[row] >= origins.size())) {
                throw new IllegalArgumentException("row " + row + " has an index out of range");
            }
            if (row > 0 && rows.compareIdentity(row - 1, rows, row) > 0) {
                throw new IllegalArgumentException("row " + row + " is not in order");
            }
        }
        return rows;
    }

    /** The same rows in another table. */
    public RouteRows inTable(long other) {
        return new RouteRows(family, other, size, hi, lo, rest, attributes, lines, documents, pool, origins);
    }

    /** The same rows, all of this document; lines stay. */
    public RouteRows withOrigin(Origin origin) {
        return new RouteRows(family, table, size, hi, lo, rest, attributes, lines, NONE, pool, List.of(origin));
    }

    /** Only the rows that pass. */
    public RouteRows filter(IntPredicate keep) {
        var builder = new Builder(family, table);
        for (int row = 0; row < size; row++) {
            if (keep.test(row)) {
                builder.addRow(this, row);
            }
        }
        return builder.build();
    }

    /** Only these rows, in ascending order. What rows say is shared and not looked at: no more than a copy of columns. */
    public RouteRows select(int[] rows) {
        var newLo = new long[rows.length];
        var newRest = new long[rows.length];
        var newHi = new long[family == Family.IPV6 ? rows.length : 0];
        var newAttributes = new int[rows.length];
        var newLines = new int[lines.length == 0 ? 0 : rows.length];
        var newDocuments = new int[documents.length == 0 ? 0 : rows.length];
        for (int i = 0; i < rows.length; i++) {
            int row = rows[i];
            newLo[i] = lo[row];
            newRest[i] = rest[row];
            newAttributes[i] = attributes[row];
            if (newHi.length > 0) {
                newHi[i] = hi[row];
            }
            if (newLines.length > 0) {
                newLines[i] = lines[row];
            }
            if (newDocuments.length > 0) {
                newDocuments[i] = documents[row];
            }
        }
        return new RouteRows(family, table, rows.length, newHi, newLo, newRest, newAttributes, newLines, newDocuments,
                pool, origins);
    }

    @Override
    public Iterator<Route> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size;
            }

            @Override
            public Route next() {
                if (next >= size) {
                    throw new NoSuchElementException();
                }
                return route(next++);
            }
        };
    }

    /** All rows as values: for tests and small sets. */
    public List<Route> toList() {
        var routes = new ArrayList<Route>(size);
        forEach(routes::add);
        return routes;
    }

    /** Equal family, table and routes, in order; where they come from does not count. */
    @Override
    public boolean equals(Object object) {
        if (!(object instanceof RouteRows other) || family != other.family || table != other.table
                || size != other.size) {
            return false;
        }
        for (int row = 0; row < size; row++) {
            if (compareIdentity(row, other, row) != 0 || !attributes(row).equals(other.attributes(row))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(Arrays.copyOf(rest, size)) + Arrays.hashCode(Arrays.copyOf(lo, size));
    }

    @Override
    public String toString() {
        return size <= 20 ? toList().toString() : size + " " + family + " routes in table " + table;
    }

    /** Collects rows in any order; rows already in order are not sorted again. Not for use after {@link #build}. */
    public static final class Builder {
        private final Family family;
        private final long table;
        private int size;
        private long[] hi = {};
        private long[] lo = new long[16];
        private long[] rest = new long[16];
        private int[] attributes = new int[16];
        private int[] lines = NONE;
        private int[] documents = NONE;
        private boolean sorted = true;
        private final List<RouteAttributes> pool = new ArrayList<>();
        private final Map<RouteAttributes, Integer> poolIndex = new HashMap<>();
        private final List<Origin> origins = new ArrayList<>();
        private final Map<Origin, Integer> originIndex = new HashMap<>();

        public Builder(Family family, long table) {
            this.family = family;
            this.table = table;
            if (family == Family.IPV6) {
                hi = new long[16];
            }
        }

        public int size() {
            return size;
        }

        /** The index of an equal attribute set, made if new. */
        public int intern(RouteAttributes value) {
            var known = poolIndex.putIfAbsent(value, pool.size());
            if (known != null) {
                return known;
            }
            pool.add(value);
            return pool.size() - 1;
        }

        /** The index of a document, for {@link #add(long, long, int, int, long, int, int, int)}; made if new. */
        public int document(Origin origin) {
            var known = originIndex.putIfAbsent(origin, origins.size());
            if (known != null) {
                return known;
            }
            origins.add(origin);
            return origins.size() - 1;
        }

        /** Adds a live row. The destination's host bits are zero. */
        public void add(long high, long low, int prefixLength, int tos, long metric, int attributesIndex) {
            grow();
            if (family == Family.IPV6) {
                hi[size] = high;
            }
            lo[size] = low;
            rest[size] = (long) (128 - prefixLength) << 40 | (long) (255 - tos) << 32 | metric;
            attributes[size] = attributesIndex;
            if (sorted && size > 0 && compare(size - 1, size) > 0) {
                sorted = false;
            }
            size++;
        }

        /** Adds a desired row with the document and the line that it comes from. */
        public void add(long high, long low, int prefixLength, int tos, long metric, int attributesIndex,
                int document, int line) {
            add(high, low, prefixLength, tos, metric, attributesIndex);
            if (lines.length < lo.length) {
                lines = Arrays.copyOf(lines, lo.length);
            }
            lines[size - 1] = line;
            if (document != 0 && documents.length == 0) {
                documents = new int[lo.length];
            }
            if (documents.length > 0) {
                if (documents.length < lo.length) {
                    documents = Arrays.copyOf(documents, lo.length);
                }
                documents[size - 1] = document;
            }
        }

        public void add(Route route) {
            var address = route.destination().address();
            add(address.hi(), address.lo(), route.destination().length(), route.tos(), route.metric(),
                    intern(route.attributes()));
        }

        public void add(Route route, Origin origin) {
            var address = route.destination().address();
            add(address.hi(), address.lo(), route.destination().length(), route.tos(), route.metric(),
                    intern(route.attributes()), document(origin), origin.line());
        }

        /** Copies a row of another set, with its origin if it has one. */
        public void addRow(RouteRows from, int row) {
            if (from.hasOrigins()) {
                add(from.hi(row), from.lo(row), from.prefixLength(row), from.tos(row), from.metric(row),
                        intern(from.attributes(row)), document(from.document(row)), from.line(row));
            } else {
                add(from.hi(row), from.lo(row), from.prefixLength(row), from.tos(row), from.metric(row),
                        intern(from.attributes(row)));
            }
        }

        /** Copies all rows of another set: what rows share is looked up once a distinct value, not once a row. */
        public void addAll(RouteRows from) {
            var interned = from.pool.stream().mapToInt(this::intern).toArray();
            var known = from.origins.stream().mapToInt(this::document).toArray();
            for (int row = 0; row < from.size; row++) {
                if (known.length == 0) {
                    add(from.hi(row), from.lo[row], from.prefixLength(row), from.tos(row), from.metric(row),
                            interned[from.attributes[row]]);
                } else {
                    add(from.hi(row), from.lo[row], from.prefixLength(row), from.tos(row), from.metric(row),
                            interned[from.attributes[row]], known[from.documents.length == 0 ? 0 : from.documents[row]],
                            from.line(row));
                }
            }
        }

        public RouteRows build() {
            if (!sorted) {
                sort();
            }
            return new RouteRows(family, table, size, hi, lo, rest, attributes, lines, documents, List.copyOf(pool),
                    List.copyOf(origins));
        }

        private void grow() {
            if (size < lo.length) {
                return;
            }
            int capacity = size + (size >> 1) + 16;
            if (family == Family.IPV6) {
                hi = Arrays.copyOf(hi, capacity);
            }
            lo = Arrays.copyOf(lo, capacity);
            rest = Arrays.copyOf(rest, capacity);
            attributes = Arrays.copyOf(attributes, capacity);
        }

        private int compare(int a, int b) {
            if (family == Family.IPV6) {
                int byHigh = Long.compareUnsigned(hi[a], hi[b]);
                if (byHigh != 0) {
                    return byHigh;
                }
            }
            int byLow = Long.compareUnsigned(lo[a], lo[b]);
            return byLow != 0 ? byLow : Long.compare(rest[a], rest[b]);
        }

        /** A stable bottom-up merge sort of row numbers: no boxing, and the order within a group is kept. */
        private void sort() {
            int[] order = new int[size];
            Arrays.setAll(order, i -> i);
            int[] merged = new int[size];
            for (int width = 1; width < size; width *= 2) {
                for (int start = 0; start < size; start += 2 * width) {
                    merge(order, merged, start, Math.min(start + width, size), Math.min(start + 2 * width, size));
                }
                int[] swap = order;
                order = merged;
                merged = swap;
            }
            lo = permuted(lo, order);
            rest = permuted(rest, order);
            attributes = permuted(attributes, order);
            if (family == Family.IPV6) {
                hi = permuted(hi, order);
            }
            if (lines.length > 0) {
                lines = permuted(Arrays.copyOf(lines, Math.max(lines.length, size)), order);
            }
            if (documents.length > 0) {
                documents = permuted(Arrays.copyOf(documents, Math.max(documents.length, size)), order);
            }
        }

        private void merge(int[] from, int[] to, int start, int middle, int end) {
            int left = start;
            int right = middle;
            for (int i = start; i < end; i++) {
                boolean takeLeft = left < middle && (right >= end || compare(from[left], from[right]) <= 0);
                to[i] = takeLeft ? from[left++] : from[right++];
            }
        }

        private static long[] permuted(long[] values, int[] order) {
            long[] result = new long[order.length];
            for (int i = 0; i < order.length; i++) {
                result[i] = values[order[i]];
            }
            return result;
        }

        private static int[] permuted(int[] values, int[] order) {
            int[] result = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                result[i] = values[order[i]];
            }
            return result;
        }
    }
}
