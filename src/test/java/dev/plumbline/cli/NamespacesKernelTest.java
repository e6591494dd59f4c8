package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Documents for other namespaces and other hosts. */
@Tag("kernel")
class NamespacesKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private TestHost pod;

    @BeforeEach
    void twoNamespaces() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1", "192.168.1.209/24");
        pod = host.elsewhere(namespaces).device("net1", "192.168.1.209/24");
    }

    private static String sip(String name, String netns) {
        return """
                kind: SourceRouting
                metadata: {name: %s}
                spec: {netns: %s, device: net1, gateways: [192.168.1.1]}
                """.formatted(name, netns);
    }

    @Test
    void twoNamespacesInOneRun() {
        var before = pod.routes();
        host.intent("sip.yaml", sip("sip", "host") + "---\n" + sip("pod", pod.name()));
        var plan = host.plan();
        assertTrue(plan.startsWith("Namespace host\n"), plan);
        assertTrue(plan.contains("\nNamespace " + pod.name() + "\n"), plan);
        assertTrue(plan.endsWith("Plan: 6 to add, 0 to change, 2 to destroy.\n"), plan);
        host.apply();
        for (var each : List.of(host, pod)) {
            assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), each.ourRules());
            assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157",
                    "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), each.routes("100"));
        }
        host.assertNothingToDo();
        host.intent("sip.yaml", sip("sip", "host"));
        host.apply();
        assertEquals(before, pod.routes());
        assertEquals(List.of(), pod.ourRules());
        assertEquals(1, host.ourRules().size());
        host.assertNothingToDo();
    }

    @Test
    void aPathNamesANamespaceToo() {
        host.intent("sip.yaml", sip("pod", "/run/netns/" + pod.name()));
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), pod.ourRules());
        host.assertNothingToDo();
        host.intent("sip.yaml", sip("pod", pod.name()));
        host.assertNothingToDo();
        host.apply();
        host.intent("sip.yaml", "kind: RouteTable\nmetadata: {name: edge}\nspec: {id: 5}\n");
        host.apply();
        assertEquals(List.of(), pod.ourRules());
    }

    @Test
    void twoNamesOfOneNamespaceAreRefused() {
        host.intent("sip.yaml", sip("sip", "host") + "---\n" + sip("same", host.name()));
        var before = host.snapshot();
        var refused = host.run("apply", "--auto-approve");
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("spec.netns: `" + host.name() + "` is the network namespace that this command"
                + " runs in; leave `netns` out"), refused::toString);
        assertEquals(before, host.snapshot());
    }

    @Test
    void anAbsentNamespaceIsWaitedFor() {
        host.intent("sip.yaml", sip("sip", "host") + "---\n" + sip("pod", "not-there-yet"));
        var plan = host.apply();
        assertTrue(plan.contains("waiting: INTENTS/sip.yaml:7:7 SourceRouting/pod: there is no network namespace "
                + "not-there-yet now\n"), plan);
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        host.assertNothingToDo();
    }

    /** A namespace of the same name that is another one gets everything anew, and nothing is put back in it. */
    @Test
    void aNamespaceMadeAnewStartsFromScratch() {
        host.intent("sip.yaml", sip("pod", pod.name()));
        host.apply();
        namespaces.remove(pod.name());
        assertTrue(host.plan().contains("there is no network namespace " + pod.name() + " now"));
        namespaces.create(pod.name());
        pod.device("net1", "192.168.1.209/24");
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), pod.ourRules());
        host.assertNothingToDo();
    }

    @Test
    void documentsOfOtherHostsAreLeftOut() {
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, hosts: [edge-*]}
                ---
                kind: SourceRouting
                metadata: {name: mgmt}
                spec: {device: eth7, hosts: [core-1]}
                ---
                kind: RoutingRules
                metadata: {name: telephony}
                spec: {hosts: {labels: {app: telephony}}, rules: [{priority: 7, from: 10.0.0.10, lookup: main}]}
                """);
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        host.apply("--label", "app=telephony");
        assertEquals(List.of("7: from 10.0.0.10 lookup main", "20000: from 192.168.1.209 lookup 100"), host.ourRules());
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        host.apply("--host", "somewhere");
        assertEquals(List.of(), host.ourRules());
    }
}
