package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process of its own, in a namespace where others change things with {@code ip}. */
@Tag("kernel")
class AgentKernelTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String TABLE = """
            kind: RouteTable
            metadata: {name: edge}
            spec: {id: 110, routes: [{to: 203.0.113.0/24, via: 10.0.0.1}]}
            ---
            kind: RoutingRules
            metadata: {name: edge}
            spec: {rules: [{priority: 1000, from: 192.0.2.0/24, lookup: edge}]}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private Process agent;
    private Path log;

    @BeforeEach
    void host() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").intent("edge.yaml", TABLE);
        log = directory.resolve("log");
        configure("");
    }

    private void configure(String more) throws IOException {
        Files.writeString(directory.resolve("plumbline.yaml"), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                stateDirectory: %s
                source: {directory: %s}
                agent: {poll: 1h, drift: 1h%s}
                """.formatted(host.state(), host.intents(), more));
    }

    private void start() throws IOException {
        var words = host.inNamespace();
        words.addAll(List.of("agent", "--config", directory.resolve("plumbline.yaml").toString(), "--socket-dir",
                directory.resolve("run").toString()));
        agent = new ProcessBuilder(words).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        await(() -> plumbline("status").out().contains("Agent:     pid"), "the agent answers");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (agent != null) {
            agent.destroy();
            assertTrue(agent.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
    }

    private TestHost.Result plumbline(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--config", directory.resolve("plumbline.yaml").toString()));
        return host.execute(all.toArray(String[]::new));
    }

    private void await(BooleanSupplier condition, String what) {
        var end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(end), () -> what + "\n" + logged());
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private String logged() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** All that the status says but for the time of the question. */
    private String runs() {
        return plumbline("status", "--json").out().replaceFirst("\"at\":\"[^\"]*\"", "");
    }

    private boolean has(String rule) {
        return host.snapshot().rules().stream().anyMatch(each -> each.contains(rule));
    }

    @Test
    void appliesWhatItIsAskedForAndPutsBackWhatSomebodyTakesAway() throws Exception {
        start();
        var asked = plumbline("reconcile");
        assertEquals(0, asked.code(), asked::toString);
        await(() -> has("192.0.2.0/24"), "applied");
        host.ip().run("rule del priority 1000");
        host.ip().run("route flush table 110");
        await(() -> has("192.0.2.0/24") && host.ip().run("route show table 110").contains("203.0.113.0/24"),
                "put back");
        await(() -> logged().contains("drift found and corrected"), "logged");
        // What is not ours is left alone.
        host.ip().run("rule add priority 2000 from 198.51.100.0/24 lookup main");
        assertEquals("Nothing to do.\n", plumbline("reconcile").out());
        assertTrue(has("198.51.100.0/24"));
        var status = plumbline("status");
        assertEquals(0, status.code(), status::toString);
        assertTrue(status.out().startsWith("Ready:     yes"), status::toString);
        assertTrue(status.out().contains("Next run:  "), status::toString);
    }

    /** Who changes plumbline's nftables wakes it within a second; who changes others, and itself, does not. */
    @Test
    void putsBackWhatSomebodyChangesInTheFirewall() throws Exception {
        var nft = new Nft(host.name());
        host.intent("fw.yaml", """
                kind: Firewall
                metadata: {name: fw}
                spec: {rules: [INPUT -p tcp --dport 23 -j DROP]}
                """);
        start();
        assertEquals(0, plumbline("reconcile").code());
        await(() -> nft.run("list ruleset").contains("tcp dport 23 counter"), "applied");
        await(() -> plumbline("status").out().startsWith("Ready:     yes"), "ready");
        Thread.sleep(1500);
        var before = runs();
        nft.load("table inet docker { chain c { counter accept; }; }");
        for (int i = 0; i < 20; i++) {
            nft.run("add rule inet docker c counter drop");
        }
        Thread.sleep(1500);
        assertEquals(before, runs(),
                "others' tables");
        var since = Instant.now();
        nft.run("flush chain inet plumbline input-filter");
        await(() -> nft.run("list ruleset").contains("tcp dport 23 counter"), "put back");
        assertTrue(Duration.between(since, Instant.now()).toMillis() < 3000, () -> since + " " + Instant.now());
        nft.run("add rule inet plumbline input-filter udp dport 9 drop");
        await(() -> !nft.run("list ruleset").contains("udp dport 9"), "taken away");
        assertTrue(nft.run("list ruleset").contains("docker"));
    }

    /** What was pushed and applied is kept true; who else pushes than root finds the agent's socket. */
    @Test
    void keepsTrueWhatWasPushed() throws Exception {
        var push = new PushHost(host, directory);
        push.init("--apply");
        push.commit("intents/readme.txt", "The edge").commit("intents/edge.yaml",
                TestHost.HEAD + TABLE.replace("---\n", "---\n" + TestHost.HEAD));
        start();
        var first = push.push();
        assertEquals(0, first.code(), () -> first + logged());
        assertTrue(has("192.0.2.0/24"));
        assertTrue(Files.exists(directory.resolve("run/push-agent.socket")));
        await(() -> plumbline("status").out().startsWith("Ready:     yes"), "ready");
        var asked = plumbline("reconcile");
        assertEquals(0, asked.code(), () -> asked + logged());
        host.ip().run("rule del priority 1000");
        await(() -> has("192.0.2.0/24"), "put back");
        var emptied = push.without("intents/edge.yaml").push("-o", "allow=empty-source");
        assertEquals(0, emptied.code(), emptied::toString);
        assertFalse(has("192.0.2.0/24"), () -> emptied + logged());
    }

    @Test
    void aBrokenFileStopsNothing() throws Exception {
        start();
        assertEquals(0, plumbline("reconcile").code());
        host.intent("edge.yaml", TABLE.replace("id: 110", "idd: 110"));
        var refused = plumbline("reconcile");
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("IntentInvalid"), refused::toString);
        host.ip().run("rule del priority 1000");
        await(() -> has("192.0.2.0/24"), "put back");
        var status = plumbline("status");
        assertTrue(status.out().startsWith("Ready:     no, IntentInvalid"), status::toString);
        host.intent("edge.yaml", TABLE.replace("1000", "1001"));
        assertEquals(0, plumbline("reconcile").code());
        assertTrue(host.snapshot().rules().stream().anyMatch(each -> each.startsWith("1001:")));
        assertTrue(plumbline("status").out().startsWith("Ready:     yes"));
    }

    @Test
    void whoFightsBackIsReported() throws Exception {
        configure(", fights: {corrections: 2, within: 1m}");
        start();
        plumbline("reconcile");
        var end = Instant.now().plus(PATIENCE);
        while (!plumbline("status").out().contains("Fighting: somebody keeps changing")) {
            assertTrue(Instant.now().isBefore(end), this::logged);
            if (has("192.0.2.0/24")) {
                host.ip().run("rule del priority 1000");
            }
            Thread.sleep(100);
        }
        assertEquals(1, plumbline("status").code());
        assertTrue(logged().contains("Fighting: somebody keeps changing"), this::logged);
    }

    @Test
    void readsItsConfigurationAgainAndEndsCleanly() throws Exception {
        start();
        plumbline("reconcile");
        assertEquals(0, plumbline("suspend", "--reason", "works").code());
        host.ip().run("rule del priority 1000");
        Thread.sleep(1500);
        assertFalse(has("192.0.2.0/24"));
        assertEquals(0, plumbline("resume").code());
        await(() -> has("192.0.2.0/24"), "put back");
        hangUpWith("kind: nonsense\n", "expected one of Configuration; found `nonsense`");
        await(() -> logged().contains("going on with the former configuration"), "kept");
        configure("");
        new ProcessBuilder("kill", "-HUP", Long.toString(agent.pid())).start().waitFor();
        await(() -> logged().contains("read the configuration again"), "read again");
        agent.destroy();
        assertTrue(agent.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(0, agent.exitValue(), this::logged);
        assertTrue(logged().endsWith("stopped\n"), this::logged);
        assertTrue(has("192.0.2.0/24"));
    }

    /** {@code ip netns exec} becomes the program, so that its process is the agent's. */
    private void hangUpWith(String configuration, String logged) throws Exception {
        Files.writeString(directory.resolve("plumbline.yaml"), configuration);
        new ProcessBuilder("kill", "-HUP", Long.toString(agent.pid())).start().waitFor();
        await(() -> logged().contains(logged), logged);
    }
}
