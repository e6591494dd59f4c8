package dev.plumbline.cli;

import dev.plumbline.history.EventText;
import dev.plumbline.host.OpenStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline destroy}: takes away all that plumbline made. */
final class DestroyCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);
    private final BooleanSupplier autoApprove = flag("--auto-approve", "Do not ask before changing anything.");
    private final OptionSpec lockTimeout = TimeOption.lockTimeout(this);

    DestroyCommand() {
        super("Take away all that plumbline made, and put back what it moved or adopted.",
                "Reads no intents. Leaves every namespace as if plumbline had never been there, those of containers"
                        + " too, and forgets these; the next apply may take its intents from anywhere.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("destroy");
        Path directory = state.directory();
        var patience = TimeOption.of(lockTimeout, this);
        try (var open = OpenStore.open(directory, Caller.invocation(this), patience)) {
            var reconciler = open.reconciler(true);
            reconciler.recover().forEach(each -> EventText.settled(each).forEach(err()::println));
            boolean asks = !autoApprove.getAsBoolean();
            try (var session = asks ? reconciler.prepare(List.of()) : reconciler.prepareToApply(List.of())) {
                var plan = session.plan();
                PlanCommand.print(plan, false, out());
                if (!plan.isEmpty() && asks) {
                    Approval.ask(out());
                }
                session.apply(Optional.empty(), new ProgressLine("destroying", err()));
                if (!plan.isEmpty()) {
                    out().println("Destroyed and verified.");
                }
            }
            open.store().forgetSource();
            open.store().forgetAttachments();
            return Plumbline.DONE;
        }
    }
}
