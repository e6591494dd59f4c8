package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Path;
import java.util.List;
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

    /** A container's ADD that asks for one is refused, and nothing is left of it. */
    @Test
    void aContainerIsToldSo() {
        var host = new TestHost(namespaces, directory);
        var pod = new Pod(host, namespaces, "net1");
        pod.network().ip().run("route add default via 192.168.1.1 dev net1");
        boolean lacking = namespaces.ip(namespaces.create()).attempt("link add red type vrf table 7")
                .contains("Unknown device type");
        assumeTrue(lacking, "this kernel has VRF devices, of which SecondKernelCniTest tells");
        var before = pod.network().snapshot();
        var addresses = pod.addresses();
        var links = pod.network().ip().lines("-o link");
        for (var routes : List.of("move", "leave")) {
            var refused = pod.call("ADD", "{\"method\": \"vrf\", \"routes\": \"" + routes + "\"}")
                    .failed(Pod.INVALID_CONFIGURATION);
            assertEquals("method: this kernel makes no VRF devices: it was built without CONFIG_NET_VRF, or its module"
                    + " vrf is missing; say `method: rule`, or use another kernel", refused);
            assertEquals(before, pod.network().snapshot());
            assertEquals(addresses, pod.addresses());
            assertEquals(links, pod.network().ip().lines("-o link"));
            assertEquals("", pod.attachments());
        }
        pod.call("CHECK", "{\"method\": \"vrf\"}").failed(Pod.UNKNOWN_CONTAINER);
        assertEquals("", pod.call("DEL", "{\"method\": \"vrf\"}").succeeded());
        // One who asks for rules then gets them.
        pod.call("ADD", "{}").succeeded();
        var rules = pod.network().ourRules();
        pod.call("ADD", "{\"method\": \"vrf\"}").failed(Pod.INVALID_CONFIGURATION);
        assertEquals(rules, pod.network().ourRules());
        pod.call("CHECK", "{}").succeeded();
        pod.call("DEL", "{}").succeeded();
        assertEquals(before.routes(), pod.network().routes());
    }
}
