package dev.plumbline.cli;

import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.history.Event;
import dev.plumbline.intent.Document;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.store.SourceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a command works with: the intents of this host, the store, and the loop over both. */
final class Workspace implements AutoCloseable {

    private final InputOptions input;
    private final StoreView store;
    private final Journal journal;
    private final boolean replaceSource;
    private final PrintWriter err;
    private final Timings timings = new Timings();

    private Workspace(InputOptions input, StoreView store, Journal journal, boolean replaceSource, PrintWriter err) {
        this.input = input;
        this.store = store;
        this.journal = journal;
        this.replaceSource = replaceSource;
        this.err = err;
    }

    /** For commands that change nothing: works without root, and says what it could not see. */
    static Workspace reading(InputOptions input, PrintWriter err) {
        var store = Store.openReadOnly(input.stateDirectory(), VersionCommand.version());
        return new Workspace(input, store, new StoredJournal.Reading(store, input.stateDirectory()), false, err);
    }

    /**
     * For commands that write.
     *
     * @param lockTimeout how long to wait for another apply to end
     * @throws RuntimeException if the intents or the store can be written by others, or another source was applied last
     */
    static Workspace writing(InputOptions input, boolean replaceSource, Duration lockTimeout, Subcommand command) {
        var store = Store.open(input.stateDirectory(), VersionCommand.version());
        try {
            if (!replaceSource) {
                store.checkSource(SourceId.directory(input.intents()));
            }
            var by = Caller.initiator(command, input.intents().toString(), "");
            return new Workspace(input, store, new StoredJournal(store, input.stateDirectory(), by, lockTimeout),
                    replaceSource, command.err());
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    List<Document> documents() {
        return timings.time("parse", () -> documents(input.intents(), err));
    }

    static List<Document> documents(java.nio.file.Path folder, PrintWriter err) {
        try (var walk = java.nio.file.Files.walk(folder)) {
            var files = new java.util.ArrayList<dev.plumbline.intent.IntentFile>();
            for (var f : walk.filter(p -> p.toString().matches(".*\\.ya?ml") && !p.getFileName().toString().equals("topology.yaml")).sorted().toList()) {
                files.add(new dev.plumbline.intent.IntentFile(f.toString(), java.nio.file.Files.readAllBytes(f)));
            }
            return new dev.plumbline.intent.IntentParser().parse(files).valid();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void recordSource() {
    }

    void printTimings() {
        if (System.getenv("PLUMBLINE_TIMINGS") != null) {
            err.println(timings);
        }
    }

    /** Reads the network and compares it with the documents. */
    Reconciler.Session prepare() {
        return reconciler().prepare(documents());
    }

    /** The same, to apply at once. */
    Reconciler.Session prepareToApply() {
        return reconciler().prepareToApply(documents());
    }

    /**
     * Undoes what applies that died left, before anything else is done, and says so.
     *
     * @throws CommandException if not all could be undone: somebody is to know before things go on
     */
    void recover() {
        var events = reconciler().recover();
        say(events);
        if (events.stream().anyMatch(each -> each.result().isPartly())) {
            throw new CommandException("not all of an apply that died could be undone; apply again to go on from what"
                    + " is there");
        }
    }

    void say(List<Event> recovered) {
        recovered.forEach(each -> RecoverCommand.say(each, err));
        err.flush();
    }

    private Reconciler reconciler() {
        store.unavailable().filter(why -> !why.startsWith("nothing is recorded"))
                .ifPresent(why -> err.println("plumbline: the store was not read, so table numbers and moved routes are"
                        + " not known: " + why));
        return new Reconciler(Workspace::open, new StoredLedgers(store), journal, TableNames.read(), true, timings);
    }

    /** A namespace, if it is there. */
    static Optional<LiveNamespace> open(String label) {
        try {
            return Optional.of(KernelNamespace.open(label));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NetlinkException refusal && refusal.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
