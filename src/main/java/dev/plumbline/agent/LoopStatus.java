package dev.plumbline.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a loop fares.
 *
 * @param running what it does at this moment
 * @param last of each action that was done once
 * @param next when it does something by itself
 * @param watchFailure why changes of others do not wake the loop; absent if they do
 */
public record LoopStatus(Optional<Action> running, Map<Action, Last> last, List<Fight> fights, Optional<Instant> next,
        Optional<String> watchFailure) {

    /**
     * The last time that something was done.
     *
     * @param at when it ended
     * @param failures in a row, this one included
     * @param retry when it is tried again
     */
    public record Last(Instant at, Duration took, Cause.Kind cause, Outcome outcome, int failures,
            Optional<Instant> retry) {
    }
}
