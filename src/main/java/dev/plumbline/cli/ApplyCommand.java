package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.source.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code plumbline apply}: makes the network match the intents. */
final class ApplyCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier autoApprove = flag("--auto-approve",
            "Do not ask before changing anything.");
    private final BooleanSupplier replaceSource = flag("--replace-source",
            "Take the intents from another place than before.");
    private final BooleanSupplier full = flag("--full",
            "List all changes, however many.");
    private final OptionSpec lockTimeout = TimeSpan.lockTimeout(this);
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
        Privileges.requireNetAdmin("apply");
        Path saved = file.getValue();
        var plan = saved == null ? Optional.<SavedPlan>empty() : Optional.of(trusted(saved));
        boolean asks = !autoApprove.getAsBoolean() && plan.isEmpty();
        try (var work = open(plan)) {
            work.recover();
            // Nothing is claimed while somebody reads the plan.
            try (var session = asks ? work.prepare() : work.prepareToApply()) {
                if (plan.isPresent() && !plan.get().fingerprint().equals(session.fingerprint())) {
                    throw new CommandException("the plan in " + saved + " is stale: what it touches has changed since, so"
                            + " it would do something else now; nothing was changed. Plan again");
                }
                return apply(work, session, asks);
            }
        }
    }

    private static SavedPlan trusted(Path saved) throws IOException {
        Trust.requireSafe(saved);
        return SavedPlan.read(saved);
    }

    private Workspace open(Optional<SavedPlan> plan) {
        var patience = TimeSpan.of(lockTimeout, this);
        return plan.map(each -> Workspace.saved(each, input, replaceSource.getAsBoolean(), patience, this))
                .orElseGet(() -> Workspace.writing(input, replaceSource.getAsBoolean(), patience, this));
    }

    private int apply(Workspace work, Reconciler.Session session, boolean asks) throws IOException {
        var plan = session.plan();
        PlanCommand.print(plan, full.getAsBoolean(), out());
        if (!plan.isEmpty() && asks) {
            Approval.ask(out());
        }
        session.apply(new ProgressLine("applying", err()));
        work.say(session.recovered());
        work.recordSource();
        if (!plan.isEmpty()) {
            out().println("Apply complete and verified: " + plan.toAdd() + " added, " + plan.toChange()
                    + " changed, " + plan.toDestroy() + " destroyed.");
        }
        work.printTimings();
        return Plumbline.DONE;
    }
}
