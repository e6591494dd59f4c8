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

/**
 * What can be read of a state directory. Not for use by several threads at a time.
 *
 * <p>All methods throw {@link StoreException} if the file cannot be read.
 */
public sealed interface StoreView extends AutoCloseable permits PresentStore, AbsentStore {

    /** The label of the namespace that the command runs in. */
    String HOST = "host";

    /** How many entries of history are kept. */
    int HISTORY_KEPT = Records.HISTORY_KEPT;

    /** Why nothing is known: no store yet, or one that this user cannot read. Empty where the store was read. */
    Optional<String> unavailable();

    /**
     * What is recorded of a namespace, as {@link Store#bind} would leave it; changes nothing.
     *
     * @param label {@link #HOST}, or the document's {@code netns}
     * @throws OtherNamespaceException if the label is {@link #HOST} and the directory belongs to another one
     */
    NamespaceRecord find(String label, NamespaceId id);

    /** Labels of all namespaces on record, the host's aside. */
    Set<String> labels();

    /** Applies that began to write and did not end, or are at work now: the store cannot tell which. */
    List<UnfinishedApply> unfinished();

    /** How to undo the apply that began in a namespace and did not end. */
    Optional<Inverse> inverse(NamespaceId id);

    /** The newest entries of history, newest first. */
    List<HistoryEntry> history(int most);

    /** One entry of history; empty if there is none of this number, or none any more. */
    Optional<HistoryEntry> historyEntry(long number);

    /** The source that was applied last. */
    Optional<AppliedSource> source();

    /** The documents that were applied last, in the form that {@link Store#recordSource} was given. */
    Optional<byte[]> appliedDocuments();

    /** {@code variables} of plumbline.yaml, as they were for the last apply. */
    Map<String, String> variables();

    /** The applied documents, each with since when it is as it is. In the order of their names. */
    List<DocumentRecord> documents();

    /** Containers' interfaces, in the order in which they were added first. */
    List<Attachment> attachments();

    /** Those in one namespace. */
    List<Attachment> attachments(NamespaceId id);

    /** Those in whatever namespaces have or had this path or name, but for one of them, if it is given. */
    List<Attachment> attachmentsAt(String netns, Optional<NamespaceId> but);

    /** The attachment of this container, device and type; its network may be another one. */
    Optional<Attachment> attachment(Attachment.Key key);

    /** When this content was reverted; empty if it was not. */
    Optional<Instant> rejected(String contentHash);

    /** The newest runs that nobody watched, newest first. */
    List<Run> runs(int most);

    /** What suspends unattended runs; its time may be over. */
    Optional<Suspension> suspension();

    /** The repository on this host whose pushes are taken. */
    Optional<PushedRepository> pushedRepository();

    /** The numbers of metrics. */
    List<Figure> figures();

    /** Documents that were parsed before, in the form that {@link Store#keepParsed} was given. */
    Optional<byte[]> parsed(String contentHash);

    /**
     * Whether an apply from this source may go on.
     *
     * @throws OtherSourceException if another one was applied last
     */
    default void checkSource(SourceId wanted) {
        source().filter(current -> !current.id().equals(wanted)).ifPresent(current -> {
            throw new OtherSourceException(current.id(), wanted);
        });
    }

    @Override
    void close();
}
