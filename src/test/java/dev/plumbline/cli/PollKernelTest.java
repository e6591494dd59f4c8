package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.configuration.ConfigurationReader;
import dev.plumbline.history.Reason;
import dev.plumbline.host.Invocation;
import dev.plumbline.host.Order;
import dev.plumbline.host.Place;
import dev.plumbline.host.Report;
import dev.plumbline.host.Settings;
import dev.plumbline.host.Unattended;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The agent's looks for new intents, which leave drift to its looks at the network. */
@Tag("kernel")
class PollKernelTest {

    private static final String RULE = """
            kind: RoutingRules
            metadata: {name: edge}
            spec: {rules: [{priority: %d, from: 192.0.2.0/24, action: blackhole}]}
            """;
    private static final String WAITS = """
            ---
            kind: SourceRouting
            metadata: {name: later}
            spec: {device: net7, optional: true}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private Unattended unattended;

    @BeforeEach
    void host() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24")
                .intent("edge.yaml", RULE.formatted(1000));
        var yaml = Files.writeString(directory.resolve("plumbline.yaml"), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                stateDirectory: %s
                source: {directory: %s}
                """.formatted(host.state(), host.intents()));
        var configuration = ConfigurationReader.read(yaml);
        unattended = new Unattended(new Settings(configuration.stateDirectory(), new Place.Directory(host.intents()),
                new HostFilter("edge-1", Map.of()), configuration.allowedGuards(), configuration.drift(),
                configuration.variables()), new Invocation("root", ProcessHandle.current().pid(), "plumbline agent",
                        VersionCommand.version()), Duration.ofSeconds(10));
    }

    private Report run(Order order) throws Exception {
        try (var namespace = NetworkNamespace.named(host.name())) {
            return namespace.call(() -> unattended.run(order));
        }
    }

    private Reason poll() throws Exception {
        return run(Order.poll("poll")).run().reason();
    }

    private boolean has(int priority) {
        return host.snapshot().rules().stream().anyMatch(each -> each.startsWith(priority + ":"));
    }

    @Test
    void itTakesWhatIsNewAndLeavesDriftAlone() throws Exception {
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
        assertTrue(has(1000));
        host.ip().run("rule del priority 1000");
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
        assertFalse(has(1000));
        run(Order.of("timer"));
        assertTrue(has(1000));
        host.intent("edge.yaml", RULE.formatted(1001));
        var report = run(Order.poll("poll"));
        assertEquals(1, report.run().added());
        assertTrue(has(1001));
        assertFalse(has(1000));
    }

    /** Where the last run did not succeed, the next one of any kind tries again. */
    @Test
    void whatWaitsIsLookedAtWithEachPoll() throws Exception {
        host.intent("edge.yaml", RULE.formatted(1000) + WAITS);
        assertEquals(Reason.NOT_ALL_READY, poll());
        host.device("net7", "10.7.0.10/24");
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
        assertTrue(has(20000));
    }

    /** What could not be looked at is on record, so that no poll takes it for well. */
    @Test
    void aLookThatFailsIsNoSuccess() throws Exception {
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
        host.intent("there.yaml", RULE.formatted(1002).replace("name: edge", "name: there")
                .replace("{rules", "{netns: " + Files.writeString(directory.resolve("none"), "") + ", rules"));
        assertEquals(Reason.FAILED, poll());
        assertEquals(Reason.FAILED, poll());
        host.without("there.yaml");
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
    }

    @Test
    void newIntentsThatAreWrongAreToldEachTime() throws Exception {
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
        host.intent("edge.yaml", RULE.formatted(1000).replace("priority", "priorty"));
        assertEquals(Reason.INVALID, poll());
        host.ip().run("rule del priority 1000");
        assertEquals(Reason.INVALID, poll());
        assertTrue(has(1000), "what was applied is kept");
        host.intent("edge.yaml", RULE.formatted(1000));
        assertEquals(Reason.RECONCILIATION_SUCCEEDED, poll());
    }
}
