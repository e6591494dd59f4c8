package dev.plumbline.apply;

import dev.plumbline.plan.Plan;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.LinkChanges.AddressChange;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.Sysctl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What becomes of a plan in a namespace that may be spoilt: behind a refusal it goes on without what was refused, and
 * so finds all refusals, not the first one only.
 *
 * @param plan with the kernel's verdict in the note of each change
 * @param failures one line for each change that was refused, or that is not there when the namespace is read back
 * @param accepted how many changes the kernel took and shows
 */
public record Rehearsal(Plan.NamespacePlan plan, List<String> failures, long accepted) {

    /** Each round finds the refusals of one send at least; what is left behind the last counts as failed. */
    private static final int ROUNDS = 50;
    private static final int LOST_ANSWER_TRIES = 3;

    public Rehearsal {
        failures = List.copyOf(failures);
    }

    /** A change, however its words change while others are carried out. */
    private record Key(boolean deletes, String resource, String subject) {
        static Key of(Change change) {
            return new Key(change.action() == Change.Action.DELETE, change.resource(), change.subject());
        }
    }

    /** Carries a plan out. */
    static Rehearsal of(Plan.NamespacePlan plan, LiveNamespace namespace, DesiredState wanted, ReadScope scope,
            Progress progress) {
        return new Run(plan, namespace, scope).of(wanted, progress);
    }

    /** A rehearsal on its way: what is known of which change, and the lines about it. */
    private static final class Run {
        private final Plan.NamespacePlan plan;
        private final LiveNamespace namespace;
        private final ReadScope scope;
        private final Map<Key, String> verdicts = new HashMap<>();
        private final List<String> failures = new ArrayList<>();
        private Set<Key> planned = Set.of();
        /** Something was left out: what is to be done then is not all planned, and the rest concerns nobody. */
        private boolean astray;

        Run(Plan.NamespacePlan plan, LiveNamespace namespace, ReadScope scope) {
            this.plan = plan;
            this.namespace = namespace;
            this.scope = scope;
        }

        Rehearsal of(DesiredState wanted, Progress progress) {
            var execution = new Execution(namespace);
            var desired = wanted;
            int lost = 0;
            for (int round = 0; round < ROUNDS; round++) {
                var written = execution.write(new Verification(namespace, desired, scope).differences(), progress);
                var refused = new HashSet<Key>();
                written.refusals().forEach(each -> refused.add(Key.of(each.change())));
                boolean news = !verdicts.keySet().containsAll(refused);
                written.refusals().forEach(each -> judge(each.change(), "REFUSED: " + each.message(),
                        Execution.text(each)));
                lost = written.answersLost() ? lost + 1 : 0;
                if (!news && (lost == 0 || lost == LOST_ANSWER_TRIES)) {
                    break;
                }
                desired = without(desired, refused);
                astray |= news;
            }
            new Verification(namespace, desired, scope).differences().stream().flatMap(ChangeSet::pending)
                    .map(ChangeSet.Pending::change).forEach(each -> judge(each,
                            "NOT as planned when it is read back", Verification.text(each)));
            return judged();
        }

        private void judge(Change change, String verdict, String line) {
            var key = Key.of(change);
            if (verdicts.putIfAbsent(key, verdict) == null && (!astray || isPlanned(key))) {
                failures.add(line);
            }
        }

        private boolean isPlanned(Key key) {
            if (planned.isEmpty()) {
                planned = plan.changes().stream().flatMap(ChangeSet::pending).map(each -> Key.of(each.change()))
                        .collect(Collectors.toSet());
            }
            return planned.contains(key);
        }

        private Rehearsal judged() {
            long accepted = plan.changes().stream().flatMap(ChangeSet::pending)
                    .filter(each -> verdicts.isEmpty() || !verdicts.containsKey(Key.of(each.change()))).count();
            var changes = plan.changes().stream().<ChangeSet>map(each -> new Judged(each, verdicts)).toList();
            return new Rehearsal(new Plan.NamespacePlan(plan.label(), changes, plan.notices()), failures, accepted);
        }
    }

    private static DesiredState without(DesiredState desired, Set<Key> refused) {
        if (refused.isEmpty()) {
            return desired;
        }
        return new DesiredState(
                desired.routes().without(route -> refused.contains(new Key(false, "route", route.toString()))),
                desired.exclusive(), desired.moved(), desired.adopting(), desired.rules().stream().filter(each ->
                        !refused.contains(new Key(false, "rule", RuleChanges.subject(each.rule())))).toList(),
                desired.keptTables(), desired.firewall(), desired.sysctls().stream().filter(each ->
                        !refused.contains(new Key(false, "sysctl", Sysctl.name(each.path())))).toList(),
                desired.vrfs().stream().filter(each -> !refused.contains(new Key(false, "link", each.vrf().words()))
                        && !refused.contains(new Key(false, "link", each.device()))).toList(),
                desired.addresses().stream().filter(each -> !refused.contains(new Key(false, "address",
                        AddressChange.subject(each.address())))).toList(), desired.held());
    }

    /** Changes with the kernel's verdict. */
    private record Judged(ChangeSet all, Map<Key, String> verdicts) implements ChangeSet {

        @Override
        public String resource() {
            return all.resource();
        }

        @Override
        public int toAdd() {
            return all.toAdd();
        }

        @Override
        public int toChange() {
            return all.toChange();
        }

        @Override
        public int toDestroy() {
            return all.toDestroy();
        }

        @Override
        public Stream<Pending> pending() {
            return all.pending().map(each -> new Pending(each.document(), () -> judged(each.change())));
        }

        private Change judged(Change change) {
            var verdict = verdicts.getOrDefault(Key.of(change), "accepted");
            return new Change(change.action(), change.phase(), change.resource(), change.subject(),
                    change.differences(), change.origin(),
                    change.note().isEmpty() ? verdict : change.note() + "; " + verdict);
        }
    }
}
