package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A host's life with a repository: {@code examples/telco-sbr} is pushed, drifts, is pushed wrongly, and goes again. */
@Tag("kernel")
class PushStoryKernelTest {

    private static final Path EXAMPLE = Path.of("examples/telco-sbr/sip.yaml");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private PushHost push;

    /** The network of the example. */
    @BeforeEach
    void hostAndRepository() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory)
                .device("eth0", "10.0.0.10/24", "2001:db8:0:10::10/64")
                .device("net1", "192.168.1.209/24", "2001:db8:0:192::209/64");
        host.ip().batch("""
                route add default via 10.0.0.1 dev eth0 metric 100
                route add default via 192.168.1.1 dev net1 metric 200
                route add default via 2001:db8:0:10::1 dev eth0 metric 100
                route add default via 2001:db8:0:192::1 dev net1 metric 200
                """);
        push = new PushHost(host, directory);
    }

    private String device(String from, String to) {
        return host.ip().run("route get " + to + " from " + from).replaceAll("(?s).* dev ([^ ]+) .*", "$1");
    }

    @Test
    void fromThePushToItsRemoval() throws Exception {
        var before = host.snapshot();
        assertEquals("eth0", device("192.168.1.209", "198.51.100.7"));
        push.init("--apply");
        push.commit("intents/readme.txt", "Telephony").commit("intents/sip.yaml", Files.readString(EXAMPLE));
        var first = push.push();
        assertEquals(0, first.code(), first::toString);
        assertTrue(first.out().contains("remote: Apply complete and verified: "), first::toString);
        var applied = host.snapshot();
        assertEquals("net1", device("192.168.1.209", "198.51.100.7"));
        assertEquals("net1", device("2001:db8:0:192::209", "2001:db8:ffff::7"));

        // Somebody deletes a rule, and the timer's command puts it back.
        var rule = host.ourRules().stream().filter(each -> each.contains("192.168.1.209")).findFirst().orElseThrow();
        host.ip().run("rule del priority " + rule.substring(0, rule.indexOf(':')) + " from 192.168.1.209");
        assertEquals("eth0", device("192.168.1.209", "198.51.100.7"));
        var timer = push.plumbline("apply", "--oneshot");
        assertEquals(0, timer.code(), timer::toString);
        assertTrue(timer.err().startsWith("drift found and corrected: 1 added, 0 changed, 0 destroyed\n"),
                timer::toString);
        assertEquals(applied.rules(), host.rules());
        assertEquals(applied.routes(), host.routes());

        // What is wrong is refused with its line, and changes nothing.
        var main = push.main();
        push.commit("intents/sip.yaml", Files.readString(EXAMPLE).replace("device: net1", "device: nte1"));
        var wrong = push.push();
        assertEquals(1, wrong.code(), wrong::toString);
        assertTrue(wrong.out().contains("remote: intents/sip.yaml:7:11: error: spec.device: "), wrong::toString);
        assertEquals(main, push.main());
        assertEquals(applied.rules(), host.rules());
        assertEquals(applied.routes(), host.routes());

        // What is removed takes away exactly what it made, and gives back what it moved.
        var removal = push.without("intents/sip.yaml").push("-o", "allow=empty-source");
        assertEquals(0, removal.code(), removal::toString);
        assertEquals(before.rules(), host.rules());
        assertEquals(before.routes(), host.routes());
        assertEquals(List.of(), host.ourRules());
        assertEquals(new TestHost.Result(0, "", ""), push.plumbline("apply", "--oneshot"));
    }
}
