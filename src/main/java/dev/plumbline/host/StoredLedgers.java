package dev.plumbline.host;

import dev.plumbline.apply.Ledgers;
import dev.plumbline.history.Inverse;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.util.Optional;
import java.util.Set;

/** Ledgers of the store: the one place where the loop meets SQLite. */
public record StoredLedgers(StoreView store) implements Ledgers {

    @Override
    public Set<String> labels() {
        return store.labels();
    }

    @Override
    public Ledger read(String label, NamespaceId id) {
        return store.find(label, id).ledger();
    }

    @Override
    public Ledger reached(String label, NamespaceId id) {
        boolean awaiting = store.unfinished().stream().anyMatch(each -> each.id().equals(id) && each.isAwaiting());
        return (awaiting ? store.inverse(id) : Optional.<Inverse>empty()).filter(Inverse::isAwaiting)
                .map(Inverse::after).orElseGet(() -> read(label, id));
    }

    @Override
    public void record(String label, NamespaceId id, Ledger ledger) {
        if (!(store instanceof Store writable)) {
            throw new IllegalStateException("the store was opened for reading");
        }
        writable.record(writable.bind(label, id).key().orElseThrow(), ledger);
    }
}
