package dev.plumbline.store;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;

/**
 * Routes of one table as bytes: the distinct attributes first, then column after column, each value as the difference
 * to the one before. Where rows come from is not kept. A million routes take a tenth of a second.
 */
final class RouteColumns {

    /** Where {@link RouteRows.Columns#rest} holds the prefix length; below are tos and metric, mostly equal. */
    private static final int LENGTH_SHIFT = 40;
    private static final long REST_MASK = (1L << LENGTH_SHIFT) - 1;

    private RouteColumns() {
    }

    static void write(RouteRows rows, ByteWriter out) {
        var columns = rows.columns();
        int[] used = used(columns.attributes(), rows.pool().size());
        out.number(rows.family().number());
        out.number(rows.table());
        int distinct = 0;
        for (int i = 0; i < used.length; i++) {
            if (used[i] > 0) {
                used[i] = distinct++;
            } else {
                used[i] = -1;
            }
        }
        out.number(distinct);
        for (int i = 0; i < used.length; i++) {
            if (used[i] >= 0) {
                write(rows.pool().get(i), out);
            }
        }
        out.number(rows.size());
        if (rows.family() == Family.IPV6) {
            column(rows.size(), columns.hi()::get, out);
        }
        column(rows.size(), columns.lo()::get, out);
        column(rows.size(), row -> columns.rest().get(row) >>> LENGTH_SHIFT, out);
        column(rows.size(), row -> columns.rest().get(row) & REST_MASK, out);
        column(rows.size(), row -> used[columns.attributes().get(row)], out);
    }

    private static int[] used(IntBuffer attributes, int pool) {
        int[] used = new int[pool];
        for (int row = 0; row < attributes.limit(); row++) {
            used[attributes.get(row)] = 1;
        }
        return used;
    }

    /** A value for all rows where they have the same, else one a row. */
    private static void column(int size, IntToLongFunction values, ByteWriter out) {
        boolean same = true;
        for (int row = 1; row < size && same; row++) {
            same = values.applyAsLong(row) == values.applyAsLong(0);
        }
        out.flag(same);
        long before = 0;
        for (int row = 0; row < (same ? Math.min(size, 1) : size); row++) {
            long value = values.applyAsLong(row);
            out.signed(value - before);
            before = value;
        }
    }

    private static void write(RouteAttributes value, ByteWriter out) {
        out.number(value.type().number());
        out.number(value.scope());
        out.number(value.protocol());
        out.optional(value.source(), address -> write(address, out));
        out.optional(value.from(), prefix -> {
            write(prefix.address(), out);
            out.number(prefix.length());
        });
        out.list(value.nextHops(), value.nextHops().size(), hop -> {
            out.optional(hop.gateway(), gateway -> write(gateway, out));
            out.text(hop.device());
            out.number(hop.weight());
            out.flag(hop.onlink());
        });
        out.list(value.metrics().entrySet(), value.metrics().size(), metric -> {
            out.number(metric.getKey());
            out.number(metric.getValue());
        });
        out.number(value.expires());
        out.list(value.other(), value.other().size(), other -> {
            out.number(other.type());
            out.bytes(other.payload());
        });
    }

    private static void write(IpAddress address, ByteWriter out) {
        out.bytes(address.bytes());
    }

    static RouteRows read(ByteReader in) {
        var family = Family.of(in.integer());
        long table = in.number();
        var pool = in.list(() -> attributes(in));
        int size = in.integer();
        var hi = family == Family.IPV6 ? column(size, in) : new long[0];
        var lo = column(size, in);
        var lengths = column(size, in);
        var rest = column(size, in);
        var values = column(size, in);
        var attributes = new int[size];
        for (int row = 0; row < size; row++) {
            rest[row] |= lengths[row] << LENGTH_SHIFT;
            attributes[row] = Math.toIntExact(values[row]);
        }
        return RouteRows.ofColumns(family, table, hi, lo, rest, attributes, new int[0], new int[0], pool, List.of());
    }

    private static long[] column(int size, ByteReader in) {
        var column = new long[size];
        if (in.flag()) {
            Arrays.fill(column, size == 0 ? 0 : in.signed());
            return column;
        }
        long before = 0;
        for (int row = 0; row < size; row++) {
            before += in.signed();
            column[row] = before;
        }
        return column;
    }

    private static RouteAttributes attributes(ByteReader in) {
        var type = RouteType.of(in.integer());
        int scope = in.integer();
        int protocol = in.integer();
        var source = in.optional(() -> address(in));
        var from = in.optional(() -> new Prefix(address(in), in.integer()));
        var hops = new ArrayList<>(in.list(() -> new NextHop(in.optional(() -> address(in)), in.text(), in.integer(),
                in.flag())));
        var metrics = new TreeMap<Integer, Long>();
        for (int left = in.count(); left > 0; left--) {
            metrics.put(in.integer(), in.number());
        }
        return new RouteAttributes(type, scope, protocol, source, from, hops, metrics, in.integer(),
                in.list(() -> RawAttribute.of(in.integer(), in.bytes())));
    }

    private static IpAddress address(ByteReader in) {
        return IpAddress.of(in.bytes());
    }
}
