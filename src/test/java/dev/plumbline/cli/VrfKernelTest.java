package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Source routing by a VRF on the running kernel, which may have none: then it is told before anything is written. */
@Tag("kernel")
class VrfKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    @Test
    void theKernelIsAskedFirst() {
        var host = new TestHost(namespaces, directory).device("net1", "192.168.1.209/24");
        host.ip().run("route add default via 192.168.1.1 dev net1");
        var other = namespaces.ip(namespaces.create());
        boolean lacking = other.attempt("link add red type vrf table 7").contains("Unknown device type");
        host.intent("sip.yaml", "kind: SourceRouting\nmetadata: {name: sip}\nspec: {device: net1, method: vrf}\n");
        var before = host.snapshot();
        var links = host.ip().lines("-o link");
        var plan = host.run("plan");
        assertEquals(lacking ? 1 : 0, plan.code(), plan::toString);
        assertEquals(lacking, plan.err().contains("CONFIG_NET_VRF"), plan::toString);
        if (lacking) {
            var applied = host.run("apply", "--auto-approve");
            assertEquals(1, applied.code(), applied::toString);
            assertTrue(applied.err().contains("sip.yaml:4:30") && applied.err().contains("spec.method"),
                    applied::toString);
        }
        assertEquals(before, host.snapshot());
        assertEquals(links, host.ip().lines("-o link"));
    }
}
