package dev.plumbline.host;

import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.util.Optional;

/** Parsed documents of the store, so that unchanged intents are not parsed again. */
record KeptDocuments(StoreView store) implements ParsedDocuments {

    @Override
    public Optional<byte[]> find(String hash) {
        return store.parsed(hash);
    }

    @Override
    public void keep(String hash, byte[] documents) {
        if (store instanceof Store writable) {
            writable.keepParsed(hash, documents);
        }
    }
}
