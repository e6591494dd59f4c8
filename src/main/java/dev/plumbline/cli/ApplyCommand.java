package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.doctor.PlanWarnings;
import dev.plumbline.history.EventText;
import dev.plumbline.host.ConfirmGuard;
import dev.plumbline.host.Order;
import dev.plumbline.host.SavedPlan;
import dev.plumbline.host.Unattended;
import dev.plumbline.host.Workspace;
import dev.plumbline.plan.Guard;
import dev.plumbline.source.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline apply}: makes the network match the intents. */
final class ApplyCommand extends Subcommand {

    /** A probe gives up this long before the guard would revert by itself. */
    private static final Duration REVERT_TIME = Duration.ofSeconds(1);

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier autoApprove = flag("--auto-approve",
            "Do not ask before changing anything.");
    private final BooleanSupplier replaceSource = flag("--replace-source",
            "Take the intents from another place than before.");
    private final BooleanSupplier full = flag("--full",
            "List all changes, however many.");
    private final OptionSpec allow = option(OptionSpec.builder("--allow").paramLabel("GUARD").type(List.class)
            .auxiliaryTypes(String.class).completionCandidates(Guard.NAMES)
            .description("Pass a guard: " + String.join(", ", Guard.NAMES) + "; may be repeated. The plan shows which"
                    + " guards it hits."));
    private final OptionSpec lockTimeout = TimeOption.lockTimeout(this);
    private final OptionSpec confirm = option(OptionSpec.builder("--confirm").paramLabel("TIME").type(String.class)
            .description("Revert everything after this time, such as 60s or 10m, unless `plumbline confirm` is said; also"
                    + " when the terminal or this process is gone, and after a reboot."));
    private final OptionSpec probe = option(OptionSpec.builder("--probe").paramLabel("PROBE").type(String.class)
            .description("With --confirm: confirm when " + Probe.FORMS + " succeeds, and revert when it does"
                    + " not in that time."));
    private final BooleanSupplier again = flag("--again",
            "Apply intents that were reverted before.");
    private final BooleanSupplier oneshot = flag("--oneshot",
            "For a timer: ask nothing, say nothing where there is nothing to do, keep what was applied last where the"
                    + " newest intents cannot be had, and log with priorities under systemd.");
    private final PositionalParamSpec file = argument(PositionalParamSpec.builder().paramLabel("FILE")
            .type(Path.class).arity("0..1")
            .description("A plan that `plumbline plan --out FILE` saved: it is carried out without asking, and refused if"
                    + " what it touches has changed since."));

    ApplyCommand() {
        super("Make the network match the intents, and verify that it does.",
                "Shows the plan first, and asks for `yes` unless --auto-approve is said.");
    }

    @Override
    public Integer call() throws IOException {
        var allowed = allowed();
        Privileges.requireNetAdmin("apply");
        if (oneshot.getAsBoolean()) {
            return oneshot(allowed);
        }
        Path saved = file.getValue();
        var plan = saved == null ? Optional.<SavedPlan>empty() : Optional.of(trusted(saved));
        boolean asks = !autoApprove.getAsBoolean() && plan.isEmpty();
        var patience = confirmation();
        var question = probe();
        try (var work = open(plan)) {
            work.recover();
            work.refuseReverted(again.getAsBoolean());
            // Nothing is claimed while somebody reads the plan.
            try (var session = asks ? work.prepare() : work.prepareToApply()) {
                if (plan.isPresent() && !plan.get().fingerprint().equals(session.fingerprint())) {
                    throw new CommandException("the plan in " + saved + " is stale: what it touches has changed since, so"
                            + " it would do something else now; nothing was changed. Plan again");
                }
                allowed.addAll(input.settings().allow());
                work.guard(session, allowed);
                return apply(work, session, asks, patience, question);
            }
        }
    }

    private int oneshot(Set<String> allowed) {
        for (var option : List.of(confirm, probe)) {
            if (option.getValue() != null) {
                throw new ParameterException(spec().commandLine(), option.longestName() + " does not go with --oneshot");
            }
        }
        var report = new Unattended(input.settings(), Caller.invocation(this), TimeOption.of(lockTimeout, this))
                .run(new Order("timer", allowed, Optional.empty(), false));
        var log = new JournalLines(err());
        log.print(report.lines());
        new ExportedMetrics(input.state().directory(), log).write(input.state().configuration().metrics());
        return report.run().reason().isFailure() ? Plumbline.ERROR : Plumbline.DONE;
    }

    private Set<String> allowed() {
        List<String> names = allow.getValue() == null ? List.of() : allow.getValue();
        for (var name : names) {
            if (!Guard.NAMES.contains(name)) {
                throw new ParameterException(spec().commandLine(), "there is no guard \"" + name
                        + "\"; there are " + String.join(", ", Guard.NAMES));
            }
        }
        return new HashSet<>(names);
    }

    private static SavedPlan trusted(Path saved) throws IOException {
        Trust.requireSafe(saved);
        return SavedPlan.read(saved);
    }

    private Workspace open(Optional<SavedPlan> plan) {
        var patience = TimeOption.of(lockTimeout, this);
        var invocation = Caller.invocation(this);
        return plan.map(each -> Workspace.saved(each, input.state().directory(),
                input.state().configuration().variables(), invocation, replaceSource.getAsBoolean(),
                patience, err())).orElseGet(() -> Workspace.writing(input.settings(), invocation,
                        replaceSource.getAsBoolean(), patience, err()));
    }

    private Optional<Duration> confirmation() {
        return confirm.getValue() == null ? Optional.empty() : Optional.of(TimeOption.of(confirm, this));
    }

    private Optional<Probe> probe() {
        String text = probe.getValue();
        if (text == null) {
            return Optional.empty();
        }
        if (confirm.getValue() == null) {
            throw new ParameterException(spec().commandLine(), "--probe goes with --confirm");
        }
        return Optional.of(Probe.parse(text, input.settings()).orElseThrow(() ->
                new ParameterException(spec().commandLine(), text.equals("git")
                        ? "--probe git asks the repository of the intents, and these come from "
                        + input.settings().place().words() : "--probe takes " + Probe.FORMS + ", not `" + text + "`")));
    }

    private int apply(Workspace work, Reconciler.Session session, boolean asks, Optional<Duration> patience,
            Optional<Probe> question) throws IOException {
        var began = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var plan = PlanWarnings.added(session.plan());
        PlanCommand.print(plan, full.getAsBoolean(), out());
        session.requireUnguarded();
        if (!plan.isEmpty() && asks) {
            Approval.ask(out());
        }
        var awaited = plan.isEmpty() ? Optional.<Duration>empty() : patience;
        if (awaited.isPresent()) {
            work.pend();
            ConfirmGuard.start(input.state().directory());
        }
        var confirmBy = awaited.map(each -> Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(each));
        try {
            session.apply(confirmBy, new ProgressLine("applying", err()));
        } catch (RuntimeException e) {
            // In another namespace it may have succeeded, and wait to be confirmed.
            work.say(confirmBy.isPresent() ? work.revert() : List.of());
            throw e;
        }
        work.say(session.recovered());
        if (!plan.isEmpty()) {
            out().println("Apply complete and verified: " + plan.toAdd() + " added, " + plan.toChange()
                    + " changed, " + plan.toDestroy() + " destroyed.");
        }
        if (confirmBy.isEmpty()) {
            work.recordSource();
        }
        work.recordRun(session, began, confirmBy);
        work.printTimings();
        return confirmBy.isEmpty() ? Plumbline.DONE : settle(work, confirmBy.get(), awaited.get(), question);
    }

    /** Leaves it to a person, or asks the probe. */
    private int settle(Workspace work, Instant confirmBy, Duration patience, Optional<Probe> question) {
        if (question.isEmpty()) {
            out().println("It is reverted at " + confirmBy + " unless you say: plumbline confirm");
            return Plumbline.DONE;
        }
        out().println("Asking: " + question.get());
        out().flush();
        if (question.get().succeedsWithin(patience.minus(REVERT_TIME).isPositive() ? patience.minus(REVERT_TIME)
                : Duration.ZERO)) {
            work.confirm().forEach(each -> EventText.settled(each).forEach(out()::println));
            return Plumbline.DONE;
        }
        work.say(work.revert());
        throw new CommandException("the probe had no answer (" + question.get() + "), so everything was reverted");
    }
}
