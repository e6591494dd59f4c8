package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.host.Report;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a timer runs: quiet, and never worse off for what comes from Git. */
@Tag("kernel")
class OneshotKernelTest {

    private static final String TABLE = """
            apiVersion: plumbline.dev/v1
            kind: RouteTable
            metadata: {name: edge}
            spec: {id: 110, routes: [{to: 203.0.113.0/24, via: 10.0.0.1}]}
            ---
            apiVersion: plumbline.dev/v1
            kind: RoutingRules
            metadata: {name: edge}
            spec: {rules: [{priority: 1000, from: 192.0.2.0/24, lookup: edge}]}
            """;
    private static final String RULE = "1000:\tfrom 192.0.2.0/24 lookup 110";

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private Path repository;

    @BeforeEach
    void hostAndRepository() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        repository = Files.createDirectory(directory.resolve("network"));
        git("init", "--quiet", "--initial-branch=main");
        commit("intents/edge.yaml", TABLE, "The edge");
        write(directory.resolve("plumbline.yaml"), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                host: {name: edge-1}
                stateDirectory: %s
                source: {git: {url: %s, ref: main, path: intents, timeout: 5s}}
                """.formatted(host.state(), repository.resolve(".git")));
    }

    private void git(String... words) throws Exception {
        var command = new ArrayList<>(List.of("git", "-C", repository.toString(), "-c", "user.name=Ann",
                "-c", "user.email=ann@example.com"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var printed = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), printed);
    }

    private void commit(String file, String content, String subject) throws Exception {
        Files.createDirectories(repository.resolve(file).getParent());
        write(repository.resolve(file), content);
        git("add", "--all");
        git("commit", "--quiet", "--message", subject);
    }

    private static void write(Path file, String content) throws IOException {
        Files.writeString(file, content);
    }

    private TestHost.Result plumbline(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--config", directory.resolve("plumbline.yaml").toString()));
        return host.execute(all.toArray(String[]::new));
    }

    private TestHost.Result oneshot() {
        return plumbline("apply", "--oneshot");
    }

    private boolean hasRule() {
        return host.snapshot().rules().stream().anyMatch(each -> each.contains("192.0.2.0/24"));
    }

    private String status() {
        return plumbline("status").out();
    }

    @Test
    void appliesACommitAndIsQuietThen() {
        var first = oneshot();
        assertEquals(0, first.code(), first::toString);
        assertTrue(first.err().startsWith("applied and verified: 2 added, 0 changed, 0 destroyed\n"), first::toString);
        assertTrue(hasRule());
        assertEquals(new TestHost.Result(0, "", ""), oneshot());
        var status = status();
        assertTrue(status.startsWith("Ready:     yes"), status);
        assertTrue(status.contains("\"The edge\" by Ann <ann@example.com>"), status);
    }

    @Test
    void putsBackWhatDriftedAndSaysSo() {
        oneshot();
        host.ip().run("rule del priority 1000");
        var second = oneshot();
        assertEquals(0, second.code(), second::toString);
        assertTrue(second.err().startsWith("drift found and corrected: 1 added, 0 changed, 0 destroyed\n"),
                second::toString);
        assertTrue(hasRule());
        assertTrue(status().contains("Drift:     found and corrected at"), this::status);
    }

    @Test
    void aCommitWithAnErrorIsNotAppliedAndDriftIsCorrectedAllTheSame() throws Exception {
        oneshot();
        commit("intents/edge.yaml", TABLE.replace("id: 110", "idd: 110"), "A slip");
        host.ip().run("rule del priority 1000");
        var second = oneshot();
        assertEquals(1, second.code(), second::toString);
        assertTrue(second.err().contains("IntentInvalid: 1 error in the intents"), second::toString);
        assertTrue(second.err().contains("intents/edge.yaml:4:8: error: spec.idd: unknown field `idd`"),
                second::toString);
        assertTrue(hasRule(), second::toString);
        var status = plumbline("status");
        assertEquals(1, status.code());
        assertTrue(status.out().contains("Stalled:   yes"), status::toString);
        assertTrue(status.out().contains("Attempted: "), status::toString);
        commit("intents/edge.yaml", TABLE, "Put right");
        assertEquals(0, oneshot().code());
        assertTrue(status().startsWith("Ready:     yes"), this::status);
    }

    @Test
    void aRepositoryThatIsGoneKeepsTheLastCommit() throws Exception {
        oneshot();
        Files.move(repository, directory.resolve("moved"));
        host.ip().run("rule del priority 1000");
        var second = oneshot();
        assertTrue(second.err().contains("going on with commit "), second::toString);
        assertTrue(hasRule(), second::toString);
        Files.move(directory.resolve("moved"), repository);
        assertEquals(0, oneshot().code());
    }

    @Test
    void aGuardKeepsWhatWasApplied() throws Exception {
        host.ip().run("route add default via 10.0.0.1");
        commit("intents/main.yaml", """
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: main}
                spec: {adopt: true, routes: [{to: default, via: 10.0.0.1, dev: eth0}]}
                """, "Adopt the default");
        assertEquals(0, oneshot().code());
        commit("intents/main.yaml", """
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: main}
                spec: {adopt: true, routes: [{to: default, type: unreachable}]}
                """, "Nowhere");
        var refused = oneshot();
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("GuardHit: "), refused::toString);
        assertTrue(host.ip().run("route show default").contains("via 10.0.0.1"));
        assertTrue(hasRule());
    }

    @Test
    void whatWasRevertedStaysReverted() throws Exception {
        oneshot();
        commit("intents/edge.yaml", TABLE.replace("1000", "1001"), "Another priority");
        assertEquals(0, plumbline("apply", "--auto-approve", "--confirm", "60s").code());
        var pending = oneshot();
        assertEquals(0, pending.code(), pending::toString);
        assertTrue(pending.err().startsWith("ConfirmPending: "), pending::toString);
        assertTrue(status().startsWith("Ready:     no, ConfirmPending"), this::status);
        assertEquals(0, plumbline("revert").code());
        assertTrue(status().startsWith("Ready:     no, Reverted"), this::status);
        host.ip().run("rule del priority 1000");
        var stalled = oneshot();
        assertEquals(1, stalled.code(), stalled::toString);
        assertTrue(stalled.err().contains("Reverted: these intents were reverted at "), stalled::toString);
        assertTrue(host.snapshot().rules().contains(RULE + " proto plumbline") || hasRule());
        assertFalse(host.snapshot().rules().stream().anyMatch(each -> each.startsWith("1001:")));
        assertEquals(0, plumbline("apply", "--auto-approve", "--again").code());
        assertEquals(new TestHost.Result(0, "", ""), oneshot());
    }

    @Test
    void aFetchConfirmsAndItsFailureReverts() throws Exception {
        var kept = plumbline("apply", "--auto-approve", "--confirm", "20s", "--probe", "git");
        assertEquals(0, kept.code(), kept::toString);
        assertTrue(hasRule());
        assertTrue(status().startsWith("Ready:     yes"), this::status);
        commit("intents/edge.yaml", TABLE.replace("1000", "1001"), "Another priority");
        plumbline("plan");
        Files.move(repository, directory.resolve("moved"));
        var reverted = plumbline("apply", "--auto-approve", "--confirm", "3s", "--probe", "git");
        assertEquals(1, reverted.code(), reverted::toString);
        assertTrue(reverted.err().contains("so everything was reverted"), reverted::toString);
        assertTrue(hasRule());
        assertFalse(host.snapshot().rules().stream().anyMatch(each -> each.startsWith("1001:")));
    }

    /** Signed by a key that is allowed, by one that is not, and not at all. */
    @Test
    void onlyWhatIsSignedIsApplied() throws Exception {
        for (var key : List.of("ann", "mallory")) {
            assertEquals(0, new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    directory.resolve(key).toString()).start().waitFor());
        }
        var signers = directory.resolve("allowed_signers");
        write(signers, "ann@example.com namespaces=\"git\" " + Files.readString(directory.resolve("ann.pub")));
        var yaml = directory.resolve("plumbline.yaml");
        write(yaml, Files.readString(yaml).replace("timeout: 5s",
                "timeout: 5s, verify: {mode: head, allowedSigners: " + signers + "}"));
        var none = oneshot();
        assertEquals(1, none.code(), none::toString);
        assertFalse(hasRule());
        assertTrue(status().startsWith("Ready:     no, SignatureInvalid"), this::status);
        signedBy("ann", TABLE);
        assertEquals(0, oneshot().code());
        assertTrue(hasRule());
        for (var signer : List.of("mallory", "")) {
            signedBy(signer, TABLE.replace("1000", "66" + signer.length()));
            host.ip().run("rule del priority 1000");
            var refused = oneshot();
            assertEquals(1, refused.code(), refused::toString);
            assertTrue(refused.err().contains("SignatureInvalid: "), refused::toString);
            assertTrue(host.snapshot().rules().stream().anyMatch(each -> each.startsWith("1000:")),
                    "the last good commit is kept");
            assertFalse(host.snapshot().rules().stream().anyMatch(each -> each.startsWith("66")));
            assertTrue(status().startsWith("Ready:     no, SignatureInvalid"), this::status);
            assertTrue(status().contains("Stalled:   yes"), this::status);
        }
        signedBy("ann", TABLE.replace("1000", "1001"));
        assertEquals(0, oneshot().code());
        assertTrue(status().startsWith("Ready:     yes"), this::status);
    }

    private void signedBy(String key, String table) throws Exception {
        write(repository.resolve("intents/edge.yaml"), table);
        git("add", "--all");
        if (key.isEmpty()) {
            git("commit", "--quiet", "--allow-empty", "--message", "unsigned");
        } else {
            git("-c", "gpg.format=ssh", "-c", "user.signingkey=" + directory.resolve(key), "commit", "--quiet",
                    "--allow-empty", "-S", "--message", "by " + key);
        }
    }

    /** The names are a promise: README.md lists them. */
    @Test
    void metricsAreLeftForNodeExporter() throws Exception {
        var file = directory.resolve("plumbline.prom");
        var yaml = directory.resolve("plumbline.yaml");
        write(yaml, Files.readString(yaml) + "metrics: {textfile: " + file + "}\n");
        oneshot();
        host.ip().run("rule del priority 1000");
        oneshot();
        oneshot();
        var text = Files.readString(file);
        for (var line : List.of("plumbline_reconcile_total{reason=\"ReconciliationSucceeded\"} 3.0",
                "plumbline_changes_total{action=\"create\",kind=\"rule\"} 2.0",
                "plumbline_changes_total{action=\"create\",kind=\"route\"} 1.0",
                "plumbline_drift_total{kind=\"rule\"} 1.0", "plumbline_owned_objects{kind=\"route\"} 1.0",
                "plumbline_owned_objects{kind=\"rule\"} 1.0", "plumbline_reconcile_duration_seconds_count 3",
                "plumbline_ready 1.0", "plumbline_stalled 0.0", "plumbline_suspended 0.0")) {
            assertTrue(text.contains(line + "\n"), () -> line + " in\n" + text);
        }
        for (var name : List.of("plumbline_source_age_seconds ", "plumbline_last_success_timestamp_seconds ",
                "plumbline_applied_commit_info{commit=\"")) {
            assertTrue(text.contains("\n" + name), () -> name + " in\n" + text);
        }
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        commit("intents/edge.yaml", TABLE.replace("{rules: [", "{sysctls: manage, rules: [")
                .replace("from: 192.0.2.0/24", "family: ipv4, iif: eth0"), "Forwards");
        oneshot();
        var forwarding = Files.readString(file);
        assertTrue(forwarding.contains("plumbline_owned_objects{kind=\"sysctl\"} 1.0\n"), forwarding);
    }

    @Test
    void suspendedRunsDoNothing() {
        oneshot();
        assertEquals(0, plumbline("suspend", "--reason", "rack move", "--until", "2h").code());
        host.ip().run("rule del priority 1000");
        var idle = oneshot();
        assertEquals(0, idle.code(), idle::toString);
        assertEquals("Suspended: rack move\n", idle.err());
        assertEquals("", oneshot().err());
        assertFalse(hasRule());
        assertTrue(status().contains("rack move"), this::status);
        assertEquals(0, plumbline("resume").code());
        assertTrue(oneshot().err().startsWith("drift found and corrected"));
        assertTrue(hasRule());
    }

    @Test
    void aRemovalRemovesExactlyWhatWasMade() throws Exception {
        var before = host.snapshot();
        oneshot();
        Files.delete(repository.resolve("intents/edge.yaml"));
        commit("intents/readme.txt", "empty on purpose\n", "Nothing any more");
        var removal = oneshot();
        assertEquals(0, removal.code(), removal::toString);
        assertEquals(before.routes(), host.snapshot().routes());
        assertEquals(before.rules(), host.snapshot().rules());
    }

    @Test
    void theStatusIsAsItsSchemaSays() throws Exception {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/status.schema.json")));
        assertEquals(List.of(), schema.validate(plumbline("status", "--json").out(), InputFormat.JSON));
        oneshot();
        host.ip().run("rule del priority 1000");
        oneshot();
        plumbline("suspend", "--reason", "why", "--until", "2h");
        var json = plumbline("status", "--json").out();
        assertEquals(List.of(), schema.validate(json, InputFormat.JSON), json);
        assertTrue(json.contains("\"last_drift\""), json);
    }

    @Test
    void prioritiesGoBeforeLinesUnderSystemd() {
        var text = new StringWriter();
        new JournalLines(new PrintWriter(text), true).print(List.of(
                new Report.Line(Report.Priority.ERROR, "broken")));
        assertEquals("<3>broken\n", text.toString());
    }
}
