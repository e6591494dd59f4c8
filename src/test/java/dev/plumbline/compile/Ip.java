package dev.plumbline.compile;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Routes and rules in the words of {@code ip}. */
final class Ip {

    private Ip() {
    }

    static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow(() -> new IllegalArgumentException(text));
    }

    static Prefix prefix(String text) {
        return Prefix.parse(text).orElseThrow(() -> new IllegalArgumentException(text));
    }

    /** A route of somebody, in main and of protocol boot where the text does not say. */
    static Route route(String text) {
        return route(text, Protocol.BOOT, Route.TABLE_MAIN);
    }

    /** A route of ours. */
    static Route ours(String text) {
        return route(text, Protocol.PLUMBLINE, Route.TABLE_MAIN);
    }

    static Route route(String text, int defaultProtocol, long defaultTable) {
        var words = new ArrayDeque<>(Arrays.asList(text.split(" ")));
        var type = RouteType.named(words.peek()).orElse(RouteType.UNICAST);
        if (type != RouteType.UNICAST || words.peek().equals("unicast")) {
            words.pop();
        }
        var to = words.pop();
        boolean ipv6 = to.contains(":") || to.equals("default") && text.matches(".*via [0-9a-f]*:.*");
        var family = ipv6 ? Family.IPV6 : Family.IPV4;
        var builder = new Builder(family, defaultProtocol, defaultTable);
        builder.type = type;
        while (!words.isEmpty()) {
            builder.read(words.pop(), words);
        }
        return builder.build(to.equals("default") ? family.everything() : prefix(to));
    }

    private static final class Builder {
        private final Family family;
        private RouteType type = RouteType.UNICAST;
        private int protocol;
        private long table;
        private int scope = -1;
        private long metric;
        private int tos;
        private int expires;
        private Optional<IpAddress> source = Optional.empty();
        private final List<NextHop> hops = new ArrayList<>();
        private Optional<IpAddress> via = Optional.empty();
        private String device = "";
        private boolean onlink;
        private int weight = 1;
        private final TreeMap<Integer, Long> metrics = new TreeMap<>();

        Builder(Family family, int protocol, long table) {
            this.family = family;
            this.protocol = protocol;
            this.table = table;
            this.metric = family == Family.IPV6 ? Route.IPV6_DEFAULT_METRIC : 0;
        }

        void read(String word, ArrayDeque<String> words) {
            switch (word) {
                case "via" -> via = Optional.of(address(words.pop()));
                case "dev" -> device = words.pop();
                case "onlink" -> onlink = true;
                case "weight" -> weight = Integer.parseInt(words.pop());
                case "nexthop" -> endHop();
                case "proto" -> protocol = Protocol.number(words.pop()).orElseThrow();
                case "scope" -> scope = Scope.number(words.pop()).orElseThrow();
                case "src" -> source = Optional.of(address(words.pop()));
                case "metric" -> metric = Long.parseLong(words.pop());
                case "tos" -> tos = Integer.decode(words.pop());
                case "mtu" -> metrics.put(RouteAttributes.RTAX_MTU, Long.parseLong(words.pop()));
                case "expires" -> expires = Integer.parseInt(words.pop());
                case "table" -> {
                    var name = words.pop();
                    table = name.equals("main") ? Route.TABLE_MAIN : Long.parseLong(name);
                }
                default -> throw new IllegalArgumentException(word);
            }
        }

        private void endHop() {
            if (!device.isEmpty() || via.isPresent()) {
                hops.add(new NextHop(via, device, weight, onlink));
            }
            via = Optional.empty();
            device = "";
            weight = 1;
            onlink = false;
        }

        Route build(Prefix to) {
            endHop();
            boolean gateway = hops.stream().anyMatch(hop -> hop.gateway().isPresent());
            if (scope < 0) {
                scope = family == Family.IPV4 && type == RouteType.UNICAST && !gateway ? Scope.LINK : Scope.UNIVERSE;
            }
            return new Route(table, to, tos, metric, new RouteAttributes(type, scope, protocol, source,
                    Optional.empty(), hops, metrics, expires, List.of()));
        }
    }

    /** A rule of somebody; {@code pref} comes first. */
    static RoutingRule rule(String text, int protocol) {
        var words = new ArrayDeque<>(Arrays.asList(text.replaceFirst(":", "").split(" ")));
        long priority = Long.parseLong(words.pop());
        boolean not = false;
        var from = Optional.<Prefix>empty();
        var to = Optional.<Prefix>empty();
        var iif = "";
        var mark = Optional.<RoutingRule.Mark>empty();
        RuleAction action = new RuleAction.Nop();
        var family = text.matches(".*[0-9a-f]*:[0-9a-f:]*:.*") || text.contains("inet6") ? Family.IPV6 : Family.IPV4;
        while (!words.isEmpty()) {
            var word = words.pop();
            switch (word) {
                case "not" -> not = true;
                case "inet6" -> { }
                case "from" -> from = words.peek().equals("all") ? drop(words) : Optional.of(prefix(words.pop()));
                case "to" -> to = Optional.of(prefix(words.pop()));
                case "iif" -> iif = words.pop();
                case "fwmark" -> mark = Optional.of(mark(words.pop()));
                case "lookup" -> action = new RuleAction.Lookup(words.peek().equals("main")
                        ? Route.TABLE_MAIN * Integer.parseInt(words.pop().replace("main", "1"))
                        : Long.parseLong(words.pop()));
                case "goto" -> action = new RuleAction.Goto(Long.parseLong(words.pop()));
                case "blackhole" -> action = new RuleAction.Blackhole();
                default -> throw new IllegalArgumentException(word);
            }
        }
        return new RoutingRule(family, priority, not, from, to, iif, "", mark, 0, OptionalInt.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), action, OptionalInt.empty(),
                OptionalLong.empty(), protocol, List.of());
    }

    private static RoutingRule.Mark mark(String text) {
        var parts = text.split("/");
        return new RoutingRule.Mark(Long.decode(parts[0]), parts.length == 2 ? Long.decode(parts[1]) : 0xffffffffL);
    }

    private static Optional<Prefix> drop(ArrayDeque<String> words) {
        words.pop();
        return Optional.empty();
    }
}
