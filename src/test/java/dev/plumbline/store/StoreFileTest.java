package dev.plumbline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.NamespaceId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file itself: versions, damage, other processes. */
class StoreFileTest {

    private static final NamespaceId HERE = new NamespaceId("boot", 1);

    @TempDir
    Path folder;

    private Path directory() {
        return folder.resolve("state");
    }

    private Path file() {
        return directory().resolve("state.db");
    }

    private static Ledger ledger(long table) {
        return new Ledger(List.of(new Allotment("RouteTable/a", "", table)), List.of(), List.of(), Set.of("eth0"));
    }

    private static final Migrations FIRST = new Migrations(List.of("001-initial.sql"));

    private void storeInFirstSchema(Ledger ledger) {
        try (var store = Store.open(directory(), "1.0", FIRST)) {
            store.record(store.bind(StoreView.HOST, HERE).key().orElseThrow(), ledger);
        }
    }

    private void store(Ledger ledger) {
        try (var store = Store.open(directory(), "1.0")) {
            store.record(store.bind(StoreView.HOST, HERE).key().orElseThrow(), ledger);
        }
    }

    private Ledger stored() {
        try (var store = Store.open(directory(), "1.0")) {
            return store.find(StoreView.HOST, HERE).ledger();
        }
    }

    private void sql(String... statements) {
        try (var database = Database.open(file(), Database.Access.WRITE)) {
            for (var statement : statements) {
                database.execute(statement);
            }
        }
    }

    private long number(String sql) {
        try (var database = Database.open(file(), Database.Access.WRITE)) {
            return database.number(sql);
        }
    }

    @Test
    void theFirstSchemaIsAsItWasReleased() {
        storeInFirstSchema(ledger(5));
        assertEquals(1, number("PRAGMA user_version"));
        assertEquals(0x706c756d, number("PRAGMA application_id"));
        try (var database = Database.open(file(), Database.Access.WRITE)) {
            assertEquals("wal", database.first("PRAGMA journal_mode", row -> row.getString(1)).orElseThrow());
            assertEquals(2, database.number("PRAGMA synchronous"));
            assertEquals(1, database.number("PRAGMA foreign_keys"));
            assertEquals(60_000, database.number("PRAGMA busy_timeout"));
        }
    }

    @Test
    void anOlderStoreIsMigratedAndKeepsItsRows() {
        storeInFirstSchema(ledger(5));
        var two = new Migrations(List.of("001-initial.sql", "002-test.sql"));
        try (var store = Store.open(directory(), "2.0", two)) {
            assertEquals(ledger(5), store.find(StoreView.HOST, HERE).ledger());
        }
        assertEquals(2, number("PRAGMA user_version"));
        assertEquals(1, number("SELECT count(*) FROM added WHERE document = 'RouteTable/a'"));
        assertEquals(1, number("SELECT count(*) FROM meta WHERE program_version = '2.0'"));
        Store.open(directory(), "2.0", two).close();
        assertEquals(1, number("SELECT count(*) FROM added"));
    }

    @Test
    void aMigrationThatFailsChangesNothing() {
        storeInFirstSchema(ledger(5));
        var broken = new Migrations(List.of("001-initial.sql", "002-test.sql", "003-broken.sql"));
        assertThrows(StoreException.class, () -> Store.open(directory(), "3.0", broken));
        assertEquals(1, number("PRAGMA user_version"));
        assertEquals(0, number("SELECT count(*) FROM sqlite_schema WHERE name = 'added'"));
        assertEquals(ledger(5), stored());
    }

    @Test
    void aNewerStoreIsRefused() {
        store(ledger(5));
        sql("PRAGMA user_version=9", "UPDATE meta SET program_version = '7.2'");
        var refusal = assertThrows(StoreException.class, this::stored).getMessage();
        assertTrue(refusal.contains("newer plumbline (schema 9, version 7.2; this one knows up to 5)"), refusal);
        assertEquals(refusal,
                assertThrows(StoreException.class, () -> Store.openReadOnly(directory(), "1.0")).getMessage());
        assertEquals(9, number("PRAGMA user_version"));
    }

    @Test
    void garbageIsNamedAndLeftAlone() throws IOException {
        store(ledger(5));
        var garbage = "this is no database, however long it may be. ".repeat(500).getBytes(StandardCharsets.UTF_8);
        Files.write(file(), garbage);
        for (var refusal : List.of(assertThrows(StoreException.class, this::stored),
                assertThrows(StoreException.class, () -> Store.openReadOnly(directory(), "1.0")))) {
            for (var word : List.of(file().toString(), "Move it away", "marks in the kernel", "lost")) {
                assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
            }
        }
        assertEquals(new String(garbage, StandardCharsets.UTF_8), Files.readString(file()));
    }

    @Test
    void aDamagedPageIsNamed() throws IOException {
        store(ledger(5));
        try (var channel = Files.newByteChannel(file(), StandardOpenOption.WRITE)) {
            channel.position(100);
            channel.write(java.nio.ByteBuffer.wrap(new byte[8000]));
        }
        var refusal = assertThrows(StoreException.class, this::stored).getMessage();
        assertTrue(refusal.contains("damaged"), refusal);
    }

    @Test
    void anotherProgramsDatabaseIsRefused() throws IOException {
        store(ledger(5));
        Files.delete(file());
        Files.createFile(file());
        sql("CREATE TABLE bookmarks (url TEXT)");
        var refusal = assertThrows(StoreException.class, this::stored).getMessage();
        assertTrue(refusal.contains("another program"), refusal);
    }

    @Test
    void anUnwritableFileSaysSo() {
        store(ledger(5));
        sql("CREATE TRIGGER full BEFORE INSERT ON allotments BEGIN SELECT RAISE(ABORT, 'no'); END");
        assertThrows(StoreException.class, () -> store(ledger(6)));
        assertEquals(ledger(5), stored());
    }

    private Process spawn(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                StoreWriter.class.getName(), directory().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    @Test
    void twoProcessesWriteAtTheSameTimeFromTheFirstMoment() throws Exception {
        var processes = List.of(spawn("count", "200", "red"), spawn("count", "200", "blue"));
        for (var process : processes) {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        }
        try (var store = Store.open(directory(), "1.0")) {
            for (var name : List.of("red", "blue")) {
                assertEquals(200, store.find(name, new NamespaceId("boot", name.hashCode())).ledger().allotments()
                        .getFirst().table());
            }
        }
    }

    @Test
    void manyThreadsOpenAFreshStore() {
        var failures = Stream.iterate(0, i -> i < 8, i -> i + 1).parallel().mapMulti((Integer i,
                java.util.function.Consumer<Exception> found) -> {
            try (var store = Store.open(directory(), "1.0")) {
                store.bind("ns" + i, new NamespaceId("boot", i));
            } catch (StoreException e) {
                found.accept(e);
            }
        }).toList();
        assertEquals(List.of(), failures);
        assertEquals(8, number("SELECT count(*) FROM namespaces"));
    }

    @Test
    void aKilledWriterLeavesTheLastTransaction() throws Exception {
        store(ledger(5));
        var process = spawn("hang");
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("hanging", output.readLine());
            assertTrue(Files.size(directory().resolve("state.db-wal")) > 100_000);
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (var view = Store.openReadOnly(directory(), "1.0")) {
            assertEquals(ledger(5), view.find(StoreView.HOST, HERE).ledger());
        }
        assertEquals(ledger(5), stored());
        store(ledger(6));
        assertEquals(ledger(6), stored());
        try (var database = Database.open(file(), Database.Access.WRITE)) {
            assertEquals("ok", database.first("PRAGMA integrity_check", row -> row.getString(1)).orElseThrow());
            assertEquals(0, database.number("SELECT count(*) FROM parsed"));
        }
    }
}
