package dev.plumbline.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.flow.Fib;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.FibResult.Found;
import dev.plumbline.state.FibResult.Refused;
import dev.plumbline.state.FibResult.Unknown;
import dev.plumbline.state.FibResult.Way;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LiveFlows;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.TcpSession;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a plan does to flows, by reading little, is what both states read whole say. */
class FlowEffectsTest {

    private static final Origin DOCUMENT = new Origin("RouteTable/t", "t.yaml", 1, 1);
    private static final List<Link> LINKS = IntStream.range(0, 3)
            .mapToObj(i -> new Link(i + 2, "eth" + i, "", i == 2 ? 0 : 1, 1500, OptionalInt.empty(), "", "",
                    Optional.empty())).toList();

    /** A kernel that answers as plumbline does, and counts what is read. */
    private static final class Kernel implements LiveFlows {
        private final NamespaceState live;
        private final List<TableKey> read = new ArrayList<>();

        Kernel(NamespaceState live) {
            this.live = live;
        }

        @Override
        public FibResult lookup(Flow flow) {
            var result = whole(live).lookup(flow);
            // The kernel shows the route, and not which of several it may take.
            return result instanceof Found(var route, _)
                    ? new Found(route, route.attributes().nextHops().stream().map(Way::of).toList()) : result;
        }

        @Override
        public List<TcpSession> sshSessions() {
            throw new UncheckedIOException(new java.io.IOException("no tcp_diag"));
        }

        @Override
        public RouteTables routes(Set<TableKey> tables) {
            read.addAll(tables);
            var routes = new TreeMap<TableKey, RouteRows>();
            tables.forEach(key -> routes.put(key, live.routes().rows(key)));
            return new RouteTables(routes);
        }
    }

    private static Fib whole(NamespaceState state) {
        return new Fib(state.links(), state.rules(),
                (_, key, flow, lookup) -> lookup.in(state.routes().rows(key), flow));
    }

    @Test
    void reasoningOverChangesIsEvaluatingBothStates() {
        long first = System.nanoTime();
        int kept = 0;
        int changed = 0;
        int reads = 0;
        for (long seed = first; seed < first + 6000; seed++) {
            var random = new Random(seed);
            var scene = new Scene(random);
            var kernel = new Kernel(scene.live);
            for (int i = 0; i < 4; i++) {
                var flow = scene.flow();
                var effects = new FlowEffects(scene.narrow, scene.read, scene.changes, kernel);
                var effect = effects.of(flow);
                var before = whole(scene.live).lookup(flow);
                var after = whole(After.of(scene.live, scene.changes)).lookup(flow);
                if (before instanceof Found) {
                    boolean differs = !same(before, after);
                    assertTrue(same(effect.after(), after), "seed " + seed + ": " + flow + "\nsays " + effect
                            + "\nis   " + after + "\n" + scene);
                    assertFalse(effect.before() instanceof Unknown, "seed " + seed + ": " + effect + "\n" + scene);
                    changed += differs ? 1 : 0;
                    kept += differs ? 0 : 1;
                }
            }
            reads += kernel.read.size();
        }
        System.out.println("flows kept " + kept + ", changed " + changed + ", tables read " + reads);
        assertTrue(changed > 1000 && kept > 1000 && reads > 0);
    }

    private static boolean same(FibResult one, FibResult two) {
        return switch (one) {
            case Found(var route, var ways) -> two instanceof Found(var other, var others)
                    && route.table() == other.table() && Set.copyOf(others).containsAll(ways);
            case Refused refused -> refused.equals(two);
            case Unknown _ -> two instanceof Unknown;
        };
    }

    /** Tables 254 and 99 are others' and were not read; 100 and 101 are ours. */
    private static final class Scene {
        private final Random random;
        private final Family family;
        private final NamespaceState live;
        private final NamespaceState narrow;
        private final Set<TableKey> read = new HashSet<>();
        private final List<ChangeSet> changes;

        Scene(Random random) {
            this.random = random;
            this.family = random.nextBoolean() ? Family.IPV4 : Family.IPV6;
            var foreign = routes(List.of(254L, 99L), Protocol.STATIC);
            var ours = routes(List.of(100L, 101L, 254L), Protocol.PLUMBLINE).stream()
                    .filter(route -> foreign.stream().noneMatch(route::sameIdentity)).toList();
            var wanted = routes(List.of(100L, 101L, 254L), Protocol.PLUMBLINE).stream()
                    .filter(route -> foreign.stream().noneMatch(route::sameIdentity)).toList();
            var all = new ArrayList<>(foreign);
            all.addAll(ours);
            var rules = new ArrayList<>(rules(Protocol.PLUMBLINE));
            rules.addAll(rules(Protocol.STATIC));
            rules.add(rule(32766, new RuleAction.Lookup(254), Protocol.KERNEL, Optional.empty()));
            rules.sort((a, b) -> Long.compare(a.priority(), b.priority()));
            live = state(all, rules);
            narrow = state(all.stream().filter(route -> route.attributes().isOurs()
                    || random.nextInt(4) == 0 && route.table() == 254).toList(), rules);
            for (long table : List.of(100L, 101L)) {
                if (random.nextBoolean()) {
                    read.add(new TableKey(family, table));
                }
            }
            var moved = narrow.routes().rows(new TableKey(family, 254)).filter(row -> random.nextInt(3) == 0);
            var takes = new TreeMap<TableKey, RouteRows>();
            takes.put(new TableKey(family, 254), moved.withOrigin(DOCUMENT));
            var desired = new DesiredState(tables(wanted), Set.of(), new RouteTables(takes), Set.of(),
                    (random.nextBoolean() ? ourRules(rules) : rules(Protocol.PLUMBLINE)).stream()
                            .map(rule -> new DesiredState.DesiredRule(rule, DOCUMENT)).toList(), Set.of());
            changes = List.of(RuleDiff.between(desired, narrow), RouteDiff.between(desired, narrow));
        }

        private static List<RoutingRule> ourRules(List<RoutingRule> rules) {
            return rules.stream().filter(RoutingRule::isOurs).toList();
        }

        private static NamespaceState state(List<Route> routes, List<RoutingRule> rules) {
            return new NamespaceState(new NamespaceId("boot", 1), LINKS, List.of(), RouteTables.of(routes), rules);
        }

        private static RouteTables tables(List<Route> routes) {
            var builders = new TreeMap<TableKey, RouteRows.Builder>();
            routes.forEach(route -> builders.computeIfAbsent(new TableKey(route.family(), route.table()),
                    key -> new RouteRows.Builder(key.family(), key.table())).add(route, DOCUMENT));
            return RouteTables.built(builders);
        }

        private <T> T one(List<T> values) {
            return values.get(random.nextInt(values.size()));
        }

        private IpAddress address(int host) {
            return IpAddress.parse(family == Family.IPV4 ? "10.0.0." + host : "2001:db8::" + host).orElseThrow();
        }

        private List<Route> routes(List<Long> tables, int protocol) {
            var routes = new ArrayList<Route>();
            var lengths = family == Family.IPV4 ? List.of(0, 0, 8, 24, 30, 32) : List.of(0, 0, 32, 64, 126, 128);
            int count = 1 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                var type = random.nextInt(5) == 0 ? one(List.of(RouteType.THROW, RouteType.BLACKHOLE))
                        : RouteType.UNICAST;
                var hops = new ArrayList<NextHop>();
                for (int hop = 0; type == RouteType.UNICAST && hop < 1 + random.nextInt(6) / 5; hop++) {
                    hops.add(NextHop.via(address(100 + random.nextInt(3)), "eth" + random.nextInt(3)));
                }
                var attributes = new RouteAttributes(type, 0, protocol, Optional.empty(), Optional.empty(), hops,
                        new TreeMap<>(), 0, List.of());
                var route = new Route(one(tables), new Prefix(address(1 + random.nextInt(6)), one(lengths)).masked(), 0,
                        10 + random.nextInt(3), attributes);
                if (routes.stream().noneMatch(route::sameIdentity)) {
                    routes.add(route);
                }
            }
            return routes;
        }

        private List<RoutingRule> rules(int protocol) {
            var rules = new ArrayList<RoutingRule>();
            // Each priority once: of two that differ in `not` alone the kernel deletes either.
            var priorities = new TreeSet<Long>();
            int count = random.nextInt(4);
            for (int i = 0; i < count; i++) {
                priorities.add(protocol * 10L + random.nextInt(5));
            }
            if (random.nextBoolean()) {
                priorities.add(20_000L + protocol);
            }
            for (long priority : priorities) {
                RuleAction action = switch (random.nextInt(12)) {
                    case 0 -> new RuleAction.Blackhole();
                    case 1 -> new RuleAction.Goto(one(List.of(32766L, 20_157L)));
                    case 2 -> new RuleAction.Nop();
                    default -> new RuleAction.Lookup(one(List.of(99L, 100L, 101L, 254L)));
                };
                rules.add(rule(priority, action, protocol, random.nextInt(3) == 0
                        ? Optional.of(address(1 + random.nextInt(3)).host()) : Optional.empty()));
            }
            return rules;
        }

        private RoutingRule rule(long priority, RuleAction action, int protocol, Optional<Prefix> from) {
            var base = RoutingRule.from(priority, family.everything(), 254);
            var suppress = action instanceof RuleAction.Lookup && random.nextInt(5) == 0 && priority < 32766
                    ? OptionalInt.of(random.nextInt(2) * 24) : OptionalInt.empty();
            return new RoutingRule(family, priority, false, from, Optional.empty(), "", "", Optional.empty(), 0,
                    base.ipProtocol(), Optional.empty(), Optional.empty(), Optional.empty(), action, suppress,
                    base.suppressInterfaceGroup(), protocol, List.of());
        }

        Flow flow() {
            var flow = Flow.to(address(1 + random.nextInt(6)));
            return random.nextBoolean() ? flow : flow.from(address(1 + random.nextInt(3)));
        }

        @Override
        public String toString() {
            return "rules " + live.rules() + "\nroutes " + live.routes().tables().values() + "\nread " + read
                    + "\nnarrow " + narrow.routes().tables().values() + "\nchanges " + changes.stream()
                    .flatMap(ChangeSet::pending).map(each -> each.change().action() + " " + each.change().subject())
                    .toList();
        }
    }

    private static Route route(long table, String to, long metric, String via, int protocol) {
        return new Route(table, Prefix.parse(to).orElseThrow(), 0, metric, RouteAttributes.unicast(0,
                List.of(NextHop.via(IpAddress.parse(via).orElseThrow(), "eth0"))).withProtocol(protocol));
    }

    private static final RoutingRule MAIN = RoutingRule.from(32766, Family.IPV4.everything(), 254)
            .withProtocol(Protocol.KERNEL);
    private static final Flow FLOW = Flow.to(IpAddress.parse("198.51.100.7").orElseThrow())
            .from(IpAddress.parse("10.0.0.10").orElseThrow());

    private static FlowEffects.Effect effect(Kernel kernel, List<Route> wanted, List<RoutingRule> rules,
            Route... moved) {
        var narrow = new NamespaceState(kernel.live.id(), LINKS, List.of(), RouteTables.of(List.of(moved)),
                kernel.live.rules());
        var desired = new DesiredState(Scene.tables(wanted), Set.of(), Scene.tables(List.of(moved)), Set.of(),
                rules.stream().map(rule -> new DesiredState.DesiredRule(rule, DOCUMENT)).toList(), Set.of());
        return new FlowEffects(narrow, Set.of(new TableKey(Family.IPV4, 100)),
                List.of(RuleDiff.between(desired, narrow), RouteDiff.between(desired, narrow)), kernel).of(FLOW);
    }

    /** A main table of any size is not read for what does not concern it. */
    @Test
    void theMainTableIsReadOnlyWhereItsAnswerMayChange() {
        var way = route(254, "0.0.0.0/0", 0, "10.0.0.1", Protocol.STATIC);
        var other = route(254, "0.0.0.0/0", 100, "10.0.1.1", Protocol.STATIC);
        var third = route(254, "0.0.0.0/0", 200, "10.0.2.1", Protocol.STATIC);
        var kernel = new Kernel(new NamespaceState(new NamespaceId("boot", 1), LINKS, List.of(),
                RouteTables.of(List.of(way, other, third)), List.of(MAIN)));
        var rule = RoutingRule.from(100, Prefix.parse("10.0.0.10").orElseThrow(), 100);

        var elsewhere = effect(kernel, List.of(route(254, "192.0.2.0/24", 0, "10.0.0.9", Protocol.PLUMBLINE)),
                List.of(RoutingRule.from(100, Prefix.parse("10.0.0.11").orElseThrow(), 100)));
        assertFalse(elsewhere.isChanged());
        assertFalse(effect(kernel, List.of(), List.of(), other).isChanged(), "one of a worse metric goes");
        assertFalse(effect(kernel, List.of(route(100, "0.0.0.0/0", 0, "10.0.0.1", Protocol.PLUMBLINE)),
                List.of(rule)).isChanged(), "another table, the same router");
        assertTrue(effect(kernel, List.of(route(100, "0.0.0.0/0", 0, "10.0.0.2", Protocol.PLUMBLINE)),
                List.of(rule)).isChanged());
        assertEquals(List.of(), kernel.read);

        var next = effect(kernel, List.of(), List.of(), way);
        assertEquals(List.of(Way.of(other.attributes().nextHops().getFirst())),
                assertInstanceOf(Found.class, next.after()).ways());
        assertTrue(next.isChanged());
        assertEquals(List.of(new TableKey(Family.IPV4, 254)), kernel.read);
    }

    @Test
    void aKernelThatAnswersOtherwiseMakesItUnknown() {
        var way = route(254, "0.0.0.0/0", 0, "10.0.0.1", Protocol.STATIC);
        var kernel = new Kernel(new NamespaceState(new NamespaceId("boot", 1), LINKS, List.of(),
                RouteTables.of(List.of(way)), List.of(MAIN)));
        var blind = new NamespaceState(kernel.live.id(), LINKS, List.of(), RouteTables.NONE,
                List.of(MAIN.withAction(new RuleAction.Lookup(99)), MAIN));
        var desired = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(), List.of(
                new DesiredState.DesiredRule(RoutingRule.from(100, Prefix.parse("10.0.0.10").orElseThrow(), 100),
                        DOCUMENT)), Set.of());
        // Table 99 was read, and leads the flow away; the kernel says that it does not.
        var read = new NamespaceState(blind.id(), LINKS, List.of(), RouteTables.of(List.of(
                route(99, "0.0.0.0/0", 0, "10.0.9.9", Protocol.STATIC))), blind.rules());
        var effect = new FlowEffects(read, Set.of(new TableKey(Family.IPV4, 99), new TableKey(Family.IPV4, 100)),
                List.of(RuleDiff.between(desired, read)), kernel).of(FLOW);
        assertInstanceOf(Unknown.class, effect.before());
        assertTrue(effect.isChanged());
    }

    @Test
    void sessionsThatCannotBeListedAreAHit() {
        var kernel = new Kernel(new NamespaceState(new NamespaceId("boot", 1), LINKS, List.of(), RouteTables.NONE,
                List.of(MAIN)));
        var desired = new DesiredState(Scene.tables(List.of(route(100, "192.0.2.0/24", 0, "10.0.0.1",
                Protocol.PLUMBLINE))), Set.of(), RouteTables.NONE, Set.of(), List.of(), Set.of());
        var changes = List.<ChangeSet>of(RouteDiff.between(desired, kernel.live));
        var hit = Guards.hit(kernel.live, Set.of(), changes, true, kernel);
        assertEquals(List.of("may cut SSH sessions: java.io.IOException: no tcp_diag"),
                hit.stream().map(Guard::message).toList());
        assertEquals(List.of(), Guards.hit(kernel.live, Set.of(), List.of(), true, kernel), "an empty plan");
    }
}
