package dev.plumbline.store;

import dev.plumbline.json.AddressJson;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.RouteJson;
import dev.plumbline.json.RuleJson;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Ledger.TakenSysctl;
import dev.plumbline.state.Ledger.VrfAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.NamespaceRecord.Standing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What is read from the database. */
record Queries(Database database, String programVersion) {

    private static final String NETNS_FOLDER = "/run/netns/";
    private static final String ROW = "SELECT id, boot_id, cookie, host FROM namespaces ";

    /** A namespace on record. */
    record Row(NamespaceKey key, NamespaceId id, boolean host) {
        static Row read(ResultSet row) throws SQLException {
            return new Row(new NamespaceKey(row.getLong(1)), new NamespaceId(row.getString(2), row.getLong(3)),
                    row.getInt(4) == 1);
        }
    }

    /** What was found of a namespace: the row whose ledger holds, if there is one. */
    record Found(Optional<Row> row, Ledger ledger, Standing standing) {

        NamespaceRecord asRecord() {
            return new NamespaceRecord(standing == Standing.SAME ? row.map(Row::key) : Optional.empty(), ledger,
                    standing);
        }
    }

    /** One name for what {@code ip netns} calls NAME, however it is written. */
    static String canonical(String label) {
        var text = label.startsWith("/var" + NETNS_FOLDER) ? label.substring("/var".length()) : label;
        var name = text.startsWith(NETNS_FOLDER) ? text.substring(NETNS_FOLDER.length()) : text;
        return name.isEmpty() || name.contains("/") || name.equals(StoreView.HOST) ? text : name;
    }

    Set<String> labels() {
        return Set.copyOf(database.read(() ->
                database.list("SELECT label FROM namespaces WHERE host = 0", row -> row.getString(1))));
    }

    Found find(String label, NamespaceId id) {
        return database.read(() -> findInTransaction(label, id));
    }

    /** Identity goes before labels: two names of one namespace share one ledger. */
    Found findInTransaction(String label, NamespaceId id) {
        boolean host = label.equals(StoreView.HOST);
        var same = database.first(ROW + "WHERE boot_id = ? AND cookie = ?", Row::read, id.bootId(), id.cookie());
        var owner = host ? database.first(ROW + "WHERE host = 1", Row::read) : Optional.<Row>empty();
        if (owner.isPresent() && !owner.get().id().equals(id) && owner.get().id().bootId().equals(id.bootId())) {
            throw new OtherNamespaceException(String.valueOf(database.file().getParent()), owner.get().id(), id);
        }
        if (same.isPresent()) {
            return new Found(same, ledger(same.get().key()), Standing.SAME);
        }
        var labelled = host ? owner : database.first(ROW + "WHERE label = ? AND host = 0", Row::read, canonical(label));
        if (labelled.isEmpty()) {
            return new Found(Optional.empty(), Ledger.EMPTY, Standing.NEW);
        }
        var old = labelled.get();
        var standing = old.id().bootId().equals(id.bootId()) ? Standing.REMADE : Standing.REBOOTED;
        return new Found(labelled, new Ledger(allotments(old.key()), List.of(), List.of(), devices(old.key())),
                standing);
    }

    Ledger ledger(NamespaceKey key) {
        var routes = database.list("SELECT document, route, device_index, adopted FROM taken_routes WHERE namespace = ?"
                + " ORDER BY position", row -> new TakenRoute(row.getString(1),
                        RouteJson.fromJson(JsonText.parse(row.getString(2))), row.getInt(3), row.getInt(4) == 1),
                        key.row());
        var rules = database.list("SELECT document, rule FROM taken_rules WHERE namespace = ? ORDER BY position",
                row -> new TakenRule(row.getString(1), RuleJson.fromJson(JsonText.parse(row.getString(2)))), key.row());
        var carriedOut = Set.copyOf(database.list("SELECT document FROM carried_out WHERE namespace = ?",
                row -> row.getString(1), key.row()));
        return new Ledger(allotments(key), routes, rules, devices(key), carriedOut, sysctls(key), addresses(key));
    }

    private List<VrfAddress> addresses(NamespaceKey key) {
        return database.list("SELECT document, address, device_index FROM vrf_addresses WHERE namespace = ?"
                + " ORDER BY position", row -> new VrfAddress(row.getString(1),
                        AddressJson.fromJson(JsonText.parse(row.getString(2))), row.getInt(3)), key.row());
    }

    private List<TakenSysctl> sysctls(NamespaceKey key) {
        return database.list("SELECT documents, path, former, written, device_index FROM taken_sysctls"
                + " WHERE namespace = ? ORDER BY path", row -> new TakenSysctl(
                        JsonText.parse(row.getString(1)).values().stream().map(JsonNode::stringValue).toList(),
                        row.getString(2), row.getString(3), row.getString(4), row.getInt(5)), key.row());
    }

    private List<Allotment> allotments(NamespaceKey key) {
        return database.list("SELECT document, key, route_table FROM allotments WHERE namespace = ? ORDER BY position",
                row -> new Allotment(row.getString(1), row.getString(2), row.getLong(3)), key.row());
    }

    private Set<String> devices(NamespaceKey key) {
        return Set.copyOf(database.list("SELECT name FROM devices WHERE namespace = ?", row -> row.getString(1),
                key.row()));
    }

    Optional<byte[]> parsed(String contentHash) {
        return database.first("SELECT documents FROM parsed WHERE content_hash = ? AND program_version = ?",
                row -> row.getBytes(1), contentHash, programVersion);
    }
}
