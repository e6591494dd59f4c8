package dev.plumbline.store;

import dev.plumbline.history.HistoryEntry;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.NamespaceId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A store that is only read. */
record ReadOnlyStore(Database database, Queries queries) implements StoreView {

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public NamespaceRecord find(String label, NamespaceId id) {
        return queries.find(label, id).asRecord();
    }

    @Override
    public Set<String> labels() {
        return queries.labels();
    }

    @Override
    public List<UnfinishedApply> unfinished() {
        return new Records(database).unfinished();
    }

    @Override
    public Optional<Inverse> inverse(NamespaceId id) {
        return database.read(() -> new Records(database).inverse(id));
    }

    @Override
    public List<HistoryEntry> history(int most) {
        return new Records(database).history(most);
    }

    @Override
    public Optional<HistoryEntry> historyEntry(long number) {
        return new Records(database).entry(number);
    }

    @Override
    public Optional<AppliedSource> source() {
        return queries.source();
    }

    @Override
    public Optional<byte[]> appliedDocuments() {
        return queries.appliedDocuments();
    }

    @Override
    public Optional<byte[]> parsed(String contentHash) {
        return queries.parsed(contentHash);
    }

    @Override
    public void close() {
        database.close();
    }
}
