package dev.plumbline.intent;

import java.util.Map;

/**
 * What runs that nobody watches do about drift. A document may say otherwise ({@code spec.drift}).
 *
 * @param mode where neither the document nor its kind says anything
 * @param kinds for documents of a kind
 */
public record DriftPolicy(DriftMode mode, Map<String, DriftMode> kinds) {

    public static final DriftPolicy DEFAULT = new DriftPolicy(DriftMode.CORRECT, Map.of());

    public DriftPolicy {
        kinds = Map.copyOf(kinds);
    }

    /** What holds for a document. */
    public DriftMode of(Document document) {
        return document.drift().orElseGet(() -> kinds.getOrDefault(document.kind(), mode));
    }
}
