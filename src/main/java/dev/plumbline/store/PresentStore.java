package dev.plumbline.store;

import dev.plumbline.history.DocumentRecord;
import dev.plumbline.history.Figure;
import dev.plumbline.history.HistoryEntry;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.Run;
import dev.plumbline.history.Suspension;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.intent.Attachment;
import dev.plumbline.state.NamespaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A store that is there and can be read. */
sealed class PresentStore implements StoreView permits Store {

    final Database database;
    final Queries queries;
    final Records records;
    final Sources sources;
    final Attachments attachments;
    final Runs runs;
    final Figures figures;

    PresentStore(Database database, String programVersion) {
        this.database = database;
        this.queries = new Queries(database, programVersion);
        this.records = new Records(database);
        this.sources = new Sources(database);
        this.attachments = new Attachments(database);
        this.runs = new Runs(database);
        this.figures = new Figures(database);
    }

    @Override
    public final Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public final NamespaceRecord find(String label, NamespaceId id) {
        return queries.find(label, id).asRecord();
    }

    @Override
    public final Set<String> labels() {
        return queries.labels();
    }

    @Override
    public final List<UnfinishedApply> unfinished() {
        return records.unfinished();
    }

    @Override
    public final Optional<Inverse> inverse(NamespaceId id) {
        return database.read(() -> records.inverse(id));
    }

    @Override
    public final List<HistoryEntry> history(int most) {
        return records.history(most);
    }

    @Override
    public final Optional<HistoryEntry> historyEntry(long number) {
        return records.entry(number);
    }

    @Override
    public final Optional<AppliedSource> source() {
        return sources.applied();
    }

    @Override
    public final Optional<byte[]> appliedDocuments() {
        return sources.appliedDocuments();
    }

    @Override
    public final Map<String, String> variables() {
        return sources.variables();
    }

    @Override
    public final List<DocumentRecord> documents() {
        return sources.documents(false);
    }

    @Override
    public final List<Attachment> attachments() {
        return attachments.all();
    }

    @Override
    public final List<Attachment> attachments(NamespaceId id) {
        return attachments.in(id);
    }

    @Override
    public final List<Attachment> attachmentsAt(String netns, Optional<NamespaceId> but) {
        return attachments.at(netns, but);
    }

    @Override
    public final Optional<Attachment> attachment(Attachment.Key key) {
        return attachments.find(key);
    }

    @Override
    public final Optional<Instant> rejected(String contentHash) {
        return sources.rejected(contentHash);
    }

    @Override
    public final List<Run> runs(int most) {
        return runs.newest(most);
    }

    @Override
    public final Optional<Suspension> suspension() {
        return runs.suspension();
    }

    @Override
    public final Optional<PushedRepository> pushedRepository() {
        return sources.pushed();
    }

    @Override
    public final List<Figure> figures() {
        return figures.all();
    }

    @Override
    public final Optional<byte[]> parsed(String contentHash) {
        return queries.parsed(contentHash);
    }

    @Override
    public final void close() {
        database.close();
    }
}
