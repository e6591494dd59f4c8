package dev.plumbline.importing;

import dev.plumbline.intent.Document;
import java.util.List;

/**
 * Intents for what is there now.
 *
 * @param documents tables in ascending order of their numbers, then the rules; all with {@code adopt: true}
 * @param skipped in the same order
 */
public record ImportResult(List<Document> documents, List<Skipped> skipped) {

    public ImportResult {
        documents = List.copyOf(documents);
        skipped = List.copyOf(skipped);
    }
}
