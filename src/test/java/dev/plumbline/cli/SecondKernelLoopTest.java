package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.state.ReadScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The loop on the second kernel: an older one, with VRF and dummy devices that the running one may lack. */
@Tag("uml")
class SecondKernelLoopTest {

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
    void dummies() {
        host = new TestHost(namespaces, directory);
        for (var device : List.of("eth0 10.0.0.10/24", "net1 192.168.1.209/24")) {
            var name = device.substring(0, 4);
            host.ip().run("link add " + name + " type dummy");
            host.ip().run("link set " + name + " addrgenmode none");
            host.ip().run("link set " + name + " up");
            host.ip().run("addr add " + device.substring(5) + " dev " + name);
        }
        host.ip().run("addr add 2001:db8::10/64 dev eth0 nodad");
        host.ip().run("route add default via 10.0.0.1 dev eth0");
    }

    @Test
    void theDocumentsExample() {
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        var before = host.routes();
        host.intent("sip.yaml", "kind: SourceRouting\nmetadata: {name: sip}\nspec: {device: net1}\n");
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157 metric 100",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("100"));
        assertEquals("192.168.1.1",
                host.ip().json("route get 8.8.8.8 from 192.168.1.209").get(0).get("gateway").asString());
        host.assertNothingToDo();
        host.loseStore();
        host.assertNothingToDo();
        host.apply();
        host.without("sip.yaml");
        host.apply();
        assertEquals(before.stream().map(line -> line.replaceAll("proto [a-z]+", "proto ?")).toList(),
                host.routes().stream().map(line -> line.replaceAll("proto [a-z]+", "proto ?")).toList());
        assertEquals(List.of(), host.ourRules());
    }

    @Test
    void everyKindOfRouteAndRule() {
        host.intent("all.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: default, via: 10.0.0.1, dev: eth0, mtu: 1400}
                    - {to: 203.0.113.0/24, via: [{address: 10.0.0.2, weight: 2}, {address: 192.168.1.2}]}
                    - {to: 203.0.114.0/24, via: "2001:db8::5", dev: eth0}
                    - {to: 203.0.115.0/24, via: 172.16.0.1, dev: net1, onlink: true, tos: 0x10}
                    - {to: 100.64.0.0/10, type: unreachable}
                    - {to: 100.0.0.0/16, type: throw, metric: 3}
                    - to: 2001:db8:9::/48
                      via: [{address: "2001:db8::2", dev: eth0, weight: 3}, {address: fe80::2, dev: net1}]
                    - {to: 2001:db8:a::/48, type: blackhole}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10, iif: eth0, lookup: edge}
                    - {priority: 1000, from: 10.0.0.10, lookup: edge}
                    - {priority: 1001, ipproto: udp, dport: 5060, sport: 1000-2000, action: prohibit, family: ipv4}
                    - {priority: 1002, fwmark: 0x10/0xff, uidrange: 5-9, goto: 32766}
                    - {priority: 1003, not: true, from: "2001:db8::/32", lookup: main, suppressPrefixLength: 0}
                    - {priority: 1004, l3mdev: true}
                    - {priority: 1005, tos: 0x10, oif: net1, action: blackhole, family: ipv4}
                """);
        host.apply();
        assertEquals(8, host.routes("110").size(), () -> host.routes().toString());
        assertEquals(List.of("1000: from 10.0.0.10 iif eth0 lookup 110", "1000: from 10.0.0.10 lookup 110",
                "1001: from all ipproto udp sport 1000-2000 dport 5060 prohibit",
                "1002: from all fwmark 0x10/0xff uidrange 5-9 goto 32766", "1004: from all lookup [l3mdev-table]",
                "1005: from all tos 0x10 oif net1 blackhole",
                "inet6 1002: from all fwmark 0x10/0xff uidrange 5-9 goto 32766",
                "inet6 1003: not from 2001:db8::/32 lookup main suppress_prefixlength 0",
                "inet6 1004: from all lookup [l3mdev-table]"), host.ourRules());
        host.assertNothingToDo();
        host.ip().run("route flush table 110");
        host.ip().run("rule del pref 1000");
        host.apply();
        host.assertNothingToDo();
        assertEquals(8, host.routes("110").size());
    }

    @Test
    void importChangesTheMarksOnly() throws IOException {
        host.ip().run("route add 10.20.0.0/16 via 10.0.0.2 dev eth0 mtu 1400 proto static");
        host.ip().run("route append 10.40.0.0/16 via 10.0.0.3 dev eth0");
        host.ip().run("route append 10.40.0.0/16 via 192.168.1.3 dev net1");
        host.ip().run("-6 route add 2001:db8:20::/48 via 2001:db8::2 dev eth0 table 110");
        host.ip().run("rule add pref 100 from 10.0.0.10 ipproto tcp dport 22 lookup 110");
        var before = host.snapshot();
        host.execute("import", "-o", host.intents().resolve("imported.yaml").toString());
        host.apply();
        host.assertNothingToDo();
        assertEquals(5, host.routes().stream().filter(line -> line.contains("proto 157")).count());
        host.without("imported.yaml");
        host.apply();
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
    }

    /** A device in a VRF has its routes in the VRF's table, which is never allotted and which a document may fill. */
    @Test
    void vrfDevices() {
        try (var kernel = KernelNamespace.open(host.name())) {
            kernel.links().vrf("red", 100);
            kernel.links().up("red");
            kernel.links().master("net1", "red");
            var red = kernel.read(ReadScope.ALL).links().stream().filter(link -> link.name().equals("red"))
                    .findFirst().orElseThrow();
            assertEquals(Optional.of(100L), red.vrfTable());
        }
        assertTrue(host.routes("100").contains("192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209"),
                () -> host.routes().toString());
        var before = host.snapshot();
        host.intent("red.yaml", """
                kind: RouteTable
                metadata: {name: red}
                spec:
                  id: 100
                  routes:
                    - {to: 198.51.100.0/24, via: 192.168.1.2, dev: net1}
                    - {to: 198.51.101.0/24, type: unreachable, metric: 4278198272}
                ---
                kind: SourceRouting
                metadata: {name: mgmt}
                spec: {device: eth0, gateways: [10.0.0.1], routes: copy, addresses: [10.0.0.10]}
                """);
        host.apply();
        assertEquals(List.of("20000: from 10.0.0.10 lookup 101"), host.ourRules());
        assertTrue(host.routes("100").containsAll(List.of("198.51.100.0/24 via 192.168.1.2 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209")), () -> host.routes().toString());
        assertEquals("192.168.1.2",
                host.ip().json("route get vrf red 198.51.100.1").get(0).get("gateway").asString());
        host.assertNothingToDo();
        host.without("red.yaml");
        host.apply();
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
        assertEquals("1000: from all lookup [l3mdev-table]", host.ip().lines("rule show pref 1000").getFirst());
    }
}
