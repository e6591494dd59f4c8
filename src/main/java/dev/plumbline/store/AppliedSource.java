package dev.plumbline.store;

import java.time.Instant;

/**
 * The source that was applied last.
 *
 * @param contentHash of its documents, as the parser names them
 * @param appliedAt to the millisecond
 */
public record AppliedSource(SourceId id, String contentHash, Instant appliedAt) {
}
