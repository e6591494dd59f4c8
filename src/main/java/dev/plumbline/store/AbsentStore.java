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

/** No store, or none that can be read. */
record AbsentStore(String reason) implements StoreView {

    @Override
    public Optional<String> unavailable() {
        return Optional.of(reason);
    }

    @Override
    public NamespaceRecord find(String label, NamespaceId id) {
        return NamespaceRecord.UNKNOWN;
    }

    @Override
    public Map<String, String> variables() {
        return Map.of();
    }

    @Override
    public Set<String> labels() {
        return Set.of();
    }

    @Override
    public List<UnfinishedApply> unfinished() {
        return List.of();
    }

    @Override
    public Optional<Inverse> inverse(NamespaceId id) {
        return Optional.empty();
    }

    @Override
    public List<HistoryEntry> history(int most) {
        return List.of();
    }

    @Override
    public Optional<HistoryEntry> historyEntry(long number) {
        return Optional.empty();
    }

    @Override
    public Optional<AppliedSource> source() {
        return Optional.empty();
    }

    @Override
    public Optional<byte[]> appliedDocuments() {
        return Optional.empty();
    }

    @Override
    public List<DocumentRecord> documents() {
        return List.of();
    }

    @Override
    public List<Attachment> attachments() {
        return List.of();
    }

    @Override
    public List<Attachment> attachments(NamespaceId id) {
        return List.of();
    }

    @Override
    public List<Attachment> attachmentsAt(String netns, Optional<NamespaceId> but) {
        return List.of();
    }

    @Override
    public Optional<Attachment> attachment(Attachment.Key key) {
        return Optional.empty();
    }

    @Override
    public Optional<Instant> rejected(String contentHash) {
        return Optional.empty();
    }

    @Override
    public List<Run> runs(int most) {
        return List.of();
    }

    @Override
    public Optional<Suspension> suspension() {
        return Optional.empty();
    }

    @Override
    public Optional<PushedRepository> pushedRepository() {
        return Optional.empty();
    }

    @Override
    public List<Figure> figures() {
        return List.of();
    }

    @Override
    public Optional<byte[]> parsed(String contentHash) {
        return Optional.empty();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
