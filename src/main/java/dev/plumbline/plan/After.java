package dev.plumbline.plan;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.SysctlChanges;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallEdits;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The state that a plan leads to: what is live, with the changes carried out as the kernel would. */
public final class After {

    private After() {
    }

    /** The whole state, as far as it was read. */
    public static NamespaceState of(NamespaceState live, List<ChangeSet> changes) {
        var then = afterLinks(live, changes);
        var tables = new TreeMap<TableKey, RouteRows>(then.routes().tables());
        var rules = live.rules();
        var firewall = live.firewall();
        var sysctls = live.sysctls();
        for (var each : changes) {
            switch (each) {
                case RouteChanges routes -> routes.tables().forEach(table ->
                        tables.put(table.key(), rows(then.routes().rows(table.key()), table)));
                case RuleChanges some -> rules = rules(rules, some);
                case FirewallChanges some -> firewall = firewall(live.firewall(), some);
                case SysctlChanges some -> sysctls = some.after(sysctls);
                case LinkChanges _ -> { }
                default -> throw new IllegalStateException("no state after " + each.getClass());
            }
        }
        tables.values().removeIf(RouteRows::isEmpty);
        return then.with(new RouteTables(tables)).with(rules).with(firewall).with(sysctls);
    }

    /** After the changes of links alone, which come first and take routes with them. */
    static NamespaceState afterLinks(NamespaceState live, List<ChangeSet> changes) {
        return changes.stream().filter(LinkChanges.class::isInstance).map(LinkChanges.class::cast).findFirst()
                .map(each -> LinkEffects.after(live, each)).orElse(live);
    }

    /** The tables, with handles of none: only the kernel gives those. */
    private static LiveFirewall firewall(LiveFirewall live, FirewallChanges changes) {
        if (changes.isEmpty()) {
            return live;
        }
        var tables = new EnumMap<TableFamily, Table>(TableFamily.class);
        live.state().tables().forEach(table -> tables.put(table.family(), table));
        for (var edit : changes.tables()) {
            if (edit.action() == FirewallEdits.Action.DELETE) {
                tables.remove(edit.family());
            } else {
                tables.put(edit.family(), edit.after());
            }
        }
        return new LiveFirewall(new FirewallState(List.copyOf(tables.values())), Map.of());
    }

    /** Rules in the kernel's order: new ones stand behind their equals, and of equal ones the first is taken away. */
    public static List<RoutingRule> rules(List<RoutingRule> live, RuleChanges changes) {
        var rules = new ArrayList<>(live);
        changes.create().forEach(each -> rules.add(each.rule()));
        rules.sort(Comparator.comparing(RoutingRule::family).thenComparingLong(RoutingRule::priority));
        changes.takenAway().forEach(rules::remove);
        changes.delete().forEach(each -> rules.remove(each.rule()));
        return rules;
    }

    /**
     * One table.
     *
     * @param live its rows; there may be more of them than the changes were made from
     */
    static RouteRows rows(RouteRows live, TableChanges changes) {
        var gone = new BitSet(live.size());
        mark(gone, live, changes, changes.delete());
        mark(gone, live, changes, changes.recreateOld());
        var replacement = new int[live.size()];
        int[] old = changes.replaceOld();
        for (int i = 0; i < old.length; i++) {
            int row = find(live, changes.live(), old[i]);
            if (row >= 0) {
                replacement[row] = i + 1;
            }
        }
        var builder = new RouteRows.Builder(live.family(), live.table());
        for (int row = 0; row < live.size(); row++) {
            if (replacement[row] > 0) {
                add(builder, changes.desired(), changes.replaceNew()[replacement[row] - 1]);
            } else if (!gone.get(row)) {
                add(builder, live, row);
            }
        }
        for (int[] rows : List.of(changes.create(), changes.recreateNew())) {
            for (int row : rows) {
                add(builder, changes.desired(), row);
            }
        }
        return builder.build();
    }

    private static void mark(BitSet marked, RouteRows live, TableChanges changes, int[] rows) {
        for (int row : rows) {
            int found = find(live, changes.live(), row);
            if (found >= 0) {
                marked.set(found);
            }
        }
    }

    /** Where a row that the changes were made from stands in another reading; -1 if it is not there. */
    private static int find(RouteRows live, RouteRows made, int row) {
        if (live == made) {
            return row;
        }
        int first = live.find(made, row);
        for (int each = first; each >= 0 && each < live.groupEnd(first); each++) {
            if (live.attributes(each).sameIntent(made.attributes(row))) {
                return each;
            }
        }
        return -1;
    }

    private static void add(RouteRows.Builder builder, RouteRows from, int row) {
        builder.add(from.hi(row), from.lo(row), from.prefixLength(row), from.tos(row), from.metric(row),
                builder.intern(from.attributes(row)));
    }
}
