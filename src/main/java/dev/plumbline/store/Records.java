package dev.plumbline.store;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Event;
import dev.plumbline.history.HistoryEntry;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.NamespaceId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The journal's and the history's rows. */
record Records(Database database) {

    /** How many entries of history are kept. */
    static final int HISTORY_KEPT = 1000;

    private static final String OF = " WHERE boot_id = ? AND cookie = ?";

    /** A row of the journal, without its blobs. */
    private record Row(UnfinishedApply apply, int format, int[] counts) {
    }

    List<UnfinishedApply> unfinished() {
        return rows("").stream().map(Row::apply).toList();
    }

    private List<Row> rows(String condition, Object... parameters) {
        return database.list("SELECT label, boot_id, cookie, user, pid, command, source, revision, since, format,"
                + " added, changed, destroyed, confirm_by, awaiting FROM journal" + condition + " ORDER BY since",
                row -> new Row(
                        new UnfinishedApply(row.getString(1), new NamespaceId(row.getString(2), row.getLong(3)),
                                initiator(row, 4), Instant.parse(row.getString(9)), confirmation(row), false),
                        row.getInt(10),
                        new int[] {row.getInt(11), row.getInt(12), row.getInt(13)}), parameters);
    }

    private static Optional<Confirmation> confirmation(ResultSet row) throws SQLException {
        var by = row.getString(14);
        return by.isEmpty() ? Optional.empty()
                : Optional.of(new Confirmation(Instant.parse(by), row.getInt(15) == 1));
    }

    private static Initiator initiator(ResultSet row, int first) throws SQLException {
        return new Initiator(row.getString(first), row.getLong(first + 1), row.getString(first + 2),
                row.getString(first + 3), row.getString(first + 4));
    }

    Optional<Inverse> inverse(NamespaceId id) {
        return rows(OF, id.bootId(), id.cookie()).stream().findFirst().map(row -> {
            Map<String, byte[]> parts = new HashMap<>();
            database.list("SELECT family, content FROM journal_parts" + OF,
                    part -> parts.put(part.getString(1), part.getBytes(2)), id.bootId(), id.cookie());
            try {
                return InverseCodec.read(row.format(), row.apply().since(), row.apply().by(),
                        row.apply().confirmation(), row.counts(), parts);
            } catch (IllegalArgumentException e) {
                throw new StoreException("the journal of the apply of " + row.apply().since() + " in namespace "
                        + row.apply().label() + " cannot be read: " + e.getMessage() + (row.format()
                        > InverseCodec.FORMAT
                                ? ". A newer plumbline wrote it: run `plumbline recover` of that version" : ". Move "
                                + database.file() + " away and apply again: what is ours is known by marks in the"
                                + " kernel"), e);
            }
        });
    }

    void begin(String label, NamespaceId id, Inverse inverse, Map<String, byte[]> parts) {
        var by = inverse.by();
        database.update("INSERT INTO journal (boot_id, cookie, label, since, user, pid, command, source, revision,"
                + " added, changed, destroyed, format, confirm_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id.bootId(), id.cookie(), label, inverse.since().toString(), by.user(), by.pid(), by.command(), by.source(),
                by.revision(), inverse.added(), inverse.changed(), inverse.destroyed(), InverseCodec.FORMAT,
                inverse.confirmation().map(each -> each.by().toString()).orElse(""));
        parts.forEach((family, content) -> database.update(
                "INSERT INTO journal_parts (boot_id, cookie, family, content) VALUES (?, ?, ?, ?)", id.bootId(),
                id.cookie(), family, content));
    }

    void await(NamespaceId id) {
        database.update("UPDATE journal SET awaiting = 1" + OF, id.bootId(), id.cookie());
    }

    boolean isAnyUnfinished() {
        return database.number("SELECT count(*) FROM journal") > 0;
    }

    void end(NamespaceId id) {
        database.update("DELETE FROM journal" + OF, id.bootId(), id.cookie());
    }

    /** Adds an entry, and drops those that are too old. */
    void record(Event event) {
        var by = event.by();
        database.update("INSERT INTO history (at, milliseconds, namespace, user, pid, command, source, revision,"
                + " result, drift, added, changed, destroyed, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                event.at().toString(), event.took().toMillis(), event.namespace(), by.user(), by.pid(), by.command(),
                by.source(), by.revision(), event.result().name().toLowerCase(Locale.ROOT), isDrift(event) ? 1 : 0,
                event.added(), event.changed(), event.destroyed(),
                Compressed.of(String.join("\n", event.details()).getBytes(StandardCharsets.UTF_8)));
        database.update("DELETE FROM history WHERE number <= (SELECT max(number) FROM history) - " + HISTORY_KEPT);
    }

    /** The same intents as the last apply here: what an apply changes now had drifted. */
    private boolean isDrift(Event event) {
        return event.result() == Event.Result.APPLIED && !event.by().revision().isEmpty()
                && database.first("SELECT source, revision, result FROM history WHERE namespace = ? AND result IN"
                        + " ('applied', 'awaiting', 'reverted', 'partly_reverted') ORDER BY number DESC LIMIT 1",
                        row -> row.getString(1).equals(event.by().source())
                                && row.getString(2).equals(event.by().revision())
                                && !row.getString(3).endsWith("reverted"), event.namespace()).orElse(false);
    }

    List<HistoryEntry> history(int most) {
        return entries(" ORDER BY number DESC LIMIT ?", most);
    }

    Optional<HistoryEntry> entry(long number) {
        return entries(" WHERE number = ?", number).stream().findFirst();
    }

    private List<HistoryEntry> entries(String condition, Object parameter) {
        return database.list("SELECT number, at, milliseconds, namespace, user, pid, command, source, revision, result,"
                + " drift, added, changed, destroyed, details FROM history" + condition, Records::entry, parameter);
    }

    private static HistoryEntry entry(ResultSet row) throws SQLException {
        var details = new String(Compressed.expanded(row.getBytes(15)), StandardCharsets.UTF_8);
        return new HistoryEntry(row.getLong(1), row.getInt(11) == 1, new Event(Instant.parse(row.getString(2)),
                Duration.ofMillis(row.getLong(3)), row.getString(4), initiator(row, 5),
                Event.Result.valueOf(row.getString(10).toUpperCase(Locale.ROOT)), row.getInt(12), row.getInt(13),
                row.getInt(14), details.isEmpty() ? List.of() : List.of(details.split("\n", -1))));
    }
}
