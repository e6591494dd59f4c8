package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Source routing by a VRF: made, repaired and removed, on a kernel that has VRF devices. */
@Tag("uml")
class SecondKernelVrfTest {

    private static final String SIP = "kind: SourceRouting\nmetadata: {name: sip}\nspec: {device: net1, method: vrf}\n";
    private static final List<String> TABLE = List.of("default via 192.168.1.1 dev net1 proto 157 metric 100",
            "10.77.0.0/16 via 192.168.1.1 dev net1 proto 157 src 192.168.1.210",
            "default via 2001:db8:1::1 dev net1 proto 157 metric 1024 pref medium");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeAll
    static void runsInUserModeLinux() throws IOException {
        assertTrue(Files.readString(Path.of("/proc/cpuinfo")).contains("User Mode Linux"), "this is the host's kernel");
    }

    @BeforeEach
    void devices() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        host.ip().run("route add default via 10.0.0.1 dev eth0");
        net1();
    }

    private void net1() {
        host.device("net1", "192.168.1.209/24", "192.168.1.210/24", "2001:db8:1::9/64");
        host.ip().run("-6 addr add 2001:db8:1::a/64 dev net1 nodad noprefixroute valid_lft 9000 preferred_lft 8000");
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        host.ip().run("route add 10.77.0.0/16 via 192.168.1.1 dev net1 src 192.168.1.210 proto static");
        host.ip().run("-6 route add default via 2001:db8:1::1 dev net1");
    }

    private List<String> addresses() {
        return host.ip().lines("-o addr show dev net1").stream()
                .map(line -> line.replaceAll("_lft [0-9]+sec", "_lft ?").replaceAll(" *\\\\.*", "")).sorted().toList();
    }

    private String master() {
        var link = host.ip().json("link show net1").get(0);
        return link.has("master") ? link.get("master").asString() : "";
    }

    private boolean hasVrf() {
        return host.ip().lines("-o link show type vrf").stream().anyMatch(line -> line.contains("vrf-net1"));
    }

    private void assertInVrf(String table) {
        var vrf = host.ip().json("link show vrf-net1").get(0);
        assertEquals("vrf", vrf.get("linkinfo").get("info_kind").asString());
        assertEquals(table, vrf.get("linkinfo").get("info_data").get("table").asString());
        assertEquals("plumbline:SourceRouting/sip", vrf.get("ifalias").asString());
        assertTrue(vrf.get("flags").toString().contains("\"UP\""), vrf::toString);
        assertEquals("vrf-net1", master());
        assertTrue(host.routes(table).containsAll(TABLE), () -> host.routes().toString());
        assertEquals(List.of("default via 10.0.0.1 dev eth0",
                "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10"),
                host.routes("main").stream().filter(line -> !line.startsWith("fe80")).toList());
        assertEquals(List.of(), host.ourRules());
        assertEquals("192.168.1.1", host.ip().json("route get vrf vrf-net1 8.8.8.8").get(0).get("gateway").asString());
        assertEquals("10.0.0.1", host.ip().json("route get 8.8.8.8").get(0).get("gateway").asString());
        host.assertNothingToDo();
    }

    @Test
    void theDeviceEntersAndLeaves() {
        host.ip().run("route add 203.0.113.0/24 via 192.168.1.2 dev net1 table 77 proto static");
        var before = host.routes();
        var addresses = addresses();
        host.intent("sip.yaml", SIP);
        var plan = host.plan();
        assertTrue(plan.contains("+ link vrf-net1 type vrf table 100") && plan.contains("~ link net1")
                && plan.contains("master: (none) -> vrf-net1") && plan.contains("2001:db8:1::9/64")
                && plan.contains("net.ipv4.tcp_l3mdev_accept=1")
                && plan.contains("+ route 203.0.113.0/24 via 192.168.1.2"), plan);
        host.apply();
        assertInVrf("100");
        assertEquals(addresses, addresses());
        assertTrue(host.routes("77").contains("203.0.113.0/24 via 192.168.1.2 dev net1 proto static"),
                () -> host.routes().toString());
        assertEquals("1000: from all lookup [l3mdev-table]", host.ip().lines("rule show pref 1000").getFirst());
        host.without("sip.yaml");
        host.apply();
        assertEquals("", master());
        assertFalse(hasVrf());
        assertEquals(before, host.routes());
        assertEquals(addresses, addresses());
        assertEquals("1000: from all lookup [l3mdev-table]", host.ip().lines("rule show pref 1000").getFirst());
        host.assertNothingToDo();
    }

    @Test
    void whatDriftsIsPutRight() {
        host.intent("sip.yaml", SIP);
        host.apply();
        var addresses = addresses().stream().filter(line -> !line.contains("2001:db8:1::a")).toList();
        host.ip().run("link set vrf-net1 down");
        host.apply();
        assertInVrf("100");
        for (var drift : List.of("link set net1 nomaster", "link del vrf-net1")) {
            host.ip().run(drift);
            var plan = host.plan();
            assertTrue(plan.contains("master: (none) -> vrf-net1")
                    && plan.contains("+ address 2001:db8:1::9/64 dev net1")
                    && plan.contains("put back as it was"), plan);
            assertFalse(plan.contains("2001:db8:1::a"), "it had an end: " + plan);
            host.apply();
            assertInVrf("100");
            assertEquals(addresses, addresses());
        }
        host.ip().run("route del default vrf vrf-net1");
        host.apply();
        assertInVrf("100");
        host.ip().run("link del net1");
        host.plan();
        net1();
        host.apply();
        assertInVrf("100");
    }

    /** Addresses of all sorts come back as they were, but for what the kernel alone knows of them. */
    @Test
    void addressesAreBackWithAllThatWasSaidOfThem() {
        host.ip().run("-6 addr add 2001:db8:2::9 peer 2001:db8:2::1/127 dev net1 nodad");
        host.ip().run("-6 addr add 2001:db8:3::9/64 dev net1 nodad noprefixroute");
        host.ip().run("-6 addr add 2001:db8:4::9/128 dev net1");
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("-6 addr del 2001:db8:1::a/64 dev net1");
        var addresses = addresses();
        var routes = host.routes();
        host.assertNothingToDo();
        host.ip().run("link set net1 nomaster");
        assertEquals(2, addresses().size());
        host.apply();
        assertEquals(addresses, addresses());
        assertEquals(routes, host.routes());
        host.assertNothingToDo();
    }

    /** What somebody does to a device in its VRF is not undone, and comes with it from then on. */
    @Test
    void addressesOfADeviceInItsVrfAreItsOwners() {
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("addr del 2001:db8:1::9/64 dev net1");
        host.ip().run("addr add 2001:db8:1::b/64 dev net1 nodad");
        var addresses = addresses().stream().filter(line -> !line.contains("2001:db8:1::a")).toList();
        host.assertNothingToDo();
        host.apply();
        host.ip().run("link set net1 nomaster");
        host.apply();
        assertEquals(addresses, addresses());
        assertInVrf("100");
    }

    /** What the kernel would refuse does not keep the rest from being repaired. */
    @Test
    void addressesOfADeviceWithoutIpv6AreGivenUp() throws Exception {
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("link set net1 nomaster");
        host.sysctl("net/ipv6/conf/net1/disable_ipv6", "1");
        host.apply();
        host.assertNothingToDo();
        assertTrue(host.ip().run("-o link show net1").contains("master vrf-net1"));
        assertEquals("192.168.1.1",
                host.ip().json("route get vrf vrf-net1 8.8.8.8").get(0).get("gateway").asString());
        assertTrue(addresses().stream().noneMatch(line -> line.contains("2001:db8:1::9")));
    }

    /** Its document goes, or is one of rules now, while the device is out. */
    @Test
    void whatIsOutGetsItsAddressesBack() {
        host.ip().run("-6 addr del 2001:db8:1::a/64 dev net1");
        var before = host.routes();
        var addresses = addresses();
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("link set net1 nomaster");
        host.without("sip.yaml");
        assertTrue(host.plan().contains("+ address 2001:db8:1::9/64 dev net1"), host::plan);
        host.apply();
        host.assertNothingToDo();
        assertFalse(hasVrf());
        assertEquals(addresses, addresses());
        assertEquals(before, host.routes());
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("link set net1 nomaster");
        host.intent("sip.yaml", SIP.replace("method: vrf", "method: rule"));
        host.apply();
        host.assertNothingToDo();
        assertFalse(hasVrf());
        assertEquals(addresses, addresses());
        assertEquals(3, host.ourRules().size());
    }

    /** What was repaired and is reverted, or fails, is again as somebody had left it. */
    @Test
    void theWayBackLeadsToTheDeviceOutOfItsVrf() {
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("link set net1 nomaster");
        var routes = host.routes();
        var addresses = addresses();
        assertFalse(addresses.toString().contains("2001:db8"), addresses::toString);
        host.apply("--confirm", "120s");
        assertInVrf("100");
        assertTrue(addresses().toString().contains("2001:db8:1::9/64"), () -> addresses().toString());
        revert();
        assertEquals("", master());
        assertEquals(addresses, addresses());
        assertEquals(routes, host.routes());
        // The kernel has this route already, once the device is in the VRF.
        host.intent("sip.yaml", SIP.replace("method: vrf", "method: vrf, extraRoutes: [{to: 192.168.1.0/24}]"));
        var failed = host.run("apply", "--auto-approve", "--allow", "default-route");
        assertTrue(failed.code() == 1 && failed.err().contains("everything done so far was undone"), failed::toString);
        assertEquals(addresses, addresses());
        assertEquals(routes, host.routes());
        host.intent("sip.yaml", SIP);
        host.apply("--again");
        assertInVrf("100");
        assertTrue(addresses().toString().contains("2001:db8:1::9/64"), () -> addresses().toString());
    }

    @Test
    void driftThatIsOnlyReportedIsLeft() {
        host.intent("sip.yaml", SIP.replace("method: vrf", "method: vrf, drift: report"));
        host.apply();
        host.ip().run("link set net1 nomaster");
        var routes = host.routes();
        for (int i = 0; i < 2; i++) {
            var run = host.run("apply", "--oneshot");
            assertEquals(0, run.code(), run::toString);
            // Said once.
            assertEquals(i == 0, run.err().contains("SourceRouting/sip: + address 2001:db8:1::9/64 dev net1\n"),
                    run::toString);
            assertEquals("", master());
            assertEquals(routes, host.routes());
        }
        assertTrue(host.plan().contains("+ address 2001:db8:1::9/64 dev net1"), host::plan);
        host.apply();
        assertInVrf("100");
        assertTrue(addresses().toString().contains("2001:db8:1::9/64"), () -> addresses().toString());
    }

    @Test
    void withoutTheStoreTheMarksTell() {
        var before = host.routes();
        host.intent("sip.yaml", SIP);
        host.apply();
        host.loseStore();
        host.assertNothingToDo();
        host.apply();
        assertInVrf("100");
        host.without("sip.yaml");
        host.apply();
        assertFalse(hasVrf());
        assertEquals(before.stream().map(line -> line.replaceAll("proto [a-z]+", "proto ?")).toList(),
                host.routes().stream().map(line -> line.replaceAll("proto [a-z]+", "proto ?")).toList());
    }

    @Test
    void fromRulesToVrfAndBack() {
        var before = host.routes();
        var addresses = addresses();
        var rule = SIP.replace("method: vrf", "method: rule");
        host.intent("sip.yaml", rule);
        host.apply();
        var byRules = host.ourRules();
        var routes = host.routes("main");
        host.intent("sip.yaml", SIP);
        host.apply();
        host.assertNothingToDo();
        assertEquals("vrf-net1", master());
        assertEquals(List.of(), host.ourRules());
        host.intent("sip.yaml", rule);
        host.apply();
        host.assertNothingToDo();
        assertEquals(byRules.size(), host.ourRules().size());
        assertEquals(routes, host.routes("main"));
        assertFalse(hasVrf());
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
        assertEquals(addresses, addresses());
    }

    @Test
    void anotherTableMakesTheVrfAnew() {
        host.intent("sip.yaml", SIP);
        host.apply();
        host.intent("sip.yaml", SIP.replace("method: vrf", "method: vrf, table: 300"));
        assertTrue(host.plan().contains("-/+ link vrf-net1 type vrf table 300"), host::plan);
        host.apply();
        assertInVrf("300");
        assertEquals(List.of(), host.routes("100"));
        host.intent("named.yaml", "kind: RouteTable\nmetadata: {name: voice}\nspec: {id: 400, routes: [{to: "
                + "198.51.100.0/24, via: 192.168.1.7, dev: net1}]}\n");
        host.intent("sip.yaml", SIP.replace("method: vrf", "method: vrf, table: voice"));
        host.apply();
        assertInVrf("400");
        assertTrue(host.routes("400").contains("198.51.100.0/24 via 192.168.1.7 dev net1 proto 157"),
                () -> host.routes().toString());
    }

    @Test
    void aFailedApplyIsUndoneAndAGuardedOneNotBegun() {
        var before = host.snapshot();
        var addresses = addresses();
        // The kernel has this route already, once the device is in the VRF.
        host.intent("sip.yaml", SIP.replace("method: vrf", "method: vrf, extraRoutes: [{to: 192.168.1.0/24}]"));
        // The last default route of IPv6 would be one of the VRF's.
        var guarded = host.run("apply", "--auto-approve");
        assertTrue(guarded.code() == 1 && guarded.err().contains("the plan hits a guard: default-route"),
                guarded::toString);
        var result = host.run("apply", "--auto-approve", "--allow", "default-route");
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.err().contains("everything done so far was undone"), result::toString);
        assertEquals(before.routes(), host.routes());
        assertEquals(addresses, addresses());
        assertFalse(hasVrf());
    }

    @Test
    void whatIsNotConfirmedIsReverted() {
        var before = host.routes();
        var addresses = addresses();
        host.intent("sip.yaml", SIP);
        host.apply("--confirm", "120s");
        assertEquals("vrf-net1", master());
        revert();
        assertEquals("", master());
        assertFalse(hasVrf());
        assertEquals(before, host.routes());
        assertEquals(addresses, addresses());
        host.apply("--again");
        var inVrf = host.routes();
        host.without("sip.yaml");
        host.apply("--confirm", "120s");
        assertFalse(hasVrf());
        revert();
        assertEquals("vrf-net1", master());
        assertEquals(inVrf, host.routes());
        assertEquals(addresses, addresses());
    }

    private void revert() {
        var reverted = host.execute("revert", "--state-dir", host.state().toString());
        assertEquals(0, reverted.code(), reverted::toString);
    }

    @Test
    void whatOthersHaveIsNotTaken() {
        host.ip().run("link add br0 type bridge");
        host.ip().run("link set net1 master br0");
        host.intent("sip.yaml", SIP);
        var before = host.snapshot();
        var refused = host.run("plan");
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("net1 is a port of br0 (bridge)"), refused::toString);
        host.ip().run("link set net1 nomaster");
        host.ip().run("link add vrf-net1 type vrf table 7");
        refused = host.run("apply", "--auto-approve");
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("a device vrf-net1 is there already"), refused::toString);
        host.ip().run("link set net1 master vrf-net1");
        refused = host.run("apply", "--auto-approve");
        assertTrue(refused.err().contains("net1 is a port of vrf-net1 (vrf) already"), refused::toString);
        assertEquals("7", host.ip().json("link show vrf-net1").get(0).get("linkinfo").get("info_data").get("table")
                .asString());
        assertEquals(before.store(), host.snapshot().store());
    }

    @Test
    void aRehearsalTakesIt() {
        host.intent("sip.yaml", SIP);
        var before = host.routes();
        var rehearsed = host.run("rehearse");
        assertEquals(0, rehearsed.code(), rehearsed::toString);
        assertEquals(before, host.routes());
        assertFalse(hasVrf());
        host.apply();
        rehearsed = host.run("rehearse");
        assertEquals(0, rehearsed.code(), rehearsed::toString);
        host.without("sip.yaml");
        rehearsed = host.run("rehearse");
        assertEquals(0, rehearsed.code(), rehearsed::toString);
        assertEquals("vrf-net1", master());
    }

    @Test
    void routesAreLeftOutIfTheDocumentSaysSo() {
        var before = host.routes();
        host.intent("sip.yaml", SIP.replace("method: vrf",
                "method: vrf, routes: leave, gateways: [192.168.1.5], extraRoutes: [{to: 203.0.113.0/24, type: "
                        + "unreachable}]"));
        host.apply();
        host.assertNothingToDo();
        assertEquals(List.of("default via 192.168.1.5 dev net1 proto 157", "unreachable 203.0.113.0/24 proto 157"),
                host.routes("100").stream().filter(line -> line.contains("proto 157")).toList());
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
        host.assertNothingToDo();
    }
}
