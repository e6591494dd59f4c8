package dev.plumbline.store;

import dev.plumbline.history.DocumentRecord;
import dev.plumbline.history.Event;
import dev.plumbline.history.Figure;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.Run;
import dev.plumbline.history.Suspension;
import dev.plumbline.intent.Attachment;
import dev.plumbline.json.AddressJson;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.RouteJson;
import dev.plumbline.json.RuleJson;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.Database.Access;
import dev.plumbline.store.NamespaceRecord.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The store of one state directory, open for writing. Every method that writes is one short transaction, on disk when
 * it returns ({@link #openForThisBoot}: soon after). Several processes may have one store open; each waits for the
 * other's transactions up to 60 s.
 */
public final class Store extends PresentStore {

    /** How many parsed sources are kept: the current one, the one before, and one or two that were only looked at. */
    private static final int PARSED_KEPT = 4;
    /** Parts of a ledger that end with the objects in the kernel that they speak of. */
    private static final List<String> OF_ITS_OBJECTS = List.of("taken_routes", "taken_rules", "carried_out",
            "taken_sysctls", "vrf_addresses");
    /** Those that a namespace made anew goes on with. */
    private static final List<String> OF_ITS_NAMES = List.of("allotments", "devices");

    private Store(Database database, String programVersion) {
        super(database, programVersion);
    }

    /**
     * Opens a state directory, makes it if it is absent, and brings its schema up to date.
     *
     * @param programVersion of the running program: parsed documents of other versions are not used
     * @throws StoreException if others can write there, or the file is damaged, newer, or held by another writer
     */
    public static Store open(Path stateDirectory, String programVersion) {
        return open(stateDirectory, programVersion, Migrations.ALL);
    }

    /**
     * The same for what ends with this boot, such as containers: none of it is lost with a process, but the last of it
     * may be with the power, and what is written by others later is on disk before it. A container that comes does not
     * wait for the disk.
     *
     * @param patience how long to wait for another writer, at each transaction
     */
    public static Store openForThisBoot(Path stateDirectory, String programVersion, Duration patience) {
        var store = open(stateDirectory, programVersion, Migrations.ALL, patience);
        store.database.relax();
        return store;
    }

    static Store open(Path stateDirectory, String programVersion, Migrations migrations) {
        return open(stateDirectory, programVersion, migrations, Database.PATIENCE);
    }

    private static Store open(Path stateDirectory, String programVersion, Migrations migrations, Duration patience) {
        var directory = new StateDirectory(stateDirectory);
        directory.prepare();
        var database = Database.open(directory.database(), Access.WRITE, patience);
        try {
            migrations.run(database, programVersion);
            return new Store(database, programVersion);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Opens a state directory for {@code plan} and {@code show}: makes nothing and changes nothing. A directory that is
     * absent, cannot be read or cannot be trusted gives an empty view that says so.
     *
     * @throws StoreException if the file is damaged or newer: a plan without it would be wrong
     */
    public static StoreView openReadOnly(Path stateDirectory, String programVersion) {
        var directory = new StateDirectory(stateDirectory);
        var file = directory.database();
        try {
            if (Files.isDirectory(stateDirectory) && !Files.isExecutable(stateDirectory)) {
                return new AbsentStore("no right to read " + stateDirectory
                        + ": run as root to see what is recorded there");
            }
            var distrust = directory.distrust();
            if (distrust.isPresent()) {
                return new AbsentStore("not read: " + distrust.get());
            }
            if (!Files.exists(file) || Files.size(file) == 0) {
                return new AbsentStore("nothing is recorded yet in " + stateDirectory);
            }
            if (!Files.isReadable(file)) {
                return new AbsentStore("no right to read " + file + ": run as root to see what is recorded there");
            }
            return read(directory, programVersion);
        } catch (IOException e) {
            return new AbsentStore("cannot read " + stateDirectory + ": " + e);
        }
    }

    private static StoreView read(StateDirectory directory, String programVersion) throws IOException {
        var file = directory.database();
        boolean writable = Files.isWritable(file) && Files.isWritable(directory.path());
        var log = file.resolveSibling(file.getFileName() + "-wal");
        if (!writable && Files.exists(log) && Files.size(log) > 0) {
            return new AbsentStore(file + " is being written: run as root to see what is recorded there");
        }
        var database = Database.open(file, writable ? Access.READ : Access.READ_IMMUTABLE);
        try {
            if (!Migrations.ALL.isCurrent(database)) {
                database.close();
                return new AbsentStore(file
                        + " was written by an older plumbline: the next apply brings it up to date");
            }
            return new PresentStore(database, programVersion);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Binds a label to the namespace that bears it now, and gives what still holds of what was recorded. The first
     * namespace that is bound as {@link #HOST} owns the state directory until the next boot.
     *
     * @return with a key
     * @throws OtherNamespaceException if the label is {@link #HOST} and the directory belongs to another one
     */
    public NamespaceRecord bind(String label, NamespaceId id) {
        return database.write(() -> bindInTransaction(label, id));
    }

    private NamespaceRecord bindInTransaction(String label, NamespaceId id) {
        var found = queries.findInTransaction(label, id);
        var key = switch (found.standing()) {
            case NEW -> insert(label, id);
            case SAME -> keep(label, found.row().orElseThrow());
            case REBOOTED -> rebind(found.row().orElseThrow(), id);
            case REMADE -> remake(label, found, id);
        };
        return new NamespaceRecord(Optional.of(key), found.ledger(), found.standing());
    }

    private NamespaceKey insert(String label, NamespaceId id) {
        database.update("INSERT INTO namespaces (label, boot_id, cookie, host, first_seen) VALUES (?, ?, ?, ?, ?)",
                Queries.canonical(label), id.bootId(), id.cookie(), label.equals(HOST) ? 1 : 0,
                Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        return new NamespaceKey(database.number("SELECT last_insert_rowid()"));
    }

    /** A namespace that was first known by another name becomes the host's when plumbline first runs inside it. */
    private NamespaceKey keep(String label, Queries.Row row) {
        if (label.equals(HOST) && !row.host()) {
            database.update("DELETE FROM namespaces WHERE host = 1");
            database.update("UPDATE namespaces SET host = 1, label = ? WHERE id = ?", HOST, row.key().row());
        }
        return row.key();
    }

    private NamespaceKey rebind(Queries.Row row, NamespaceId id) {
        database.update("UPDATE namespaces SET boot_id = ?, cookie = ? WHERE id = ?", id.bootId(), id.cookie(),
                row.key().row());
        clear(OF_ITS_OBJECTS, row.key());
        return row.key();
    }

    private void clear(List<String> tables, NamespaceKey key) {
        tables.forEach(table -> database.update("DELETE FROM " + table + " WHERE namespace = ?", key.row()));
    }

    /** A new row, so that whatever else is recorded of the old namespace cannot be taken for the new one's. */
    private NamespaceKey remake(String label, Queries.Found found, NamespaceId id) {
        database.update("DELETE FROM namespaces WHERE id = ?", found.row().orElseThrow().key().row());
        var key = insert(label, id);
        write(key, found.ledger());
        return key;
    }

    /** The ledger of a namespace. */
    public Ledger ledger(NamespaceKey key) {
        return database.read(() -> queries.ledger(key));
    }

    /** Replaces the whole ledger of a namespace. Writes nothing if it is the recorded one. */
    public void record(NamespaceKey key, Ledger ledger) {
        database.write(() -> {
            if (!queries.ledger(key).equals(ledger)) {
                write(key, ledger);
            }
            return true;
        });
    }
    /**
     * Records how to undo an apply that is about to write.
     *
     * @throws StoreException if another one did not end there
     */
    public void begin(String label, NamespaceId id, Inverse inverse) {
        var parts = InverseCodec.write(inverse);
        database.write(() -> {
            records.begin(label, id, inverse, parts);
            return true;
        });
    }

    /** Ends an apply: forgets how to undo it, and records ledger and event. */
    public void finish(String label, NamespaceId id, Ledger ledger, Event event) {
        database.write(() -> {
            var key = bindInTransaction(label, id).key().orElseThrow();
            if (!queries.ledger(key).equals(ledger)) {
                write(key, ledger);
            }
            records.end(id);
            records.record(event);
            sources.settle(event, !records.isAnyUnfinished());
            return true;
        });
    }

    /** Marks what {@link #begin} began as written, verified, and to be confirmed. */
    public void await(NamespaceId id, Event event) {
        database.write(() -> {
            records.await(id);
            records.record(event);
            return true;
        });
    }

    /** Records what becomes the current source once the apply that is about to begin is confirmed. */
    public void pend(AppliedSource source, byte[] documents, List<DocumentRecord> records) {
        database.write(() -> {
            sources.pend(source, documents, records);
            return true;
        });
    }

    /** Ends an apply in a namespace that is gone. */
    public void drop(NamespaceId id, Event event) {
        database.write(() -> {
            records.end(id);
            records.record(event);
            sources.settle(event, !records.isAnyUnfinished());
            return true;
        });
    }

    private static String documents(Ledger.TakenSysctl taken) {
        var list = JsonNodeFactory.instance.arrayNode();
        taken.documents().forEach(list::add);
        return JsonText.of(list);
    }

    private void write(NamespaceKey key, Ledger ledger) {
        long row = key.row();
        clear(OF_ITS_OBJECTS, key);
        clear(OF_ITS_NAMES, key);
        database.insertAll("INSERT INTO allotments (namespace, document, key, route_table) VALUES (?, ?, ?, ?)",
                ledger.allotments(), (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each.document());
                    statement.setString(3, each.key());
                    statement.setLong(4, each.table());
                });
        database.insertAll("INSERT INTO taken_routes (namespace, document, route, device_index, adopted)"
                + " VALUES (?, ?, ?, ?, ?)", ledger.routes(), (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each.document());
                    statement.setString(3, JsonText.of(RouteJson.toJson(each.route())));
                    statement.setInt(4, each.deviceIndex());
                    statement.setInt(5, each.adopted() ? 1 : 0);
                });
        database.insertAll("INSERT INTO taken_rules (namespace, document, rule) VALUES (?, ?, ?)", ledger.rules(),
                (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each.document());
                    statement.setString(3, JsonText.of(RuleJson.toJson(each.rule())));
                });
        database.insertAll("INSERT INTO devices (namespace, name) VALUES (?, ?)", ledger.devices(),
                (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each);
                });
        database.insertAll("INSERT INTO taken_sysctls (namespace, path, documents, former, written, device_index)"
                + " VALUES (?, ?, ?, ?, ?, ?)", ledger.sysctls(), (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each.path());
                    statement.setString(3, documents(each));
                    statement.setString(4, each.former());
                    statement.setString(5, each.written());
                    statement.setInt(6, each.deviceIndex());
                });
        database.insertAll("INSERT INTO vrf_addresses (namespace, document, address, device_index)"
                + " VALUES (?, ?, ?, ?)", ledger.addresses(), (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each.document());
                    statement.setString(3, JsonText.of(AddressJson.toJson(each.address())));
                    statement.setInt(4, each.deviceIndex());
                });
        database.insertAll("INSERT INTO carried_out (namespace, document) VALUES (?, ?)", ledger.carriedOut(),
                (statement, each) -> {
                    statement.setLong(1, row);
                    statement.setString(2, each);
                });
    }

    /**
     * Records what is applied, and from where.
     *
     * @param documents the parsed documents, in whatever form the parser keeps them
     * @param records those that hold for this host; one that is as it was keeps its commit and its time
     * @param replace another source may have been applied before ({@code --replace-source})
     * @throws OtherSourceException if another one was applied last and {@code replace} is false
     */
    public void recordSource(AppliedSource source, byte[] documents, List<DocumentRecord> records, boolean replace) {
        database.write(() -> {
            if (!replace) {
                checkSource(source.id());
            }
            sources.record(source, documents);
            sources.recordDocuments(records);
            return true;
        });
    }

    /** Records what names stand for in the applied intents, by plumbline.yaml. */
    public void recordVariables(Map<String, String> variables) {
        database.write(() -> {
            sources.record(variables);
            return true;
        });
    }

    /**
     * Records how a run that nobody watched ended.
     *
     * @param counted numbers that are added to those on record
     * @param measured numbers that take the place of those on record
     */
    public void record(Run run, List<Figure> counted, List<Figure> measured) {
        database.write(() -> {
            runs.record(run);
            counted.forEach(figures::add);
            measured.forEach(figures::set);
            return true;
        });
    }

    /** Lets unattended runs do nothing for a while. */
    public void suspend(Suspension suspension) {
        database.write(() -> {
            runs.suspend(suspension);
            return true;
        });
    }

    /** Lets unattended runs work again. */
    public void resume() {
        database.write(() -> {
            runs.resume();
            return true;
        });
    }

    /** Takes pushes into this repository from now on, and into no other. */
    public void register(PushedRepository repository) {
        database.write(() -> {
            sources.push(repository);
            return true;
        });
    }

    /**
     * Records an attachment, in place of the one of the same container, device and type. Other attachments of its
     * namespace get its path as their label.
     */
    public void attach(Attachment attachment) {
        database.write(() -> {
            attachments.put(attachment);
            return true;
        });
    }

    /**
     * Forgets an attachment.
     *
     * @param still asked within the transaction: whether it is still to go
     * @return whether there was one
     */
    public boolean detach(Attachment.Key key, BooleanSupplier still) {
        return database.write(() -> still.getAsBoolean() && attachments.remove(key));
    }

    /** After a boot: containers are made anew, and so are their attachments. Writes nothing where there are none. */
    public void dropAttachmentsOfOtherBoots(String bootId) {
        if (attachments.isAnyOfOtherBoots(bootId)) {
            database.write(() -> attachments.removeOfOtherBoots(bootId));
        }
    }

    /** Forgets all attachments. */
    public void forgetAttachments() {
        database.write(attachments::removeAll);
    }

    /** Forgets a namespace that only attachments have brought here, if nothing of them is left on record. */
    public void forgetIfVacant(NamespaceId id) {
        database.write(() -> {
            attachments.forgetIfVacant(id);
            return true;
        });
    }

    /** Forgets what a document of an attachment has on record of a namespace that is gone. */
    public void forgetGone(NamespaceId id, List<String> documents) {
        database.write(() -> {
            documents.forEach(each -> attachments.forgetLedger(id, each));
            attachments.forgetIfVacant(id);
            return true;
        });
    }

    /** From now on an apply may come from any source. */
    public void forgetSource() {
        database.write(() -> database.update("DELETE FROM source") + database.update("DELETE FROM documents"));
    }

    /**
     * Keeps parsed documents under the hash of their texts, for this version of the program; the oldest are dropped.
     */
    public void keepParsed(String contentHash, byte[] documents) {
        database.write(() -> {
            database.update("INSERT OR REPLACE INTO parsed (content_hash, program_version, documents) VALUES (?, ?, ?)",
                    contentHash, queries.programVersion(), documents);
            return database.update("DELETE FROM parsed WHERE position NOT IN"
                    + " (SELECT position FROM parsed ORDER BY position DESC LIMIT " + PARSED_KEPT + ")");
        });
    }
}
