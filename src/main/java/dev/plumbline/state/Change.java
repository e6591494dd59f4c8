package dev.plumbline.state;

import java.util.List;
import java.util.Optional;

/**
 * One change, for people and for JSON.
 *
 * @param resource {@code route} or {@code rule}
 * @param subject the object in the words of {@code ip}; after the change, or before it for a delete
 * @param differences what changes, for {@link Action#CHANGE} and {@link Action#RECREATE}
 * @param origin the document that wants it; for what goes, the one that made it, if that is known
 * @param note why, where that is not plain; empty otherwise
 */
public record Change(Action action, Phase phase, String resource, String subject, List<Difference> differences,
        Optional<Origin> origin, String note) {

    public Change {
        differences = List.copyOf(differences);
    }

    /** What happens to an object, with the symbol that plans use. */
    public enum Action {
        CREATE("+"), CHANGE("~"), RECREATE("-/+"), DELETE("-");

        private final String symbol;

        Action(String symbol) {
            this.symbol = symbol;
        }

        public String symbol() {
            return symbol;
        }
    }

    /** One attribute that changes; an empty text for absent. */
    public record Difference(String attribute, String before, String after) {
    }
}
