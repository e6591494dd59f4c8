package dev.plumbline.state.firewall;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * By what a rule is known again: a hash of the document that wants it, of what it says, and of how often the document
 * says that before. It stands in the rule's user data.
 */
public record RuleKey(long value) {

    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    /**
     * The key of a rule.
     *
     * @param document {@code kind/name}
     * @param form what the rule says, in a form that stays the same as long as it does
     * @param occurrence 0 for the first rule of this form in the document
     */
    public static RuleKey of(String document, String form, int occurrence) {
        long hash = OFFSET;
        for (var part : new String[] {document, "\0", form, "\0", Integer.toString(occurrence)}) {
            for (byte each : part.getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ each & 0xff) * PRIME;
            }
        }
        hash ^= hash >>> 32;
        return new RuleKey(hash * 0x9e3779b97f4a7c15L);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
