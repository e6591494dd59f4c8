package dev.plumbline.store;

import dev.plumbline.intent.Attachment;
import dev.plumbline.intent.Attachment.Key;
import dev.plumbline.json.JsonText;
import dev.plumbline.state.NamespaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rows of attachments. */
record Attachments(Database database) {

    private static final String COLUMNS = "container, device, network, type, netns, boot_id, cookie, added_at, content";
    private static final String SELECT = "SELECT " + COLUMNS + " FROM attachments";
    private static final String ONE = " WHERE container = ? AND device = ? AND type = ?";

    List<Attachment> all() {
        return database.list(SELECT + " ORDER BY number", Attachments::read);
    }

    List<Attachment> at(String netns, Optional<NamespaceId> but) {
        return database.list(SELECT + " WHERE netns = ? AND (boot_id, cookie) <> (?, ?) ORDER BY number",
                Attachments::read, netns, but.map(NamespaceId::bootId).orElse(""),
                but.map(NamespaceId::cookie).orElse(0L));
    }

    List<Attachment> in(NamespaceId id) {
        return database.list(SELECT + " WHERE boot_id = ? AND cookie = ? ORDER BY number", Attachments::read,
                id.bootId(), id.cookie());
    }

    /** The network may be another one. */
    Optional<Attachment> find(Key key) {
        return database.first(SELECT + ONE, Attachments::read, key.container(), key.device(), key.type());
    }

    private static Attachment read(ResultSet row) throws SQLException {
        var key = new Key(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
        var namespace = new NamespaceId(row.getString(6), row.getLong(7));
        return AttachmentJson.read(key, row.getString(5), namespace, Instant.parse(row.getString(8)),
                JsonText.parse(row.getString(9)));
    }

    /** One that is there already is replaced, and keeps its place. */
    void put(Attachment attachment) {
        var key = attachment.key();
        var id = attachment.namespace();
        database.update("INSERT INTO attachments (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (container, device, type) DO UPDATE SET network = excluded.network,"
                + " netns = excluded.netns, boot_id = excluded.boot_id, cookie = excluded.cookie,"
                + " added_at = excluded.added_at, content = excluded.content",
                key.container(), key.device(), key.network(), key.type(), attachment.netns(), id.bootId(), id.cookie(),
                attachment.addedAt().toString(), JsonText.of(AttachmentJson.write(attachment)));
        // The newest path is the one that leads there now.
        database.update("UPDATE attachments SET netns = ? WHERE boot_id = ? AND cookie = ?", attachment.netns(),
                id.bootId(), id.cookie());
    }

    boolean remove(Key key) {
        return database.update("DELETE FROM attachments" + ONE + " AND network = ?", key.container(), key.device(),
                key.type(), key.network()) > 0;
    }

    boolean isAnyOfOtherBoots(String bootId) {
        return database.first("SELECT 1 FROM attachments WHERE boot_id <> ? LIMIT 1", row -> true, bootId).isPresent();
    }

    /** With what is on record of their namespaces, which ended with the boot. */
    boolean removeOfOtherBoots(String bootId) {
        var gone = all().stream().filter(each -> !each.namespace().bootId().equals(bootId)).toList();
        gone.forEach(each -> {
            remove(each.key());
            each.documents().forEach(document -> forgetLedger(each.namespace(), document.id()));
            forgetIfVacant(each.namespace());
        });
        return !gone.isEmpty();
    }

    int removeAll() {
        return database.update("DELETE FROM attachments");
    }

    /**
     * Forgets a namespace that only attachments have brought here, once nothing is left of them. One that documents
     * name keeps its row: it remembers their devices.
     */
    void forgetIfVacant(NamespaceId id) {
        database.update("DELETE FROM namespaces WHERE boot_id = ? AND cookie = ? AND host = 0"
                + " AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.boot_id = namespaces.boot_id"
                + " AND a.cookie = namespaces.cookie)"
                + " AND NOT EXISTS (SELECT 1 FROM allotments WHERE namespace = namespaces.id)"
                + " AND NOT EXISTS (SELECT 1 FROM taken_routes WHERE namespace = namespaces.id)"
                + " AND NOT EXISTS (SELECT 1 FROM taken_rules WHERE namespace = namespaces.id)"
                + " AND NOT EXISTS (SELECT 1 FROM carried_out WHERE namespace = namespaces.id)"
                + " AND NOT EXISTS (SELECT 1 FROM taken_sysctls WHERE namespace = namespaces.id)"
                + " AND NOT EXISTS (SELECT 1 FROM vrf_addresses WHERE namespace = namespaces.id)"
                + " AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.boot_id = namespaces.boot_id"
                + " AND j.cookie = namespaces.cookie)"
                + " AND NOT EXISTS (SELECT 1 FROM documents WHERE netns = label OR netns = '')",
                id.bootId(), id.cookie());
    }

    /** What an attachment's documents have in the ledger of a namespace that is gone. */
    void forgetLedger(NamespaceId id, String document) {
        for (var table : List.of("allotments", "taken_routes", "taken_rules", "carried_out",
                "vrf_addresses")) {
            database.update("DELETE FROM " + table + " WHERE document = ? AND namespace IN"
                    + " (SELECT id FROM namespaces WHERE boot_id = ? AND cookie = ? AND host = 0)", document,
                    id.bootId(), id.cookie());
        }
    }
}
