package dev.plumbline.cli;

import dev.plumbline.history.EventText;
import dev.plumbline.host.OpenStore;
import java.nio.file.Path;
import java.time.Duration;

/** {@code plumbline confirm} and {@code plumbline revert}: settle an apply that waits to be confirmed. */
final class ConfirmCommand extends Subcommand {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StateOptions state = new StateOptions(this);
    private final boolean keep;

    private ConfirmCommand(boolean keep, String... description) {
        super(description);
        this.keep = keep;
    }

    static ConfirmCommand confirm() {
        return new ConfirmCommand(true, "Keep what `plumbline apply --confirm` changed.");
    }

    static ConfirmCommand revert() {
        return new ConfirmCommand(false, "Undo what `plumbline apply --confirm` changed, before its time is over.",
                "The same intents are not applied again unless `plumbline apply --again` is said.");
    }

    @Override
    public Integer call() {
        Privileges.requireNetAdmin(keep ? "confirm" : "revert");
        Path directory = state.directory();
        try (var open = OpenStore.open(directory, Caller.invocation(this), PATIENCE)) {
            var reconciler = open.reconciler(true);
            var events = keep ? reconciler.confirm() : reconciler.revert();
            if (events.isEmpty()) {
                throw new CommandException("no apply waits to be confirmed");
            }
            events.forEach(each -> EventText.settled(each).forEach(out()::println));
            return events.stream().anyMatch(each -> each.result().isPartly()) ? Plumbline.ERROR : Plumbline.DONE;
        }
    }
}
