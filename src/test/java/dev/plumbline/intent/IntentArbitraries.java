package dev.plumbline.intent;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Valid documents in the form that the parser gives, from a seed each. */
final class IntentArbitraries {

    private static final List<String> DEVICES = List.of("eth0", "a", "no", "net1.100", "42", "0x1", "true", "~",
            "br-lan",
            "#x", "a{b", "é", "'q'", "\"d\"", "-", "a,b", "*x", "null");

    private final Random random;

    private IntentArbitraries(long seed) {
        random = new Random(seed);
    }

    static Arbitrary<List<Document>> documents() {
        return Arbitraries.longs().map(seed -> new IntentArbitraries(seed).several());
    }

    private List<Document> several() {
        var documents = new ArrayList<Document>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            documents.add(document());
        }
        return documents;
    }

    private <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> Located<T> located(T value) {
        return new Located<>(value, new Origin("", "", 1, 1));
    }

    private static final List<Optional<DriftMode>> MODES = List.of(Optional.empty(), Optional.of(DriftMode.CORRECT),
            Optional.of(DriftMode.REPORT), Optional.of(DriftMode.IGNORE));

    private Document document() {
        var kind = one(DocumentBinder.KINDS);
        Spec spec = switch (kind) {
            case "SourceRouting" -> sourceRouting();
            case "RouteTable" -> routeTable();
            case "RoutingRules" -> rules();
            default -> new FirewallArbitraries(random).spec();
        };
        var labels = chance(30) ? Map.of("app", "x-1", "a.b/c", one(List.of("", "no", "1", "v1.2", "true")))
                : Map.<String, String>of();
        var hosts = one(List.of(HostSelector.ALL, new HostSelector(List.of("edge-1", "core-*", "?", "1"), Map.of()),
                new HostSelector(List.of(), Map.of("role", "edge")), new HostSelector(List.of("a"), Map.of("x", "1"))));
        return new Document(kind, one(List.of("a", "x1", "uplink-0", "no", "n".repeat(63))), labels, hosts,
                one(List.of("host", "blue", "/run/netns/x y", "1")), one(MODES), spec, new Origin("", "", 1, 1));
    }

    private SourceRoutingSpec sourceRouting() {
        var spec = new SourceRoutingSpec(located(one(DEVICES)), addresses(), addresses(),
                located(one(List.of(new TableChoice.Auto(), new TableChoice.Number(1 + random.nextInt(250)),
                        new TableChoice.Number(0xffffffffL), new TableChoice.Name("voice"),
                        new TableChoice.Name("1.5")))),
                one(List.of(SourceRoutingSpec.RoutesMode.values())), 1 + random.nextInt(32765), chance(50), chance(50),
                rows(Family.IPV4, true, false), rows(Family.IPV6, true, false));
        boolean vrf = spec.routes() != SourceRoutingSpec.RoutesMode.COPY && !spec.sourceHints() && chance(50);
        return vrf ? spec.by(located(SourceRoutingSpec.Method.VRF)) : spec;
    }

    private Optional<List<Located<IpAddress>>> addresses() {
        if (chance(50)) {
            return Optional.empty();
        }
        var addresses = new ArrayList<Located<IpAddress>>();
        var seen = new HashSet<IpAddress>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            var address = host(one(List.of(Family.values())));
            if (seen.add(address)) {
                addresses.add(located(address));
            }
        }
        return Optional.of(addresses);
    }

    private RouteTableSpec routeTable() {
        boolean adopt = chance(50);
        var device = chance(70) ? Optional.<Located<String>>empty() : Optional.of(located(one(DEVICES)));
        return new RouteTableSpec(chance(50) ? Optional.of(located(1 + random.nextLong(252))) : Optional.empty(),
                device, device.isPresent() && chance(50), chance(50), adopt, chance(50),
                rows(Family.IPV4, false, adopt), rows(Family.IPV6, false, false));
    }

    private RouteRows rows(Family family, boolean deviceImplied, boolean groups) {
        var builder = new RouteRows.Builder(family, 0);
        var seen = new HashSet<Object>();
        for (int i = random.nextInt(6); i > 0; i--) {
            var route = route(family, deviceImplied);
            if (seen.add(groups ? route : List.of(route.destination(), route.tos(), route.metric()))) {
                builder.add(route, new Origin("", "", 1, 0));
            }
        }
        return builder.build();
    }

    private IpAddress host(Family family) {
        return family == Family.IPV4 ? new IpAddress(family, 0, 0x0a000000L + random.nextInt(1 << 24))
                : new IpAddress(family, one(List.of(0x20010db800000000L, 0xfe80000000000000L, 0xfd00L << 48)),
                random.nextLong());
    }

    private Prefix prefix(Family family) {
        return new Prefix(chance(20) ? new IpAddress(family, 0, 0) : host(family), random.nextInt(family.bits() + 1));
    }

    private Route route(Family family, boolean deviceImplied) {
        var type = chance(80) ? RouteType.UNICAST : one(List.of(RouteType.BLACKHOLE, RouteType.UNREACHABLE,
                RouteType.PROHIBIT,
                RouteType.THROW));
        var hops = type == RouteType.UNICAST ? hops(family, deviceImplied) : List.<NextHop>of();
        boolean gateway = hops.stream().anyMatch(hop -> hop.gateway().isPresent());
        int derived = type == RouteType.UNICAST && hops.size() == 1 && !gateway ? 253 : 0;
        int scope = family == Family.IPV6 ? 0 : chance(20) ? random.nextInt(gateway ? 253 : 255) : derived;
        var metrics = new TreeMap<Integer, Long>();
        if (chance(20)) {
            metrics.put(2, 1L + random.nextInt(65520));
        }
        if (chance(20)) {
            metrics.put(8, 1L + random.nextInt(65495));
        }
        boolean source = chance(20) && (family == Family.IPV4 || type == RouteType.UNICAST);
        long metric = chance(50) ? family == Family.IPV6 ? 1024 : 0 : one(List.of(1L, 50L, 0xffffffffL));
        return new Route(0, prefix(family).masked(), family == Family.IPV4 && chance(10) ? 4 * random.nextInt(64) : 0,
                metric,
                new RouteAttributes(type, scope, Protocol.PLUMBLINE, source ? Optional.of(host(family))
                : Optional.empty(),
                        Optional.empty(), hops, metrics, 0, List.of()));
    }

    private List<NextHop> hops(Family family, boolean deviceImplied) {
        int count = chance(70) ? 1 : 2 + random.nextInt(3);
        var hops = new ArrayList<NextHop>();
        var seen = new HashSet<Object>();
        while (hops.size() < count) {
            var gatewayFamily = family == Family.IPV4 && chance(80) ? Family.IPV4 : Family.IPV6;
            boolean bare = chance(20) && (count == 1 || family == Family.IPV4);
            var gateway = bare ? Optional.<IpAddress>empty() : Optional.of(host(gatewayFamily));
            boolean namesDevice = chance(60) || !deviceImplied && (bare || gateway.get().isLinkLocal())
                    || bare && count > 1;
            var device = namesDevice ? one(DEVICES) : "";
            boolean onlink = chance(20) && (namesDevice || deviceImplied) && (!bare || family == Family.IPV6);
            if (seen.add(List.of(gateway, device))) {
                hops.add(new NextHop(gateway, device, count == 1 ? 1 : 1 + random.nextInt(256), onlink));
            }
        }
        return hops;
    }

    private RoutingRulesSpec rules() {
        var rules = new ArrayList<RoutingRulesSpec.RuleSpec>();
        for (int i = random.nextInt(6); i > 0; i--) {
            var name = chance(20) ? Optional.of(one(List.of("voice", "1.5", "no", "true", "a_b")))
                    : Optional.<String>empty();
            var rule = rule(name.isPresent());
            rules.add(new RoutingRulesSpec.RuleSpec(rule, name, new Origin("", "", 1, 1)));
            if (chance(50) && rule.from().isEmpty() && rule.to().isEmpty()) {
                rules.add(new RoutingRulesSpec.RuleSpec(RuleBinder.inFamily(rule, Family.IPV6), name,
                        new Origin("", "", 1, 1)));
            }
        }
        return new RoutingRulesSpec(chance(50), chance(50), rules);
    }

    private RoutingRule rule(boolean named) {
        var family = one(List.of(Family.values()));
        long priority = 1 + random.nextInt(32000);
        var action = named ? new RuleAction.Lookup(0) : one(List.<RuleAction>of(new RuleAction.Lookup(1
                + random.nextInt(300)),
                new RuleAction.Lookup(0xffffffffL), new RuleAction.Goto(priority + 1), new RuleAction.L3mdev(),
                new RuleAction.Blackhole(), new RuleAction.Unreachable(), new RuleAction.Prohibit(),
                new RuleAction.Nop()));
        boolean finds = action instanceof RuleAction.Lookup || action instanceof RuleAction.L3mdev;
        long mask = 1L + random.nextInt(Integer.MAX_VALUE);
        var mark = new RoutingRule.Mark(random.nextLong() & mask, chance(30) ? 0xffffffffL : mask);
        return new RoutingRule(family, priority, false, chance(30) ? Optional.of(prefix(family)) : Optional.empty(),
                chance(30) ? Optional.of(prefix(family)) : Optional.empty(), chance(30) ? one(DEVICES) : "",
                chance(30) ? one(DEVICES) : "", chance(30) ? Optional.of(mark) : Optional.empty(),
                chance(20) ? 4 * random.nextInt(8) : 0,
                chance(30) ? OptionalInt.of(one(List.of(6, 17, 33, 132, 136))) : OptionalInt.empty(), range(1, 65534),
                range(1, 65534), range(0, 0xfffffffeL), action,
                finds && chance(20) ? OptionalInt.of(random.nextInt(33)) : OptionalInt.empty(),
                finds && chance(20) ? OptionalLong.of(random.nextLong(0xffffffffL)) : OptionalLong.empty(),
                Protocol.PLUMBLINE,
                List.of()).withNot(false);
    }

    private Optional<RoutingRule.Range> range(long least, long most) {
        if (chance(80)) {
            return Optional.empty();
        }
        long first = least + random.nextLong(most - least + 1);
        return Optional.of(new RoutingRule.Range(first, chance(50) ? first : first
                + random.nextLong(most - first + 1)));
    }
}
