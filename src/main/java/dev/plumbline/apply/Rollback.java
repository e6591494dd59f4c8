package dev.plumbline.apply;

import dev.plumbline.history.Event;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends an apply that failed or died: undoes it, verifies, and records what became of it. Where not all could be undone
 * the journal is ended all the same, so that the next apply can go on from what is there; what others had is kept in
 * the ledger until it is back.
 */
final class Rollback {

    private final LiveNamespace namespace;
    private final String label;
    private final Ledgers ledgers;
    private final Journal journal;

    Rollback(LiveNamespace namespace, String label, Ledgers ledgers, Journal journal) {
        this.namespace = namespace;
        this.label = label;
        this.ledgers = ledgers;
        this.journal = journal;
    }

    /**
     * Undoes what this process began.
     *
     * @param causes why
     * @param plan what was to be done, for the record
     */
    Undone ofFailure(Journal.Claim claim, Inverse inverse, List<String> causes, List<String> plan) {
        var remaining = new Undo(namespace, inverse.former()).run(Progress.SILENT);
        var details = new ArrayList<>(causes);
        details.addAll(remaining);
        details.addAll(plan);
        try {
            finish(claim, inverse, inverse.since(), remaining.isEmpty() ? Event.Result.UNDONE
                    : Event.Result.PARTLY_UNDONE, details, remaining.isEmpty());
            return new Undone(remaining, "");
        } catch (RuntimeException e) {
            return new Undone(remaining, "this could not be recorded, and the next run does so: " + e.getMessage());
        }
    }

    /**
     * What became of an undo.
     *
     * @param remaining what could not be undone
     * @param unrecorded why the store still holds the journal; empty if it does not
     */
    record Undone(List<String> remaining, String unrecorded) {
    }

    /** Undoes what a process that died left. */
    Event ofDead(Journal.Claim claim, Inverse inverse) {
        var begun = now();
        var undo = new Undo(namespace, inverse.former());
        var work = undo.work();
        var remaining = undo.run(Progress.SILENT);
        var details = new ArrayList<String>();
        details.add(died(inverse));
        details.addAll(remaining);
        details.addAll(work);
        return finish(claim, inverse, begun, result(inverse, remaining.isEmpty()), details, remaining.isEmpty());
    }

    private static Event.Result result(Inverse inverse, boolean complete) {
        if (inverse.isAwaiting()) {
            return complete ? Event.Result.REVERTED : Event.Result.PARTLY_REVERTED;
        }
        return complete ? Event.Result.RECOVERED : Event.Result.PARTLY_RECOVERED;
    }

    private Event finish(Journal.Claim claim, Inverse inverse, Instant begun, Event.Result result,
            List<String> details, boolean complete) {
        var event = event(journal, label, inverse, begun, result, details);
        var before = ledgers.read(label, namespace.id());
        claim.finish(complete ? before : before.union(inverse.after()), event);
        return event;
    }

    private static Event event(Journal journal, String label, Inverse inverse, Instant begun,
            Event.Result result, List<String> details) {
        return new Event(begun, Duration.between(begun, now()), label, journal.initiator(), result, inverse.added(),
                inverse.changed(), inverse.destroyed(), details);
    }

    private static String died(Inverse inverse) {
        return "the apply of " + inverse.since() + " by " + inverse.by().user() + ", pid " + inverse.by().pid() + " (`"
                + inverse.by().command() + "`), " + (inverse.isAwaiting() ? "was not confirmed" : "did not end");
    }

    /**
     * Ends what a process that died left in a namespace that is gone, and all that was done there with it.
     *
     * @param why in words
     */
    static Event dropped(Journal journal, Journal.Claim claim, UnfinishedApply apply, Inverse inverse,
            String why) {
        var event = event(journal, apply.label(), inverse, now(), inverse.isAwaiting() ? Event.Result.REVERTED
                : Event.Result.DROPPED, List.of(died(inverse), why));
        claim.drop(event);
        return event;
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
