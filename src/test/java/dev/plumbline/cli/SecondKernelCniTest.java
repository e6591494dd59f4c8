package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The CNI plugin whose configuration asks for a VRF, on a kernel that has VRF devices. */
@Tag("uml")
class SecondKernelCniTest {

    private static final String VRF = "{\"method\": \"vrf\"}";

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private Pod pod;
    private TestHost network;

    /** What an attachment can change, in its container and on record. */
    private record Everything(List<String> routes, List<String> rules, List<String> addresses, List<String> vrfs,
            List<String> store) {
    }

    @BeforeAll
    static void runsInUserModeLinux() throws IOException {
        assertTrue(Files.readString(Path.of("/proc/cpuinfo")).contains("User Mode Linux"), "this is the host's kernel");
    }

    @BeforeEach
    void host() {
        host = new TestHost(namespaces, directory);
    }

    /** A container with an interface for its management, and a second one for the network. */
    private void secondInterface() {
        pod = new Pod(host, namespaces, "net1");
        network = pod.network();
        network.ip().batch("""
                link add eth0 type dummy
                link set eth0 addrgenmode none
                link set eth0 up
                addr add 10.0.0.10/24 dev eth0
                route add default via 10.0.0.1 dev eth0
                route add default via 192.168.1.1 dev net1 metric 100
                route add 10.77.0.0/16 via 192.168.1.1 dev net1 proto static
                route add default via 2001:db8:1::1 dev net1
                """);
    }

    /**
     * The rule for all VRFs is the kernel's, which makes it with the first one and keeps it; that a VRF device was seen
     * is recorded by the run after the one that made it.
     */
    private Everything everything() {
        return new Everything(network.routes(),
                network.rules().stream().filter(line -> !line.endsWith("lookup [l3mdev-table]")).toList(),
                pod.addresses(), network.ip().lines("-o link show type vrf"), host.store().stream()
                        .filter(line -> !line.startsWith("devices{name=vrf-"))
                        .map(line -> line.replaceAll("(added_at|number)=[^,}]+", "$1=?")).toList());
    }

    private String master(String device) {
        var link = network.ip().json("link show " + device).get(0);
        return link.has("master") ? link.get("master").asString() : "";
    }

    private void assertInVrf(String table) {
        var vrf = network.ip().json("link show vrf-net1").get(0);
        assertEquals("vrf", vrf.get("linkinfo").get("info_kind").asString());
        assertEquals(table, vrf.get("linkinfo").get("info_data").get("table").asString());
        assertEquals("plumbline:SourceRouting/c1/net1", vrf.get("ifalias").asString());
        assertTrue(vrf.get("flags").toString().contains("\"UP\""), vrf::toString);
        assertEquals("vrf-net1", master("net1"));
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157",
                "10.77.0.0/16 via 192.168.1.1 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209",
                "2001:db8:1::/64 dev net1 proto kernel metric 256 pref medium",
                "default via 2001:db8:1::1 dev net1 proto 157 metric 1024 pref medium"),
                network.routes(table).stream().filter(line -> line.matches("(default|[0-9]).*")
                        && !line.contains("dev vrf-net1")).toList());
        assertEquals(List.of("default via 10.0.0.1 dev eth0",
                "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10"), network.routes("main"));
        assertEquals(List.of(), network.ourRules());
        assertEquals("192.168.1.1",
                network.ip().json("route get vrf vrf-net1 8.8.8.8").get(0).get("gateway").asString());
        assertEquals("10.0.0.1", network.ip().json("route get 8.8.8.8").get(0).get("gateway").asString());
        assertEquals("", pod.call("CHECK", VRF).succeeded());
    }

    private void add() {
        pod.call("ADD", VRF).succeeded();
    }

    private void delete() {
        assertEquals("", pod.call("DEL", VRF).succeeded());
        assertEquals("", pod.attachments());
    }

    private void unattended() {
        var run = host.run("apply", "--oneshot");
        assertEquals(0, run.code(), run::toString);
    }

    /** ADD, CHECK and DEL, each of them again; between them ADD asks for rules once. */
    @Test
    void theInterfaceEntersAndLeaves() {
        secondInterface();
        var before = everything();
        pod.call("CHECK", VRF).failed(Pod.UNKNOWN_CONTAINER);
        assertEquals(pod.result(), new JsonMapper().readTree(pod.call("ADD", VRF).succeeded()));
        assertInVrf("100");
        host.assertNothingToDo();
        assertEquals(before.addresses(), pod.addresses());
        assertTrue(pod.attachments().contains("192.168.1.209/24,2001:db8:1::9/64"), pod::attachments);
        var after = everything();
        add();
        assertEquals(after, everything());
        pod.call("ADD", "{}").succeeded();
        assertEquals(2, network.ourRules().size());
        assertEquals(before.addresses(), pod.addresses());
        assertEquals(List.of(), everything().vrfs());
        add();
        // The rules have 101 and 102, as 100 was the VRF's when they were made.
        assertInVrf("100");
        delete();
        assertEquals(before, everything());
        delete();
        pod.call("CHECK", VRF).failed(Pod.UNKNOWN_CONTAINER);
        host.assertNothingToDo();
    }

    /** CHECK tells what somebody did to it; unattended runs repair it, and so does ADD. */
    @Test
    void whatDriftsIsToldAndPutRight() {
        secondInterface();
        unattended();
        var before = everything();
        add();
        for (var repair : List.<Runnable>of(this::unattended, this::add)) {
            drift("link set dev net1 nomaster", "link `net1` is different; link `net1` is different; address "
                    + "`2001:db8:1::9/64 dev net1` is missing", repair);
            drift("link del vrf-net1", "link `vrf-net1 type vrf table 100` is missing; ", repair);
            drift("route del default vrf vrf-net1", "route `default via 192.168.1.1 dev net1 table 100` is missing",
                    repair);
        }
        delete();
        assertEquals(before, everything());
    }

    /** A hand on the VRF costs the IPv6 address, too. */
    private void drift(String drift, String fault, Runnable repair) {
        var addresses = pod.addresses();
        network.ip().run(drift);
        var told = pod.call("CHECK", VRF).failed(Pod.DRIFTED);
        assertTrue(told.startsWith("attachment c1/net1 is not as it was made: " + fault), drift + ": " + told);
        assertTrue(drift.startsWith("route") || told.contains("address `2001:db8:1::9/64 dev net1` is missing"), told);
        repair.run();
        assertInVrf("100");
        assertEquals(addresses, pod.addresses());
        host.assertNothingToDo();
    }

    /** Out of its VRF, and then DEL: it has what it had. */
    @Test
    void whatIsOutGetsItsAddressesWithDel() {
        secondInterface();
        var before = pod.addresses();
        add();
        network.ip().run("link set dev net1 nomaster");
        delete();
        assertEquals(before, pod.addresses());
        assertEquals(List.of(), network.ip().lines("-o link show type vrf"));
        host.assertNothingToDo();
    }

    /** `explain` names the attachment behind the VRF; GC takes it away like DEL. */
    @Test
    void itIsExplainedAndCollected() {
        secondInterface();
        var before = everything();
        add();
        var list = explained();
        assertTrue(list.contains("  link vrf-net1 type vrf table 100\n  link net1 master vrf-net1\n"), list);
        assertEquals("""
                link net1 type veth  (namespace NETNS)
                  not plumbline's
                link net1 master vrf-net1  (namespace NETNS)
                  ours: attachment c1/net1
                """.replace("NETNS", network.name()), explained("link", "net1", "--netns", network.name()));
        var vrf = explained("link", "vrf-net1", "--netns", network.name());
        assertTrue(vrf.startsWith("link vrf-net1 type vrf table 100  (namespace " + network.name()
                + ")\n  ours: attachment c1/net1\n"), vrf);
        network.ip().run("link set dev vrf-net1 alias other");
        assertTrue(explained("link", "vrf-net1", "--netns", network.name()).endsWith("  not plumbline's\n"));
        network.ip().run("link set dev vrf-net1 alias plumbline:SourceRouting/c1/net1");
        network.ip().run("link set dev vrf-net1 down");
        assertTrue(explained().contains("  link vrf-net1 type vrf table 100    # not as the document says\n"),
                this::explained);
        pod.collect().succeeded();
        assertEquals(before, everything());
        assertEquals("", pod.attachments());
    }

    private String explained(String... words) {
        var all = new ArrayList<>(List.of("explain", "--state-dir", host.state().toString()));
        all.addAll(List.of(words));
        var result = host.execute(all.toArray(String[]::new));
        assertEquals(0, result.code(), result::toString);
        return result.out();
    }

    /** What is another's stays so: ADD says why it cannot be done. */
    @Test
    void anAddThatFailsLeavesNothing() {
        secondInterface();
        network.ip().run("link add red type vrf table 7");
        network.ip().run("link set net1 master red");
        network.ip().run("addr add 2001:db8:1::9/64 dev net1 nodad");
        var before = everything();
        var refused = pod.call("ADD", VRF).failed(Pod.INVALID_CONFIGURATION);
        assertTrue(refused.startsWith("device: net1 is a port of red (vrf) already"), refused);
        assertEquals(before, everything());
        assertEquals("", pod.attachments());
        network.ip().run("link del red");
        network.ip().run("addr add 2001:db8:1::9/64 dev net1 nodad");
        before = everything();
        refused = pod.call("ADD", VRF.replace("}", ", \"gateways\": [\"172.31.0.1\"]}")).failed(Pod.NOT_POSSIBLE);
        assertTrue(refused.contains("172.31.0.1"), refused);
        assertEquals(before, everything());
        assertEquals("", pod.attachments());
    }

    /** The interface goes before its DEL comes, which some runtimes do: the VRF goes with DEL. */
    @Test
    void theInterfaceIsGone() {
        secondInterface();
        add();
        host.ip().run("link del v-net1");
        var told = pod.call("CHECK", VRF).failed(Pod.DRIFTED);
        assertTrue(told.contains("device net1 is not there now"), told);
        unattended();
        assertEquals(List.of("default via 10.0.0.1 dev eth0",
                "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10"), network.routes("main"));
        delete();
        assertEquals(List.of(), network.ip().lines("-o link show type vrf"));
        assertEquals(List.of(), network.ourRules());
        assertEquals(List.of(), host.store().stream().filter(each -> each.contains("c1/net1")
                || each.contains(network.name())).toList());
    }

    /** The executable, and a container whose only interface it is: nothing is left in main. */
    @Test
    void theExecutableForAnOnlyInterface() {
        pod = new Pod(host, namespaces, "eth0");
        network = pod.network();
        network.ip().batch("route add default via 192.168.1.1 dev eth0\n"
                + "route add default via 2001:db8:1::1 dev eth0\n");
        unattended();
        var before = everything();
        pod.callExecutable("ADD", VRF).succeeded();
        assertEquals("vrf-eth0", master("eth0"));
        assertEquals(before.addresses(), pod.addresses());
        assertEquals(List.of(), network.routes("main"));
        assertTrue(network.routes("100").contains("default via 192.168.1.1 dev eth0 proto 157"),
                () -> network.routes().toString());
        pod.call("CHECK", VRF).succeeded();
        network.ip().run("link set dev eth0 nomaster");
        var told = pod.call("CHECK", VRF).failed(Pod.DRIFTED);
        assertTrue(told.contains("link `eth0` is different")
                && told.contains("address `2001:db8:1::9/64 dev eth0` is missing"), told);
        unattended();
        assertEquals("vrf-eth0", master("eth0"));
        assertEquals(before.addresses(), pod.addresses());
        assertTrue(network.routes("100").stream().anyMatch(line -> line.startsWith("default via 2001:db8:1::1 ")),
                () -> network.routes().toString());
        assertEquals(List.of(), network.routes("main"));
        pod.callExecutable("DEL", VRF).succeeded();
        assertEquals(before, everything());
        assertEquals("", pod.attachments());
    }
}
