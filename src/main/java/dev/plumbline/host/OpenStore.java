package dev.plumbline.host;

import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Ledgers;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.history.Suspension;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.store.Store;
import java.nio.file.Path;
import java.time.Duration;

/** A state directory, open for writing: its store, its journal, and the loop on the machine's own namespaces. */
public final class OpenStore implements AutoCloseable {

    private final Store store;
    private final StoredJournal journal;

    private OpenStore(Store store, StoredJournal journal) {
        this.store = store;
        this.journal = journal;
    }

    /**
     * Opens it for a run that reads no intents.
     *
     * @param patience how long to wait for another apply to end
     */
    public static OpenStore open(Path stateDirectory, Invocation invocation, Duration patience) {
        var store = Store.open(stateDirectory, invocation.version());
        return new OpenStore(store, new StoredJournal(store, stateDirectory, invocation.initiator("", ""), patience));
    }

    public Store store() {
        return store;
    }

    public Journal journal() {
        return journal;
    }

    public Ledgers ledgers() {
        return new StoredLedgers(store);
    }

    /** @param attended a person is waiting */
    public Reconciler reconciler(boolean attended) {
        return new Reconciler(KernelNamespace::find, ledgers(), journal, TableNames.read(), attended, new Timings());
    }

    /**
     * Lets unattended runs do nothing from now on; one that is at work is waited for.
     *
     * @return whether it ended in time
     */
    public boolean suspend(Suspension suspension, Duration patience) {
        store.suspend(suspension);
        return StoredJournal.awaitQuiet(journal.stateDirectory(), patience);
    }

    @Override
    public void close() {
        store.close();
    }
}
