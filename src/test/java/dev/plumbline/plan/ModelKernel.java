package dev.plumbline.plan;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Family;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.SysctlChanges;
import dev.plumbline.state.TableChanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The kernel's rules of the game for routes and rules, as far as a plan relies on them: what EXCL refuses, what REPLACE
 * replaces, which rule a delete hits. The kernel tier checks the same plans against the real one.
 */
final class ModelKernel {

    private final List<Link> links = Stream.of("eth0", "eth8", "eth9").map(name -> new Link(1, name, "", 1, 1500,
            OptionalInt.empty(), "", "", Optional.empty())).toList();
    final List<Route> routes = new ArrayList<>();
    final List<RoutingRule> rules = new ArrayList<>();

    NamespaceState state() {
        return new NamespaceState(new NamespaceId("boot", 1), links, List.of(), RouteTables.of(routes), rules);
    }

    void apply(ChangeSet changes) {
        switch (changes) {
            case RouteChanges routes -> apply(routes);
            case RuleChanges rules -> apply(rules);
            case LinkChanges links when links.isEmpty() -> { }
            case SysctlChanges sysctls when sysctls.isEmpty() -> { }
            default -> throw new AssertionError(changes);
        }
    }

    void apply(RouteChanges changes) {
        for (var phase : List.of(Phase.INERT, Phase.NEW_ROUTES)) {
            changes.tables().stream().filter(table -> table.phase() == phase).forEach(this::write);
        }
        for (var table : changes.tables()) {
            for (int row : table.delete()) {
                delete(table.live().route(row));
            }
        }
    }

    private void write(TableChanges table) {
        for (int row : table.create()) {
            var route = table.desired().route(row);
            boolean first = (row == 0 || table.desired().compareIdentity(row - 1, table.desired(), row) != 0)
                    && (route.attributes().isOurs() || route.family() == Family.IPV6);
            if (first && routes.stream().anyMatch(route::sameIdentity)) {
                throw new AssertionError("EEXIST " + route);
            }
            routes.add(route);
        }
        for (int i = 0; i < table.replaceNew().length; i++) {
            var route = table.desired().route(table.replaceNew()[i]);
            int at = firstOf(route);
            if (!routes.get(at).equals(table.live().route(table.replaceOld()[i]))) {
                throw new AssertionError("REPLACE would hit " + routes.get(at));
            }
            routes.set(at, route);
        }
        for (int row : table.recreateOld()) {
            delete(table.live().route(row));
        }
        for (int row : table.recreateNew()) {
            routes.add(table.desired().route(row));
        }
    }

    private int firstOf(Route route) {
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).sameIdentity(route)) {
                return i;
            }
        }
        throw new AssertionError("ENOENT " + route);
    }

    private void delete(Route route) {
        if (!routes.remove(route)) {
            throw new AssertionError("ESRCH " + route);
        }
    }

    void apply(RuleChanges changes) {
        changes.create().forEach(each -> add(each.rule()));
        changes.takenAway().forEach(this::delete);
        changes.delete().forEach(each -> delete(each.rule()));
    }

    void add(RoutingRule rule) {
        rules.add(rule);
        rules.sort(Comparator.comparing(RoutingRule::family).thenComparingLong(RoutingRule::priority));
    }

    /** Takes the first rule that fits the request, as {@code fib_nl_delrule} does, and checks that it is the one meant. */
    private void delete(RoutingRule rule) {
        for (int i = 0; i < rules.size(); i++) {
            if (RuleDiff.deleteHits(rule, rules.get(i))) {
                if (!rules.get(i).equals(rule)) {
                    throw new AssertionError("the delete of `" + rule + "` hit `" + rules.get(i) + "`");
                }
                rules.remove(i);
                return;
            }
        }
        throw new AssertionError("ENOENT " + rule);
    }

    List<RoutingRule> rulesOf(Family family, long priority) {
        return rules.stream().filter(rule -> rule.family() == family && rule.priority() == priority).toList();
    }
}
