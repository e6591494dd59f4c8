package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.history.Run;
import dev.plumbline.history.UnfinishedApply;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The status as people read it in a terminal. */
public final class StatusText {

    private static final int SHORT = 12;
    private static final int CHANGES = 5;

    private final DateTimeFormatter when;

    /** Times are shown in this zone. */
    public StatusText(ZoneId zone) {
        when = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    /** Line by line. */
    public List<String> lines(Status status) {
        var lines = new ArrayList<String>();
        var reason = status.reason();
        lines.add("Ready:     " + (reason.isReady() ? "yes" : "no, " + reason.word()
                + (status.message().isEmpty() ? "" : ": " + status.message())) + status.since()
                .map(at -> " (since " + when.format(at) + ")").orElse(""));
        if (reason.isStalled()) {
            lines.add("Stalled:   yes, it does not heal by itself");
        }
        status.applied().ifPresent(applied -> {
            lines.add("Source:    " + applied.id().location());
            lines.add("Applied:   " + applied.commit().map(StatusText::commit).orElse("content "
                    + applied.contentHash().substring(0, Math.min(SHORT, applied.contentHash().length())))
                    + ", at " + when.format(applied.appliedAt()));
        });
        status.attempted().filter(id -> status.applied().flatMap(each -> each.commit()).filter(each ->
                each.id().equals(id)).isEmpty()).ifPresent(id -> lines.add("Attempted: " + shortened(id)));
        status.awaiting().forEach(each -> lines.add(awaiting(each)));
        status.suspension().ifPresent(each -> lines.add("Suspended: by " + each.user() + " since "
                + when.format(each.since()) + each.until().map(end -> " until " + when.format(end)).orElse("") + ": "
                + each.reason()));
        status.drift().ifPresent(run -> {
            lines.add("Drift:     found and corrected at " + when.format(run.at()) + ", " + counts(run));
            run.details().stream().limit(CHANGES).forEach(each -> lines.add("           " + each));
        });
        status.reported().ifPresent(run -> {
            lines.add("Left:      drift found at " + when.format(run.at()) + ", which documents say is only reported");
            run.details().stream().limit(CHANGES).forEach(each -> lines.add("           " + each));
        });
        status.next().ifPresent(at -> lines.add("Next run:  " + when.format(at) + " (" + until(status.at(), at) + ")"));
        if (!status.runs().isEmpty()) {
            lines.add("Last runs:");
            status.runs().forEach(each -> lines.add("  " + run(each)));
        }
        return lines.stream().map(String::stripTrailing).toList();
    }

    private String awaiting(UnfinishedApply apply) {
        var who = apply.by().user() + ", pid " + apply.by().pid() + ", since " + when.format(apply.since());
        return apply.isAwaiting() ? "Confirm:   an apply by " + who + " waits: plumbline confirm, or plumbline revert"
                : "Applying:  " + who;
    }

    private String run(Run run) {
        return when.format(run.at()) + "  " + run.trigger() + "  " + run.reason().word()
                + run.commit().map(id -> "  " + shortened(id)).orElse("") + (run.hasChanges() ? "  " + counts(run)
                + (run.drift() ? " (drift)" : "") : "") + "  " + run.took().toMillis() + " ms"
                + (run.reason().isFailure() ? "  " + run.message() : "");
    }

    private static String counts(Run run) {
        return run.added() + " added, " + run.changed() + " changed, " + run.destroyed() + " destroyed";
    }

    private static String commit(Commit commit) {
        return commit.shortId() + " \"" + commit.subject() + "\" by " + commit.author();
    }

    private static String shortened(String id) {
        return id.substring(0, Math.min(SHORT, id.length()));
    }

    private static String until(Instant now, Instant then) {
        var left = Duration.between(now, then);
        return left.isNegative() ? "due" : left.toSeconds() < 120 ? "in " + left.toSeconds() + " s"
                : "in " + left.toMinutes() + " min";
    }
}
