package dev.plumbline.state.firewall;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * By what a rule is known again: a hash of the document that wants it, and one of what it says and of how often the
 * document says that before. It stands in the rule's user data.
 */
public record RuleKey(long value) {

    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    /** Bits of the document, in front of those of what the rule says. */
    private static final int DOCUMENT_BITS = 20;

    /**
     * The key of a rule.
     *
     * @param document {@code kind/name}
     * @param form what the rule says, in a form that stays the same as long as it does
     * @param occurrence 0 for the first rule of this form in the document
     */
    public static RuleKey of(String document, String form, int occurrence) {
        long said = mixed(hashed(hashed(hashed(OFFSET, form), "\0"), Integer.toString(occurrence)));
        return new RuleKey(documentPart(document) << Long.SIZE - DOCUMENT_BITS | said >>> DOCUMENT_BITS);
    }

    /** Whether this document may have made the rule; of another document this is true once in a million. */
    public boolean isOf(String document) {
        return value >>> Long.SIZE - DOCUMENT_BITS == documentPart(document);
    }

    private static long documentPart(String document) {
        return mixed(hashed(OFFSET, document)) >>> Long.SIZE - DOCUMENT_BITS;
    }

    private static long hashed(long hash, String text) {
        long next = hash;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            next = (next ^ each & 0xff) * PRIME;
        }
        return next;
    }

    private static long mixed(long hash) {
        return (hash ^ hash >>> 32) * 0x9e3779b97f4a7c15L;
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
