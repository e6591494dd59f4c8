package dev.plumbline.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What happened in one namespace.
 *
 * @param at when it began, to the millisecond
 * @param added as planned, and so are {@code changed} and {@code destroyed}
 * @param details what failed, then the changes in the words of a plan; at most {@link #MOST_DETAILS} lines
 */
public record Event(Instant at, Duration took, String namespace, Initiator by, Result result, int added, int changed,
        int destroyed, List<String> details) {

    /** How many lines of details are kept of one event. */
    public static final int MOST_DETAILS = 1000;

    public Event {
        details = details.size() <= MOST_DETAILS ? List.copyOf(details) : List.copyOf(details.subList(0, MOST_DETAILS));
    }

    /** How it ended. */
    public enum Result {
        APPLIED("applied"),
        /** Written and verified; to be confirmed. */
        AWAITING("applied, to be confirmed"),
        /** What awaited confirmation stays. */
        CONFIRMED("confirmed"),
        /** What awaited confirmation was undone, and the former state was verified. */
        REVERTED("reverted"),
        PARTLY_REVERTED("reverted, NOT all undone"),
        /** It failed, and the former state was verified. */
        UNDONE("failed and undone"),
        PARTLY_UNDONE("failed, NOT all undone"),
        /** An apply that had died was undone, and the former state was verified. */
        RECOVERED("recovered"),
        PARTLY_RECOVERED("recovered, NOT all undone"),
        /** An apply that had died had nothing left to undo: the machine was booted since, or the namespace is gone. */
        DROPPED("ended with its namespace");

        private final String words;

        Result(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }

        /** Whether something of a failed apply is still there. */
        public boolean isPartly() {
            return this == PARTLY_UNDONE || this == PARTLY_RECOVERED || this == PARTLY_REVERTED;
        }
    }
}
