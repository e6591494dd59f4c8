package dev.plumbline.store;

import dev.plumbline.state.NamespaceId;
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
