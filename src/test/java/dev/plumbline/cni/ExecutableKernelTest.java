package dev.plumbline.cni;

import static dev.plumbline.cni.Plugins.configuration;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The plugin's executables as they were packaged: with an agent, without one, and with one that fails them. */
@Tag("kernel")
@Timeout(240)
class ExecutableKernelTest {

    private static final String SBR = configuration("""
            {'cniVersion': '1.0.0', 'name': 'mynet', 'type': 'sbr', 'prevResult': {'cniVersion': '1.0.0',
             'ips': [{'address': '192.168.1.209/24', 'gateway': '192.168.1.1'}]}}""").toString();
    private static final String RULE = "20000: from 192.168.1.209 lookup 100";
    /** With these no JVM can be started: what succeeds, the agent did. */
    private static final Map<String, String> NO_JAVA = Map.of("PLUMBLINE_JAVA", "/no/such/jdk");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;
    private String container;
    private List<String> before;

    @BeforeEach
    void container() {
        plugins = new Plugins(namespaces, directory);
        container = namespaces.create();
        plugins.device(container, "net1", "192.168.1.209/24");
        before = plugins.everything(container);
    }

    private Plugins.Result call(String command, Map<String, String> more) {
        var environment = Plugins.environment(command, "c1", container, "net1");
        environment.putAll(more);
        return plugins.callExecutable("sbr", environment, SBR);
    }

    private void assertAddAndDel(Map<String, String> more) {
        assertEquals("192.168.1.209/24", call("ADD", more).succeeded().json().at("/ips/0/address").stringValue());
        assertEquals(List.of(RULE), plugins.ourRules(container));
        assertEquals("", call("CHECK", more).succeeded().out());
        assertEquals("", call("DEL", more).succeeded().out());
        assertEquals("", call("DEL", more).succeeded().out());
        assertEquals(before, plugins.everything(container));
        assertEquals(CniException.UNKNOWN_CONTAINER, call("CHECK", more).failed(3).error());
    }

    @Test
    void withoutAnAgent() throws IOException {
        assertAddAndDel(Map.of());
        // Through links, the type is the name that it is called by.
        Files.createSymbolicLink(directory.resolve("link"), Plugins.EXECUTABLES.resolve("sbr"));
        var link = Files.createSymbolicLink(directory.resolve("plumbline"), Path.of("link"));
        var environment = Plugins.environment("ADD", "c1", container, "net1");
        environment.put("PLUMBLINE_STATE_DIR", plugins.state().toString());
        var refused = plugins.callProgram(link, environment, SBR.replace("}]}}", "}]}, \"table\": 5}"));
        assertTrue(refused.failed(2).message().contains("unsupported field table"), refused::toString);
        try (var files = Files.list(plugins.state())) {
            assertEquals(List.of(), files.map(each -> each.getFileName().toString())
                    .filter(each -> !each.startsWith("state.db") && !each.equals("detached")).toList());
        }
    }

    @Test
    void withAnAgent() throws Exception {
        try (var _ = new RunningAgent(plugins)) {
            assertAddAndDel(NO_JAVA);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(
                    plugins.state().resolve(CniEndpoint.SOCKET))));
            assertTrue(plugins.callExecutable("sbr", NO_JAVA, "").succeeded().err()
                    .startsWith("CNI sbr plugin of plumbline"));
            assertEquals("[debug] CNI DEL c1/net1: there is no such attachment".replace("debug", "verbose"),
                    plugins.callExecutable("sbr", environment("DEL", NO_JAVA),
                            SBR.replace("'name'".replace('\'', '"'), "\"logLevel\": \"verbose\", \"name\""))
                            .succeeded().err().strip());
        }
        assertFalse(Files.exists(plugins.state().resolve(CniEndpoint.SOCKET)));
        assertAddAndDel(Map.of());
    }

    private Map<String, String> environment(String command, Map<String, String> more) {
        var environment = Plugins.environment(command, "c1", container, "net1");
        environment.putAll(more);
        return environment;
    }

    /** Whatever a value holds, it stays one value; and nothing of it is an argument that others can see. */
    @Test
    void noValuePassesForAnother() throws Exception {
        var other = namespaces.create();
        plugins.device(other, "net1", "192.168.1.209/24");
        var forged = "IgnoreUnknown=1;X=ä\nCNI_NETNS " + Plugins.path(other).length() + "\n" + Plugins.path(other)
                + "\nCNI_PATH 0\n\nconfiguration 2\n{}\n\n;K8S_POD_NAME=hidden-`id`-$(id)-\"'\\\n";
        for (var locale : List.of("C", "C.UTF-8", "")) {
            try (var _ = new RunningAgent(plugins)) {
                var more = Map.of("CNI_ARGS", forged, "LC_ALL", locale, "PLUMBLINE_JAVA", "/no/such/jdk");
                call("ADD", more).succeeded();
                assertEquals(List.of(RULE), plugins.ourRules(container));
                assertEquals(List.of(), plugins.ourRules(other));
                try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
                    assertEquals(Map.of("K8S_POD_NAME", "hidden-`id`-$(id)-\"'\\\n"),
                            store.attachments().getFirst().arguments());
                }
                call("DEL", more).succeeded();
            }
        }
    }

    private Connection holdStore() throws Exception {
        var connection = DriverManager.getConnection("jdbc:sqlite:" + plugins.state().resolve("state.db"));
        connection.createStatement().execute("BEGIN IMMEDIATE");
        return connection;
    }

    private FutureTask<Plugins.Result> start(String command, Map<String, String> more) {
        var task = new FutureTask<>(() -> call(command, more));
        Thread.ofPlatform().start(task);
        return task;
    }

    private static List<String> commandLines(String word) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(each -> each.getFileName().toString().matches("[0-9]+")).map(each -> {
                try {
                    return Files.readString(each.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                    return "";
                }
            }).filter(each -> each.contains(word)).toList();
        }
    }

    private void awaitCurl() throws Exception {
        var socket = plugins.state().resolve(CniEndpoint.SOCKET).toString();
        for (int i = 0; i < 500 && commandLines(socket).isEmpty(); i++) {
            Thread.sleep(10);
        }
        assertFalse(commandLines(socket).isEmpty());
    }

    @Test
    void nothingOfACallIsAnArgument() throws Exception {
        try (var _ = new RunningAgent(plugins); var held = holdStore()) {
            var more = Map.of("CNI_ARGS", "IgnoreUnknown=1;TOKEN=kept-back");
            var task = start("ADD", more);
            awaitCurl();
            assertEquals(List.of(), commandLines("kept-back"));
            assertEquals(List.of(), commandLines("192.168.1.209/24"));
            held.createStatement().execute("ROLLBACK");
            task.get().succeeded();
        }
    }

    /** Work that takes long is told from a process that hangs: the executable waits. */
    @Test
    void anAgentAtWorkIsWaitedFor() throws Exception {
        try (var _ = new RunningAgent(plugins); var held = holdStore()) {
            var task = start("ADD", NO_JAVA);
            Thread.sleep(6000);
            assertFalse(task.isDone());
            held.createStatement().execute("ROLLBACK");
            task.get().succeeded();
            assertEquals(List.of(RULE), plugins.ourRules(container));
        }
    }

    @Test
    void anAgentThatHangs() throws Exception {
        try (var agent = new RunningAgent(plugins)) {
            agent.signal("STOP");
            try {
                // Each call waits some seconds for the agent, so there are only two.
                call("ADD", Map.of()).succeeded();
                assertEquals(List.of(RULE), plugins.ourRules(container));
                call("DEL", Map.of()).succeeded();
                assertEquals(before, plugins.everything(container));
            } finally {
                agent.signal("CONT");
            }
        }
    }

    @Test
    void anAgentThatIsKilledInMidRequest() throws Exception {
        for (var command : List.of("ADD", "DEL")) {
            try (var agent = new RunningAgent(plugins)) {
                FutureTask<Plugins.Result> task;
                try (var held = holdStore()) {
                    task = start(command, Map.of());
                    awaitCurl();
                    Thread.sleep(300);
                    agent.signal("KILL");
                    held.createStatement().execute("ROLLBACK");
                }
                task.get().succeeded();
                assertEquals(command.equals("ADD") ? List.of(RULE) : List.of(), plugins.ourRules(container));
            }
        }
        assertEquals(before, plugins.everything(container));
        // What it left is no more than a socket on which nobody listens.
        assertAddAndDel(Map.of());
    }

    /** Somebody on the socket who is no agent, or breaks off: as if there were none. */
    @Test
    void answersThatAreNone() throws Exception {
        Files.createDirectory(plugins.state(), PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
        var socket = plugins.state().resolve(CniEndpoint.SOCKET);
        for (var answer : List.of("", "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n0\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n0\n{}", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "nonsense\n0\n{}\n")) {
            Files.deleteIfExists(socket);
            try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket));
                Thread.ofPlatform().daemon().start(() -> {
                    try (var client = server.accept()) {
                        client.read(ByteBuffer.allocate(65536));
                        client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    } catch (IOException e) {
                        // The test has ended.
                    }
                });
                var result = call("ADD", Map.of()).succeeded();
                assertEquals("192.168.1.209/24", result.json().at("/ips/0/address").stringValue(), answer);
            }
            assertEquals(List.of(RULE), plugins.ourRules(container));
            call("DEL", Map.of()).succeeded();
        }
    }

    @Test
    void withoutAnyJava() {
        var result = call("ADD", NO_JAVA).failed(CniException.INTERNAL);
        assertEquals("plumbline did not start", result.message());
        assertTrue(result.err().contains("PLUMBLINE_JAVA"), result::toString);
    }

    /** A namespace that ends without DEL ends at once: the agent holds nothing in it. */
    @Test
    void theAgentKeepsNoNamespaceAlive() throws Exception {
        try (var _ = new RunningAgent(plugins)) {
            var pod = namespaces.create();
            plugins.ip(plugins.host).run("link add veth0 type veth peer name net1 netns " + pod);
            plugins.ip(plugins.host).run("link set veth0 up");
            plugins.ip(pod).run("addr add 192.168.1.209/24 dev net1");
            plugins.ip(pod).run("link set net1 up");
            var environment = Plugins.environment("ADD", "pod", pod, "net1");
            environment.putAll(NO_JAVA);
            plugins.callExecutable("sbr", environment, SBR).succeeded();
            assertEquals(List.of(RULE), plugins.ourRules(pod));
            // So that the loop has seen the attachment, and listens to what happens to it.
            Thread.sleep(2500);
            plugins.ip(plugins.host).run("link show veth0");
            namespaces.remove(pod);
            long deadline = System.nanoTime() + 1_000_000_000L;
            while (!plugins.ip(plugins.host).lines("-o link show type veth").isEmpty()) {
                assertTrue(System.nanoTime() < deadline, "the device is still there after a second");
                Thread.sleep(20);
            }
            environment.put("CNI_COMMAND", "DEL");
            plugins.callExecutable("sbr", environment, SBR).succeeded();
            try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
                assertEquals(List.of(), store.attachments());
            }
        }
    }
}
