package dev.plumbline.cli;

import dev.plumbline.host.Status;
import dev.plumbline.host.StatusJson;
import dev.plumbline.host.StatusText;
import dev.plumbline.store.Store;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.BooleanSupplier;

/** {@code plumbline status}: how this host stands. */
final class StatusCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);
    private final BooleanSupplier json = flag("--json", "Print JSON, after schemas/status.schema.json.");

    StatusCommand() {
        super("Show what is applied, whether the last run succeeded, and what drifted.",
                "Exits with 1 when the last run failed, so that scripts can ask.");
    }

    @Override
    public Integer call() {
        try (var store = Store.openReadOnly(state.directory(), VersionCommand.version())) {
            store.unavailable().ifPresent(why -> err().println("plumbline: " + why));
            var agent = AgentView.ask(state.directory());
            var status = agent.completed(Status.of(store, Instant.now(), agent.next()));
            if (json.getAsBoolean()) {
                StatusJson.write(status, VersionCommand.version(), out());
            } else {
                new StatusText(ZoneId.systemDefault()).lines(status).forEach(out()::println);
                out().println(agent.line());
            }
            return status.reason().isFailure() ? Plumbline.ERROR : Plumbline.DONE;
        }
    }
}
