package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline destroy}: takes away all that plumbline made. */
final class DestroyCommand extends Subcommand {

    private final OptionSpec stateDirectory = InputOptions.stateDirectory(this);
    private final BooleanSupplier autoApprove = flag("--auto-approve", "Do not ask before changing anything.");

    DestroyCommand() {
        super("Take away all that plumbline made, and put back what it moved or adopted.",
                "Reads no intents. Leaves every namespace as if plumbline had never been there; the next apply may take its"
                        + " intents from anywhere.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("destroy");
        try (var store = Store.open(stateDirectory.<Path>getValue(), VersionCommand.version());
                var session = new Reconciler(KernelNamespace::find, new StoredLedgers(store), TableNames.read(), true,
                        new Timings()).prepare(List.of())) {
            var plan = session.plan();
            PlanCommand.print(plan, false, out());
            if (!plan.isEmpty() && !autoApprove.getAsBoolean()) {
                Approval.ask(session, out());
            }
            session.apply(new ProgressLine("destroying", err()));
            store.forgetSource();
            if (!plan.isEmpty()) {
                out().println("Destroyed and verified.");
            }
            return Plumbline.DONE;
        }
    }
}
