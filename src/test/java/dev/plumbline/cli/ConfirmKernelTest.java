package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is not confirmed is reverted, whatever becomes of the process that applied it. */
@Tag("kernel")
class ConfirmKernelTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private TestHost.Snapshot before;

    @BeforeEach
    void host() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1", "192.168.1.209/24");
        host.ip().run("route add default via 10.0.0.1");
        host.ip().run("route add default via 192.168.1.1 metric 200");
        before = host.snapshot();
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1}
                """);
    }

    @Test
    void theGuardRevertsInTimeThoughTheApplyIsGone() throws Exception {
        // A process of its own, which has ended when the time is over: what is left is the guard alone.
        var words = host.inNamespace();
        words.addAll(List.of("apply", "--auto-approve", "--confirm", "6s", "--intents", host.intents().toString(),
                "--state-dir", host.state().toString()));
        var apply = new ProcessBuilder(words).redirectErrorStream(true).start();
        var printed = new String(apply.getInputStream().readAllBytes());
        assertTrue(apply.waitFor(60, TimeUnit.SECONDS));
        assertTrue(printed.contains("unless you say: plumbline confirm"), printed);
        assertFalse(host.ourRules().isEmpty());
        awaitReverted();
    }

    @Test
    void confirmedStays() throws Exception {
        applied("4s");
        var confirmed = host.execute("confirm", "--state-dir", host.state().toString());
        assertEquals(0, confirmed.code(), confirmed::toString);
        Thread.sleep(5000);
        host.assertNothingToDo();
        assertEquals(1, host.execute("revert", "--state-dir", host.state().toString()).code());
    }

    @Test
    void revertedStaysRevertedUntilSomebodySaysAgain() {
        applied("60s");
        var reverted = host.execute("revert", "--state-dir", host.state().toString());
        assertEquals(0, reverted.code(), reverted::toString);
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
        var refused = host.run("apply", "--auto-approve");
        assertEquals(1, refused.code());
        assertTrue(refused.err().startsWith("plumbline: nothing was changed: these very intents were reverted at "),
                refused::toString);
        assertEquals(before.rules(), host.rules());
        host.apply("--again");
        host.assertNothingToDo();
        host.apply();
    }

    @Test
    void nothingElseIsWrittenWhileOneWaits() {
        applied("60s");
        host.intent("more.yaml", """
                kind: RoutingRules
                metadata: {name: more}
                spec: {rules: [{priority: 99, from: 10.1.0.0/16, action: blackhole}]}
                """);
        var refused = host.run("apply", "--auto-approve");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("waits to be confirmed until"), refused::toString);
        assertTrue(host.plan().contains("waits to be confirmed until"));
        assertEquals(0, host.execute("revert", "--state-dir", host.state().toString()).code());
    }

    /** What moved away is on record with the pending apply: nothing is left to do, and nothing else is said. */
    @Test
    void meanwhileThePlanIsEmpty() {
        applied("60s");
        var plan = host.run("plan", "--detailed-exitcode");
        assertEquals(0, plan.code(), plan::toString);
        assertTrue(plan.toString().matches("""
                exit code 0
                warning: an apply by root, pid [0-9]+ \\([^\n]*\\), since [^ ]+, waits to be confirmed until [^ ]+; \
                say `plumbline confirm`, or `plumbline revert`

                No changes. The network matches the intents.
                """), plan::toString);
        var rehearsed = host.run("rehearse");
        assertTrue(rehearsed.out().endsWith("Nothing to rehearse.\n"), rehearsed::toString);
        for (var command : List.of("apply", "destroy")) {
            var refused = command.equals("apply") ? host.run(command)
                    : host.execute(command, "--state-dir", host.state().toString(), "--auto-approve");
            assertEquals(1, refused.code(), refused::toString);
            assertTrue(refused.err().contains("waits to be confirmed until"), refused::toString);
        }
        assertEquals(0, host.execute("revert", "--state-dir", host.state().toString()).code());
        assertEquals(before.routes(), host.routes());
        assertTrue(host.plan().endsWith("Plan: 3 to add, 0 to change, 2 to destroy.\n"));
    }

    @Test
    void aProbeThatSucceedsConfirms() throws Exception {
        try (var namespace = NetworkNamespace.named(host.name());
                var server = namespace.call(() -> new ServerSocket(0, 5, InetAddress.getLoopbackAddress()))) {
            var result = host.run("apply", "--auto-approve", "--confirm", "60s", "--probe",
                    "tcp:127.0.0.1:" + server.getLocalPort());
            assertEquals(0, result.code(), result::toString);
            assertTrue(result.out().contains("it is confirmed, and stays"), result::toString);
        }
        host.assertNothingToDo();
    }

    @Test
    void aProbeThatFailsReverts() {
        var result = host.run("apply", "--auto-approve", "--confirm", "3s", "--probe", "ping:10.0.0.99");
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.err().contains("the probe had no answer (ping 10.0.0.99), so everything was reverted"),
                result::toString);
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
    }

    @Test
    void wrongProbesAreWrongUsage() {
        for (var words : List.of(List.of("--probe", "ping:10.0.0.1"), List.of("--confirm", "5s", "--probe", "tcp:x:1"),
                List.of("--confirm", "soon"))) {
            assertEquals(Plumbline.USAGE, host.run("apply", words.toArray(String[]::new)).code(), words::toString);
        }
    }

    private void applied(String confirm) {
        assertTrue(host.apply("--confirm", confirm).contains("unless you say: plumbline confirm"));
        assertFalse(host.ourRules().isEmpty());
    }

    private void awaitReverted() throws InterruptedException {
        var deadline = Instant.now().plus(PATIENCE);
        while (!host.ourRules().isEmpty() || !host.routes().equals(before.routes())) {
            assertTrue(Instant.now().isBefore(deadline), () -> "not reverted in time: " + host.rules());
            Thread.sleep(100);
        }
    }
}
