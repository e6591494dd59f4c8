package dev.plumbline.history;

import dev.plumbline.plan.Former;
import dev.plumbline.state.Ledger;
import java.time.Instant;
import java.util.Optional;

/**
 * How to undo an apply: what the journal holds while it writes.
 *
 * @param since when it began, to the millisecond
 * @param after the ledger that it leads to; the one before stays on record until it ends
 * @param confirmation absent: it ends as soon as it is verified
 * @param added as planned, and so are {@code changed} and {@code destroyed}
 */
public record Inverse(Instant since, Initiator by, Former former, Ledger after, Optional<Confirmation> confirmation,
        int added, int changed, int destroyed) {

    /** Written and verified, and waiting for a person or a probe. */
    public boolean isAwaiting() {
        return confirmation.filter(Confirmation::awaiting).isPresent();
    }
}
