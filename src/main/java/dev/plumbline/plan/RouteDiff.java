package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What must change among routes. One merge walk a table: no more than a comparison a row. */
public final class RouteDiff {

    private static final Set<Long> ALWAYS_READ = Set.of(Route.TABLE_MAIN, Route.TABLE_DEFAULT, Route.TABLE_LOCAL);

    private RouteDiff() {
    }

    /** The changes that lead from the live routes to the desired ones. */
    public static RouteChanges between(DesiredState desired, NamespaceState live) {
        var keys = new TreeSet<TableKey>(desired.routes().tables().keySet());
        keys.addAll(live.routes().tables().keySet());
        var readTables = readTables(live.rules());
        live.links().forEach(link -> link.vrfTable().ifPresent(readTables::add));
        List<TableChanges> changed = new ArrayList<>();
        for (var key : keys) {
            boolean read = ALWAYS_READ.contains(key.table()) || readTables.contains(key.table());
            var changes = new TableDiff(key, desired, live.routes().rows(key)).changes(
                    read ? Phase.NEW_ROUTES : Phase.INERT);
            if (!changes.isEmpty()) {
                changed.add(changes);
            }
        }
        return new RouteChanges(inOrder(changed));
    }

    /**
     * A gateway may be reached by a device route that comes in another table, which rules lead to: main's, where it is
     * put back. Tables that nothing reads are then written with it, because within a phase device routes come first.
     */
    private static List<TableChanges> inOrder(List<TableChanges> changed) {
        boolean reachable = changed.stream().anyMatch(each -> each.phase() == Phase.NEW_ROUTES
                && each.writes(attributes -> !attributes.nextHops().isEmpty() && !attributes.hasGateway()));
        return !reachable ? changed : changed.stream().map(each -> each.phase() == Phase.INERT
                && each.writes(RouteAttributes::hasGateway) ? each.in(Phase.NEW_ROUTES) : each).toList();
    }

    private static Set<Long> readTables(List<RoutingRule> rules) {
        return rules.stream().flatMapToLong(rule -> rule.table().stream()).boxed().collect(Collectors.toSet());
    }
}
