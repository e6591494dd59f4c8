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

/** A host that somebody set up by hand is taken over, and given back, without a route or a rule changing. */
@Tag("kernel")
class ImportKernelTest {

    private static final List<String> ROUTES = List.of(
            "default via 10.0.0.1 dev eth0 proto static metric 100",
            "default via 10.0.1.1 dev eth1 proto boot metric 200",
            "10.20.0.0/16 via 10.0.0.2 dev eth0 mtu 1400 advmss 1360 src 10.0.0.10",
            "10.21.0.0/16 tos 0x10 via 10.0.0.2 dev eth0",
            "10.22.0.0/16 dev eth0 scope link proto static", "10.23.0.0/16 dev eth0 scope global",
            "10.24.0.0/16 nexthop via 10.0.0.2 dev eth0 weight 3 nexthop via 10.0.1.2 dev eth1",
            "10.25.0.0/16 via 192.168.77.1 dev eth1 onlink", "10.26.0.0/16 via inet6 2001:db8::5 dev eth0",
            "blackhole 10.27.0.0/16", "unreachable 10.28.0.0/16 metric 7", "prohibit 10.29.0.0/16",
            "throw 10.30.0.0/16",
            "203.0.113.0/24 via 10.0.0.7 dev eth0 table 110 proto static", "default via 10.0.1.1 dev eth1 table 110",
            "198.51.100.0/24 dev eth1 table 4000000000", "throw default table 120");
    /** Equal in destination, tos and metric; the order is the kernel's. */
    private static final List<String> GROUP = List.of("10.40.0.0/16 via 10.0.0.3 dev eth0 proto static",
            "10.40.0.0/16 via 10.0.1.3 dev eth1", "10.40.0.0/16 dev eth1 mtu 1300");
    private static final List<String> ROUTES6 = List.of(
            "2001:db8:20::/48 via 2001:db8::2 dev eth0 proto static mtu 1400", "2001:db8:21::/48 dev eth1 metric 7",
            "2001:db8:22::/48 nexthop via 2001:db8::2 dev eth0 weight 3 nexthop via 2001:db8:1::2 dev eth1",
            "2001:db8:23::/48 via fe80::9 dev eth1 onlink", "blackhole 2001:db8:24::/48",
            "unreachable 2001:db8:25::/48", "prohibit 2001:db8:26::/48", "throw 2001:db8:27::/48",
            "default via 2001:db8::1 dev eth0 table 110",
            "default via fe80::1 dev eth0 metric 50 src 2001:db8::10");
    private static final List<String> RULES = List.of(
            "pref 50 not from 10.0.0.0/8 lookup 110", "pref 100 from 10.0.0.10 lookup 110",
            "pref 100 from 10.0.0.10 iif eth1 lookup 120", "pref 101 fwmark 0x10/0xff blackhole protocol static",
            "pref 102 to 203.0.113.0/24 ipproto tcp dport 443 lookup main suppress_prefixlength 0",
            "pref 103 iif eth0 oif eth1 uidrange 5-9 unreachable", "pref 104 from 10.9.0.0/16 goto 32766",
            "pref 105 sport 1000-2000 ipproto udp tos 0x10 prohibit", "pref 106 from 10.0.1.10 lookup 4000000000",
            "pref 107 from 10.7.0.1 lookup 77");
    private static final List<String> RULES6 = List.of("pref 100 from 2001:db8::10 lookup 110",
            "pref 101 not to 2001:db8:9::/48 lookup main suppress_ifgroup 3", "pref 102 tos 0xb8 lookup 110");
    /** What is not for plumbline, each with the words of the reason. */
    private static final List<String> OTHERS = List.of("10.50.0.0/16 via 10.0.0.2 dev eth0 proto dhcp",
            "10.51.0.0/16 via 10.0.0.2 dev eth0 proto bgp", "10.52.0.0/16 dev eth0 proto kernel",
            "10.53.0.0/16 via 10.0.0.2 dev eth0 proto redirect", "10.54.0.0/16 via 10.0.0.2 dev eth0 realm 5",
            "10.55.0.0/16 encap mpls 100 via 10.0.0.2 dev eth0", "10.56.0.0/16 via 10.0.0.2 dev eth0 proto zebra",
            "10.57.0.0/16 dev eth0 window 9");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeEach
    void devices() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24", "2001:db8::10/64", "fe80::5/64")
                .device("eth1", "10.0.1.10/24", "2001:db8:1::10/64");
        host.ip().run("nexthop add id 7 via 10.0.0.2 dev eth0");
    }

    private void handMade() {
        ROUTES.forEach(each -> host.ip().run("route add " + each));
        ROUTES6.forEach(each -> host.ip().run("-6 route add " + each));
        GROUP.forEach(each -> host.ip().run("route append " + each));
        OTHERS.stream().filter(each -> !each.contains("mpls")).forEach(each -> host.ip().run("route add " + each));
        host.ip().run("route add 10.58.0.0/16 nhid 7");
        host.ip().run("-6 route add 2001:db8:51::/48 via 2001:db8::1 dev eth0 expires 3000");
        host.ip().run("-6 route add default via fe80::2 dev eth1 proto ra metric 1024 expires 1800");
        RULES.forEach(each -> host.ip().run("rule add " + each));
        RULES6.forEach(each -> host.ip().run("-6 rule add " + each));
        host.ip().run("rule add pref 108 from 10.8.0.1 lookup 110 protocol zebra");
    }

    @Test
    void nothingButTheMarksChangesAndAllIsGivenBack() throws IOException {
        handMade();
        var routes = host.routes();
        var rules = host.rules();
        var file = host.intents().resolve("imported.yaml");
        var imported = host.execute("import", "-o", file.toString());
        assertEquals(0, imported.code(), imported::toString);
        assertEquals(routes, host.routes());

        assertEquals(0, host.run("validate").code());
        var plan = host.plan();
        assertMarksOnly(plan);
        host.apply();
        assertEquals(unmarked(routes), unmarked(host.routes()));
        assertEquals(unmarked(rules), unmarked(host.rules()));
        int owned = ROUTES.size() + ROUTES6.size() + GROUP.size();
        assertEquals(owned, host.routes().stream().filter(line -> line.contains(" proto 157")).count());
        assertEquals(RULES.size() + RULES6.size(), host.ourRules().size());
        host.assertNothingToDo();

        var again = host.execute("import");
        assertFalse(again.out().contains("kind:"), "what is ours is not imported again: " + again);

        host.without("imported.yaml");
        host.apply();
        assertEquals(routes, host.routes());
        assertEquals(rules, host.rules());
        host.assertNothingToDo();
    }

    /** Every change is one of protocol alone. */
    private static void assertMarksOnly(String plan) {
        var lines = plan.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.startsWith("~ route") || line.startsWith("-/+ route")) {
                assertTrue(lines.get(i + 1).strip().matches("protocol: [a-z0-9]+ -> plumbline"),
                        () -> line + "\n" + plan);
            }
            assertFalse(line.startsWith("- route") || line.startsWith("+ route"), () -> line + "\n" + plan);
        }
    }

    @Test
    void whatBelongsToOthersIsListedWithTheReason() throws IOException {
        handMade();
        var text = host.execute("import").out();
        for (var each : List.of("10.50.0.0/16 via 10.0.0.2 dev eth0 proto dhcp table main    # a DHCP client made it",
                "10.51.0.0/16 via 10.0.0.2 dev eth0 proto bgp table main    # a routing daemon",
                "10.52.0.0/16 dev eth0 scope link proto kernel table main    # the kernel made it",
                "10.53.0.0/16 via 10.0.0.2 dev eth0 proto redirect table main    # an ICMP redirect made it",
                "10.56.0.0/16 via 10.0.0.2 dev eth0 proto zebra table main    # a routing daemon (zebra) looks after",
                "rule 108: from 10.8.0.1 lookup 110 proto zebra (inet)    # a routing daemon (zebra) looks after it")) {
            assertTrue(text.contains("#   " + each), () -> each + "\n" + text);
        }
        for (var each : List.of("10.54.0.0/16", "10.57.0.0/16", "10.58.0.0/16", "2001:db8:51::/48",
                "default via fe80::2")) {
            assertTrue(text.lines().anyMatch(line -> line.startsWith("#   " + each)), () -> each + "\n" + text);
            assertFalse(text.contains("{to: " + each), text);
        }
    }

    @Test
    void anExistingFileIsNotOverwritten() throws IOException {
        host.file("imported.yaml", "# mine\n");
        var file = host.intents().resolve("imported.yaml");
        assertEquals(new TestHost.Result(1, "", "plumbline: INTENTS/imported.yaml exists; name another file, or move "
                + "that one away\n"), host.execute("import", "-o", file.toString()));
        assertEquals("# mine\n", Files.readString(file));
    }

    @Test
    void aNamespaceByNameIsImportedForThatName() {
        handMade();
        var other = host.elsewhere(namespaces);
        var routes = host.routes();
        var rules = host.rules();
        other.file("imported.yaml", other.execute("import", "--netns", host.name()).out());
        other.apply();
        assertEquals(unmarked(routes), unmarked(host.routes()));
        assertEquals(unmarked(rules), unmarked(host.rules()));
        other.assertNothingToDo();
        other.without("imported.yaml");
        other.apply();
        assertEquals(routes, host.routes());
        assertEquals(rules, host.rules());
    }

    /** The marks stand for the documents' objects when the store is lost; that cannot be given back is said. */
    @Test
    void aLostStoreIsSurvived() throws IOException {
        handMade();
        host.execute("import", "-o", host.intents().resolve("imported.yaml").toString());
        host.apply();
        var routes = host.routes();
        host.loseStore();
        assertTrue(host.plan().contains("that cannot be given back"), host::plan);
        host.assertNothingToDo();
        host.apply();
        assertEquals(routes, host.routes());
    }

    private static List<String> unmarked(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll(" (proto|protocol) [a-z0-9]+", "")).toList();
    }
}
