package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.history.Event;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.store.Store;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline recover}: undoes what an apply that died left, and does nothing else. */
final class RecoverCommand extends Subcommand {

    private static final int SHOWN = 20;

    private final OptionSpec stateDirectory = InputOptions.stateDirectory(this);

    RecoverCommand() {
        super("Undo what an apply left that did not end.",
                "Every apply does so first; this does nothing else, and reads no intents.");
    }

    @Override
    public Integer call() {
        Path directory = stateDirectory.getValue();
        if (Files.notExists(directory)) {
            out().println("Nothing to recover: nothing is recorded yet in " + directory + ".");
            return Plumbline.DONE;
        }
        Privileges.requireNetAdmin("recover");
        try (var store = Store.open(directory, VersionCommand.version())) {
            var journal = new StoredJournal(store, directory, Caller.initiator(this, "", ""), Duration.ZERO);
            var events = new Reconciler(KernelNamespace::find, new StoredLedgers(store), journal, TableNames.read(),
                    false, new Timings()).recover();
            events.forEach(each -> say(each, out()));
            journal.unfinished().forEach(each -> out().println("Namespace " + each.label()
                    + ": an apply is at work now: " + each.by().user() + ", pid " + each.by().pid() + ", since "
                    + each.since() + "."));
            if (events.isEmpty() && journal.unfinished().isEmpty()) {
                out().println("Nothing to recover: every apply has ended.");
            }
            return events.stream().anyMatch(each -> each.result().isPartly()) ? Plumbline.ERROR : Plumbline.DONE;
        }
    }

    /** Says what became of an apply that died. */
    static void say(Event event, PrintWriter to) {
        var what = event.details().getFirst();
        to.println("Namespace " + event.namespace() + ": " + what + "; " + switch (event.result()) {
            case RECOVERED -> "it was undone, and the former state is verified.";
            case PARTLY_RECOVERED -> "NOT all of it could be undone:";
            case DROPPED -> "there is nothing to undo.";
            case REVERTED -> "it was undone, and the former state is verified.";
            case PARTLY_REVERTED -> "NOT all of it could be undone:";
            case CONFIRMED -> "it is confirmed, and stays.";
            case APPLIED, AWAITING, UNDONE, PARTLY_UNDONE -> event.result().words();
        });
        event.details().stream().skip(1).limit(SHOWN).forEach(line -> to.println("  " + line));
        if (event.details().size() > SHOWN + 1) {
            to.println("  … (`plumbline history` keeps more)");
        }
    }
}
