package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.intent.Document;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.store.SourceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.PrintWriter;
import java.util.List;

/** What a command works with: the intents of this host, the store, and the loop over both. */
final class Workspace implements AutoCloseable {

    private final InputOptions input;
    private final StoreView store;
    private final boolean replaceSource;
    private final PrintWriter err;
    private final Timings timings = new Timings();

    private Workspace(InputOptions input, StoreView store, boolean replaceSource, PrintWriter err) {
        this.input = input;
        this.store = store;
        this.replaceSource = replaceSource;
        this.err = err;
    }

    /** For commands that change nothing: works without root, and says what it could not see. */
    static Workspace reading(InputOptions input, PrintWriter err) {
        return new Workspace(input, Store.openReadOnly(input.stateDirectory(), VersionCommand.version()), false, err);
    }

    /**
     * For commands that write.
     *
     * @throws RuntimeException if the intents or the store can be written by others, or another source was applied last
     */
    static Workspace writing(InputOptions input, boolean replaceSource, PrintWriter err) {
        var store = Store.open(input.stateDirectory(), VersionCommand.version());
        try {
            if (!replaceSource) {
                store.checkSource(SourceId.directory(input.intents()));
            }
            return new Workspace(input, store, replaceSource, err);
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
        var documents = documents();
        store.unavailable().filter(why -> !why.startsWith("nothing is recorded"))
                .ifPresent(why -> err.println("plumbline: the store was not read, so table numbers and moved routes are"
                        + " not known: " + why));
        return new Reconciler(label -> java.util.Optional.of(KernelNamespace.open(label)), new StoredLedgers(store), TableNames.read(), true, timings)
                .prepare(documents);
    }

    @Override
    public void close() {
        store.close();
    }
}
