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
     * @param failures one line a refusal; empty if there was none
     * @param answersLost what was carried out is known only when it is read back
     */
    record Written(List<String> failures, boolean answersLost) {
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
        var failures = new ArrayList<String>();
        boolean lost = false;
        for (var phase : Phase.values()) {
            for (var domain : namespace.domains()) {
                for (var each : changes) {
                    var outcome = execute(domain, each, phase, progress);
                    lost |= outcome instanceof Outcome.Unknown;
                    if (outcome instanceof Outcome.Failed failed) {
                        failed.failures().forEach(failure -> failures.add(text(failure)));
                    }
                    if (stop && !failures.isEmpty()) {
                        return new Written(failures, lost);
                    }
                }
            }
        }
        return new Written(failures, lost);
    }

    private static <C extends ChangeSet> Outcome execute(Domain<C> domain, ChangeSet changes, Phase phase,
            Progress progress) {
        return domain.changes().isInstance(changes)
                ? domain.execute(domain.changes().cast(changes), phase, progress) : new Outcome.Done();
    }

    private static String text(Outcome.Failure failure) {
        var change = failure.change();
        var action = change.action() == Change.Action.DELETE ? "deleting" : "writing";
        return change.origin().map(Origin::position).filter(at -> !at.isEmpty()).map(at -> at + ": ").orElse("")
                + action + " " + change.resource() + " `" + change.subject() + "`: " + failure.message();
    }
}
