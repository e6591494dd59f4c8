package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The stories of source routing, from YAML to the kernel and back, told by {@code ip}. */
@Tag("kernel")
class SourceRoutingKernelTest {

    private static final String SIP = """
            kind: SourceRouting
            metadata: {name: sip}
            spec: {device: net1}
            """;
    private static final List<String> MAIN = List.of("default via 10.0.0.1 dev eth0",
            "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeEach
    void management() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1");
        host.ip().run("route add default via 10.0.0.1 dev eth0");
    }

    private void sipNetwork() {
        host.ip().run("addr add 192.168.1.209/24 dev net1");
    }

    /** The device has its default gateway by a route, as an address plugin leaves it. */
    @Test
    void theDocumentsExampleToTheLetter() {
        sipNetwork();
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        var before = host.routes();
        host.intent("sip.yaml", SIP);
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157 metric 100",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("100"));
        assertEquals(MAIN, host.routes("main"));
        assertEquals("192.168.1.1", via("8.8.8.8 from 192.168.1.209"));
        assertEquals("10.0.0.1", via("8.8.8.8 from 10.0.0.10"));
        assertSettled();
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
        assertEquals(List.of(), host.ourRules());
        host.assertNothingToDo();
    }

    /** The gateway is told by the intent alone: no route of the device names it. */
    @Test
    void theDocumentsExampleWithAListedGateway() {
        sipNetwork();
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec:
                  device: net1
                  addresses: [192.168.1.209]
                  gateways: [192.168.1.1]
                """);
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("100"));
        assertEquals(MAIN, host.routes("main"));
        assertSettled();
    }

    @Test
    void severalAddressesAndGatewaysInBothFamilies() {
        // The kernel lists the newest IPv6 address first, and the oldest IPv4 address.
        for (var address : List.of("192.168.1.209/24", "172.16.0.5/16", "2001:db8:2::5/64", "2001:db8:1::5/64")) {
            host.ip().run("addr add " + address + " dev net1" + (address.contains(":") ? " nodad" : ""));
        }
        var before = host.routes();
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec:
                  device: net1
                  gateways: [192.168.1.1, 172.16.0.1, "2001:db8:1::1", "2001:db8:2::1"]
                """);
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 172.16.0.5 lookup 101",
                "inet6 20000: from 2001:db8:1::5 lookup 102", "inet6 20000: from 2001:db8:2::5 lookup 103"),
                host.ourRules().stream().sorted((a, b) -> a.substring(a.length() - 3).compareTo(b.substring(
                        b.length() - 3))).toList());
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("100"));
        assertEquals(List.of("default via 172.16.0.1 dev net1 proto 157",
                "172.16.0.0/16 dev net1 proto 157 scope link src 172.16.0.5"), host.routes("101"));
        assertEquals(List.of("2001:db8:1::/64 dev net1 proto 157 metric 256 pref medium",
                "default via 2001:db8:1::1 dev net1 proto 157 metric 1024 pref medium"), host.routes("102"));
        assertEquals(List.of("2001:db8:2::/64 dev net1 proto 157 metric 256 pref medium",
                "default via 2001:db8:2::1 dev net1 proto 157 metric 1024 pref medium"), host.routes("103"));
        assertEquals(MAIN, host.routes("main"));
        assertSettled();
        host.without("sip.yaml");
        // Those of IPv6 were the only default routes.
        host.apply("--allow", "default-route");
        assertEquals(before, host.routes());
    }

    @Test
    void gatewaysOnLinkAndLinkLocal() {
        host.ip().run("addr add 192.0.2.5/32 dev net1");
        host.ip().run("addr add 2001:db8:1::5/64 dev net1 nodad");
        host.ip().run("addr add fe80::5/64 dev net1 nodad");
        host.ip().run("route add default via 169.254.1.1 dev net1 onlink metric 50");
        host.ip().run("-6 route add default via fe80::1 dev net1 metric 50");
        var before = host.routes();
        host.intent("sip.yaml", SIP);
        host.apply();
        assertEquals(List.of("default via 169.254.1.1 dev net1 proto 157 metric 50 onlink"), host.routes("100"));
        assertEquals(List.of("2001:db8:1::/64 dev net1 proto 157 metric 256 pref medium",
                "default via fe80::1 dev net1 proto 157 metric 50 pref medium"), host.routes("101"));
        assertEquals(List.of("default via 10.0.0.1 dev eth0",
                "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10",
                "fe80::/64 dev net1 proto kernel metric 256 pref medium"), host.routes("main"));
        assertSettled();
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
    }

    @Test
    void whatWasMovedComesBackAsItWas() {
        sipNetwork();
        host.ip().run("addr add 2001:db8:1::5/64 dev net1 nodad");
        for (var route : List.of("default via 192.168.1.1 dev net1 metric 100 proto static mtu 1400 advmss 1360",
                "172.16.0.0/12 via 192.168.1.7 dev net1 proto dhcp src 192.168.1.209",
                "172.17.0.0/24 dev net1 scope link proto 42 metric 7",
                "203.0.113.0/24 tos 0x10 via 192.168.1.8 dev net1 realm 3",
                "198.51.100.0/24 nexthop via 192.168.1.3 dev net1 weight 2 nexthop via 192.168.1.4 dev net1",
                "10.9.0.0/16 via inet6 2001:db8:1::9 dev net1", "10.10.0.0/16 via 192.168.9.9 dev net1 onlink",
                "2001:db8:9::/48 via 2001:db8:1::1 dev net1 proto static metric 77 mtu 1300",
                "2001:db8:a::/48 nexthop via 2001:db8:1::1 dev net1 weight 3 nexthop via 2001:db8:1::2 dev net1",
                "2001:db8:b::/48 via 2001:db8:1::1 dev net1 expires 3000",
                "2001:db8:c::/48 via 2001:db8:1::1 dev net1 pref high")) {
            host.ip().run((route.startsWith("2001") ? "-6 " : "") + "route add " + route);
        }
        var before = host.routes();
        host.intent("sip.yaml", SIP);
        host.apply();
        assertEquals(MAIN, host.routes("main"));
        host.assertNothingToDo();
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
        assertEquals(List.of(), host.ourRules());
        host.assertNothingToDo();
    }

    @Test
    void aDhcpRenewalIsTakenIn() {
        sipNetwork();
        host.ip().run("route add default via 192.168.1.1 dev net1 proto dhcp metric 100");
        host.intent("sip.yaml", SIP);
        var first = host.apply();
        assertTrue(first.startsWith("warning: INTENTS/sip.yaml:4:16 SourceRouting/sip: `default via 192.168.1.1 dev "
                + "net1 metric 100 proto dhcp table main` is kept in main by a DHCP client"), first);
        host.ip().run("route add 192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209");
        host.ip().run("route add default via 192.168.1.254 dev net1 proto dhcp metric 100");
        var plan = host.plan();
        assertFalse(plan.contains("warning"), plan);
        assertTrue(plan.endsWith("Plan: 0 to add, 1 to change, 2 to destroy.\n"), plan);
        host.apply();
        assertEquals(List.of("default via 192.168.1.254 dev net1 proto 157 metric 100",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("100"));
        assertEquals(MAIN, host.routes("main"));
        host.assertNothingToDo();
        host.without("sip.yaml");
        host.apply();
        assertTrue(host.routes("main").contains("default via 192.168.1.254 dev net1 proto dhcp metric 100"),
                () -> host.routes().toString());
    }

    @Test
    void aRouterAdvertisementIsTakenIn() {
        host.ip().run("addr add 2001:db8:1::5/64 dev net1 nodad");
        host.ip().run("-6 route add default via fe80::1 dev net1 proto ra metric 1024 expires 1800");
        host.intent("sip.yaml", SIP);
        assertTrue(host.apply().contains("is kept in main by router advertisements"));
        assertEquals(MAIN, host.routes("main"));
        host.ip().run("-6 route add default via fe80::2 dev net1 proto ra metric 1024 expires 1800");
        host.apply();
        assertEquals(List.of("2001:db8:1::/64 dev net1 proto 157 metric 256 pref medium",
                "default via fe80::2 dev net1 proto 157 metric 1024 pref medium"), host.routes("100"));
        assertEquals(MAIN, host.routes("main"));
        host.assertNothingToDo();
    }

    @Test
    void copyLeavesMainAndFollowsIt() {
        sipNetwork();
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        var main = host.routes("main");
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, routes: copy, table: 77, priority: 500}
                """);
        host.apply();
        assertEquals(main, host.routes("main"));
        assertEquals(List.of("500: from 192.168.1.209 lookup 77"), host.ourRules());
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157 metric 100",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("77"));
        assertSettled();
        host.ip().run("route del default dev net1");
        host.apply();
        assertEquals(List.of("192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), host.routes("77"));
    }

    @Test
    void leaveWritesRulesGatewaysAndExtraRoutesOnly() {
        sipNetwork();
        var main = host.routes("main");
        host.intent("sip.yaml", """
                kind: RouteTable
                metadata: {name: voice}
                spec:
                  id: 120
                  routes:
                    - {to: 198.51.100.0/24, via: 10.0.0.7, dev: eth0}
                ---
                kind: SourceRouting
                metadata: {name: sip}
                spec:
                  device: net1
                  routes: leave
                  table: voice
                  gateways: [192.168.1.1]
                  extraRoutes:
                    - {to: 203.0.113.0/24, via: 192.168.1.9, mtu: 1400}
                    - {to: 100.64.0.0/10, type: unreachable}
                """);
        host.apply();
        assertEquals(main, host.routes("main"));
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157 onlink", "unreachable 100.64.0.0/10 proto 157",
                "198.51.100.0/24 via 10.0.0.7 dev eth0 proto 157", "203.0.113.0/24 via 192.168.1.9 dev net1 proto 157 "
                + "onlink mtu 1400"), host.routes("120"));
        assertEquals(List.of("20000: from 192.168.1.209 lookup 120"), host.ourRules());
        assertSettled();
    }

    /** What is put back into main is there only after the tables that nothing reads yet are written. */
    @Test
    void fromMoveToLeaveAndToATableOfOnesOwn() {
        sipNetwork();
        var leave = """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, routes: leave, gateways: [192.168.1.1]}
                """;
        for (var next : List.of(leave, leave.replace("leave,", "leave, table: 77,"), """
                kind: RouteTable
                metadata: {name: voice}
                spec:
                  id: 120
                  routes: [{to: 203.0.113.0/24, via: 192.168.1.9, dev: net1}, {to: default, via: 192.168.1.1}]
                """)) {
            host.intent("sip.yaml", SIP);
            host.apply();
            host.intent("sip.yaml", next);
            host.apply();
            host.assertNothingToDo();
        }
    }

    @Test
    void sourceHintsKeepConnectedPrefixesInMain() {
        sipNetwork();
        host.ip().run("addr add 2001:db8:1::5/64 dev net1 nodad");
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        var before = host.routes();
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, sourceHints: true}
                """);
        host.apply();
        assertEquals(List.of("default via 10.0.0.1 dev eth0",
                "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10",
                "192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209",
                "2001:db8:1::/64 dev net1 proto 157 src 2001:db8:1::5 metric 255 pref medium"), host.routes("main"));
        assertEquals("192.168.1.1", via("8.8.8.8 from 192.168.1.209"));
        assertSettled();
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
    }

    @Test
    void aDeviceThatComesLaterIsWaitedFor() {
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net9, optional: true, gateways: [192.168.9.1]}
                """);
        assertEquals("""
                waiting: INTENTS/sip.yaml:4:16 SourceRouting/sip: device net9 is not there now

                No changes. The network matches the intents.
                """, host.plan());
        host.device("net9", "192.168.9.2/24");
        host.apply();
        assertEquals(List.of("20000: from 192.168.9.2 lookup 100"), host.ourRules());
        host.ip().run("link set net9 down");
        host.apply();
        assertEquals(List.of("20000: from 192.168.9.2 lookup 100"), host.ourRules());
        host.ip().run("link set net9 up");
        host.apply();
        assertSettled();
        assertEquals(List.of("default via 192.168.9.1 dev net9 proto 157",
                "192.168.9.0/24 dev net9 proto 157 scope link src 192.168.9.2"), host.routes("100"));
        host.ip().run("link del net9");
        var plan = host.plan();
        assertTrue(plan.contains("device net9 is not there now"), plan);
    }

    @Test
    void anAddressThatComesAndGoesKeepsTheOthersTables() {
        sipNetwork();
        host.intent("sip.yaml", SIP);
        host.apply();
        host.ip().run("addr add 172.16.0.5/16 dev net1");
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 172.16.0.5 lookup 101"),
                host.ourRules());
        host.ip().run("addr del 192.168.1.209/24 dev net1");
        host.apply();
        assertEquals(List.of("20000: from 172.16.0.5 lookup 101"), host.ourRules());
        assertEquals(List.of(), host.routes("100"));
        assertEquals(List.of("172.16.0.0/16 dev net1 proto 157 scope link src 172.16.0.5"), host.routes("101"));
        assertSettled();
    }

    /** Nothing to do, even when the store is lost; and an apply then changes nothing in the kernel. */
    private void assertSettled() {
        host.assertNothingToDo();
        var before = host.routes();
        var rules = host.rules();
        host.loseStore();
        host.assertNothingToDo();
        host.apply();
        assertEquals(before, host.routes());
        assertEquals(rules, host.rules());
        host.assertNothingToDo();
    }

    private String via(String flow) {
        return host.ip().json("route get " + flow).get(0).get("gateway").asString();
    }
}
