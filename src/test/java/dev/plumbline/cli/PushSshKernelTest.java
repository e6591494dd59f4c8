package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Pushes over ssh, into the account of a user who may nothing else. */
@Tag("kernel")
class PushSshKernelTest {

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

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private PushHost push;
    private GitServer server;

    @BeforeEach
    void serverWithARepository() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        push = new PushHost(host, directory);
        server = new GitServer(namespaces, push, directory);
        var made = server.plumbline("init", push.repository().toString(), "--apply", "--owner", "git");
        assertEquals(0, made.code(), made::toString);
        assertTrue(made.out().contains("Only git and root can push."), made::toString);
        assertFalse(made.out().contains("usermod"), made::toString);
    }

    private boolean hasRule() {
        return host.ourRules().stream().anyMatch(each -> each.startsWith("1000:"));
    }

    private static void contains(TestHost.Result result, int code, String... said) {
        assertEquals(code, result.code(), result::toString);
        for (var each : said) {
            assertTrue(result.out().contains(each), result::toString);
        }
    }

    @Test
    void aPushIsAppliedByTheService() throws Exception {
        server.serve();
        contains(server.push(), 1, "src refspec HEAD does not match");
        push.commit("intents/edge.yaml", EDGE.replace("id: 110", "idd: 110"));
        contains(server.push(), 1, "remote: intents/edge.yaml:4:8: error: spec.idd: unknown field `idd`");
        assertEquals("", push.main());
        assertFalse(hasRule());
        push.commit("intents/edge.yaml", EDGE);
        contains(server.push(), 0, "remote: Plan: 2 to add, 0 to change, 0 to destroy.",
                "remote: Apply complete and verified: 2 added, 0 changed, 0 destroyed.");
        assertTrue(hasRule());
        assertEquals("64123", push.execute(List.of("stat", "-c", "%u", push.repository().resolve("refs/heads/main")
                .toString())).out().strip());
        var history = server.plumbline("history");
        assertTrue(history.out().contains("git push"), history::toString);
        // The timer reads the repository with the rights of its owner, and finds nothing to do.
        assertEquals(new TestHost.Result(0, "", ""), server.plumbline("apply", "--oneshot"));
        contains(server.push("-o", "allow=everything"), 0, "Everything up-to-date");
    }

    @Test
    void aPushIsAppliedByTheAgent() throws Exception {
        server.serve(ChildAgent.class, push.configuration().toString());
        push.commit("intents/edge.yaml", EDGE);
        contains(server.push("-o", "allow=everything"), 1, "remote: plumbline: refused: there is no push option");
        contains(server.push(), 0, "remote: Apply complete and verified: 2 added, 0 changed, 0 destroyed.");
        assertTrue(hasRule());
    }

    @Test
    void theApplyOutlivesTheSession() throws Exception {
        server.serve();
        push.commit("intents/edge.yaml", EDGE);
        var session = server.pushing();
        var output = session.inputReader();
        String line;
        do {
            line = output.readLine();
            assertNotEquals(null, line);
        } while (!line.contains("Applying commit "));
        session.descendants().forEach(ProcessHandle::destroyForcibly);
        session.destroyForcibly();
        var end = Instant.now().plusSeconds(40);
        while (!hasRule()) {
            assertTrue(Instant.now().isBefore(end), "not applied");
            Thread.sleep(100);
        }
    }

    @Test
    void whereNobodyListensAPushIsRefusedAndToldWhatToStart() throws Exception {
        push.commit("intents/edge.yaml", EDGE);
        contains(server.push(), 1, "remote: plumbline: nobody takes pushes as root on this host: systemctl enable --now"
                + " plumbline-push.socket, or start `plumbline agent`", "[remote rejected]");
        assertEquals("", push.main());
    }

    @Test
    void theSocketServesTheOwnerAndTheRegisteredRepositoryAlone() throws Exception {
        server.serve();
        var secret = Files.createDirectories(directory.resolve("secret"));
        var request = "version 1\nrepository " + push.repository() + "\ncommit " + "1".repeat(40) + "\nquarantine ";
        // games is of the group, so it can connect; its user is not the one.
        contains(ask("games", request + push.repository() + "/objects/x"), 22,
                "the user games may not push to this host; git may");
        contains(ask("git", request + secret), 22, "is not within " + push.repository());
        contains(ask("git", request.replace(push.repository().toString(), secret.toString()) + secret), 22,
                "is not the repository whose pushes this host takes");
        contains(ask("git", "version 2\n"), 22, "of different versions");
        contains(ask("git", "rubbish"), 22, "the request is not of a hook of plumbline");
        assertFalse(push.execute(server.inside(List.of("setpriv", "--reuid=www-data", "--regid=www-data",
                "--clear-groups", "curl", "-s", "--unix-socket", "/run/plumbline/push.socket", "http://localhost/")))
                .code() == 0);
    }

    /** With --fail-with-body curl ends with 22 where the status is not 200. */
    private TestHost.Result ask(String user, String body) throws Exception {
        return push.execute(server.inside(List.of("setpriv", "--reuid=" + user, "--regid=plumbline", "--clear-groups",
                "curl", "-s", "--fail-with-body", "--max-time", "60", "--unix-socket", "/run/plumbline/push.socket",
                "--data-binary", body, "http://localhost/v1/validate")));
    }

    /** systemd's own opinion of the units, with a program that is there. */
    @Test
    void theUnitsAreValid() throws Exception {
        var units = Files.createDirectory(directory.resolve("units"));
        for (var name : List.of("plumbline-push.socket", "plumbline-push@.service")) {
            Files.writeString(units.resolve(name), Files.readString(Path.of("systemd", name))
                    .replace("/usr/bin/plumbline", "/bin/true").replaceAll("Documentation=.*\n", ""));
        }
        var verified = push.execute(List.of("systemd-analyze", "verify", units.resolve("plumbline-push.socket").toString(),
                units.resolve("plumbline-push@.service").toString()));
        assertEquals(0, verified.code(), verified::toString);
        assertFalse(verified.out().contains("plumbline-push"), verified::toString);
    }
}
