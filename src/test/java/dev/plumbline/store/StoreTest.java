package dev.plumbline.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.json.StateArbitraries;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Ledger.VrfAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.NamespaceRecord.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

    private static final NamespaceId HERE = new NamespaceId("boot-1", 1);

    @TempDir
    Path folder;

    private Path directory() {
        return folder.resolve("state");
    }

    private Store open() {
        return Store.open(directory(), "1.0");
    }

    private static Ledger someLedger() {
        return new Ledger(List.of(new Allotment("SourceRouting/sip", "192.168.1.209", 100),
                new Allotment("RouteTable/z", "", 4294967295L), new Allotment("RouteTable/a", "", 7)),
                List.of(new TakenRoute("SourceRouting/sip", StateArbitraries.routes().sample(), 7, false),
                        new TakenRoute("RouteTable/a", StateArbitraries.routes().sample(), 8, true)),
                List.of(new TakenRule("RoutingRules/r", StateArbitraries.rules().sample())), Set.of("eth0", "net1"),
                Set.of("RouteTable/a", "RoutingRules/r"), List.of(),
                StateArbitraries.linkAddresses().list().ofSize(2).sample().stream()
                        .map(each -> new VrfAddress("SourceRouting/sip", each, 9)).toList());
    }

    private static NamespaceKey bind(Store store, String label, NamespaceId id) {
        return store.bind(label, id).key().orElseThrow();
    }

    @Test
    void ledgersComeBackAsTheyWere() {
        for (int i = 0; i < 20; i++) {
            var ledger = someLedger();
            try (var store = open()) {
                store.record(bind(store, StoreView.HOST, HERE), ledger);
            }
            try (var store = open()) {
                var record = store.find(StoreView.HOST, HERE);
                assertEquals(Standing.SAME, record.standing());
                assertEquals(ledger, record.ledger());
                assertEquals(ledger, store.ledger(record.key().orElseThrow()));
            }
        }
    }

    @Test
    void namespacesDoNotMix() {
        try (var store = open()) {
            var host = bind(store, StoreView.HOST, HERE);
            var other = bind(store, "red", new NamespaceId("boot-1", 2));
            var ledger = someLedger();
            store.record(host, ledger);
            store.record(other, new Ledger(List.of(new Allotment("RouteTable/x", "", 5)), List.of(), List.of(),
                    Set.of()));
            store.record(other, Ledger.EMPTY);
            assertEquals(ledger, store.ledger(host));
            assertEquals(Ledger.EMPTY, store.ledger(other));
        }
    }

    @Test
    void anotherNamespaceIsRefusedForTheHost() {
        try (var store = open()) {
            store.bind(StoreView.HOST, HERE);
            var there = new NamespaceId("boot-1", 99);
            var refusal = assertThrows(OtherNamespaceException.class, () -> store.bind(StoreView.HOST, there));
            assertTrue(refusal.getMessage().contains("--state-dir"), refusal.getMessage());
            assertTrue(refusal.getMessage().contains(directory().toString()), refusal.getMessage());
            assertEquals(HERE, refusal.owner());
            assertThrows(OtherNamespaceException.class, () -> store.find(StoreView.HOST, there));
            assertEquals(Standing.SAME, store.find(StoreView.HOST, HERE).standing());
        }
    }

    @Test
    void afterARebootNumbersAndNamesAreKeptAndRoutesForgotten() {
        var ledger = someLedger();
        var kept = new Ledger(ledger.allotments(), List.of(), List.of(), ledger.devices());
        for (var label : List.of(StoreView.HOST, "red")) {
            try (var store = open()) {
                store.record(bind(store, label, new NamespaceId("boot-1", label.hashCode())), ledger);
                var now = new NamespaceId("boot-2", 77 + label.length());
                var looked = store.find(label, now);
                assertEquals(new NamespaceRecord(Optional.empty(), kept, Standing.REBOOTED), looked);
                var bound = store.bind(label, now);
                assertEquals(kept, bound.ledger());
                assertEquals(Standing.REBOOTED, bound.standing());
                assertEquals(new NamespaceRecord(bound.key(), kept, Standing.SAME), store.find(label, now));
            }
        }
    }

    @Test
    void aNamespaceMadeAgainGetsItsNumbersBack() {
        var ledger = someLedger();
        var kept = new Ledger(ledger.allotments(), List.of(), List.of(), ledger.devices());
        try (var store = open()) {
            var old = bind(store, "red", new NamespaceId("boot-1", 2));
            store.record(old, ledger);
            var bound = store.bind("/var/run/netns/red", new NamespaceId("boot-1", 3));
            assertEquals(Standing.REMADE, bound.standing());
            assertEquals(kept, bound.ledger());
            assertEquals(kept, store.ledger(bound.key().orElseThrow()));
            assertEquals(Ledger.EMPTY, store.ledger(old));
        }
    }

    @Test
    void oneNamespaceHasOneLedgerWhateverItIsCalled() {
        try (var store = open()) {
            var key = bind(store, "red", new NamespaceId("boot-1", 2));
            assertEquals(key, bind(store, "/run/netns/red", new NamespaceId("boot-1", 2)));
            assertEquals(key, bind(store, "/srv/red.ns", new NamespaceId("boot-1", 2)));
            assertEquals(key, bind(store, StoreView.HOST, new NamespaceId("boot-1", 2)));
            assertEquals(key, bind(store, StoreView.HOST, new NamespaceId("boot-2", 1)));
            var named = bind(store, "/run/netns/host", new NamespaceId("boot-2", 5));
            assertFalse(named.equals(key));
        }
    }

    @Test
    void aNamedNamespaceThatIsTheHostsTakesItsPlaceAfterAReboot() {
        try (var store = open()) {
            bind(store, StoreView.HOST, HERE);
            var now = new NamespaceId("boot-2", 1);
            var key = bind(store, "/proc/1/ns/net", now);
            assertEquals(key, bind(store, StoreView.HOST, now));
        }
    }

    @Test
    void theSourceIsRecordedAndGuarded() {
        var here = new SourceId(SourceId.DIRECTORY, "/etc/plumbline/intents");
        var there = new SourceId(SourceId.DIRECTORY, "/srv/intents");
        var applied = new AppliedSource(here, "abc", Optional.empty(), Instant.parse("2026-11-21T10:00:00.123Z"));
        try (var store = open()) {
            store.checkSource(here);
            store.recordSource(applied, new byte[] {1, 2, 3}, List.of(), false);
            store.recordSource(applied, new byte[] {1, 2, 4}, List.of(), false);
        }
        try (var store = open()) {
            assertEquals(Optional.of(applied), store.source());
            assertArrayEquals(new byte[] {1, 2, 4}, store.appliedDocuments().orElseThrow());
            var other = new AppliedSource(there, "def", Optional.empty(), Instant.parse("2026-11-22T10:00:00Z"));
            var refusal = assertThrows(OtherSourceException.class,
                    () -> store.recordSource(other, new byte[0], List.of(), false));
            for (var word : List.of("/etc/plumbline/intents", "/srv/intents", "--replace-source")) {
                assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
            }
            assertThrows(OtherSourceException.class, () -> store.checkSource(there));
            assertEquals(Optional.of(applied), store.source());
            store.recordSource(other, new byte[0], List.of(), true);
            store.checkSource(there);
            assertEquals(Optional.of(other), store.source());
        }
    }

    @Test
    void onlyTheNewestParsedDocumentsAreKept() {
        try (var store = open()) {
            for (int i = 0; i < 6; i++) {
                store.keepParsed("hash-" + i, new byte[] {(byte) i});
            }
            store.keepParsed("hash-3", new byte[] {33});
            store.keepParsed("hash-6", new byte[] {6});
            assertEquals(Optional.empty(), store.parsed("hash-1"));
            assertEquals(Optional.empty(), store.parsed("hash-2"));
            assertArrayEquals(new byte[] {33}, store.parsed("hash-3").orElseThrow());
            assertArrayEquals(new byte[] {5}, store.parsed("hash-5").orElseThrow());
        }
        try (var newer = Store.open(directory(), "1.1")) {
            assertEquals(Optional.empty(), newer.parsed("hash-3"));
        }
    }

    @Test
    void readingMakesNothing() throws IOException {
        try (var view = Store.openReadOnly(directory(), "1.0")) {
            assertEquals("nothing is recorded yet in " + directory(), view.unavailable().orElseThrow());
            assertEquals(NamespaceRecord.UNKNOWN, view.find(StoreView.HOST, HERE));
            assertEquals(Optional.empty(), view.source());
        }
        assertTrue(Files.notExists(directory()));
        var ledger = someLedger();
        try (var store = open()) {
            store.record(bind(store, StoreView.HOST, HERE), ledger);
        }
        var before = names();
        var contents = Files.readAllBytes(directory().resolve("state.db"));
        try (var view = Store.openReadOnly(directory(), "2.0")) {
            assertEquals(Optional.empty(), view.unavailable());
            assertEquals(ledger, view.find(StoreView.HOST, HERE).ledger());
            assertEquals(Standing.REBOOTED, view.find(StoreView.HOST, new NamespaceId("boot-2", 1)).standing());
        }
        assertEquals(before, names());
        assertArrayEquals(contents, Files.readAllBytes(directory().resolve("state.db")));
    }

    @Test
    void readingSeesWhatAnOpenWriterWrote() {
        try (var store = open(); var view = Store.openReadOnly(directory(), "1.0")) {
            var ledger = someLedger();
            store.record(bind(store, StoreView.HOST, HERE), ledger);
            assertEquals(ledger, view.find(StoreView.HOST, HERE).ledger());
        }
    }

    private Set<String> names() throws IOException {
        try (var files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void theDirectoryIsTheOwnersAlone() throws IOException {
        open().close();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())));
        assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory().resolve("state.db"))));
    }

    @Test
    void whatOthersCanWriteIsRefused() throws IOException {
        open().close();
        refused(directory(), "rwxrwx---");
        refused(directory(), "rwx---rwx");
        refused(directory().resolve("state.db"), "rw-rw----");
        refused(folder, "rwx----w-");
        open().close();
    }

    private void refused(Path file, String permissions) throws IOException {
        var before = Files.getPosixFilePermissions(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        var refusal = assertThrows(StoreException.class, this::open).getMessage();
        assertTrue(refusal.contains(file + " (mode "), refusal);
        assertTrue(refusal.endsWith("chmod go-w " + file), refusal);
        try (var view = Store.openReadOnly(directory(), "1.0")) {
            assertEquals("not read: " + refusal, view.unavailable().orElseThrow());
        }
        Files.setPosixFilePermissions(file, before);
    }

    @Test
    void aSymbolicLinkForTheFileIsRefused() throws IOException {
        Files.createDirectory(directory(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createSymbolicLink(directory().resolve("state.db"), folder.resolve("elsewhere"));
        var refusal = assertThrows(StoreException.class, this::open).getMessage();
        assertTrue(refusal.contains("symbolic link"), refusal);
        assertTrue(Files.notExists(folder.resolve("elsewhere")));
    }

    @Test
    void pathsWithSpecialCharactersWork() {
        var odd = folder.resolve("a?b#c%20 d");
        try (var store = Store.open(odd, "1.0")) {
            store.record(bind(store, StoreView.HOST, HERE), someLedger());
        }
        assertTrue(Files.exists(odd.resolve("state.db")));
        try (var view = Store.openReadOnly(odd, "1.0")) {
            assertEquals(3, view.find(StoreView.HOST, HERE).ledger().allotments().size());
        }
    }
}
