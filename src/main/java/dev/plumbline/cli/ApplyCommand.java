package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline apply}: makes the network match the intents. */
final class ApplyCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier autoApprove = flag("--auto-approve",
            "Do not ask before changing anything.");
    private final BooleanSupplier replaceSource = flag("--replace-source",
            "Take the intents from another place than before.");
    private final BooleanSupplier full = flag("--full",
            "List all changes, however many.");

    private final OptionSpec lockTimeout = option(OptionSpec.builder("--lock-timeout").paramLabel("TIME")
            .type(String.class).defaultValue("0s")
            .description("Wait so long for another apply to end, such as 30s or 2m (default: ${DEFAULT-VALUE})."));

    ApplyCommand() {
        super("Make the network match the intents, and verify that it does.",
                "Shows the plan first, and asks for `yes` unless --auto-approve is said.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("apply");
        try (var work = Workspace.writing(input, replaceSource.getAsBoolean(), lockTimeout(), this)) {
            work.recover();
            boolean asks = !autoApprove.getAsBoolean();
            // Nothing is claimed while somebody reads the plan.
            try (var session = asks ? work.prepare() : work.prepareToApply()) {
                return apply(work, session, asks);
            }
        }
    }

    private int apply(Workspace work, Reconciler.Session session, boolean asks) throws IOException {
        var plan = session.plan();
        PlanCommand.print(plan, full.getAsBoolean(), out());
        if (!plan.isEmpty() && asks && !approved()) {
            return Plumbline.ERROR;
        }
        work.recordSource();
        session.apply(new ProgressLine("applying", err()));
        work.say(session.recovered());
        if (!plan.isEmpty()) {
            out().println("Apply complete and verified: " + plan.toAdd() + " added, " + plan.toChange()
                    + " changed, " + plan.toDestroy() + " destroyed.");
        }
        work.printTimings();
        return Plumbline.DONE;
    }

    private Duration lockTimeout() {
        String text = lockTimeout.getValue();
        return TimeSpan.parse(text).orElseThrow(() -> new CommandLine.ParameterException(spec().commandLine(),
                "--lock-timeout takes a number of seconds or minutes, such as 0s, 30s or 2m, not `" + text + "`"));
    }

    private boolean approved() throws IOException {
        if (!Terminal.input() || !Terminal.output()) {
            return refused("there is no terminal to ask on; say --auto-approve");
        }
        out().print("\nDo you want to perform these actions? Only `yes` is taken for yes: ");
        out().flush();
        var answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return answer != null && answer.strip().equals("yes") || refused("the answer was not `yes`");
    }

    private boolean refused(String why) {
        err().println("plumbline: nothing was changed: " + why);
        return false;
    }
}
