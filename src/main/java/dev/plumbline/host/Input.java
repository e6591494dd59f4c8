package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.source.Source;
import dev.plumbline.store.SourceId;
import java.time.Instant;
import java.util.Optional;

/**
 * Intents at hand.
 *
 * @param words the source, as people name it
 * @param commit that they are read from; empty for a directory
 * @param fetchedAt when the source was last heard of
 * @param failure why these are not the newest, if they are not
 */
public record Input(SourceId id, String words, Source source, Optional<Commit> commit, Instant fetchedAt,
        Optional<Failure> failure) {
}
