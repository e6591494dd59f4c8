package dev.plumbline.cni;

import static dev.plumbline.cni.Plugins.configuration;
import static dev.plumbline.cni.Plugins.environment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.history.Initiator;
import dev.plumbline.host.StoredJournal;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Several calls at once, and calls that find others at work or the store out of reach. */
@Tag("kernel")
class ManyCallsKernelTest {

    private static final String SBR = configuration("""
            {'cniVersion': '1.0.0', 'name': 'mynet', 'type': 'sbr', 'prevResult': {'cniVersion': '1.0.0',
             'ips': [{'address': '192.168.1.209/24', 'gateway': '192.168.1.1'}]}}""").toString();

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;
    private String container;

    @BeforeEach
    void container() {
        plugins = new Plugins(namespaces, directory);
        container = namespaces.create();
        plugins.device(container, "net1", "192.168.1.209/24");
    }

    private Plugins.Result call(String command) {
        return plugins.call("sbr", environment(command, "c1", container, "net1"), SBR, Plugins.SHORT);
    }

    @Test
    void twentyContainersAtOnce() throws Exception {
        var names = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
            var name = namespaces.create();
            plugins.device(name, "net1", "192.168.1.209/24");
            names.add(name);
        }
        for (var command : List.of("ADD", "CHECK", "DEL")) {
            try (var threads = Executors.newFixedThreadPool(10)) {
                var results = new ArrayList<Future<Plugins.Result>>();
                for (var name : names) {
                    results.add(threads.submit(() -> plugins.call("sbr", environment(command, name, name, "net1"),
                            SBR)));
                }
                for (var result : results) {
                    result.get().succeeded();
                }
            }
            for (var name : names) {
                assertEquals(command.equals("DEL") ? 0 : 1, plugins.ourRules(name).size(), command);
            }
        }
        try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
            assertEquals(List.of(), store.attachments());
            assertTrue(store.labels().isEmpty());
            assertEquals(List.of(), store.unfinished());
        }
    }

    /** Another run is at work in the namespace: ADD is to come again, DEL leaves the rest to whoever is next. */
    @Test
    void theNamespaceIsTaken() throws Exception {
        var before = plugins.everything(container);
        try (var store = Store.open(plugins.state(), "1.0"); var namespace = KernelNamespace.open(container)) {
            var journal = new StoredJournal(store, plugins.state(), new Initiator("tester", 1, "test", "", ""),
                    Duration.ZERO);
            try (var _ = journal.claim(container, namespace.id())) {
                var result = call("ADD").failed(CniException.TRY_AGAIN);
                assertTrue(result.message().contains("another apply is at work"), result::toString);
                assertEquals(List.of(), store.attachments());
            }
            call("ADD").succeeded();
            try (var _ = journal.claim(container, namespace.id())) {
                call("DEL").succeeded();
                assertEquals(List.of(), store.attachments());
                assertEquals(1, plugins.ourRules(container).size());
            }
        }
        // Whoever comes next in this namespace finds what is left.
        plugins.device(container, "net2", "172.16.0.5/16");
        var other = SBR.replace("192.168.1.209/24", "172.16.0.5/16").replace("192.168.1.1", "172.16.0.1");
        plugins.call("sbr", environment("ADD", "c1", container, "net2"), other).succeeded();
        assertEquals(1, plugins.ourRules(container).size());
        plugins.call("sbr", environment("DEL", "c1", container, "net2"), other).succeeded();
        plugins.ip(container).run("link del net2");
        assertEquals(before, plugins.everything(container));
    }

    /** The store is held by another writer, is of a newer program, or damaged: DEL is not lost. */
    @Test
    void theStoreIsOutOfReach() throws Exception {
        call("ADD").succeeded();
        var file = plugins.state().resolve("state.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            call("ADD").failed(CniException.TRY_AGAIN);
            call("DEL").succeeded();
            statement.execute("ROLLBACK");
        }
        assertEquals(1, tombstones());
        assertEquals(1, plugins.ourRules(container).size());
        // An ADD that comes first takes it back.
        call("ADD").succeeded();
        assertEquals(0, tombstones());
        call("CHECK").succeeded();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            int version = statement.executeQuery("PRAGMA user_version").getInt(1);
            statement.execute("PRAGMA user_version=99");
            call("ADD").failed(CniException.IO);
            plugins.call("sbr", environment("STATUS", "", "", ""), SBR.replace("1.0.0", "1.1.0"),
                    Plugins.SHORT).failed(CniException.NOT_AVAILABLE);
            call("DEL").succeeded();
            assertEquals(1, tombstones());
            statement.execute("PRAGMA user_version=" + version);
        }
        call("CHECK").failed(CniException.UNKNOWN_CONTAINER);
        call("DEL").succeeded();
        assertEquals(0, tombstones());
        assertEquals(List.of(), plugins.ourRules(container));
        try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
            assertEquals(List.of(), store.attachments());
        }
    }

    private long tombstones() throws IOException {
        var folder = plugins.state().resolve("detached");
        if (!Files.exists(folder)) {
            return 0;
        }
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void statusSaysWhetherItCanServe() throws IOException {
        var configuration = SBR.replace("1.0.0", "1.1.0");
        assertEquals("", plugins.call("sbr", environment("STATUS", "", "", ""), configuration).succeeded().out());
        Files.setPosixFilePermissions(plugins.state(),
                PosixFilePermissions.fromString("rwxrwxrwx"));
        plugins.call("sbr", environment("STATUS", "", "", ""), configuration).failed(CniException.NOT_AVAILABLE);
        assertFalse(call("ADD").code() == 0);
        assertEquals(0, plugins.ourRules(container).size());
    }
}
