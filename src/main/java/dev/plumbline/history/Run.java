package dev.plumbline.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a run that nobody watched ended. Runs that end alike one after the other are one.
 *
 * @param number 1 and up, never used twice
 * @param firstAt when the first of those alike began
 * @param at when the last of those alike began, to the millisecond
 * @param trigger what made it run: {@code timer}, {@code poll}, {@code drift}, {@code netlink}, {@code push} and the like
 * @param message for people; empty where the reason says it all
 * @param commit its input's, or the one that was tried; empty for a directory
 * @param contentHash of its input; empty where none could be read
 * @param drift the input was that of the last apply: what changed had drifted
 * @param details the changes, and what failed; at most {@link Event#MOST_DETAILS} lines
 */
public record Run(long number, Instant firstAt, Instant at, Duration took, String trigger, Reason reason,
        String message, Optional<String> commit, String contentHash, int added, int changed, int destroyed,
        boolean drift, List<String> details) {

    public Run {
        details = details.size() <= Event.MOST_DETAILS ? List.copyOf(details)
                : List.copyOf(details.subList(0, Event.MOST_DETAILS));
    }

    /** One that is not on record yet. */
    public static Run unrecorded(Instant at, Duration took, String trigger, Reason reason, String message,
            Optional<String> commit, String contentHash) {
        return new Run(0, at, at, took, trigger, reason, message, commit, contentHash, 0, 0, 0, false, List.of());
    }

    /** The same with what it changed. */
    public Run changing(int nowAdded, int nowChanged, int nowDestroyed, boolean isDrift, List<String> lines) {
        return new Run(number, firstAt, at, took, trigger, reason, message, commit, contentHash, nowAdded, nowChanged,
                nowDestroyed, isDrift, lines);
    }

    /** Whether something was changed. */
    public boolean hasChanges() {
        return added + changed + destroyed > 0;
    }
}
