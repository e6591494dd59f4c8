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

/** Everything that a RouteTable can say, as {@code ip} shows it afterwards. */
@Tag("kernel")
class RouteTableKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeEach
    void devices() {
        host = new TestHost(namespaces, directory)
                .device("eth0", "10.0.0.10/24", "2001:db8::10/64").device("eth1", "10.0.1.10/24", "2001:db8:1::10/64");
        host.ip().run("route add default via 10.0.0.1 dev eth0");
    }

    private static final String EVERYTHING = """
            kind: RouteTable
            metadata: {name: edge}
            spec:
              id: 110
              routes:
                - {to: 198.51.100.0/28, dev: eth0}
                - {to: default, via: 10.0.0.1, metric: 50}
                - {to: default, via: "2001:db8::1", dev: eth0}
                - {to: 203.0.113.0/24, via: [{address: 10.0.0.2, weight: 2}, {address: 10.0.1.2}]}
                - {to: 2001:db8:9::/48, via: [{address: "2001:db8::2", weight: 3}, {address: "2001:db8:1::2"}]}
                - {to: 192.0.2.0/25, via: 2001:db8::5, dev: eth0}
                - {to: 192.0.2.128/25, via: [{address: fe80::7, dev: eth0}, {address: 10.0.1.7, weight: 5}]}
                - {to: 172.16.0.0/12, via: 192.168.77.1, dev: eth1, onlink: true}
                - {to: 2001:db8:a::/48, via: fe80::9, dev: eth1, onlink: true}
                - {to: 10.9.0.0/16, via: 10.0.0.3, dev: eth0, mtu: 1400, advmss: 1360, src: 10.0.0.10}
                - {to: 10.9.0.0/16, via: 10.0.0.3, dev: eth0, metric: 9}
                - {to: 10.10.0.0/16, via: 10.0.0.3, tos: 0x10}
                - {to: 10.11.0.0/16, dev: eth0, scope: global}
                - {to: 10.12.0.1, dev: eth0, scope: host}
                - {to: 10.13.0.0/16, via: 10.0.0.3, scope: site}
                - {to: 2001:db8:b::/48, dev: eth1, src: 2001:db8:1::10, metric: 7, mtu: 1300}
                - {to: 100.64.0.0/10, type: unreachable}
                - {to: 100.0.0.0/16, type: blackhole, metric: 3}
                - {to: 100.1.0.0/16, type: prohibit}
                - {to: 100.2.0.0/16, type: throw}
                - {to: 2001:db8:c::/48, type: unreachable}
                - {to: 2001:db8:d::/48, type: blackhole}
                - {to: 2001:db8:e::/48, type: prohibit}
                - {to: 2001:db8:f::/48, type: throw}
            ---
            kind: RoutingRules
            metadata: {name: paths}
            spec: {rules: [{priority: 1000, fwmark: 1, lookup: edge}]}
            """;

    @Test
    void everythingThatARouteCanSay() {
        var main = host.routes("main");
        host.intent("edge.yaml", EVERYTHING);
        host.apply();
        assertEquals(List.of(
                "default via 10.0.0.1 dev eth0 proto 157 metric 50",
                "10.9.0.0/16 via 10.0.0.3 dev eth0 proto 157 src 10.0.0.10 mtu 1400 advmss 1360",
                "10.9.0.0/16 via 10.0.0.3 dev eth0 proto 157 metric 9",
                "10.10.0.0/16 tos 0x10 via 10.0.0.3 dev eth0 proto 157",
                "10.11.0.0/16 dev eth0 proto 157",
                "10.12.0.1 dev eth0 proto 157 scope host",
                "10.13.0.0/16 via 10.0.0.3 dev eth0 proto 157 scope site",
                "blackhole 100.0.0.0/16 proto 157 metric 3",
                "prohibit 100.1.0.0/16 proto 157",
                "throw 100.2.0.0/16 proto 157",
                "unreachable 100.64.0.0/10 proto 157",
                "172.16.0.0/12 via 192.168.77.1 dev eth1 proto 157 onlink",
                "192.0.2.0/25 via inet6 2001:db8::5 dev eth0 proto 157",
                "192.0.2.128/25 proto 157", "nexthop via inet6 fe80::7 dev eth0 weight 1",
                "nexthop via 10.0.1.7 dev eth1 weight 5",
                "198.51.100.0/28 dev eth0 proto 157 scope link",
                "203.0.113.0/24 proto 157", "nexthop via 10.0.0.2 dev eth0 weight 2",
                "nexthop via 10.0.1.2 dev eth1 weight 1"), host.ip().lines("route show table 110"));
        assertEquals(List.of(
                "2001:db8:9::/48 proto 157 metric 1024 pref medium", "nexthop via 2001:db8::2 dev eth0 weight 3",
                "nexthop via 2001:db8:1::2 dev eth1 weight 1",
                "2001:db8:a::/48 via fe80::9 dev eth1 proto 157 metric 1024 onlink pref medium",
                "2001:db8:b::/48 dev eth1 proto 157 src 2001:db8:1::10 metric 7 mtu 1300 pref medium",
                "unreachable 2001:db8:c::/48 dev lo proto 157 metric 1024 pref medium",
                "blackhole 2001:db8:d::/48 dev lo proto 157 metric 1024 pref medium",
                "prohibit 2001:db8:e::/48 dev lo proto 157 metric 1024 pref medium",
                "throw 2001:db8:f::/48 dev lo proto 157 metric 1024 pref medium",
                "default via 2001:db8::1 dev eth0 proto 157 metric 1024 pref medium"),
                host.ip().lines("-6 route show table 110"));
        assertEquals(main, host.routes("main"));
        host.assertNothingToDo();
        host.loseStore();
        host.assertNothingToDo();
        host.apply();
        host.without("edge.yaml");
        host.apply("--allow", "mass-delete", "--allow", "empty-source");
        assertEquals(List.of(), host.routes("110"));
        assertEquals(List.of(), host.ourRules());
        assertEquals(main, host.routes("main"));
    }

    @Test
    void everythingCanChangeInPlace() {
        host.intent("edge.yaml", EVERYTHING);
        host.apply();
        host.intent("edge.yaml", EVERYTHING.replace("mtu: 1400", "mtu: 1300").replace("weight: 2", "weight: 4")
                .replace("10.0.0.3", "10.0.0.4").replace("type: unreachable", "type: prohibit")
                .replace("weight: 3}", "weight: 7}").replace("metric: 9", "metric: 8")
                .replace("src: 2001:db8:1::10, ", "")
                .replace("tos: 0x10", "tos: 0x8").replace("scope: site", "scope: global"));
        host.apply();
        host.assertNothingToDo();
        var routes = host.routes("110");
        assertTrue(routes.contains("prohibit 100.64.0.0/10 proto 157"), routes::toString);
        assertTrue(routes.contains("10.10.0.0/16 tos 0x08 via 10.0.0.4 dev eth0 proto 157"), routes::toString);
        assertTrue(routes.contains("10.9.0.0/16 via 10.0.0.4 dev eth0 proto 157 metric 8"), routes::toString);
    }

    @Test
    void anAllottedNumberIsKept() {
        host.ip().run("route add 172.31.0.0/16 dev eth1 table 100");
        host.ip().run("rule add pref 7 from 192.0.2.77 lookup 101");
        var tables = """
                kind: RouteTable
                metadata: {name: zulu}
                spec: {routes: [{to: 203.0.113.0/24, dev: eth0}]}
                ---
                kind: RouteTable
                metadata: {name: alpha}
                spec: {routes: [{to: 203.0.113.0/24, dev: eth1}]}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10, lookup: zulu}
                    - {priority: 1000, from: 10.0.1.10, lookup: alpha}
                """;
        host.intent("tables.yaml", tables);
        assertTrue(host.apply().startsWith("note: RouteTable/zulu: table 102\nnote: RouteTable/alpha: table 103\n"));
        assertEquals(List.of("203.0.113.0/24 dev eth0 proto 157 scope link"), host.routes("102"));
        assertEquals(List.of("203.0.113.0/24 dev eth1 proto 157 scope link"), host.routes("103"));
        host.ip().run("rule del pref 7");
        host.assertNothingToDo();
        host.loseStore();
        host.assertNothingToDo();
        host.intent("first.yaml", """
                kind: RouteTable
                metadata: {name: aaa}
                spec: {routes: [{to: 198.51.100.0/24, dev: eth0}]}
                """);
        host.apply();
        assertEquals(List.of("198.51.100.0/24 dev eth0 proto 157 scope link"), host.routes("101"));
        assertEquals(List.of("203.0.113.0/24 dev eth0 proto 157 scope link"), host.routes("102"));
        host.assertNothingToDo();
    }

    @Test
    void exclusiveRemovesWhatIsNotTheKernels() {
        for (var route : List.of("198.51.100.0/24 dev eth0 proto static", "198.51.101.0/24 dev eth0 proto kernel",
                "blackhole 198.51.102.0/24", "local 198.51.103.1 dev eth0", "broadcast 198.51.104.255 dev eth0")) {
            host.ip().run("route add table 110 " + route);
        }
        host.ip().run("-6 route add 2001:db8:77::/48 dev eth0 table 110");
        host.intent("edge.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  exclusive: true
                  routes:
                    - {to: 198.51.102.0/24, via: 10.0.0.2, dev: eth0}
                """);
        host.apply();
        assertEquals(List.of("198.51.101.0/24 dev eth0 proto kernel scope link",
                "198.51.102.0/24 via 10.0.0.2 dev eth0 proto 157", "local 198.51.103.1 dev eth0 scope host",
                "broadcast 198.51.104.255 dev eth0 scope link"), host.routes("110"));
        host.assertNothingToDo();
        host.ip().run("route add table 110 198.51.105.0/24 dev eth0");
        var plan = host.plan();
        assertTrue(plan.contains("- route 198.51.105.0/24 dev eth0 scope link proto boot table 110"), plan);
        host.apply();
        host.assertNothingToDo();
    }

    @Test
    void routesInMain() {
        var main = host.routes("main");
        host.intent("main.yaml", """
                kind: RouteTable
                metadata: {name: main}
                spec:
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.7}
                    - {to: 2001:db8:5::/48, via: 2001:db8::7}
                    - {to: default, via: 10.0.1.1, metric: 500}
                """);
        host.apply();
        assertEquals(List.of("default via 10.0.0.1 dev eth0", "default via 10.0.1.1 dev eth1 proto 157 metric 500",
                "203.0.113.0/24 via 10.0.0.7 dev eth0 proto 157",
                "2001:db8:5::/48 via 2001:db8::7 dev eth0 proto 157 metric 1024 pref medium"),
                host.routes("main").stream().filter(line -> !line.contains("proto kernel")).toList());
        host.assertNothingToDo();
        host.without("main.yaml");
        host.apply();
        assertEquals(main, host.routes("main"));
    }

    @Test
    void driftIsFoundAndRepairedInBothFamilies() {
        host.intent("edge.yaml", EVERYTHING);
        host.apply();
        var settled = host.snapshot();
        host.ip().run("route del 10.9.0.0/16 table 110 metric 9");
        host.ip().run("route replace 172.16.0.0/12 via 10.0.0.9 dev eth0 table 110 proto 157");
        host.ip().run("route replace unreachable 100.1.0.0/16 table 110 proto 157");
        host.ip().run("route add 198.18.0.0/15 via 10.0.0.9 dev eth0 table 110 proto 157");
        host.ip().run("-6 route del 2001:db8:9::/48 table 110");
        host.ip().run("-6 route append 2001:db8:a::/48 via fe80::8 dev eth1 table 110 proto 157");
        host.ip().run("-6 route replace 2001:db8:b::/48 dev eth0 metric 7 table 110 proto 157");
        host.ip().run("-6 route add 2001:db8:ffff::/48 dev eth0 table 110 proto 157");
        host.ip().run("rule del pref 1000");
        host.apply();
        assertEquals(settled, host.snapshot());
        host.assertNothingToDo();
    }
}
