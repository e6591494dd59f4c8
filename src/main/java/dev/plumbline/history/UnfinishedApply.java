package dev.plumbline.history;

import dev.plumbline.state.NamespaceId;
import java.time.Instant;
import java.util.Optional;

/**
 * An apply that has begun to write in one namespace and has not ended.
 *
 * @param label of the namespace, as the documents name it
 * @param since when it began
 * @param confirmation present for one that is to be confirmed
 * @param running its process is still at work; false: it died, and what it did is to be undone, or it awaits confirmation
 */
public record UnfinishedApply(String label, NamespaceId id, Initiator by, Instant since,
        Optional<Confirmation> confirmation, boolean running) {

    /** Written and verified, and waiting for a person or a probe. */
    public boolean isAwaiting() {
        return confirmation.filter(Confirmation::awaiting).isPresent();
    }

    /** Waiting, and the time is not over. */
    public boolean isAwaiting(Instant now) {
        return isAwaiting() && now.isBefore(confirmation.get().by());
    }
}
