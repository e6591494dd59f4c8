package dev.plumbline.agent;

import dev.plumbline.apply.Watched;
import dev.plumbline.history.Reason;
import dev.plumbline.host.HostException;
import dev.plumbline.host.Order;
import dev.plumbline.host.Report;
import dev.plumbline.host.Unattended;
import dev.plumbline.kernel.watch.Interests;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The agent's work: unattended runs, with the newest intents when it looks for them, and for drift in between. */
public final class HostWork implements Work {

    private final Supplier<Loaded> configuration;
    private final Consumer<Report> reports;
    private final Consumer<Report.Line> log;
    private Loaded loaded;
    private boolean succeeded;

    /** What plumbline.yaml says to an agent. */
    public record Loaded(Unattended unattended, Settings settings) {
    }

    /**
     * Reads the configuration.
     *
     * @param configuration reads it anew each time
     * @param reports takes how each run ended
     * @param log takes what else is worth saying
     */
    public HostWork(Supplier<Loaded> configuration, Consumer<Report> reports, Consumer<Report.Line> log) {
        this.configuration = configuration;
        this.reports = reports;
        this.log = log;
        this.loaded = configuration.get();
    }

    @Override
    public Outcome poll(Cause cause) {
        return run(cause, false);
    }

    @Override
    public Outcome correct(Cause cause) {
        return run(cause, true);
    }

    private Outcome run(Cause cause, boolean onlyApplied) {
        var trigger = trigger(cause, onlyApplied);
        // The schedule has looks at the network of its own; whoever asks wants one.
        boolean onlyNew = !onlyApplied && cause.kind() == Cause.Kind.SCHEDULE && succeeded;
        // Until it is known, whatever is thrown meanwhile.
        succeeded = false;
        var report = loaded.unattended().run(onlyNew ? Order.poll(trigger)
                : new Order(trigger, Set.of(), Optional.empty(), onlyApplied));
        reports.accept(report);
        var reason = report.run().reason();
        succeeded = reason == Reason.RECONCILIATION_SUCCEEDED;
        boolean failed = reason.isFailure() || reason.isRetried() || reason == Reason.LOCKED;
        // A look for drift does not try what is wrong with the input again.
        var failure = failed && !(onlyApplied && reason.isOfInput())
                ? Optional.of(new Outcome.Failure(reason.word() + ": " + report.run().message(),
                        reason.isRetried() || reason == Reason.LOCKED))
                : Optional.<Outcome.Failure>empty();
        return new Outcome(report.objects(), failure, report.watched().map(each -> each.stream()
                .map(HostWork::interests).toList()), report.again());
    }

    private static String trigger(Cause cause, boolean onlyApplied) {
        return switch (cause.kind()) {
            case SCHEDULE -> onlyApplied ? "drift" : "poll";
            case ATTACHMENTS -> "cni";
            case CHANGE -> "netlink";
            case RETRY -> "retry";
            case START -> "start";
            case RELOAD -> "reload";
            case TRIGGER -> "trigger";
            case DEADLINE -> "deadline";
        };
    }

    private static Interests interests(Watched watched) {
        return new Interests(watched.netns(), watched.devices(), watched.tables(), watched.shared(),
                watched.firewall());
    }

    /** A configuration that cannot be used is said, and the former one goes on. */
    @Override
    public Outcome reload() {
        try {
            loaded = configuration.get();
            log.accept(new Report.Line(Report.Priority.INFO, "read the configuration again"));
            return Outcome.NOTHING;
        } catch (HostException e) {
            e.details().lines().forEach(line -> log.accept(new Report.Line(Report.Priority.ERROR, line)));
            var message = e.getMessage() + "; going on with the former configuration";
            log.accept(new Report.Line(Report.Priority.ERROR, message));
            return Outcome.failed(message, false);
        }
    }

    @Override
    public void fighting(List<Fight> fights) {
        fights.forEach(each -> log.accept(new Report.Line(Report.Priority.WARNING, Reason.FIGHTING.word()
                + ": somebody keeps changing " + (each.changed().isEmpty() ? each.object().toString()
                : String.join(", ", each.changed())) + "; it is corrected again in " + each.next().toSeconds() + " s")));
    }

    @Override
    public Settings settings() {
        return loaded.settings();
    }
}
