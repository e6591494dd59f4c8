package dev.plumbline.plan;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The inverse of a plan: the state before it, as a desired one. Undoing is a fresh diff towards it, so it does not
 * matter how far the plan was carried out.
 */
public final class Former {

    private static final Origin ORIGIN = new Origin("the state before", "", 0, 0);

    private Former() {
    }

    /** What was ours before, and what of others the plan takes away. */
    public static DesiredState of(NamespaceState before, List<ChangeSet> changes) {
        var tables = new TreeMap<TableKey, RouteRows>();
        before.routes().tables().forEach((key, rows) ->
                tables.put(key, rows.filter(row -> rows.attributes(row).isOurs())));
        var rules = new ArrayList<DesiredState.DesiredRule>();
        var takenRules = new ArrayList<>();
        for (var each : changes) {
            switch (each) {
                case RouteChanges routes -> routes.tables().forEach(table -> tables.put(table.key(), kept(table)));
                case RuleChanges gone -> gone.delete().forEach(deletion -> takenRules.add(deletion.rule()));
                default -> throw new IllegalStateException("no inverse for " + each.getClass());
            }
        }
        for (var rule : before.rules()) {
            if (rule.isOurs() || takenRules.contains(rule)) {
                rules.add(new DesiredState.DesiredRule(rule, ORIGIN));
            }
        }
        return new DesiredState(new RouteTables(tables), Set.of(), RouteTables.NONE, Set.of(), rules, Set.of());
    }

    private static RouteRows kept(TableChanges table) {
        var live = table.live();
        var taken = new BitSet(live.size());
        for (int[] rows : List.of(table.replaceOld(), table.recreateOld(), table.delete())) {
            for (int row : rows) {
                taken.set(row);
            }
        }
        return live.filter(row -> taken.get(row) || live.attributes(row).isOurs());
    }
}
