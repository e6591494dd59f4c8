package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** What the commands say of what was done, and of what was left undone. */
@Tag("kernel")
class HistoryKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;

    @BeforeEach
    void host() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        host.intent("edge.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}
                """);
    }

    private TestHost.Result history(String... words) {
        var all = new ArrayList<>(List.of("history"));
        all.addAll(List.of(words));
        all.addAll(List.of("--state-dir", host.state().toString()));
        return host.execute(all.toArray(String[]::new));
    }

    private TestHost.Result recover() {
        return host.execute("recover", "--state-dir", host.state().toString());
    }

    @Test
    void whatHappenedIsListedAndShown() throws IOException {
        assertEquals(1, history().code());
        assertTrue(history().err().contains("nothing is recorded yet"), history()::toString);
        host.apply();
        host.apply();
        host.ip().run("route del 203.0.113.0/24 table 110");
        host.apply();
        host.intent("more.yaml", """
                kind: RouteTable
                metadata: {name: more}
                spec:
                  id: 111
                  routes:
                    - {to: 203.0.114.0/24, via: 10.0.0.255, dev: eth0}
                """);
        var failed = host.run("apply", "--auto-approve");
        assertEquals(1, failed.code(), failed::toString);

        var lines = history().out().lines().toList();
        assertEquals(4, lines.size(), lines::toString);
        assertEquals("NO WHEN WHO NAMESPACE WHAT ADD CHANGE DESTROY TOOK SOURCE COMMAND",
                lines.getFirst().replaceAll(" +", " "));
        assertTrue(lines.get(1).matches("3 .* host +failed and undone +1 +0 +0 .*INTENTS@[0-9a-f]{12} +plumbline apply"
                + " .*"), lines.get(1));
        assertTrue(lines.get(2).matches("2 .* host +drift found, corrected +1 +0 +0 .*"), lines.get(2));
        assertTrue(lines.get(3).matches("1 .* host +applied +1 +0 +0 .*"), lines.get(3));

        var shown = history("show", "3").out();
        assertTrue(shown.contains("What:      failed and undone; 1 to add"), shown);
        assertTrue(shown.contains("invalid gateway"), shown);
        assertTrue(shown.contains("+ route 203.0.114.0/24 via 10.0.0.255 dev eth0 table 111"), shown);
        assertEquals(1, history("show", "9").code());
        assertTrue(history("show", "9").err().contains("no entry 9"), history("show", "9")::toString);
        for (var json : List.of(history("--json").out(), history("show", "3", "--json").out())) {
            var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(Path.of("schemas/history.schema.json")));
            assertEquals(List.of(), schema.validate(json, InputFormat.JSON));
            assertTrue(json.contains("\"result\":\"undone\""), json);
        }
        assertEquals(2, history("-n", "1").out().lines().count());
    }

    @Test
    void thereIsNothingToRecover() {
        assertTrue(recover().out().startsWith("Nothing to recover"), recover()::toString);
        host.apply();
        assertEquals("Nothing to recover: every apply has ended.\n", recover().out());
    }

    @Test
    void aLockTimeoutThatIsNoneIsWrongUsage() {
        var result = host.run("apply", "--auto-approve", "--lock-timeout", "soon");
        assertEquals(Plumbline.USAGE, result.code(), result::toString);
        assertTrue(result.err().contains("--lock-timeout takes"), result::toString);
    }

    @Test
    void secretsOfTheCommandLineAreNotKept() {
        var shown = Caller.commandLine(List.of("apply", "--from-git", "https://bob:hunter2@git.example.net/net.git",
                "--git-token", "hunter2", "--api-key=hunter2", "--label", "site=a b"));
        assertEquals("plumbline apply --from-git https://***@git.example.net/net.git --git-token *** --api-key=***"
                + " --label 'site=a b'", shown);
    }

    /** The unit's capabilities and its read-only file system, by {@code setpriv} and a mount namespace. */
    @Test
    void recoversUnderTheRestrictionsOfTheUnit() throws Exception {
        host.apply();
        var java = ProcessHandle.current().info().command().orElseThrow();
        var program = List.of(java, "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                // A distribution has its native libraries unpacked; classes alone unpack them.
                "-Djava.io.tmpdir=" + host.state(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Plumbline.class.getName(), "recover", "--state-dir", host.state().toString());
        var command = new ArrayList<>(List.of("unshare", "-m", "--propagation", "slave", "ip", "netns", "exec",
                host.name(), "sh", "-c", "mount --bind " + host.state() + " " + host.state() + " && mount -o remount,bind,ro"
                        + " / && exec \"$@\"", "sh", "setpriv", "--no-new-privs", "--bounding-set",
                "-all,+net_admin,+sys_admin,+sys_ptrace", "--inh-caps", "-all"));
        command.addAll(program);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("Nothing to recover: every apply has ended."), output);
    }
}
