package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleChanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What must change among rules. Rules of one family and priority are tried in the order of their insertion, and the
 * kernel adds a rule behind its equals: what is to stand before another that stays must be made before it.
 */
public final class RuleDiff {

    private final DesiredState desired;
    private final Set<RoutingRule> going;
    private final List<RuleChanges.Creation> create = new ArrayList<>();
    private final List<RoutingRule> takenAway = new ArrayList<>();
    private final List<RuleChanges.Deletion> delete = new ArrayList<>();

    private RuleDiff(DesiredState desired, Set<RoutingRule> going) {
        this.desired = desired;
        this.going = going;
    }

    /** The changes that lead from the live rules to the desired ones. */
    public static RuleChanges between(DesiredState desired, NamespaceState live) {
        return between(desired, live, Set.of());
    }

    /**
     * The same, for an undo.
     *
     * @param going rules that go although they are not marked as ours: those that were put back
     */
    static RuleChanges between(DesiredState desired, NamespaceState live, Set<RoutingRule> going) {
        var diff = new RuleDiff(desired, going);
        var places = new TreeMap<Place, Slot>();
        for (var rule : desired.rules()) {
            places.computeIfAbsent(Place.of(rule.rule()), place -> new Slot()).wanted.add(rule);
        }
        for (var rule : live.rules()) {
            if (rule.isOurs() || going.contains(rule) || places.containsKey(Place.of(rule))) {
                places.computeIfAbsent(Place.of(rule), place -> new Slot()).live.add(rule);
            }
        }
        places.values().forEach(slot -> diff.slot(diff.withoutHeld(slot)));
        return new RuleChanges(diff.create, diff.takenAway, diff.delete);
    }

    private record Place(Family family, long priority) implements Comparable<Place> {

        static Place of(RoutingRule rule) {
            return new Place(rule.family(), rule.priority());
        }

        @Override
        public int compareTo(Place other) {
            int byFamily = family.compareTo(other.family);
            return byFamily != 0 ? byFamily : Long.compare(priority, other.priority);
        }
    }

    private static final class Slot {
        private final List<DesiredRule> wanted = new ArrayList<>();
        private final List<RoutingRule> live = new ArrayList<>();
    }

    /** What a held document wants counts only as far as it is there, and in the order in which it is there. */
    private Slot withoutHeld(Slot slot) {
        if (slot.wanted.stream().noneMatch(each -> desired.held().holds(each.origin()))) {
            return slot;
        }
        Map<RoutingRule, DesiredRule> held = new HashMap<>();
        slot.wanted.stream().filter(each -> desired.held().holds(each.origin()))
                .forEach(each -> held.put(each.rule(), each));
        var live = new HashSet<>(slot.live);
        var standing = slot.live.stream().filter(held::containsKey).map(held::get).iterator();
        var left = new Slot();
        left.live.addAll(slot.live);
        for (var each : slot.wanted) {
            if (!held.containsKey(each.rule())) {
                left.wanted.add(each);
            } else if (live.contains(each.rule())) {
                left.wanted.add(standing.next());
            }
        }
        return left;
    }

    private void slot(Slot slot) {
        var wantedRules = new HashSet<RoutingRule>();
        slot.wanted.forEach(each -> wantedRules.add(each.rule()));
        var present = slot.live.stream()
                .filter(rule -> wantedRules.contains(rule) || (rule.isOurs() || going.contains(rule)) && !isKept(rule))
                .toList();
        if (present.size() == slot.wanted.size() && inOrder(slot.wanted, present)) {
            takeOver(slot, slot.live);
            return;
        }
        int stay = stay(slot.wanted, present);
        var staying = staying(slot.wanted, present, stay);
        var again = new HashSet<RoutingRule>();
        for (var each : slot.wanted.subList(stay, slot.wanted.size())) {
            create.add(new RuleChanges.Creation(each.rule(), each.origin()));
            again.add(each.rule());
        }
        var leaving = new ArrayList<RoutingRule>();
        for (int i = 0; i < present.size(); i++) {
            if (!staying.contains(i)) {
                leaving.add(present.get(i));
            }
        }
        if (leaving.stream().anyMatch(again::contains)) {
            // One that is made again must go first, and so must those before it that its delete could hit.
            takenAway.addAll(leaving);
        } else {
            leaving.forEach(rule -> delete.add(new RuleChanges.Deletion(rule, Optional.empty())));
        }
        takeOver(slot, slot.live);
    }

    private boolean isKept(RoutingRule rule) {
        return desired.held().rules().contains(rule)
                || rule.table().isPresent() && desired.keptTables().contains(rule.table().getAsLong());
    }

    private static boolean inOrder(List<DesiredRule> wanted, List<RoutingRule> present) {
        for (int i = 0; i < wanted.size(); i++) {
            if (!wanted.get(i).rule().equals(present.get(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * How many of the wanted rules, from the first on, can stay where they are: they stand in that order already, and
     * none of them would be hit by the delete of one that stands behind it.
     */
    private static int stay(List<DesiredRule> wanted, List<RoutingRule> present) {
        int count = 0;
        for (var rule : present) {
            if (count < wanted.size() && wanted.get(count).rule().equals(rule)) {
                count++;
            }
        }
        while (true) {
            int cut = cut(present, staying(wanted, present, count));
            if (cut < 0) {
                return count;
            }
            var hit = present.get(cut);
            for (int i = 0; i < count; i++) {
                if (wanted.get(i).rule().equals(hit)) {
                    count = i;
                }
            }
        }
    }

    /** The places in {@code present} of the first {@code count} wanted rules. */
    private static Set<Integer> staying(List<DesiredRule> wanted, List<RoutingRule> present, int count) {
        var places = new HashSet<Integer>();
        int next = 0;
        for (int i = 0; i < present.size() && next < count; i++) {
            if (present.get(i).equals(wanted.get(next).rule())) {
                places.add(i);
                next++;
            }
        }
        return places;
    }

    /** The first staying rule that the delete of a later one would hit; -1 if there is none. */
    private static int cut(List<RoutingRule> present, Set<Integer> staying) {
        int first = present.size();
        for (int going = 0; going < present.size(); going++) {
            if (staying.contains(going)) {
                continue;
            }
            for (int before = 0; before < Math.min(going, first); before++) {
                if (staying.contains(before) && deleteHits(present.get(going), present.get(before))) {
                    first = before;
                }
            }
        }
        return first == present.size() ? -1 : first;
    }

    /** Rules of others that documents adopt: ours is added behind them, then they go. */
    private void takeOver(Slot slot, List<RoutingRule> live) {
        Map<RoutingRule, DesiredRule> adopted = new HashMap<>();
        for (var each : slot.wanted) {
            if (desired.adopting().contains(each.origin().document())) {
                adopted.put(each.rule(), each);
            }
        }
        for (int i = 0; i < live.size() && !adopted.isEmpty(); i++) {
            var rule = live.get(i);
            var by = rule.isOurs() ? null : adopted.get(rule.withProtocol(Protocol.PLUMBLINE));
            if (by == null) {
                continue;
            }
            for (var earlier : live.subList(0, i)) {
                if (deleteHits(rule, earlier)) {
                    throw new PlanException(by.origin(), "the rule `" + rule + "` cannot be taken over: the kernel"
                            + " would delete `" + earlier + "` in its place, which stands before it at the same"
                            + " priority; delete one of the two by hand, or leave the rule out");
                }
            }
            delete.add(new RuleChanges.Deletion(rule, Optional.of(by.origin())));
        }
    }

    /**
     * Whether a delete request with all of {@code going}'s attributes also fits {@code other}: what the request leaves
     * out fits anything, and the inversion is not compared ({@code rule_find} in {@code net/core/fib_rules.c},
     * {@code fib4_rule_compare} and {@code fib6_rule_compare}).
     */
    static boolean deleteHits(RoutingRule going, RoutingRule other) {
        return going.family() == other.family() && going.priority() == other.priority()
                && going.action().getClass() == other.action().getClass()
                && (going.table().isEmpty() || going.table().equals(other.table()))
                && (going.protocol() == 0 || going.protocol() == other.protocol())
                && (going.from().isEmpty() || going.from().equals(other.from()))
                && (going.to().isEmpty() || going.to().equals(other.to()))
                && (going.iif().isEmpty() || going.iif().equals(other.iif()))
                && (going.oif().isEmpty() || going.oif().equals(other.oif()))
                && (going.mark().isEmpty() || going.mark().equals(other.mark()))
                && (going.tos() == 0 || going.tos() == other.tos())
                && (going.ipProtocol().isEmpty() || going.ipProtocol().equals(other.ipProtocol()))
                && (going.sourcePort().isEmpty() || going.sourcePort().equals(other.sourcePort()))
                && (going.destinationPort().isEmpty() || going.destinationPort().equals(other.destinationPort()))
                && (going.uids().isEmpty() || going.uids().equals(other.uids()))
                && (going.suppressPrefixLength().isEmpty()
                        || going.suppressPrefixLength().equals(other.suppressPrefixLength()))
                && (going.suppressInterfaceGroup().isEmpty()
                        || going.suppressInterfaceGroup().equals(other.suppressInterfaceGroup()))
                && other.other().containsAll(going.other());
    }
}
