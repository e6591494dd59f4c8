package dev.plumbline.history;

import dev.plumbline.state.NamespaceId;
import java.time.Instant;

/**
 * An apply that has begun to write in one namespace and has not ended.
 *
 * @param label of the namespace, as the documents name it
 * @param since when it began
 * @param running its process is still at work; false: it died, and what it did is to be undone
 */
public record UnfinishedApply(String label, NamespaceId id, Initiator by, Instant since, boolean running) {
}
