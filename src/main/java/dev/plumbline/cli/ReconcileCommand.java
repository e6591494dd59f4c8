package dev.plumbline.cli;

import dev.plumbline.control.ControlClient;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code plumbline reconcile}: asks the agent to look now. */
final class ReconcileCommand extends Subcommand {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final StateOptions state = new StateOptions(this);
    private final BooleanSupplier noWait = flag("--no-wait", "Do not wait for it to be done.");

    ReconcileCommand() {
        super("Ask the running agent to look for new intents and for drift now.");
    }

    @Override
    public Integer call() throws IOException {
        var answer = new ControlClient(state.directory().resolve(AgentCommand.SOCKET)).ask("POST",
                noWait.getAsBoolean() ? "/v1/trigger" : "/v1/trigger?wait", "", PATIENCE);
        if (!answer.isSuccess()) {
            throw new CommandException("the agent refuses: " + answer.body().strip());
        }
        if (noWait.getAsBoolean()) {
            out().println("Asked.");
            return Plumbline.DONE;
        }
        var done = new JsonMapper().readTree(answer.body());
        boolean failed = false;
        int changed = 0;
        for (var name : new String[] {"poll", "correct"}) {
            var outcome = done.path(name);
            changed += outcome.path("changed").size();
            for (JsonNode each : outcome.path("changed")) {
                out().println(each.asString());
            }
            if (outcome.has("failure")) {
                failed = true;
                err().println("plumbline: " + outcome.path("failure").asString());
            }
        }
        out().println(changed == 0 ? "Nothing to do." : changed + " changed.");
        return failed ? Plumbline.ERROR : Plumbline.DONE;
    }
}
