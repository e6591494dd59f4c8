package dev.plumbline.explain;

import dev.plumbline.state.Origin;
import java.util.Optional;

/**
 * Who made a live object.
 *
 * @param origin the document behind it, for all but {@link Standing#UNRECORDED} and {@link Standing#FOREIGN}
 * @param taken what it was before a document moved or adopted it
 */
public record Owner(Standing standing, Optional<Origin> origin, Optional<Taken> taken) {

    static final Owner UNRECORDED = new Owner(Standing.UNRECORDED, Optional.empty(), Optional.empty());
    static final Owner FOREIGN = new Owner(Standing.FOREIGN, Optional.empty(), Optional.empty());

    /** How the object stands to the documents on record. */
    public enum Standing {
        /** Ours, and as its document says. */
        AS_INTENDED("as_intended"),
        /** Ours, and not as its document says. */
        CHANGED("changed"),
        /** Ours, of a document that waits and keeps what it has. */
        WAITING("waiting"),
        /** Ours by its mark; no document on record says it. */
        UNRECORDED("unrecorded"),
        /** Somebody else's, in the place of one that a document wants. */
        IN_PLACE("in_place"),
        /** Somebody else's. */
        FOREIGN("foreign");

        private final String word;

        Standing(String word) {
            this.word = word;
        }

        /** As JSON says it. */
        public String word() {
            return word;
        }

        public boolean isOurs() {
            return this != IN_PLACE && this != FOREIGN;
        }
    }

    /**
     * What an object was before.
     *
     * @param document that took it
     * @param adopted where it stood; else it was moved away
     * @param former in the words of {@code ip}, protocol included
     * @param table that it was in, in the words of {@code ip}; empty for a rule
     */
    public record Taken(String document, boolean adopted, String former, String table) {

        @Override
        public String toString() {
            return (adopted ? "adopted; it was `" : "moved from table " + table + ", where it was `") + former + "`";
        }
    }

    /** {@code kind/name} of the document, or the attachment; empty where there is none. */
    public String document() {
        return origin.map(Origin::document).orElse("");
    }
}
