package dev.plumbline.host;

import dev.plumbline.history.DocumentRecord;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.store.StoreView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the intents that were applied last want in one namespace, by the record: nothing is parsed.
 *
 * @param known whether the record has documents for it, and this program can read them; without, what may have been
 *     made by some is to be left alone
 */
public record AppliedIntents(boolean known, List<Document> documents) {

    private static final AppliedIntents UNKNOWN = new AppliedIntents(false, List.of());

    /** Looks them up; decodes the documents only if some are, or may be, for this namespace. */
    public static AppliedIntents in(String netns, StoreView store) {
        var held = store.documents().stream()
                .filter(each -> each.netns().isEmpty() || each.netns().equals(netns))
                .collect(Collectors.toMap(DocumentRecord::document, DocumentRecord::hash));
        var content = held.isEmpty() ? Optional.<byte[]>empty() : store.appliedDocuments();
        if (content.isEmpty()) {
            return UNKNOWN;
        }
        try {
            var parsed = DocumentCodec.read(new ByteArrayInputStream(content.get()));
            // A document of this name may hold for another host: the record says which one holds for this one.
            var documents = parsed.documents().stream().filter(each -> each.netns().equals(netns)
                    && DocumentCodec.hash(each).equals(held.get(each.id()))).toList();
            return new AppliedIntents(!documents.isEmpty(), documents);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
