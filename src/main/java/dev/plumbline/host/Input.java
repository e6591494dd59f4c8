package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.store.SourceId;
import java.util.Optional;

/**
 * Intents at hand.
 *
 * @param words the source, as people name it
 * @param commit that they are read from; empty for a directory
 */
public record Input(SourceId id, String words, DirectorySource source, Optional<Commit> commit) {
}
