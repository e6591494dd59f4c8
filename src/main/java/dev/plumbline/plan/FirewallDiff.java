package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallEdits.Action;
import dev.plumbline.state.firewall.FirewallEdits.ChainEdit;
import dev.plumbline.state.firewall.FirewallEdits.RuleEdit;
import dev.plumbline.state.firewall.FirewallEdits.SetEdit;
import dev.plumbline.state.firewall.FirewallEdits.TableEdit;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What must change in plumbline's tables: sets by element, rules by the shortest edit script, so that the counters of
 * all others go on. Where one goes and another comes between the same two, the one takes the other's place.
 */
public final class FirewallDiff {

    private FirewallDiff() {
    }

    /** The changes that lead from the live tables to the desired ones; none where the live ones cannot be read. */
    public static FirewallChanges between(DesiredState desired, NamespaceState live) {
        return live.firewall().access() == LiveFirewall.Access.READ
                ? between(desired.firewall(), live.firewall())
                : new FirewallChanges(live.firewall(), desired.firewall(), List.of());
    }

    /** The changes that lead from the live tables to the desired ones. */
    public static FirewallChanges between(DesiredFirewall desired, LiveFirewall live) {
        var edits = new ArrayList<TableEdit>();
        for (var family : TableFamily.values()) {
            var before = live.state().table(family);
            var after = desired.state().table(family);
            if (!before.equals(after)) {
                edit(family, before, after).ifPresent(edits::add);
            }
        }
        return new FirewallChanges(live, desired, edits);
    }

    private static Optional<TableEdit> edit(TableFamily family, Optional<Table> before, Optional<Table> after) {
        var empty = Table.empty(family);
        if (after.isEmpty()) {
            return before.map(table -> new TableEdit(Action.DELETE, table, empty, List.of(), List.of()));
        }
        var old = before.orElse(empty);
        var now = after.get();
        var sets = sets(old, now);
        var remade = new HashSet<String>();
        for (var each : sets) {
            if (each instanceof SetEdit.Recreate recreate) {
                remade.add(recreate.after().name());
            }
        }
        var chains = chains(old, now, remade);
        var action = before.isEmpty() ? Action.CREATE : old.flags() != now.flags() ? Action.CHANGE : Action.KEEP;
        return action == Action.KEEP && sets.isEmpty() && chains.isEmpty() ? Optional.empty()
                : Optional.of(new TableEdit(action, old, now, sets, chains));
    }

    private static List<SetEdit> sets(Table before, Table after) {
        var edits = new ArrayList<SetEdit>();
        Map<String, NftSet> old = new HashMap<>();
        before.sets().forEach(set -> old.put(set.name(), set));
        for (var set : after.sets()) {
            var was = old.remove(set.name());
            if (was == null) {
                edits.add(new SetEdit.Create(set));
            } else if (!was.sameDefinition(set)) {
                edits.add(new SetEdit.Recreate(was, set));
            } else if (!set.holdsState()) {
                var difference = SetElements.difference(was.elements(), set.elements());
                if (difference.removed().length + difference.added().length > 0) {
                    edits.add(new SetEdit.Change(was, set, difference));
                }
            }
        }
        before.sets().stream().filter(set -> old.containsKey(set.name()))
                .forEach(set -> edits.add(new SetEdit.Delete(set)));
        return edits;
    }

    private static List<ChainEdit> chains(Table before, Table after, Set<String> remade) {
        var edits = new ArrayList<ChainEdit>();
        Map<String, Chain> old = new HashMap<>();
        before.chains().forEach(chain -> old.put(chain.name(), chain));
        for (var chain : after.chains()) {
            var was = old.remove(chain.name());
            if (was == null) {
                edits.add(new ChainEdit.Create(chain));
            } else if (!was.canBecome(chain)) {
                edits.add(new ChainEdit.Recreate(was, chain));
            } else {
                boolean policy = !was.base().equals(chain.base());
                var rules = rules(was.rules(), chain.rules(), remade);
                if (policy || !rules.isEmpty()) {
                    edits.add(new ChainEdit.Change(was, chain, policy, rules));
                }
            }
        }
        before.chains().stream().filter(chain -> old.containsKey(chain.name()))
                .forEach(chain -> edits.add(new ChainEdit.Delete(chain)));
        return edits;
    }

    /** The edits of a chain's rules: deletes first, then what comes, in its order. */
    static List<RuleEdit> rules(List<Rule> before, List<Rule> after, Set<String> remade) {
        if (remade.isEmpty() && before.equals(after)) {
            return List.of();
        }
        int[] kept = EditScript.kept(before, after);
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] >= 0 && uses(after.get(i), remade)) {
                kept[i] = -1;
            }
        }
        return new RuleEdits(before, after, kept, remade).list();
    }

    private static boolean uses(Rule rule, Set<String> sets) {
        return !sets.isEmpty() && rule.expressions().stream().anyMatch(each ->
                each instanceof Expression.Lookup lookup
                        && lookup.set() instanceof Expression.SetReference.Named named && sets.contains(named.name()));
    }

    private static final class RuleEdits {
        private final List<Rule> before;
        private final int[] kept;
        private final int[] from;
        private final boolean[] moves;
        private final Set<String> remade;
        private final List<RuleEdit> deletes = new ArrayList<>();
        private final List<RuleEdit> comes = new ArrayList<>();

        RuleEdits(List<Rule> before, List<Rule> after, int[] kept, Set<String> remade) {
            this.before = before;
            this.remade = remade;
            this.kept = kept;
            from = new int[kept.length];
            moves = new boolean[before.size()];
            var stays = new boolean[before.size()];
            for (int place : kept) {
                if (place >= 0) {
                    stays[place] = true;
                }
            }
            Map<Rule, Deque<Integer>> going = new HashMap<>();
            for (int i = 0; i < stays.length; i++) {
                if (!stays[i]) {
                    going.computeIfAbsent(before.get(i), each -> new ArrayDeque<>()).add(i);
                }
            }
            for (int i = 0; i < kept.length; i++) {
                var places = kept[i] >= 0 ? null : going.get(after.get(i));
                from[i] = places == null || places.isEmpty() ? -1 : places.remove();
                if (from[i] >= 0) {
                    moves[from[i]] = true;
                }
            }
        }

        List<RuleEdit> list() {
            int nextBefore = 0;
            int nextAfter = 0;
            for (int i = 0; i <= kept.length; i++) {
                if (i < kept.length && kept[i] < 0) {
                    continue;
                }
                int stop = i < kept.length ? kept[i] : before.size();
                gap(nextBefore, stop, nextAfter, i);
                nextBefore = stop + 1;
                nextAfter = i + 1;
            }
            var all = new ArrayList<>(deletes);
            all.addAll(comes);
            return all;
        }

        /** What is between two rules that stay. */
        private void gap(int old, int oldEnd, int now, int nowEnd) {
            // A set that is made anew must be free of rules before: those cannot wait for the ones that come.
            boolean inTheWay = before.subList(old, oldEnd).stream().anyMatch(rule -> uses(rule, remade));
            int pairs = inTheWay ? 0 : Math.min(oldEnd - old, nowEnd - now);
            for (int i = 0; i < pairs; i++) {
                comes.add(new RuleEdit.Replace(old + i, now + i, from[now + i], moves[old + i]));
            }
            for (int i = old + pairs; i < oldEnd; i++) {
                deletes.add(new RuleEdit.Delete(i, moves[i]));
            }
            for (int i = now + pairs; i < nowEnd; i++) {
                comes.add(new RuleEdit.Insert(i, oldEnd < before.size() ? oldEnd : -1, from[i]));
            }
        }
    }
}
