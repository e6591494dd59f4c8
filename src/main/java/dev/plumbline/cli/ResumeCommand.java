package dev.plumbline.cli;

import dev.plumbline.host.OpenStore;
import java.time.Duration;

/** {@code plumbline resume}: ends a suspension. */
final class ResumeCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);

    ResumeCommand() {
        super("Let timer and agent work again after `plumbline suspend`.");
    }

    @Override
    public Integer call() {
        Privileges.requireNetAdmin("resume");
        try (var open = OpenStore.open(state.directory(), Caller.invocation(this), Duration.ZERO)) {
            boolean suspended = open.store().suspension().isPresent();
            open.store().resume();
            out().println(suspended ? "Resumed." : "Nothing was suspended.");
        }
        AgentView.wake(state.directory());
        return Plumbline.DONE;
    }
}
