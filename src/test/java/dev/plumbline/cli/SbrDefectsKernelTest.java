package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The defects B1 to B11 of the CNI plugin {@code sbr}, each in a situation that shows it there and not here. */
@Tag("kernel")
class SbrDefectsKernelTest {

    private static final String SIP = """
            kind: SourceRouting
            metadata: {name: sip}
            spec: {device: net1}
            """;

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

    private void sip(String... fields) {
        host.intent("sip.yaml", SIP.replace("net1}", "net1" + String.join("", fields) + "}"));
    }

    private void example() {
        host.ip().run("addr add 192.168.1.209/24 dev net1");
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        sip();
    }

    /** All addresses filtered out: success, no rule, and all main routes of the interface deleted. */
    @Test
    void b1NoAddressChangesNothing() {
        host.ip().run("route add 172.16.0.0/16 dev net1");
        var before = host.snapshot();
        sip(", addresses: [192.168.1.209]");
        var plan = host.apply();
        assertTrue(plan.startsWith("waiting: INTENTS/sip.yaml:4:34 SourceRouting/sip: address 192.168.1.209 is not on "
                + "net1 now\n"), plan);
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
        sip();
        plan = host.apply();
        assertTrue(plan.startsWith("waiting: INTENTS/sip.yaml:4:16 SourceRouting/sip: device net1 has no global "
                + "address now\n"), plan);
        assertEquals(before.routes(), host.routes());
        sip(", addresses: []");
        assertEquals(1, host.run("apply", "--auto-approve").code());
        assertEquals(before.routes(), host.routes());
    }

    /** Routes that match no address are deleted, not moved. */
    @Test
    void b2NoRouteIsLost() {
        host.ip().run("addr add 192.168.1.209/24 dev net1");
        host.ip().run("addr add 192.0.2.5/32 dev net1");
        host.ip().run("addr add 2001:db8::5/64 dev net1 nodad");
        host.ip().run("addr add fe80::5/64 dev net1 nodad");
        host.ip().run("route add default via 169.254.1.1 dev net1 onlink metric 5");
        host.ip().run("route add 10.99.0.0/16 via 172.31.0.1 dev net1 onlink");
        host.ip().run("-6 route add default via fe80::1 dev net1");
        var before = host.routes();
        sip();
        host.apply();
        for (var table : List.of("100", "101")) {
            var routes = host.routes(table);
            assertTrue(routes.contains("default via 169.254.1.1 dev net1 proto 157 metric 5 onlink"), routes::toString);
            assertTrue(routes.contains("10.99.0.0/16 via 172.31.0.1 dev net1 proto 157 onlink"), routes::toString);
        }
        assertTrue(host.routes("102").contains("default via fe80::1 dev net1 proto 157 metric 1024 pref medium"));
        host.without("sip.yaml");
        host.apply();
        assertEquals(before, host.routes());
    }

    /** fe80::/64 leaves main even for IPv4 alone, and the other family's routes too. */
    @Test
    void b3LinkLocalAndTheOtherFamilyStay() {
        host.ip().run("addr add fe80::5/64 dev net1 nodad");
        host.ip().run("addr add 2001:db8::5/64 dev net1 nodad");
        var ipv6 = host.ip().lines("-6 route show table main");
        example();
        sip(", addresses: [192.168.1.209]");
        host.apply();
        assertEquals(ipv6, host.ip().lines("-6 route show table main"));
        assertEquals(List.of(), host.ip().lines("-6 route show table all").stream()
                .filter(line -> line.contains("157")).toList());
    }

    /** A table with routes and no rule is taken for free. */
    @Test
    void b4ATableWithRoutesOfOthersIsNotFree() {
        host.ip().run("route add 172.16.0.0/12 dev eth0 table 100");
        host.ip().run("-6 route add unreachable 2001:db8:5::/48 table 101");
        host.ip().run("rule add pref 3 from 192.0.2.1 lookup 102");
        example();
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 103"), host.ourRules());
        assertEquals(List.of("172.16.0.0/12 dev eth0 scope link"), host.routes("100"));
    }

    /** The priority depends on strangers' rules. */
    @Test
    void b5PrioritiesAreChosen() {
        host.ip().run("rule add pref 1 from 10.0.0.0/8 lookup main");
        host.ip().run("rule add pref 500 from 10.0.0.0/8 lookup 50");
        example();
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        sip(", priority: 300");
        host.apply();
        assertEquals(List.of("300: from 192.168.1.209 lookup 100"), host.ourRules());
    }

    /** A repeated ADD fails and leaks; with a table it doubles rules. */
    @Test
    void b6ARepeatedRunDoesNothing() {
        example();
        host.apply();
        var after = host.snapshot();
        assertEquals("No changes. The network matches the intents.\n", host.apply());
        assertEquals(after, host.snapshot());
        sip(", table: 77");
        host.apply();
        host.apply();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 77"), host.ourRules());
        assertEquals(List.of(), host.routes("100"));
    }

    /** With an unreachable gateway the rule stays, pointing at an empty table. */
    @Test
    void b7AFailureIsUndone() {
        example();
        var before = host.snapshot();
        sip(", gateways: [172.16.0.1]");
        assertEquals(1, host.run("apply", "--auto-approve").code());
        assertEquals(before, host.snapshot());
        sip();
        host.intent("main.yaml", """
                kind: RouteTable
                metadata: {name: main}
                spec: {routes: [{to: 203.0.113.0/24, via: 10.0.0.255, dev: eth0}]}
                """);
        var result = host.run("apply", "--auto-approve");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("Nexthop has invalid gateway (EINVAL)"), result::toString);
        assertEquals(before.routes(), host.routes());
        assertEquals(before.rules(), host.rules());
        host.without("main.yaml");
        host.apply();
        host.assertNothingToDo();
    }

    /** DEL with a gone or empty namespace fails, and leaves a junk file. */
    @Test
    void b8RemovalSucceedsWhenDeviceRuleOrNamespaceIsGone() throws IOException {
        var other = namespaces.create();
        namespaces.ip(other).run("link add net1 type veth peer name p1");
        namespaces.ip(other).run("link set net1 up");
        namespaces.ip(other).run("addr add 192.168.1.209/24 dev net1");
        example();
        host.intent("there.yaml", """
                kind: SourceRouting
                metadata: {name: there}
                spec: {netns: %s, device: net1}
                """.formatted(other));
        host.apply();
        host.without("sip.yaml").without("there.yaml");
        host.ip().run("rule del pref 20000");
        host.ip().run("link del net1");
        namespaces.remove(other);
        host.apply();
        host.assertNothingToDo();
        assertEquals(List.of(), host.ourRules());
        assertEquals(List.of(), host.routes("100"));
        assertFalse(Files.exists(Path.of("/run/netns", other)));
    }

    /** DEL leaves routes, does not restore main, leaks rules of gone addresses, and deletes strangers' rules. */
    @Test
    void b9RemovalTakesOursAndOnlyOurs() {
        host.ip().run("rule add pref 500 from 192.168.1.209 lookup 777");
        host.ip().run("rule add pref 20000 from 192.168.1.0/24 lookup 100");
        host.ip().run("addr add 192.168.1.209/24 dev net1");
        host.ip().run("route add default via 192.168.1.1 dev net1 metric 100");
        var routes = host.routes();
        var rules = host.rules();
        host.ip().run("addr add 192.168.1.210/24 dev net1");
        sip();
        host.apply();
        assertEquals(2, host.ourRules().size());
        host.ip().run("addr del 192.168.1.210/24 dev net1");
        host.without("sip.yaml");
        host.apply();
        assertEquals(routes, host.routes());
        assertEquals(rules, host.rules());
    }

    /** CHECK checks nothing. */
    @Test
    void b10DriftIsFound() {
        example();
        host.apply();
        for (var drift : List.of("rule del pref 20000", "route del default table 100",
                "route replace 192.168.1.0/24 dev eth0 table 100 proto 157", "route add 10.7.0.0/16 dev net1",
                "route flush table 100")) {
            host.ip().run(drift);
            assertEquals(2, host.run("plan", "--detailed-exitcode").code(), drift);
            host.apply();
            host.assertNothingToDo();
        }
    }

    /** Tables are not checked, and combinations of options silently ignored. */
    @Test
    void b11OptionsAreChecked() {
        example();
        for (var bad : List.of(", table: -1", ", table: 0", ", table: 254", ", table: 4294967296",
                ", gateways: [bogus]", ", gateways: 192.168.1.1", ", routes: some", ", priority: 0",
                ", table: 77, gateways: [192.168.1.1, 192.168.1.2]")) {
            sip(bad);
            var result = host.run("apply", "--auto-approve");
            assertEquals(1, result.code(), bad);
            var key = bad.contains("gateways") ? "gateways" : bad.substring(2, bad.indexOf(':'));
            assertTrue(result.err().contains("error: spec." + key), bad + "\n" + result);
        }
        sip(", table: 77, sourceHints: true, routes: leave, gateways: [\"2001:db8::1\"]");
        var plan = host.plan();
        assertTrue(plan.contains("sourceHints has no effect"), plan);
        assertTrue(plan.contains("no bound address of net1 uses gateway 2001:db8::1"), plan);
    }
}
