package dev.plumbline.plan;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.DesiredState.DesiredSysctl;
import dev.plumbline.state.Family;
import dev.plumbline.state.Held;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.SysctlChanges;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The inverse of a plan: how everything that it touches was before. Undoing is a fresh diff towards it, so it does not
 * matter how far the plan was carried out. Its size is that of the plan, not of the tables: what the plan does not
 * touch is not in it, and is not compared.
 *
 * @param scope what was read for the plan, and is to be read for the undo
 * @param sysctls values by path
 */
public record Former(ReadScope scope, List<FormerRoutes> routes, FormerRules rules, FormerLinks links,
        List<FormerTable> firewall, Map<String, String> sysctls) {

    static final Origin ORIGIN = new Origin("the state before", "", 0, 0);

    public Former {
        routes = List.copyOf(routes);
        firewall = List.copyOf(firewall);
        sysctls = Map.copyOf(sysctls);
    }

    /** Of a plan of routes and rules alone. */
    public Former(ReadScope scope, List<FormerRoutes> routes, FormerRules rules) {
        this(scope, routes, rules, FormerLinks.NONE, List.of(), Map.of());
    }

    /**
     * The rules at every family and priority that the plan touches.
     *
     * @param before all of them, whoever made them, in the kernel's order
     * @param taken those of others among them that the plan deletes
     * @param after those that the plan adds
     */
    public record FormerRules(List<RoutingRule> before, Set<RoutingRule> taken, List<RoutingRule> after) {

        public FormerRules {
            before = List.copyOf(before);
            taken = Set.copyOf(taken);
            after = List.copyOf(after);
        }

        private record Place(Family family, long priority) {
        }

        private static Place place(RoutingRule rule) {
            return new Place(rule.family(), rule.priority());
        }

        static FormerRules of(NamespaceState live, RuleChanges changes) {
            var after = changes.create().stream().map(RuleChanges.Creation::rule).toList();
            var places = new HashSet<Place>();
            after.forEach(rule -> places.add(place(rule)));
            changes.takenAway().forEach(rule -> places.add(place(rule)));
            changes.delete().forEach(each -> places.add(place(each.rule())));
            var taken = changes.delete().stream().map(RuleChanges.Deletion::rule).filter(rule -> !rule.isOurs())
                    .collect(Collectors.toSet());
            return new FormerRules(live.rules().stream().filter(rule -> places.contains(place(rule))).toList(), taken,
                    after);
        }

        /** The rules of the touched places among live ones. */
        private List<RoutingRule> touched(List<RoutingRule> live) {
            var places = before.stream().map(FormerRules::place).collect(Collectors.toCollection(HashSet::new));
            after.forEach(rule -> places.add(place(rule)));
            return live.stream().filter(rule -> places.contains(place(rule))).toList();
        }

        private RuleChanges changes(NamespaceState live) {
            var wanted = before.stream().filter(rule -> rule.isOurs() || taken.contains(rule))
                    .map(rule -> new DesiredRule(rule, ORIGIN)).toList();
            var putBack = after.stream().filter(rule -> !rule.isOurs() && !before.contains(rule))
                    .collect(Collectors.toSet());
            var desired = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(), wanted, Set.of());
            return RuleDiff.between(desired, live.with(RouteTables.NONE).with(touched(live.rules())), putBack);
        }

        /** Rules that stand in another order than before, although all are there: only others' can. */
        private List<String> misplaced(NamespaceState live) {
            var now = touched(live.rules());
            var misplaced = new ArrayList<String>();
            for (var place : before.stream().map(FormerRules::place).distinct().toList()) {
                var was = before.stream().filter(rule -> place(rule).equals(place) && now.contains(rule)).toList();
                var is = now.stream().filter(rule -> place(rule).equals(place) && before.contains(rule)).toList();
                if (!was.equals(is)) {
                    misplaced.add("the order of the " + place.family() + " rules at priority " + place.priority()
                            + ", which others made, was: " + was.stream().map(RoutingRule::toString)
                                    .collect(Collectors.joining(", ")));
                }
            }
            return misplaced;
        }
    }

    /** What a plan touches, as it was read. */
    public static Former of(NamespaceState before, List<ChangeSet> changes, ReadScope scope) {
        var routes = new ArrayList<FormerRoutes>();
        var rules = new FormerRules(List.of(), Set.of(), List.of());
        var firewall = new ArrayList<FormerTable>();
        var sysctls = Map.<String, String>of();
        var links = FormerLinks.NONE;
        var lost = new TreeMap<TableKey, RouteRows>();
        for (var each : changes) {
            switch (each) {
                case LinkChanges some -> {
                    links = FormerLinks.of(some);
                    lost.putAll(LinkEffects.lost(before, some));
                }
                case RouteChanges some -> some.tables().forEach(table -> routes.add(FormerRoutes.of(table)
                        .with(lost.remove(table.key()))));
                case RuleChanges some -> rules = FormerRules.of(before, some);
                case FirewallChanges some -> some.tables().forEach(table -> firewall.add(FormerTable.of(table)));
                case SysctlChanges some -> sysctls = some.former(before.sysctls());
                default -> throw new IllegalStateException("no inverse for " + each.getClass());
            }
        }
        lost.forEach((key, rows) -> routes.add(FormerRoutes.untouched(key).with(rows)));
        return new Former(scope, routes, rules, links, firewall, sysctls);
    }

    /**
     * What is left to undo.
     *
     * @param changes what leads back
     * @param impossible what cannot come back, and why
     */
    public record Way(List<ChangeSet> changes, List<String> impossible) {

        /** Whether the former state is there, as far as it can be. */
        public boolean isEmpty() {
            return changes.stream().allMatch(ChangeSet::isEmpty);
        }

        /** How much is left to do. */
        public long size() {
            return changes.stream().mapToLong(each -> (long) each.toAdd() + each.toChange() + each.toDestroy()).sum();
        }
    }

    /** The way back from the live state to the former one. */
    public Way wayFrom(NamespaceState now) {
        var impossible = new TreeSet<String>();
        var linkChanges = LinkDiff.back(links, now, impossible);
        var live = LinkEffects.after(now, linkChanges);
        var devices = live.links().stream().map(Link::name).collect(Collectors.toSet());
        var wanted = new TreeMap<TableKey, RouteRows>();
        var present = new TreeMap<TableKey, RouteRows>();
        var going = new TreeMap<TableKey, RouteRows>();
        for (var table : routes) {
            var rows = live.routes().rows(table.key());
            wanted.put(table.key(), table.wanted(rows, devices, impossible));
            present.put(table.key(), table.touched(rows));
            going.put(table.key(), table.putBack());
        }
        var desired = new DesiredState(new RouteTables(wanted), Set.of(), new RouteTables(going), Set.of(), List.of(),
                Set.of());
        var routeChanges = RouteDiff.between(desired, live.with(new RouteTables(present)));
        var ruleChanges = rules.changes(live);
        if (ruleChanges.isEmpty()) {
            impossible.addAll(rules.misplaced(live));
        }
        var changes = new ArrayList<ChangeSet>(List.of(linkChanges, ruleChanges, routeChanges, sysctlChanges(live)));
        if (!firewall.isEmpty()) {
            changes.add(firewallChanges(live.firewall(), impossible));
        }
        return new Way(changes, List.copyOf(impossible));
    }

    private FirewallChanges firewallChanges(LiveFirewall live, Set<String> impossible) {
        var touched = firewall.stream().map(FormerTable::family).collect(Collectors.toSet());
        var wanted = new ArrayList<>(live.state().tables().stream()
                .filter(table -> !touched.contains(table.family())).toList());
        for (var table : firewall) {
            table.wanted(live.state().table(table.family()), impossible).ifPresent(wanted::add);
        }
        return FirewallDiff.between(DesiredFirewall.of(new FirewallState(wanted)), live);
    }

    private SysctlChanges sysctlChanges(NamespaceState live) {
        var wanted = sysctls.entrySet().stream()
                .map(each -> new DesiredSysctl(each.getKey(), each.getValue(), true, ORIGIN)).toList();
        return SysctlDiff.between(new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(), List.of(),
                Set.of(), DesiredFirewall.NONE, wanted, List.of(), List.of(), Held.NOTHING), live);
    }
}
