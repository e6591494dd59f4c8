package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.OpenFileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Root pushes into a repository on the host itself. */
@Tag("kernel")
class PushKernelTest {

    private static final String EDGE = """
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
    private static final String OTHER = EDGE.replace("1000", "1001");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private PushHost push;
    private TestHost.Snapshot before;

    @BeforeEach
    void hostAndRepository() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        push = new PushHost(host, directory);
        before = host.snapshot();
    }

    private void accepted(TestHost.Result result, String... said) {
        assertEquals(0, result.code(), result::toString);
        for (var each : said) {
            assertTrue(result.out().contains("remote: " + each), result::toString);
        }
    }

    /** The branch and the network are as they were. */
    private void refused(TestHost.Result result, String... said) throws Exception {
        var main = push.main();
        var snapshot = host.snapshot();
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.out().contains("[remote rejected]"), result::toString);
        for (var each : said) {
            assertTrue(result.out().contains(each), result::toString);
        }
        assertEquals(main, push.main());
        assertEquals(snapshot, host.snapshot());
    }

    private boolean hasRule(int priority) {
        return host.ourRules().stream().anyMatch(each -> each.startsWith(priority + ":"));
    }

    @Test
    void aPushIsPlannedAndApplied() throws Exception {
        push.init("--apply");
        var first = push.commit("intents/edge.yaml", EDGE).push();
        accepted(first, "  RouteTable/edge  (intents/edge.yaml)", "Plan: 2 to add, 0 to change, 0 to destroy.",
                "Applying commit ", "Apply complete and verified: 2 added, 0 changed, 0 destroyed.");
        assertFalse(first.out().contains("\u001b[3"), first::toString);
        assertTrue(hasRule(1000));
        // The timer reads the same repository by its URL, and finds all done.
        assertEquals(new TestHost.Result(0, "", ""), push.plumbline("apply", "--oneshot"));
        assertTrue(push.plumbline("status").out().startsWith("Ready:     yes"), () -> push.plumbline("status").out());
    }

    @Test
    void withoutApplyAPushIsOnlyLookedAt() throws Exception {
        push.init();
        accepted(push.commit("intents/edge.yaml", EDGE).push(), "Plan: 2 to add, 0 to change, 0 to destroy.");
        assertEquals(before, host.snapshot());
        assertNotEquals("", push.main());
        assertEquals(0, push.plumbline("apply", "--oneshot").code());
        assertTrue(hasRule(1000));
        refused(push.commit("intents/edge.yaml", EDGE.replace("id:", "idd:")).push(), "unknown field `idd`");
    }

    @Test
    void anErrorIsRefusedWithItsLine() throws Exception {
        push.init("--apply");
        refused(push.commit("intents/edge.yaml", EDGE.replace("id: 110", "idd: 110")).push(),
                "remote: intents/edge.yaml:4:8: error: spec.idd: unknown field `idd`",
                "remote: plumbline: refused: 1 error in the intents; nothing was changed");
        assertEquals("", push.main());
        accepted(push.commit("intents/edge.yaml", EDGE).push());
        var main = push.main();
        var applied = host.snapshot();
        refused(push.commit("intents/rules.yaml", """
                apiVersion: plumbline.dev/v1
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: eht0}
                """).push(), "intents/rules.yaml:4", "eht0");
        assertEquals(main, push.main());
        assertEquals(applied, host.snapshot());
    }

    @Test
    void aGuardIsPassedByAPushOptionOnly() throws Exception {
        push.init("--apply");
        host.ip().run("route add default via 10.0.0.1");
        accepted(push.commit("intents/main.yaml", """
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: main}
                spec: {adopt: true, routes: [{to: default, via: 10.0.0.1, dev: eth0}]}
                """).push());
        push.commit("intents/main.yaml", """
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: main}
                spec: {adopt: true, routes: [{to: default, type: unreachable}]}
                """);
        var main = push.main();
        refused(push.push(), "remote: guard default-route: ", "if that is meant: git push -o allow=default-route",
                "remote: plumbline: refused: nothing was changed: the plan hits default-route");
        assertEquals(main, push.main());
        refused(push.push("-o", "allow=everything"), "there is no push option \"allow=everything\"; there are -o"
                + " allow=GUARD with a guard of mass-delete, empty-source, default-route, ssh-session, -o again");
        accepted(push.push("-o", "allow=default-route"), "Apply complete and verified");
        assertTrue(host.ip().run("route show default").contains("unreachable"));
    }

    @Test
    void whatIsNotConfirmedIsReverted() throws Exception {
        push.init("--apply");
        accepted(push.commit("intents/edge.yaml", EDGE).push());
        push.init("--apply", "--confirm", "60s");
        accepted(push.commit("intents/edge.yaml", OTHER).push(), "It is reverted at ");
        assertTrue(hasRule(1001));
        refused(push.commit("intents/more.yaml", EDGE.replace("edge", "more").replace("1000", "1002")
                .replace("110", "111")).push(), "waits to be confirmed until ");
        assertEquals(0, push.plumbline("revert").code());
        assertTrue(hasRule(1000) && !hasRule(1001));
        push.without("intents/more.yaml").commit("intents/readme.txt", "The same intents");
        refused(push.push(), "these very intents were reverted at ", "(git push -o again)");
        accepted(push.push("-o", "again"), "It is reverted at ");
        assertEquals(0, push.plumbline("confirm").code());
        assertTrue(hasRule(1001));
        assertEquals(new TestHost.Result(0, "", ""), push.plumbline("apply", "--oneshot"));
    }

    @Test
    void nobodyConfirmsAndTheGuardReverts() throws Exception {
        push.init("--apply", "--confirm", "6s");
        accepted(push.commit("intents/edge.yaml", EDGE).push(), "It is reverted at ");
        assertTrue(hasRule(1000));
        var end = Instant.now().plusSeconds(40);
        while (!host.rules().equals(before.rules()) || !host.routes().equals(before.routes())) {
            assertTrue(Instant.now().isBefore(end), () -> "not reverted: " + host.rules());
            Thread.sleep(200);
        }
    }

    @Test
    void otherRefsAreTakenAsTheyAreAndTheOwnOneStays() throws Exception {
        push.init("--apply");
        push.commit("intents/edge.yaml", EDGE);
        push.git("branch", "review");
        push.git("tag", "v1");
        accepted(push.git("push", push.repository().toString(), "review", "v1"),
                "note: refs/heads/review is taken as it is; this host looks at refs/heads/main",
                "note: refs/tags/v1 is taken as it is");
        assertEquals(before, host.snapshot());
        // Several refs, one of them wrong: git takes none.
        push.commit("intents/edge.yaml", EDGE.replace("id:", "idd:"));
        push.git("branch", "other");
        refused(push.push("--all"), "unknown field `idd`");
        accepted(push.commit("intents/edge.yaml", EDGE).push("--all"), "Apply complete and verified");
        refused(push.git("push", push.repository().toString(), ":main"), "cannot be deleted");
        accepted(push.git("push", push.repository().toString(), ":review"));
        assertTrue(hasRule(1000));
    }

    @Test
    void aRemovalRemovesExactlyWhatWasMade() throws Exception {
        push.init("--apply");
        accepted(push.commit("intents/edge.yaml", EDGE).commit("intents/readme.txt", "Nothing else here").push());
        accepted(push.without("intents/edge.yaml").push(), "Apply complete and verified: 0 added, 0 changed, 2");
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
    }

    @Test
    void whileSuspendedAPushIsAcceptedAndNotApplied() throws Exception {
        push.init("--apply");
        assertEquals(0, push.plumbline("suspend", "--reason", "rack move").code());
        accepted(push.commit("intents/edge.yaml", EDGE).push(),
                "note: accepted, but not applied now: unattended runs are suspended: rack move",
                "plumbline: accepted, but NOT applied: Suspended: rack move");
        assertFalse(hasRule(1000));
        assertEquals(0, push.plumbline("resume").code());
        assertEquals(0, push.plumbline("apply", "--oneshot").code());
        assertTrue(hasRule(1000));
    }

    @Test
    void anotherSourceIsReplacedByAPushOptionOnly() throws Exception {
        host.intent("old.yaml", """
                kind: RoutingRules
                metadata: {name: old}
                spec: {rules: [{priority: 99, from: 10.1.0.0/16, action: blackhole}]}
                """).apply();
        push.init("--apply");
        refused(push.commit("intents/edge.yaml", EDGE).push(), "this host follows the directory ",
                "(git push -o replace-source)");
        accepted(push.push("-o", "replace-source"), "Apply complete and verified: 2 added, 0 changed, 1 destroyed.");
        assertTrue(hasRule(1000) && !hasRule(99));
        assertEquals(new TestHost.Result(0, "", ""), push.plumbline("apply", "--oneshot"));
    }

    @Test
    void aRepositoryThatIsNotRegisteredAnyMoreIsRefused() throws Exception {
        push.init("--apply");
        var second = directory.resolve("second.git").toString();
        var other = push.plumbline("init", second, "--apply");
        assertEquals(1, other.code());
        assertTrue(other.err().contains("this host takes pushes into " + push.repository() + ", and from one place"),
                other::toString);
        assertEquals(0, push.plumbline("init", second, "--apply", "--replace-source").code());
        refused(push.commit("intents/edge.yaml", EDGE).push(), "is not the repository whose pushes this host takes,"
                + " which is " + second);
    }

    @Test
    void tenMegabytesAreLookedAt() throws Exception {
        push.init("--apply");
        var routes = new StringBuilder();
        for (int i = 0; routes.length() < 10_000_000; i++) {
            routes.append("    - {to: 10.").append(64 + (i >> 16)).append('.').append(i >> 8 & 255).append('.')
                    .append(i & 255).append("/32, via: 10.0.0.1, dev: eth0, metric: 50}\n");
        }
        var table = "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: large}\nspec:\n  id: 120\n"
                + "  routes:\n" + routes;
        refused(push.commit("intents/large.yaml", table + "    - {to: nowhere}\n").push(), "intents/large.yaml:",
                "nowhere");
        assertEquals("", push.main());
        accepted(push.commit("intents/large.yaml", table).push(), "Apply complete and verified: ");
    }

    @Test
    void theApplyOutlivesThePush() throws Exception {
        push.init("--apply");
        push.commit("intents/edge.yaml", EDGE);
        var pushing = push.start(push.gitWords("push", push.repository().toString(), "HEAD:main"));
        var output = pushing.inputReader();
        for (var line = output.readLine(); !line.contains("Applying commit "); line = output.readLine()) {
            assertTrue(pushing.isAlive());
        }
        // All of the session: git, its receive-pack and the hook, but not what the hook has started.
        for (var process : pushing.descendants().toList()) {
            if (!Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).contains("\0hook\0apply\0")) {
                process.destroyForcibly();
            }
        }
        pushing.destroyForcibly();
        var end = Instant.now().plusSeconds(40);
        while (!hasRule(1000)) {
            assertTrue(Instant.now().isBefore(end), "not applied");
            Thread.sleep(100);
        }
    }

    @Test
    void anApplyThatIsAtWorkIsWaitedForAndNamed() throws Exception {
        push.init("--apply");
        accepted(push.commit("intents/edge.yaml", EDGE).push());
        var file = host.state().resolve("apply-" + Long.toUnsignedString(namespaces.open(host.name()).id().cookie())
                + ".lock");
        try (var _ = OpenFileLock.tryLock(file).orElseThrow()) {
            Files.writeString(file, "user ann\npid 1\n`plumbline apply`\n");
            accepted(push.commit("intents/edge.yaml", OTHER).push(), "plumbline: accepted, but NOT applied: Locked:"
                    + " another apply is at work in namespace host: user ann, pid 1, `plumbline apply`.");
        }
        assertTrue(hasRule(1000));
    }

    @Test
    void aPushThatIsNotSignedAsItHasToBeIsRefused() throws Exception {
        push.init("--apply");
        push.commit("intents/edge.yaml", EDGE);
        var allowed = push.signing();
        push.configure(", verify: {mode: head, allowedSigners: " + allowed + "}");
        refused(push.push(), "is not signed");
        assertEquals("", push.main());
        accepted(push.commit("intents/readme.txt", "Signed").push(), "Apply complete and verified");
    }

    @Test
    void hooksOfOthersAndOtherThingsAreLeftAlone() throws Exception {
        Files.createDirectories(push.repository().resolve("mine"));
        var refused = push.plumbline("init", push.repository().toString());
        assertEquals("plumbline: " + push.repository() + " is there, and is no bare repository\n", refused.err());
        Files.delete(push.repository().resolve("mine"));
        push.init();
        Files.writeString(push.repository().resolve("hooks/post-receive"), "#!/bin/sh\n");
        var kept = push.plumbline("init", push.repository().toString(), "--apply");
        assertTrue(kept.err().contains("post-receive is there, and plumbline did not make it"), kept::toString);
        assertEquals("#!/bin/sh\n", Files.readString(push.repository().resolve("hooks/post-receive")));
    }
}
