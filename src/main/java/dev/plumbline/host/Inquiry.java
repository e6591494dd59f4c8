package dev.plumbline.host;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.compile.Examined;
import dev.plumbline.explain.Records;
import dev.plumbline.history.Commit;
import dev.plumbline.history.DocumentRecord;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.source.GitSource;
import dev.plumbline.source.SourceException;
import dev.plumbline.state.Origin;
import dev.plumbline.store.SourceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was applied last, by the store's record, beside the live namespaces. Reads no intent file, changes nothing, and
 * works as far as the user may see.
 */
public final class Inquiry implements AutoCloseable {

    private final Path stateDirectory;
    private final String programVersion;
    private final StoreView store;
    private final List<String> unseen = new ArrayList<>();
    private final List<Document> documents;

    private Inquiry(Path stateDirectory, String programVersion, StoreView store) {
        this.stateDirectory = stateDirectory;
        this.programVersion = programVersion;
        this.store = store;
        store.unavailable().ifPresent(unseen::add);
        documents = applied();
    }

    /** Opens what is recorded. */
    public static Inquiry open(Path stateDirectory, String programVersion) {
        var store = Store.openReadOnly(stateDirectory, programVersion);
        try {
            return new Inquiry(stateDirectory, programVersion, store);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Those of the applied documents that held for this host: the ones that have a record. */
    private List<Document> applied() {
        var bytes = store.appliedDocuments();
        if (bytes.isEmpty()) {
            return List.of();
        }
        var hashes = store.documents().stream()
                .collect(Collectors.toMap(DocumentRecord::document, DocumentRecord::hash));
        try {
            var byId = DocumentCodec.read(new ByteArrayInputStream(bytes.get())).documents().stream()
                    .filter(each -> hashes.containsKey(each.id())).collect(Collectors.groupingBy(Document::id));
            return byId.values().stream().flatMap(same -> same.stream().filter(each -> same.size() == 1
                    || DocumentCodec.hash(each).equals(hashes.get(each.id()))).limit(1)).toList();
        } catch (IOException e) {
            unseen.add("the record of what was applied is of another version of plumbline, or damaged; the next apply"
                    + " renews it");
            return List.of();
        }
    }

    /** What could not be looked at so far, a line each. */
    public List<String> unseen() {
        return unseen;
    }

    /** The documents on record. */
    public Records records() {
        return new Records(documents, store.documents());
    }

    /**
     * Reads namespaces, and compiles the documents and attachments on record against them.
     *
     * @param only the one to look into; absent: all that are on record
     */
    public List<Examined> examine(Optional<String> only) {
        return new Reconciler(KernelNamespace::find, new StoredLedgers(store),
                new StoredJournal.Reading(store, stateDirectory), TableNames.read(), false, new Timings())
                .with(new StoredAttached(store, stateDirectory), false).examine(documents, only, unseen::add);
    }

    /** Names of tables beside those of the kernel: of {@code rt_tables}, and of RouteTable documents. */
    public static Map<String, Long> tables(List<Examined> namespaces) {
        var names = new HashMap<>(TableNames.read());
        for (var namespace : namespaces) {
            namespace.ledger().allotments().stream().filter(each -> each.document().startsWith("RouteTable/"))
                    .forEach(each -> names.put(each.document().substring("RouteTable/".length()), each.table()));
        }
        return names;
    }

    /**
     * The commit that last changed a line, where a repository with enough of the history is at hand: the source itself
     * if it lies on this host, or its mirror.
     */
    public Optional<Commit> lineCommit(Origin origin) {
        var source = store.source().filter(each -> each.id().kind().equals(SourceId.GIT));
        if (source.isEmpty() || source.get().commit().isEmpty() || origin.line() == 0) {
            return Optional.empty();
        }
        var commit = source.get().commit().get().id();
        for (var repository : repositories(source.get().id().location())) {
            try {
                var found = new GitSource(repository, commit, "", programVersion).blame(origin.file(), origin.line());
                if (found.isPresent()) {
                    return found.map(each -> new Commit(each.commit(), each.author(), each.committedAt(),
                            each.subject()));
                }
            } catch (SourceException e) {
                // It is none, or may not be read, or has not this commit: the document's record has to do.
            }
        }
        return Optional.empty();
    }

    private List<Path> repositories(String location) {
        var found = new ArrayList<Path>();
        var url = location.replaceFirst(", (ref|path) .*", "").replaceFirst("^file://", "");
        if (url.startsWith("/")) {
            found.add(Path.of(url));
            found.add(Path.of(url, ".git"));
        }
        try (var mirrors = Files.newDirectoryStream(stateDirectory.resolve("git"), "*.git")) {
            mirrors.forEach(found::add);
        } catch (IOException e) {
            // There is none, or it may not be listed.
        }
        return found;
    }

    @Override
    public void close() {
        store.close();
    }
}
