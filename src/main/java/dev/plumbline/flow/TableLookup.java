package dev.plumbline.flow;

import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.FibResult.Refusal;
import dev.plumbline.state.FibResult.Way;
import dev.plumbline.state.Flow;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.Scope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One flow in one table: a binary search for each prefix length. For IPv4 {@code fib_table_lookup} and
 * {@code fib_select_default}, for IPv6 {@code fib6_table_lookup} with {@code rt6_select}.
 */
public final class TableLookup {

    /** Attributes ({@code RTA_*}) that have no say in the choice: metrics, realms, TTL propagation. */
    private static final Set<Integer> HARMLESS = Set.of(8, 11, 26);
    private static final int RTA_PREF = 20;
    private static final int TYPE_MASK = 0x3fff;
    private static final int NO_MATCH = -1;
    private static final int SAME_DEVICE = 2;

    private final Devices devices;
    private final boolean strict;

    TableLookup(Devices devices, boolean strict) {
        this.devices = devices;
        this.strict = strict;
    }

    /** What these rows, which are the whole table, say of the flow. */
    public TableAnswer in(RouteRows rows, Flow flow) {
        boolean entered = false;
        for (int length = rows.family().bits(); length >= 0; length--) {
            var destination = new Prefix(flow.destination(), length).masked();
            int first = rows.find(destination);
            if (first < 0) {
                continue;
            }
            int end = first;
            while (end < rows.size() && rows.isOf(destination, end)) {
                end++;
            }
            if (!entered && length > 0 && bySource(rows, first, end)) {
                if (IntStream.range(first, end).noneMatch(row -> isSourceFitting(rows, row, flow))) {
                    continue;
                }
                if (IntStream.range(first, end).allMatch(row -> rows.attributes(row).from().isPresent())) {
                    return unmodelled(rows.route(first));
                }
            }
            entered = true;
            var answer = rows.family() == Family.IPV4 ? ipv4(rows, first, end, flow) : ipv6(rows, first, end, flow);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        return TableAnswer.CONTINUE;
    }

    /**
     * Whether some IPv6 routes of a destination have source prefixes. If none fits, the kernel's first descent passes
     * the destination by, also its routes without a source prefix; on the way back it does not. If all have one, what it
     * does depends on whether there was another route before ({@code fib6_node_lookup_1} compares with whatever
     * {@code fib6_repair_tree} left in the node).
     */
    private static boolean bySource(RouteRows rows, int first, int end) {
        return rows.family() == Family.IPV6
                && IntStream.range(first, end).anyMatch(row -> rows.attributes(row).from().isPresent());
    }

    private static boolean isSourceFitting(RouteRows rows, int row, Flow flow) {
        var from = rows.attributes(row).from();
        return from.isPresent() && fits(from, flow);
    }

    private static boolean fits(Optional<Prefix> from, Flow flow) {
        return from.isEmpty() || flow.source().filter(from.get()::contains).isPresent();
    }

    private Optional<TableAnswer> ipv4(RouteRows rows, int first, int end, Flow flow) {
        for (int row = first; row < end; row++) {
            var attributes = rows.attributes(row);
            if (!tosFits(rows, row, flow)) {
                continue;
            }
            if (isForeign(attributes)) {
                return Optional.of(unmodelled(rows.route(row)));
            }
            if (!leads(attributes.type())) {
                return Optional.of(refusal(rows.route(row)));
            }
            var ways = ways(attributes, flow);
            if (!ways.isEmpty()) {
                return Optional.of(new TableAnswer.Match(new FibResult.Found(rows.route(row),
                        alternatives(rows, row, end, ways, flow))));
            }
        }
        return Optional.empty();
    }

    private static boolean tosFits(RouteRows rows, int row, Flow flow) {
        return rows.tos(row) == 0 || rows.tos(row) == (flow.tos() & RuleMatch.IPV4_TOS);
    }

    /** Among several default routes of one metric the kernel takes the first whose router answers. */
    private List<Way> alternatives(RouteRows rows, int row, int end, List<Way> ways, Flow flow) {
        var attributes = rows.attributes(row);
        boolean choice = rows.prefixLength(row) == 0 && attributes.type() == RouteType.UNICAST
                && attributes.nextHops().size() == 1 && flow.oif().isEmpty() && flow.iif().isEmpty();
        if (!choice) {
            return ways;
        }
        var all = new LinkedHashSet<>(ways);
        int tos = rows.tos(row);
        long metric = rows.metric(row);
        for (int other = row + 1; other < end; other++) {
            if (!tosFits(rows, other, flow)) {
                continue;
            }
            if (rows.metric(other) > metric && rows.tos(other) == tos) {
                if (tos != 0) {
                    continue;
                }
                break;
            }
            var each = rows.attributes(other);
            var more = ways(each, flow);
            if (more.isEmpty()) {
                continue;
            }
            tos = rows.tos(other);
            metric = rows.metric(other);
            if (each.type() == RouteType.UNICAST && each.scope() == attributes.scope() && each.hasGateway()) {
                all.addAll(more);
            }
        }
        return List.copyOf(all);
    }

    /** The next hops that are alive and fit the flow. */
    private List<Way> ways(RouteAttributes attributes, Flow flow) {
        boolean ipv4 = flow.family() == Family.IPV4;
        return attributes.nextHops().stream()
                .filter(hop -> devices.isUp(hop.device()) || ipv4 && attributes.scope() == Scope.HOST)
                .filter(hop -> flow.oif().isEmpty() || hop.device().equals(flow.oif())
                        || !ipv4 && !heldToDevice(flow))
                .map(Way::of).toList();
    }

    /** Routes of one destination, by source prefix, longest first ({@code CONFIG_IPV6_SUBTREES}). */
    private Optional<TableAnswer> ipv6(RouteRows rows, int first, int end, Flow flow) {
        var sources = new ArrayList<Integer>();
        for (int row = first; row < end; row++) {
            var from = rows.attributes(row).from();
            int length = from.map(Prefix::length).orElse(0);
            if (fits(from, flow) && !sources.contains(length)) {
                sources.add(length);
            }
        }
        sources.sort((a, b) -> b - a);
        for (int length : sources) {
            var node = new ArrayList<Integer>();
            for (int row = first; row < end; row++) {
                var from = rows.attributes(row).from();
                if (from.map(Prefix::length).orElse(0) == length && fits(from, flow)) {
                    node.add(row);
                }
            }
            var answer = node(rows, node, flow);
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    /** The routes of the lowest metric are tried together, then all others together; the best score wins, then the first. */
    private Optional<TableAnswer> node(RouteRows rows, List<Integer> node, Flow flow) {
        int split = 0;
        while (split < node.size() && rows.metric(node.get(split)) == rows.metric(node.getFirst())) {
            split++;
        }
        for (var some : List.of(node.subList(0, split), node.subList(split, node.size()))) {
            int best = NO_MATCH;
            int chosen = -1;
            boolean tied = false;
            for (int row : some) {
                if (isForeign(rows.attributes(row))) {
                    return Optional.of(unmodelled(rows.route(row)));
                }
                int score = score(rows.attributes(row), flow);
                if (score > best) {
                    best = score;
                    chosen = row;
                    tied = false;
                } else if (chosen >= 0 && score == best) {
                    tied |= hasSeveralHops(rows, row) || hasSeveralHops(rows, chosen);
                }
            }
            if (tied) {
                // The kernel goes by the order of single next hops; a dump shows those of a multipath in one place.
                return Optional.of(unmodelled(rows.route(chosen)));
            }
            if (chosen >= 0) {
                return Optional.of(answer(rows.route(chosen), flow));
            }
        }
        return Optional.empty();
    }

    private static boolean hasSeveralHops(RouteRows rows, int row) {
        return rows.attributes(row).nextHops().size() > 1;
    }

    private TableAnswer answer(Route route, Flow flow) {
        var attributes = route.attributes();
        if (!leads(attributes.type())) {
            return refusal(route);
        }
        boolean intoLoopback = attributes.type() == RouteType.UNICAST && !flow.destination().isLoopback()
                && attributes.nextHops().stream().anyMatch(hop -> devices.isLoopback(hop.device()));
        return intoLoopback ? unmodelled(route)
                : new TableAnswer.Match(new FibResult.Found(route, ways(attributes, flow)));
    }

    /** {@code rt6_score_route}, of the best next hop. */
    private int score(RouteAttributes attributes, Flow flow) {
        var hops = attributes.nextHops().isEmpty() ? List.of(NextHop.onLink(Devices.LOOPBACK)) : attributes.nextHops();
        boolean refuses = attributes.nextHops().isEmpty();
        int best = NO_MATCH;
        for (var hop : hops) {
            if (!refuses && !devices.isUp(hop.device())) {
                continue;
            }
            var preferred = flow.iif().isEmpty() ? flow.oif() : flow.iif();
            int score = preferred.isEmpty() || preferred.equals(hop.device()) ? SAME_DEVICE : 0;
            if (score == 0 && heldToDevice(flow)) {
                continue;
            }
            best = Math.max(best, score | preference(attributes) << 2);
        }
        return best;
    }

    /** {@code RT6_LOOKUP_F_IFACE}: only routes over the flow's device count. */
    private boolean heldToDevice(Flow flow) {
        return strict || flow.destination().isLinkLocal() || flow.destination().isLoopback()
                || flow.iif().isEmpty() && !flow.oif().isEmpty() && flow.source().isEmpty();
    }

    /** {@code IPV6_DECODE_PREF}: high 3, medium 2, low 1. */
    private static int preference(RouteAttributes attributes) {
        for (var raw : attributes.other()) {
            if ((raw.type() & TYPE_MASK) == RTA_PREF) {
                return raw.payload()[0] ^ 2;
            }
        }
        return 2;
    }

    private static boolean isForeign(RouteAttributes attributes) {
        for (var raw : attributes.other()) {
            int type = raw.type() & TYPE_MASK;
            // The next hops of a multipath may have preferences of their own, of which a dump shows the first.
            if (!HARMLESS.contains(type) && (type != RTA_PREF || attributes.nextHops().size() > 1)) {
                return true;
            }
        }
        return switch (attributes.type()) {
            case UNSPEC, NAT, XRESOLVE -> true;
            default -> false;
        };
    }

    private static boolean leads(RouteType type) {
        return !type.hasNoNextHop();
    }

    private static TableAnswer refusal(Route route) {
        return switch (route.attributes().type()) {
            case BLACKHOLE -> TableAnswer.refused(Refusal.BLACKHOLE);
            case UNREACHABLE -> TableAnswer.refused(Refusal.UNREACHABLE);
            case PROHIBIT -> TableAnswer.refused(Refusal.PROHIBIT);
            default -> TableAnswer.CONTINUE;
        };
    }

    private static TableAnswer unmodelled(Route route) {
        return TableAnswer.unknown("route `" + route + "` has what plumbline does not model");
    }

    FibResult.Found found(Route route, Flow flow) {
        var ways = ways(route.attributes(), flow);
        return new FibResult.Found(route, ways.isEmpty() ? route.attributes().nextHops().stream().map(Way::of).toList()
                : ways);
    }
}
