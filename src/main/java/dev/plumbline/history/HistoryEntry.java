package dev.plumbline.history;

/**
 * An event on record.
 *
 * @param number 1 and up, never used twice
 * @param drift the intents were those of the last apply: what changed had drifted
 */
public record HistoryEntry(long number, boolean drift, Event event) {

    /** What happened, for people. */
    public String words() {
        return drift && event.result() == Event.Result.APPLIED ? "drift found, corrected" : event.result().words();
    }
}
