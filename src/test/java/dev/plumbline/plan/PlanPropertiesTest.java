package dev.plumbline.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever is wanted and whatever is live: after the plan the next one is empty, and nobody else's objects changed. */
class PlanPropertiesTest {

    private static final Origin DOCUMENT = new Origin("RouteTable/t", "t.yaml", 1, 1);

    @Property(tries = 3000)
    void routesConverge(@ForAll("routes") List<Route> wanted, @ForAll("routes") List<Route> live,
            @ForAll("routes") List<Route> foreign, @ForAll boolean exclusive, @ForAll boolean adopt) {
        var kernel = new ModelKernel();
        foreign.forEach(route -> kernel.routes.add(foreign(route)));
        // Ours stand only where the kernel lets them: beside foreign ones of another identity, or behind them.
        unique(live).stream().filter(route -> route.family() == Family.IPV4
                || foreign.stream().noneMatch(route::sameIdentity)).forEach(kernel.routes::add);
        var mine = adopt ? unique(wanted) : unique(wanted).stream()
                .filter(route -> exclusive || foreign.stream().noneMatch(route::sameIdentity)).toList();
        var before = List.copyOf(kernel.routes);
        var desired = desired(mine, exclusive, adopt);

        kernel.apply(RouteDiff.between(desired, kernel.state()));

        assertTrue(RouteDiff.between(desired, kernel.state()).isEmpty(), () -> "second plan of " + kernel.routes);
        assertEquals(Set.copyOf(mine), new HashSet<>(kernel.routes.stream().filter(r -> r.attributes().isOurs()).toList()));
        if (!exclusive && !adopt) {
            assertEquals(before.stream().filter(r -> !r.attributes().isOurs()).toList(),
                    kernel.routes.stream().filter(r -> !r.attributes().isOurs()).toList());
        }
    }

    @Property(tries = 2000)
    void undoBringsBackWhatWas(@ForAll("routes") List<Route> wanted, @ForAll("routes") List<Route> live,
            @ForAll("routes") List<Route> foreign) {
        var kernel = new ModelKernel();
        foreign.stream().filter(route -> live.stream().noneMatch(route::sameIdentity))
                .forEach(route -> kernel.routes.add(foreign(route)));
        unique(live).forEach(kernel.routes::add);
        var before = kernel.state();
        var changes = RouteDiff.between(desired(unique(wanted), true, true), before);
        kernel.apply(changes);

        var former = Former.of(before, List.of(changes), ReadScope.ALL);
        former.wayFrom(kernel.state()).changes().forEach(kernel::apply);

        assertEquals(before.routes(), kernel.state().routes());
        assertTrue(former.wayFrom(kernel.state()).isEmpty());
    }

    /** However far it came: the plan is cut anywhere, the undo is the same. */
    @Property(tries = 3000)
    void undoOfRulesBringsBackWhatWas(@ForAll("rules") List<RoutingRule> wanted, @ForAll("rules") List<RoutingRule> live,
            @ForAll("rules") List<RoutingRule> foreign, @ForAll @IntRange(max = 12) int cut) {
        var kernel = new ModelKernel();
        foreign.forEach(rule -> kernel.add(rule.withProtocol(Protocol.STATIC)));
        distinct(live).forEach(kernel::add);
        var before = kernel.state();
        var desired = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(),
                distinct(wanted).stream().map(rule -> new DesiredState.DesiredRule(rule, DOCUMENT)).toList(), Set.of());
        var changes = RuleDiff.between(desired, before);
        var former = Former.of(before, List.of(changes), ReadScope.ALL);
        kernel.apply(first(changes, cut));

        former.wayFrom(kernel.state()).changes().forEach(kernel::apply);

        assertTrue(former.wayFrom(kernel.state()).isEmpty());
        for (var family : Family.values()) {
            for (long priority = 10; priority <= 11; priority++) {
                assertEquals(ours(before.rules(), family, priority), ours(kernel.rules, family, priority));
            }
        }
        assertEquals(before.rules().stream().filter(rule -> !rule.isOurs()).toList(),
                kernel.rules.stream().filter(rule -> !rule.isOurs()).toList());
    }

    private static List<RoutingRule> ours(List<RoutingRule> rules, Family family, long priority) {
        return rules.stream().filter(rule -> rule.isOurs() && rule.family() == family && rule.priority() == priority)
                .toList();
    }

    /** The first so many requests of a plan. */
    private static RuleChanges first(RuleChanges changes, int count) {
        int creates = Math.min(count, changes.create().size());
        int taken = Math.min(count - creates, changes.takenAway().size());
        int deletes = Math.min(count - creates - taken, changes.delete().size());
        return new RuleChanges(changes.create().subList(0, creates), changes.takenAway().subList(0, taken),
                changes.delete().subList(0, deletes));
    }

    @Property(tries = 2000)
    void theRoutesAfterAreForetold(@ForAll("routes") List<Route> wanted, @ForAll("routes") List<Route> live,
            @ForAll("routes") List<Route> foreign, @ForAll("routes") List<Route> unread) {
        var kernel = new ModelKernel();
        foreign.stream().filter(route -> live.stream().noneMatch(route::sameIdentity))
                .forEach(route -> kernel.routes.add(foreign(route)));
        unique(live).forEach(kernel.routes::add);
        var before = kernel.state();
        var changes = List.<ChangeSet>of(RouteDiff.between(desired(unique(wanted), true, true), before));

        var after = After.of(before, changes);
        var more = unread.stream().map(PlanPropertiesTest::elsewhere).map(PlanPropertiesTest::foreign).toList();
        kernel.routes.addAll(more);
        var wider = After.of(kernel.state(), changes);
        kernel.apply((RouteChanges) changes.getFirst());

        assertEquals(kernel.state().routes(), wider.routes(), "also where more was read than the plan is made from");
        kernel.routes.removeAll(more);
        assertEquals(kernel.state().routes(), after.routes());
    }

    private static Route elsewhere(Route route) {
        return new Route(route.table(), route.destination(), 0, route.metric() + 1000, route.attributes());
    }

    @Property(tries = 3000)
    void theRulesAfterAreForetold(@ForAll("rules") List<RoutingRule> wanted, @ForAll("rules") List<RoutingRule> live,
            @ForAll("rules") List<RoutingRule> foreign) {
        var kernel = new ModelKernel();
        foreign.forEach(rule -> kernel.add(rule.withProtocol(Protocol.STATIC)));
        distinct(live).forEach(kernel::add);
        var desired = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(), distinct(wanted).stream()
                .map(rule -> new DesiredState.DesiredRule(rule, DOCUMENT)).toList(), Set.of());
        var before = kernel.state();
        var changes = RuleDiff.between(desired, before);

        kernel.apply(changes);

        assertEquals(kernel.rules, After.of(before, List.of(changes)).rules());
    }

    @Property(tries = 4000)
    void rulesConvergeInOrder(@ForAll("rules") List<RoutingRule> wanted, @ForAll("rules") List<RoutingRule> live,
            @ForAll("rules") List<RoutingRule> foreign) {
        var kernel = new ModelKernel();
        foreign.forEach(rule -> kernel.add(rule.withProtocol(Protocol.STATIC)));
        distinct(live).forEach(kernel::add);
        var before = kernel.rules.stream().filter(rule -> !rule.isOurs()).toList();
        var mine = distinct(wanted);
        var desired = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(),
                mine.stream().map(rule -> new DesiredState.DesiredRule(rule, DOCUMENT)).toList(), Set.of());

        kernel.apply(RuleDiff.between(desired, kernel.state()));

        assertTrue(RuleDiff.between(desired, kernel.state()).isEmpty(), () -> "second plan of " + kernel.rules);
        assertEquals(before, kernel.rules.stream().filter(rule -> !rule.isOurs()).toList());
        for (var family : Family.values()) {
            for (long priority = 10; priority <= 11; priority++) {
                long at = priority;
                assertEquals(mine.stream().filter(r -> r.family() == family && r.priority() == at).toList(),
                        kernel.rulesOf(family, priority).stream().filter(RoutingRule::isOurs).toList());
            }
        }
    }

    @Property(tries = 1000)
    void keptTablesStay(@ForAll("routes") List<Route> live, @ForAll("rules") List<RoutingRule> rules) {
        var kernel = new ModelKernel();
        unique(live).forEach(kernel.routes::add);
        distinct(rules).forEach(kernel::add);
        var desired = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(), List.of(), Set.of(100L));
        kernel.apply(RouteDiff.between(desired, kernel.state()));
        kernel.apply(RuleDiff.between(desired, kernel.state()));
        assertEquals(unique(live).stream().filter(route -> route.table() == 100).toList(), kernel.routes);
        assertTrue(kernel.rules.stream().allMatch(rule -> rule.table().orElse(0) == 100), kernel.rules::toString);
    }

    private static DesiredState desired(List<Route> routes, boolean exclusive, boolean adopt) {
        var builders = new TreeMap<TableKey, RouteRows.Builder>();
        routes.forEach(route -> builders.computeIfAbsent(new TableKey(route.family(), route.table()),
                key -> new RouteRows.Builder(key.family(), key.table())).add(route, DOCUMENT));
        var keys = Set.of(new TableKey(Family.IPV4, 100), new TableKey(Family.IPV4, 101),
                new TableKey(Family.IPV6, 100), new TableKey(Family.IPV6, 101));
        return new DesiredState(RouteTables.built(builders), exclusive ? keys : Set.of(), RouteTables.NONE,
                adopt ? Set.of(DOCUMENT.document()) : Set.of(), List.of(), Set.of());
    }

    private static Route foreign(Route route) {
        return route.withAttributes(route.attributes().withProtocol(Protocol.STATIC));
    }

    /** One route an identity: documents cannot ask for more. */
    private static List<Route> unique(List<Route> routes) {
        var result = new ArrayList<Route>();
        for (var route : routes) {
            if (result.stream().noneMatch(route::sameIdentity)) {
                result.add(route);
            }
        }
        return result;
    }

    /** One rule a family, priority and selector, whatever its inversion: documents cannot ask for more. */
    private static List<RoutingRule> distinct(List<RoutingRule> rules) {
        var seen = new HashSet<String>();
        return rules.stream().filter(rule -> seen.add(rule.family() + " " + rule.priority() + " "
                + rule.withNot(false).selector())).toList();
    }

    @Provide
    Arbitrary<List<Route>> routes() {
        var gateways = Arbitraries.of("10.0.0.1", "10.0.0.2", "");
        var destinations = Arbitraries.of("10.1.0.0/16", "10.1.0.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0");
        return Combinators.combine(destinations, Arbitraries.of(100L, 101L), Arbitraries.of(0L, 50L), gateways)
                .as((to, table, metric, via) -> {
                    var prefix = Prefix.parse(to).orElseThrow();
                    var hop = via.isEmpty() || prefix.family() == Family.IPV6 ? NextHop.onLink("eth" + via.length())
                            : NextHop.via(IpAddress.parse(via).orElseThrow(), "eth0");
                    return new Route(table, prefix, 0, metric, RouteAttributes.unicast(0, List.of(hop)));
                }).list().ofMaxSize(6).map(PlanPropertiesTest::unique);
    }

    @Provide
    Arbitrary<List<RoutingRule>> rules() {
        var from = Arbitraries.of("10.0.0.0/8", "10.1.0.0/16", "", "2001:db8::/32");
        return Combinators.combine(from, Arbitraries.of("", "eth0", "eth1"), Arbitraries.of(10L, 11L),
                Arbitraries.of(100L, 101L), Arbitraries.of(true, false)).as((source, iif, priority, table, not) -> {
                    var base = RoutingRule.from(priority, Prefix.parse(source.isEmpty() ? "0.0.0.0/0" : source)
                            .orElseThrow(), table).withNot(not).withAction(new RuleAction.Lookup(table));
                    return new RoutingRule(base.family(), priority, not, base.from(), Optional.empty(), iif, "",
                            Optional.empty(), 0, base.ipProtocol(), Optional.empty(), Optional.empty(), Optional.empty(),
                            base.action(), base.suppressPrefixLength(), base.suppressInterfaceGroup(),
                            Protocol.PLUMBLINE, List.of());
                }).list().ofMaxSize(6);
    }
}
