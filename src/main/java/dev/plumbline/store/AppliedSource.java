package dev.plumbline.store;

import dev.plumbline.history.Commit;
import java.time.Instant;
import java.util.Optional;

/**
 * The source that was applied last.
 *
 * @param contentHash of its documents, as the parser names them
 * @param commit that it was read from; empty for a directory
 * @param appliedAt to the millisecond
 */
public record AppliedSource(SourceId id, String contentHash, Optional<Commit> commit, Instant appliedAt) {
}
