package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** {@code plumbline apply}: makes the network match the intents. */
final class ApplyCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier autoApprove = flag("--auto-approve",
            "Do not ask before changing anything.");
    private final BooleanSupplier replaceSource = flag("--replace-source",
            "Take the intents from another place than before.");
    private final BooleanSupplier full = flag("--full",
            "List all changes, however many.");

    ApplyCommand() {
        super("Make the network match the intents, and verify that it does.",
                "Shows the plan first, and asks for `yes` unless --auto-approve is said.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("apply");
        try (var work = Workspace.writing(input, replaceSource.getAsBoolean(), err()); var session = work.prepare()) {
            var plan = session.plan();
            PlanCommand.print(plan, full.getAsBoolean(), out());
            if (!plan.isEmpty() && !autoApprove.getAsBoolean() && !approved(session)) {
                return Plumbline.ERROR;
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

    private boolean approved(Reconciler.Session session) throws IOException {
        if (!Terminal.input() || !Terminal.output()) {
            return refused("there is no terminal to ask on; say --auto-approve");
        }
        out().print("\nDo you want to perform these actions? Only `yes` is taken for yes: ");
        out().flush();
        var answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (answer == null || !answer.strip().equals("yes")) {
            return refused("the answer was not `yes`");
        }
        return session.isCurrent() || refused("the network has changed since the plan was shown; run apply again");
    }

    private boolean refused(String why) {
        err().println("plumbline: nothing was changed: " + why);
        return false;
    }
}
