package dev.plumbline.state;

import java.util.StringJoiner;

/**
 * One route ({@code man ip-route}): a view of a row of {@link RouteRows} for printing, the ledger and tests.
 *
 * @param table 1 to 4294967295
 * @param destination host bits zero
 * @param tos 0 to 255, IPv4 only
 * @param metric {@code RTA_PRIORITY}, 0 to 4294967295; an absent IPv6 metric is 1024
 */
public record Route(long table, Prefix destination, int tos, long metric, RouteAttributes attributes) {

    public static final long TABLE_DEFAULT = 253;
    public static final long TABLE_MAIN = 254;
    public static final long TABLE_LOCAL = 255;
    /** The metric that the kernel gives an IPv6 route without one ({@code IP6_RT_PRIO_USER}). */
    public static final long IPV6_DEFAULT_METRIC = 1024;
    /** The metric of the routes that the kernel makes for IPv6 addresses ({@code IP6_RT_PRIO_ADDRCONF}). */
    public static final long IPV6_CONNECTED_METRIC = 256;

    public Family family() {
        return destination.family();
    }

    /** What makes it the same route: prefix, tos and metric within its table. */
    public boolean sameIdentity(Route other) {
        return table == other.table && tos == other.tos && metric == other.metric
                && destination.equals(other.destination) && attributes.from().equals(other.attributes.from());
    }

    public Route inTable(long other) {
        return new Route(other, destination, tos, metric, attributes);
    }

    public Route withAttributes(RouteAttributes other) {
        return new Route(table, destination, tos, metric, other);
    }

    /** In the words of {@code ip route}, the table last. */
    @Override
    public String toString() {
        var text = new StringJoiner(" ");
        var type = attributes.type();
        if (type != RouteType.UNICAST) {
            text.add(type.toString());
        }
        text.add(destination.destinationText());
        attributes.from().ifPresent(from -> text.add("from " + from));
        if (tos != 0) {
            text.add("tos 0x" + Integer.toHexString(tos));
        }
        boolean single = attributes.nextHops().size() == 1;
        if (single) {
            text.add(hopText(attributes.nextHops().getFirst(), family()));
        }
        if (attributes.scope() != Scope.UNIVERSE) {
            text.add("scope " + Scope.name(attributes.scope()));
        }
        attributes.source().ifPresent(source -> text.add("src " + source));
        if (metric != (family() == Family.IPV6 ? IPV6_DEFAULT_METRIC : 0)) {
            text.add("metric " + metric);
        }
        attributes.metrics().forEach((number, value) -> text.add(RouteMetric.name(number) + " " + value));
        if (!single) {
            attributes.nextHops().forEach(hop ->
                    text.add("nexthop " + hopText(hop, family()) + " weight " + hop.weight()));
        }
        if (!attributes.isOurs()) {
            text.add("proto " + Protocol.name(attributes.protocol()));
        }
        return text.add("table " + tableName(table)).toString();
    }

    private static String hopText(NextHop hop, Family family) {
        var text = new StringJoiner(" ");
        hop.gateway().ifPresent(gateway -> text.add(
                gateway.family() == family ? "via " + gateway : "via inet6 " + gateway));
        if (!hop.device().isEmpty()) {
            text.add("dev " + hop.device());
        }
        if (hop.onlink()) {
            text.add("onlink");
        }
        return text.toString();
    }

    /** {@code main}, {@code local}, {@code default}, or the number. */
    public static String tableName(long table) {
        if (table == TABLE_MAIN) {
            return "main";
        }
        return table == TABLE_LOCAL ? "local" : table == TABLE_DEFAULT ? "default" : Long.toString(table);
    }
}
