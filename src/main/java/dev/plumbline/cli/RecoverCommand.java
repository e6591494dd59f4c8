package dev.plumbline.cli;

import dev.plumbline.history.EventText;
import dev.plumbline.host.OpenStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** {@code plumbline recover}: undoes what an apply that died left, and does nothing else. */
final class RecoverCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);

    RecoverCommand() {
        super("Undo what an apply left that did not end.",
                "Every apply does so first; this does nothing else, and reads no intents.");
    }

    @Override
    public Integer call() {
        Path directory = state.directory();
        if (Files.notExists(directory)) {
            out().println("Nothing to recover: nothing is recorded yet in " + directory + ".");
            return Plumbline.DONE;
        }
        Privileges.requireNetAdmin("recover");
        try (var open = OpenStore.open(directory, Caller.invocation(this), Duration.ZERO)) {
            var events = open.reconciler(false).recover();
            events.forEach(each -> EventText.settled(each).forEach(out()::println));
            open.journal().unfinished().forEach(each -> out().println("Namespace " + each.label()
                    + ": an apply is at work now: " + each.by().user() + ", pid " + each.by().pid() + ", since "
                    + each.since() + "."));
            if (events.isEmpty() && open.journal().unfinished().isEmpty()) {
                out().println("Nothing to recover: every apply has ended.");
            }
            return events.stream().anyMatch(each -> each.result().isPartly()) ? Plumbline.ERROR : Plumbline.DONE;
        }
    }
}
