package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.source.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
        try (var work = open(plan); var session = work.prepare()) {
            if (plan.isPresent() && !plan.get().fingerprint().equals(session.fingerprint())) {
                throw new CommandException("the plan in " + saved + " is stale: what it touches has changed since, so it"
                        + " would do something else now; nothing was changed. Plan again");
            }
            return apply(work, session, autoApprove.getAsBoolean() || plan.isPresent());
        }
    }

    private static SavedPlan trusted(Path saved) throws IOException {
        Trust.requireSafe(saved);
        return SavedPlan.read(saved);
    }

    private Workspace open(Optional<SavedPlan> plan) {
        return plan.map(each -> Workspace.saved(each, input, replaceSource.getAsBoolean(), err()))
                .orElseGet(() -> Workspace.writing(input, replaceSource.getAsBoolean(), err()));
    }

    private int apply(Workspace work, Reconciler.Session session, boolean approved) throws IOException {
        var plan = session.plan();
        PlanCommand.print(plan, full.getAsBoolean(), out());
        if (!plan.isEmpty() && !approved) {
            Approval.ask(session, out());
        }
        session.apply(new ProgressLine("applying", err()));
        work.recordSource();
        if (!plan.isEmpty()) {
            out().println("Apply complete and verified: " + plan.toAdd() + " added, " + plan.toChange()
                    + " changed, " + plan.toDestroy() + " destroyed.");
        }
        work.printTimings();
        return Plumbline.DONE;
    }

}
