package dev.plumbline.apply;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Event;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Applies that are written and verified, and wait to be confirmed. */
final class Awaiting {

    private final Journal journal;

    Awaiting(Journal journal) {
        this.journal = journal;
    }

    /** Why nothing else may be written before that is settled. */
    static String words(String label, Inverse inverse) {
        return "nothing was changed: in namespace " + label + " the apply of " + inverse.since() + " by "
                + inverse.by().user() + " waits to be confirmed until "
                + inverse.confirmation().map(Confirmation::by).orElseThrow()
                + "; say `plumbline confirm`, or `plumbline revert`";
    }

    /**
     * Confirms all of them: they stay.
     *
     * @throws ApplyException if the time of one is over: it is being reverted, or will be
     */
    List<Event> confirm() {
        var events = new ArrayList<Event>();
        for (var each : journal.unfinished()) {
            if (each.isAwaiting()) {
                try (var claim = journal.claim(each.label(), each.id())) {
                    // Another process may have settled it meanwhile.
                    claim.left().filter(Inverse::isAwaiting).ifPresent(inverse ->
                            events.add(confirmed(each, claim, inverse)));
                }
            }
        }
        return events;
    }

    private Event confirmed(UnfinishedApply apply, Journal.Claim claim, Inverse inverse) {
        var now = Rollback.now();
        if (!apply.isAwaiting(now)) {
            throw new ApplyException("too late: the apply in namespace " + apply.label() + " was to be confirmed until "
                    + inverse.confirmation().map(Confirmation::by).map(Instant::toString).orElse("")
                    + "; it is reverted", List.of());
        }
        var event = new Event(now, Duration.ZERO, apply.label(), journal.initiator(), Event.Result.CONFIRMED,
                inverse.added(), inverse.changed(), inverse.destroyed(), List.of("the apply of " + inverse.since()
                        + " by " + inverse.by().user()));
        claim.finish(inverse.after(), event);
        return event;
    }
}
