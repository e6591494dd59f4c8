package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Plans in files, and destroy, on real kernel objects. */
@Tag("kernel")
class SavedPlanKernelTest {

    private static final String SIP = """
            kind: SourceRouting
            metadata: {name: sip}
            spec: {device: net1}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private Path plan;

    @BeforeEach
    void host() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1", "192.168.1.209/24");
        host.ip().run("route add default via 10.0.0.1");
        host.ip().run("route add default via 192.168.1.1 metric 200");
        plan = directory.resolve("saved.plan");
    }

    @Test
    void aSavedPlanIsAppliedWithoutAskingThoughOthersChangeOtherThings() {
        host.intent("sip.yaml", SIP);
        assertEquals(0, host.run("plan", "--out", plan.toString()).code());
        host.ip().run("route add 172.16.0.0/12 via 10.0.0.7");
        var applied = host.run("apply", plan.toString());
        assertEquals(0, applied.code(), applied::toString);
        assertTrue(host.run("plan", "--detailed-exitcode").code() == 0);
    }

    @Test
    void aStalePlanIsRefusedAndChangesNothing() {
        host.intent("sip.yaml", SIP);
        host.run("plan", "--out", plan.toString());
        host.ip().run("route replace default via 192.168.1.2 metric 200");
        var before = host.snapshot();
        var refused = host.run("apply", plan.toString());
        assertEquals(1, refused.code());
        assertEquals("plumbline: the plan in " + plan + " is stale: what it touches has changed since, so it would do"
                + " something else now; nothing was changed. Plan again\n", refused.err());
        assertEquals(before.routes(), host.snapshot().routes());
        assertEquals(before.rules(), host.snapshot().rules());
    }

    @Test
    void aSavedPlanIsNotMadeAnotherByNewIntents() {
        host.intent("sip.yaml", SIP);
        host.run("plan", "--out", plan.toString());
        host.intent("more.yaml", """
                kind: RoutingRules
                metadata: {name: more}
                spec: {rules: [{priority: 99, from: 10.1.0.0/16, action: blackhole}]}
                """);
        assertEquals(0, host.run("apply", plan.toString()).code());
        assertTrue(host.ip().lines("rule").stream().noneMatch(rule -> rule.startsWith("99:")));
    }

    @Test
    void whatIsNoPlanIsRefused() throws IOException {
        Files.writeString(plan, "nonsense");
        var refused = host.run("apply", plan.toString());
        assertEquals(1, refused.code());
        assertEquals("plumbline: " + plan + " is no plan that `plumbline plan --out FILE` saved\n", refused.err());
    }

    @Test
    void destroyLeavesTheHostAsIfPlumblineHadNeverBeen() {
        var before = host.snapshot();
        host.intent("sip.yaml", SIP).intent("table.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec: {id: 110, routes: [{to: 203.0.113.0/24, via: 10.0.0.1}]}
                """);
        assertEquals(0, host.run("apply", "--auto-approve").code());
        var destroyed = host.execute("destroy", "--auto-approve", "--state-dir", host.state().toString());
        assertEquals(0, destroyed.code(), destroyed::toString);
        assertEquals(before.routes(), host.snapshot().routes());
        assertEquals(before.rules(), host.snapshot().rules());
    }
}
