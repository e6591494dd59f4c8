package dev.plumbline.intent;

import dev.plumbline.state.Family;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes a list of routes, item by item or as a tree, and builds sorted rows of both families. */
final class RouteItems implements YamlReader.Items {

    /** What is built. */
    record Built(RouteRows ipv4, RouteRows ipv6) {
    }

    /** Distinct ends of lines that are remembered. */
    private static final int REMEMBERED = 4096;
    private static final byte[] LINE_START = "{to: ".getBytes(StandardCharsets.US_ASCII);
    private static final Origin LATER = new Origin("", "", 0, 0);

    /** What follows the destination in a line: lines that end alike mean the same but for the destination. */
    private static final class Tail {
        byte[] content;
        int from;
        int to;
        int hash;

        Tail(byte[] content, int from, int to) {
            this.content = content;
            set(content, from, to);
        }

        void set(byte[] bytes, int start, int end) {
            content = bytes;
            from = start;
            to = end;
            int value = 1;
            for (int i = start; i < end; i++) {
                value = 31 * value + bytes[i];
            }
            hash = value;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object object) {
            return object instanceof Tail other && hash == other.hash
                    && java.util.Arrays.equals(content, from, to, other.content, other.from, other.to);
        }
    }

    private final Values values;
    private final FieldPath path;
    private final RouteBinder binder;
    private final boolean deviceImplied;
    private final RouteRows.Builder ipv4 = new RouteRows.Builder(Family.IPV4, 0);
    private final RouteRows.Builder ipv6 = new RouteRows.Builder(Family.IPV6, 0);
    private final Map<Tail, BoundRoute> tailsIpv4 = new HashMap<>();
    private final Map<Tail, BoundRoute> tailsIpv6 = new HashMap<>();
    private final Tail probe = new Tail(new byte[0], 0, 0);
    private int column = -1;

    /**
     * What a route says beside its destination.
     *
     * @param attributes index in the builder of its family
     */
    record BoundRoute(int tos, long metric, int attributes) {
    }

    /** @param deviceImplied a route without a device leads over one that is known otherwise */
    RouteItems(Values values, FieldPath path, boolean deviceImplied) {
        this.values = values;
        this.path = path;
        this.deviceImplied = deviceImplied;
        binder = new RouteBinder(values, deviceImplied);
        ipv4.document(LATER);
        ipv6.document(LATER);
    }

    /** Takes the list as a tree, if it did not come item by item. */
    void list(@Nullable Node node) {
        if (node == null) {
            return;
        }
        if (!(node instanceof Node.Sequence sequence)) {
            values.error(node, path, "expected a list of routes, such as [{to: 192.0.2.0/24, via: 198.51.100.1}];"
                    + " found " + node);
            return;
        }
        for (int i = 0; !sequence.streamed() && i < sequence.items().size(); i++) {
            item(sequence.items().get(i), i);
        }
    }

    @Override
    public void item(Node item, int index) {
        column = column == -1 || column == item.column() ? item.column() : 0;
        var route = binder.bind(item, path.item(index));
        if (route == null) {
            return;
        }
        if (route.destination() != null) {
            add(route, route.destination(), item.line());
        } else {
            for (var family : route.families()) {
                add(route, family.everything(), item.line());
            }
        }
    }

    private BoundRoute add(RouteBinder.Parsed route, Prefix to, int line) {
        var builder = to.family() == Family.IPV4 ? ipv4 : ipv6;
        var bound = new BoundRoute(route.tos(), route.metric(to.family()),
                builder.intern(route.attributes(to.family())));
        add(builder, to.address().hi(), to.address().lo(), to.length(), bound, line);
        return bound;
    }

    private static void add(RouteRows.Builder builder, long hi, long lo, int length, BoundRoute bound, int line) {
        builder.add(hi, lo, length, bound.tos, bound.metric, bound.attributes, 0, line);
    }

    @Override
    public boolean line(byte[] content, int from, int to, int line) {
        int start = from + LINE_START.length;
        if (to - start < 4 || !java.util.Arrays.equals(content, from, start, LINE_START, 0, LINE_START.length)) {
            return false;
        }
        int end = start;
        boolean isIpv4 = true;
        while (content[end] != ',' && content[end] != '}') {
            isIpv4 &= content[end] != ':';
            end++;
        }
        var tails = isIpv4 ? tailsIpv4 : tailsIpv6;
        probe.set(content, end, to);
        var bound = tails.get(probe);
        if (bound == null) {
            return learn(content, from, end, to, line, tails);
        }
        return isIpv4 ? ipv4Line(content, start, end, bound, line) : ipv6Line(content, start, end, bound, line);
    }

    /** A dotted quad with or without a length, as {@link Prefix#parse} has it, without making objects. */
    private boolean ipv4Line(byte[] content, int start, int end, BoundRoute bound, int line) {
        long address = 0;
        int length = 32;
        int part = 0;
        int digits = 0;
        int number = 0;
        for (int i = start; i <= end; i++) {
            int c = i < end ? content[i] : 0;
            if (c >= '0' && c <= '9') {
                if (digits > 0 && number == 0 || ++digits > 3) {
                    return false;
                }
                number = number * 10 + c - '0';
                continue;
            }
            char expected = part < 3 ? '.' : '/';
            if (digits == 0 || number > (part < 4 ? 255 : 32) || part < 3 && c != '.' || part > 3 && c != 0
                    || c != 0 && c != expected) {
                return false;
            }
            if (part < 4) {
                address = address << 8 | number;
            } else {
                length = number;
            }
            part++;
            digits = 0;
            number = 0;
        }
        if (part < 4 || length < 32 && (address & 0xffffffffL >>> length) != 0) {
            return false;
        }
        add(ipv4, 0, address, length, bound, line);
        return true;
    }

    private boolean ipv6Line(byte[] content, int start, int end, BoundRoute bound, int line) {
        var text = new String(content, start, end - start, StandardCharsets.ISO_8859_1);
        var destination = text.endsWith(":") || text.startsWith(":") ? null : Prefix.parse(text).orElse(null);
        if (destination == null || !destination.masked().equals(destination)) {
            return false;
        }
        add(ipv6, destination.address().hi(), destination.address().lo(), destination.length(), bound, line);
        return true;
    }

    /**
     * Binds the line as any item; if nothing is wrong with it, lines that end alike need not be bound. Else it comes
     * again.
     */
    private boolean learn(byte[] content, int from, int end, int to, int line, Map<Tail, BoundRoute> tails) {
        var mapping = RouteLines.mapping(content, from, to, line, column);
        var problems = new DocumentProblems("");
        var route = new RouteBinder(new Values(problems), deviceImplied).bind(mapping, path);
        if (route == null || problems.count() > 0 || route.destination() == null) {
            return false;
        }
        var bound = add(route, route.destination(), line);
        if (tails.size() < REMEMBERED) {
            tails.put(new Tail(content, end, to), bound);
        }
        return true;
    }

    /**
     * The rows, of this document.
     *
     * @param groups IPv4 routes of equal identity may stand beside each other, as the kernel allows it
     */
    Built build(Origin document, boolean groups) {
        var rows = new Built(ipv4.build().withOrigin(document), ipv6.build().withOrigin(document));
        var reported = new HashSet<Long>();
        reportDoubles(rows.ipv4, groups, reported);
        reportDoubles(rows.ipv6, false, reported);
        return rows;
    }

    private void reportDoubles(RouteRows rows, boolean groups, HashSet<Long> reported) {
        var seen = new HashSet<Integer>();
        int start = 0;
        for (int row = 1; row < rows.size(); row++) {
            if (rows.compareIdentity(row - 1, rows, row) != 0) {
                start = row;
                seen.clear();
                continue;
            }
            seen.add(rows.attributesIndex(row - 1));
            boolean differs = !seen.contains(rows.attributesIndex(row));
            if (groups && differs || !reported.add((long) rows.line(start) << 32 | rows.line(row))) {
                continue;
            }
            int at = rows.line(row) == rows.line(start) ? 0 : Math.max(column, 0);
            values.error(rows.line(row), at, path,
                    "the route to " + identity(rows.route(row)) + " stands twice: at line "
                    + rows.line(start) + " and at line " + rows.line(row) + (differs
                    ? "; give one another metric, or one route several next hops: via: [{address: …}, {address: …}]"
                    : ""));
        }
    }

    private static String identity(Route route) {
        return route.destination().destinationText() + (route.tos() == 0 ? "" : " with tos " + route.tos())
                + (route.metric() == 0 ? "" : " with metric " + route.metric());
    }
}
