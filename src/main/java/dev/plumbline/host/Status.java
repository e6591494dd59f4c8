package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.history.Event;
import dev.plumbline.history.HistoryEntry;
import dev.plumbline.history.Reason;
import dev.plumbline.history.Run;
import dev.plumbline.history.Suspension;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.store.AppliedSource;
import dev.plumbline.store.StoreView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a host stands, from its store.
 *
 * @param at when this was asked
 * @param reason why it is, or is not, as the intents want it
 * @param message for people; empty where the reason says it all
 * @param since when the reason came up; empty where nothing is on record
 * @param applied what was applied, and confirmed, last
 * @param attempted the newest commit that was tried; empty for a directory
 * @param awaiting an apply that waits to be confirmed, or is at work
 * @param suspension what suspends unattended runs now
 * @param runs the last ones, newest first
 * @param drift the last run that found drift
 * @param next when the next run is due, as far as somebody who schedules it can be asked
 */
public record Status(Instant at, Reason reason, String message, Optional<Instant> since,
        Optional<AppliedSource> applied, Optional<String> attempted, List<UnfinishedApply> awaiting,
        Optional<Suspension> suspension, List<Run> runs, Optional<Run> drift, Optional<Instant> next) {

    /** How many runs are shown. */
    public static final int RUNS = 5;

    private static final int LOOKED_AT = 100;

    public Status {
        awaiting = List.copyOf(awaiting);
        runs = List.copyOf(runs);
    }

    /** Whether something is being done about it. */
    public boolean isReconciling() {
        return !awaiting.isEmpty() || reason.isRetried();
    }

    /** The same, where somebody keeps changing what is ours. */
    public Status fighting(String what) {
        return reason.isReady() ? new Status(at, Reason.FIGHTING, what, since, applied, attempted, awaiting, suspension,
                runs, drift, next) : this;
    }

    /** What a store says. */
    public static Status of(StoreView store, Instant now, Optional<Instant> next) {
        var runs = store.runs(LOOKED_AT);
        var suspension = store.suspension().filter(each -> each.holds(now));
        var awaiting = store.unfinished();
        var verdict = verdict(store, runs, suspension, awaiting);
        var attempted = runs.stream().flatMap(each -> each.commit().stream()).findFirst()
                .or(() -> store.source().flatMap(AppliedSource::commit).map(Commit::id));
        return new Status(now, verdict.reason, verdict.message, verdict.since, store.source(), attempted, awaiting,
                suspension, runs.stream().limit(RUNS).toList(), runs.stream().filter(Run::drift)
                        .filter(Run::hasChanges).findFirst(), next);
    }

    private record Verdict(Reason reason, String message, Optional<Instant> since) {
    }

    private static Verdict verdict(StoreView store, List<Run> runs, Optional<Suspension> suspension,
            List<UnfinishedApply> awaiting) {
        if (suspension.isPresent()) {
            return new Verdict(Reason.SUSPENDED, suspension.get().reason(), Optional.of(suspension.get().since()));
        }
        var open = awaiting.stream().filter(UnfinishedApply::isAwaiting).findFirst();
        if (open.isPresent()) {
            return new Verdict(Reason.CONFIRM_PENDING, "it is reverted at "
                    + open.get().confirmation().orElseThrow().by() + " unless you say: plumbline confirm",
                    Optional.of(open.get().since()));
        }
        var last = runs.stream().findFirst();
        var settled = store.history(1).stream().findFirst().map(HistoryEntry::event)
                .filter(event -> last.isEmpty() || event.at().isAfter(last.get().at().plus(last.get().took())))
                .flatMap(Status::settled);
        return settled.or(() -> last.map(each -> new Verdict(each.reason(), each.message(),
                        Optional.of(each.firstAt()))))
                .orElseGet(() -> store.source().isPresent()
                        ? new Verdict(Reason.RECONCILIATION_SUCCEEDED, "", store.source().map(AppliedSource::appliedAt))
                        : new Verdict(Reason.NOT_YET_APPLIED, "nothing was ever applied here", Optional.empty()));
    }

    /** What somebody did after the last run that nobody watched. */
    private static Optional<Verdict> settled(Event event) {
        var since = Optional.of(event.at());
        return switch (event.result()) {
            case CONFIRMED -> Optional.of(new Verdict(Reason.RECONCILIATION_SUCCEEDED, "", since));
            case REVERTED -> Optional.of(new Verdict(Reason.REVERTED, "the newest intents were reverted; change them, or"
                    + " say plumbline apply --again", since));
            case PARTLY_REVERTED, PARTLY_UNDONE, PARTLY_RECOVERED -> Optional.of(new Verdict(Reason.PARTLY_UNDONE,
                    "see plumbline history", since));
            case APPLIED, AWAITING, UNDONE, RECOVERED, DROPPED -> Optional.empty();
        };
    }
}
