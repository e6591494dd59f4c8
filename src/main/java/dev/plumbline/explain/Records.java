package dev.plumbline.explain;

import dev.plumbline.history.Commit;
import dev.plumbline.history.DocumentRecord;
import dev.plumbline.intent.Document;
import dev.plumbline.state.Origin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The documents that were applied last, and since when each is as it is. */
public final class Records {

    private final Map<String, Document> documents;
    private final Map<String, DocumentRecord> records;

    public Records(List<Document> documents, List<DocumentRecord> records) {
        this.documents = documents.stream().collect(Collectors.toMap(Document::id, Function.identity()));
        this.records = records.stream().collect(Collectors.toMap(DocumentRecord::document, Function.identity()));
    }

    /** Where a document's {@code kind} stands. */
    public Optional<Origin> origin(String document) {
        return Optional.ofNullable(documents.get(document)).map(Document::origin);
    }

    /** Since when, and by which commit, a document is as it is. */
    public Optional<DocumentRecord> record(String document) {
        return Optional.ofNullable(records.get(document));
    }

    /** The commit that made a document as it is. */
    public Optional<Commit> commit(String document) {
        return record(document).flatMap(DocumentRecord::commit);
    }

    /** By file and line. */
    public List<Document> inOrder() {
        return documents.values().stream()
                .sorted((one, other) -> Listing.BY_POSITION.compare(one.origin(), other.origin())).toList();
    }

    /**
     * The file on record that somebody means: by its whole name, or by its end where that is only one's.
     *
     * @throws SelectionException if there is none, or there are several
     */
    public String file(String said) {
        var files = documents.values().stream().map(each -> each.origin().file()).distinct().sorted().toList();
        var wanted = said.startsWith("./") ? said.substring(2) : said;
        if (files.contains(wanted)) {
            return wanted;
        }
        var fitting = files.stream()
                .filter(each -> each.endsWith("/" + wanted) || wanted.endsWith("/" + each)).toList();
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw new SelectionException(fitting.isEmpty()
                ? "no document on record is from " + said + (files.isEmpty() ? ": nothing is on record"
                        : "; those on record are from " + shortened(files))
                : said + " may be " + String.join(" or ", fitting) + "; say more of its name");
    }

    private static String shortened(List<String> files) {
        return files.size() <= 5 ? String.join(", ", files)
                : String.join(", ", files.subList(0, 5)) + " and " + (files.size() - 5) + " more";
    }

    /** The documents of a file, in order. */
    public List<Document> of(String file) {
        return inOrder().stream().filter(each -> each.origin().file().equals(file)).toList();
    }

    /**
     * The document that stands at a line. Its {@code kind} is what is known of it: {@code apiVersion} and a separator
     * may stand above that.
     */
    public Optional<Document> at(String file, int line) {
        Document found = null;
        for (var each : of(file)) {
            if (found == null || each.origin().line() - 2 <= line) {
                found = each;
            }
        }
        return Optional.ofNullable(found);
    }
}
