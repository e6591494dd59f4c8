package dev.plumbline.history;

import java.time.Instant;

/**
 * A Git commit that intents come from.
 *
 * @param id in hexadecimal digits, in full
 * @param author name and address as Git shows them: {@code A U Thor <author@example.com>}
 * @param at when it was committed, to the second
 * @param subject the first line of its message
 */
public record Commit(String id, String author, Instant at, String subject) {

    private static final int SHORT = 12;

    /** The first digits of the id, for people. */
    public String shortId() {
        return id.substring(0, Math.min(SHORT, id.length()));
    }
}
