package dev.plumbline.store;

import dev.plumbline.history.Commit;
import dev.plumbline.history.DocumentRecord;
import dev.plumbline.history.Event;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rows that say what is applied, and from where. */
record Sources(Database database) {

    private static final String COMMIT = "commit_id, author, committed_at, subject";

    Optional<AppliedSource> applied() {
        return database.first("SELECT kind, location, content_hash, applied_at, " + COMMIT + " FROM source",
                row -> new AppliedSource(new SourceId(row.getString(1), row.getString(2)), row.getString(3),
                        commit(row, 5), Instant.parse(row.getString(4))));
    }

    Optional<byte[]> appliedDocuments() {
        return database.first("SELECT documents FROM source", row -> row.getBytes(1));
    }

    Optional<Instant> rejected(String contentHash) {
        return database.first("SELECT at FROM rejected WHERE content_hash = ?",
                row -> Instant.parse(row.getString(1)), contentHash);
    }

    List<DocumentRecord> documents(boolean pending) {
        return database.list("SELECT document, netns, hash, since, " + COMMIT + " FROM documents WHERE pending = ?"
                + " ORDER BY document", row -> new DocumentRecord(row.getString(1), row.getString(2), row.getString(3),
                        commit(row, 5), Instant.parse(row.getString(4))), pending ? 1 : 0);
    }

    Map<String, String> variables() {
        var variables = new HashMap<String, String>();
        database.list("SELECT name, value FROM variables", row -> Map.entry(row.getString(1), row.getString(2)))
                .forEach(each -> variables.put(each.getKey(), each.getValue()));
        return variables;
    }

    void record(Map<String, String> variables) {
        database.update("DELETE FROM variables");
        variables.forEach((name, value) ->
                database.update("INSERT INTO variables (name, value) VALUES (?, ?)", name, value));
    }

    void record(AppliedSource source, byte[] documents) {
        database.update("DELETE FROM rejected WHERE content_hash = ?", source.contentHash());
        var commit = texts(source.commit());
        database.update("INSERT OR REPLACE INTO source (one, kind, location, content_hash, applied_at, documents, "
                + COMMIT + ") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                source.id().kind(), source.id().location(), source.contentHash(),
                source.appliedAt().truncatedTo(ChronoUnit.MILLIS).toString(), documents,
                commit[0], commit[1], commit[2], commit[3]);
    }

    /** Those that are as they were keep their commit and their time. */
    void recordDocuments(List<DocumentRecord> documents) {
        var known = new HashMap<String, String>();
        documents(false).forEach(each -> known.put(each.document(), each.hash()));
        for (var each : documents) {
            if (!each.hash().equals(known.remove(each.document()))) {
                record(each, false);
            }
        }
        known.keySet().forEach(gone ->
                database.update("DELETE FROM documents WHERE pending = 0 AND document = ?", gone));
    }

    private void record(DocumentRecord document, boolean pending) {
        var commit = texts(document.commit());
        database.update("INSERT OR REPLACE INTO documents (document, netns, hash, since, " + COMMIT
                + ", pending) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", document.document(), document.netns(),
                document.hash(),
                document.since().truncatedTo(ChronoUnit.MILLIS).toString(), commit[0], commit[1], commit[2], commit[3],
                pending ? 1 : 0);
    }

    void pend(AppliedSource source, byte[] documents, List<DocumentRecord> records) {
        forgetPending();
        records.forEach(each -> record(each, true));
        var commit = texts(source.commit());
        database.update("INSERT OR REPLACE INTO pending (one, kind, location, content_hash, documents, " + COMMIT
                + ") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)", source.id().kind(), source.id().location(),
                source.contentHash(), documents, commit[0], commit[1], commit[2], commit[3]);
    }

    /**
     * The source is the confirmed one once nothing awaits any more; what was reverted is not applied again unasked.
     *
     * @param isLast no other namespace awaits
     */
    void settle(Event event, boolean isLast) {
        switch (event.result()) {
            case CONFIRMED -> {
                if (isLast) {
                    database.update("INSERT OR REPLACE INTO source (one, kind, location, content_hash, applied_at,"
                            + " documents, " + COMMIT + ") SELECT 1, kind, location, content_hash, ?, documents, "
                            + COMMIT + " FROM pending", event.at().toString());
                    database.update("DELETE FROM rejected WHERE content_hash IN (SELECT content_hash FROM pending)");
                    recordDocuments(documents(true));
                    forgetPending();
                }
            }
            case REVERTED, PARTLY_REVERTED -> {
                database.update("INSERT OR REPLACE INTO rejected (content_hash, at) SELECT content_hash, ? FROM pending",
                        event.at().toString());
                forgetPending();
            }
            case APPLIED, AWAITING, UNDONE, PARTLY_UNDONE, RECOVERED, PARTLY_RECOVERED, DROPPED -> { }
        }
    }

    Optional<PushedRepository> pushed() {
        return database.first("SELECT directory, branch, path, owner, applies, confirm_seconds FROM pushed_repository",
                row -> new PushedRepository(Path.of(row.getString(1)), row.getString(2), row.getString(3),
                        row.getString(4), row.getInt(5) == 1, Optional.of(row.getLong(6)).filter(each -> each > 0)
                                .map(Duration::ofSeconds)));
    }

    void push(PushedRepository repository) {
        database.update("INSERT OR REPLACE INTO pushed_repository (one, directory, branch, path, owner, applies,"
                + " confirm_seconds) VALUES (1, ?, ?, ?, ?, ?, ?)", repository.directory().toString(),
                repository.branch(), repository.path(), repository.owner(), repository.applies() ? 1 : 0,
                repository.confirm().map(Duration::toSeconds).orElse(0L));
    }

    private void forgetPending() {
        database.update("DELETE FROM pending");
        database.update("DELETE FROM documents WHERE pending = 1");
    }

    private static Optional<Commit> commit(ResultSet row, int first) throws SQLException {
        var id = row.getString(first);
        return id.isEmpty() ? Optional.empty() : Optional.of(new Commit(id, row.getString(first + 1),
                Instant.parse(row.getString(first + 2)), row.getString(first + 3)));
    }

    private static String[] texts(Optional<Commit> commit) {
        return commit.map(each -> new String[] {each.id(), each.author(), each.at().toString(), each.subject()})
                .orElseGet(() -> new String[] {"", "", "", ""});
    }
}
