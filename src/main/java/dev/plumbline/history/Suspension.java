package dev.plumbline.history;

import java.time.Instant;
import java.util.Optional;

/**
 * Unattended runs do nothing for a while.
 *
 * @param reason why, in somebody's words
 * @param until when it ends by itself; empty: when somebody says {@code plumbline resume}
 * @param user who said it
 */
public record Suspension(String reason, Instant since, Optional<Instant> until, String user) {

    /** Whether it holds at that time. */
    public boolean holds(Instant now) {
        return until.filter(end -> !now.isBefore(end)).isEmpty();
    }
}
