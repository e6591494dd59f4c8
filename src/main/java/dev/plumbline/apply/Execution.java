package dev.plumbline.apply;

import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Domain;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import java.util.ArrayList;
import java.util.List;

/** Writes changes in one namespace, phase by phase. */
final class Execution {

    private final LiveNamespace namespace;

    Execution(LiveNamespace namespace) {
        this.namespace = namespace;
    }

    /**
     * How it went.
     *
     * @param refusals what the kernel refused; empty if it took everything
     * @param answersLost what was carried out is known only when it is read back
     */
    record Written(List<Outcome.Failure> refusals, boolean answersLost) {

        /** One line a refusal. */
        List<String> failures() {
            return refusals.stream().map(Execution::text).toList();
        }
    }

    /** Writes until something is refused. */
    Written write(List<ChangeSet> changes, Progress progress) {
        return write(changes, true, progress);
    }

    /** Writes as much as can be written. */
    Written writeAll(List<ChangeSet> changes, Progress progress) {
        return write(changes, false, progress);
    }

    private Written write(List<ChangeSet> changes, boolean stop, Progress progress) {
        var refusals = new ArrayList<Outcome.Failure>();
        boolean lost = false;
        for (var phase : Phase.values()) {
            for (var domain : namespace.domains()) {
                for (var each : changes) {
                    var outcome = execute(domain, each, phase, progress);
                    lost |= outcome instanceof Outcome.Unknown;
                    if (outcome instanceof Outcome.Failed failed) {
                        refusals.addAll(failed.failures());
                    }
                    if (stop && !refusals.isEmpty()) {
                        return new Written(refusals, lost);
                    }
                }
            }
        }
        return new Written(refusals, lost);
    }

    private static <C extends ChangeSet> Outcome execute(Domain<C> domain, ChangeSet changes, Phase phase,
            Progress progress) {
        return domain.changes().isInstance(changes)
                ? domain.execute(domain.changes().cast(changes), phase, progress) : new Outcome.Done();
    }

    static String text(Outcome.Failure failure) {
        var change = failure.change();
        var action = change.action() == Change.Action.DELETE ? "deleting" : "writing";
        return change.origin().map(Origin::position).filter(at -> !at.isEmpty()).map(at -> at + ": ").orElse("")
                + action + " " + change.resource() + " `" + change.subject() + "`: " + failure.message();
    }
}
