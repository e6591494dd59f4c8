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

/** Everything that a RoutingRules document can say, beside the same rules made by {@code ip rule}. */
@Tag("kernel")
class RoutingRulesKernelTest {

    /** A rule in our language, and in that of {@code ip rule add}. */
    private record Pair(String intent, String ip) {
    }

    private static final List<Pair> RULES = List.of(
            new Pair("from: 100.127.255.192/26, iif: tun0, lookup: 110", "from 100.127.255.192/26 iif tun0 lookup 110"),
            new Pair("to: 203.0.113.0/24, oif: eth0, lookup: main", "to 203.0.113.0/24 oif eth0 lookup main"),
            new Pair("from: 10.0.0.10, to: 192.0.2.1, lookup: 4000000000",
                    "from 10.0.0.10 to 192.0.2.1 lookup 4000000000"),
            new Pair("fwmark: 0x10/0xff, action: blackhole, family: ipv4", "fwmark 0x10/0xff blackhole"),
            new Pair("fwmark: 7, action: unreachable, family: ipv4", "fwmark 7 unreachable"),
            new Pair("ipproto: tcp, sport: 1000-2000, dport: 443, action: prohibit, family: ipv4",
                    "ipproto tcp sport 1000-2000 dport 443 prohibit"),
            new Pair("ipproto: udp, dport: 5060, lookup: 110, family: ipv4", "ipproto udp dport 5060 lookup 110"),
            new Pair("tos: 0x10, lookup: 110, family: ipv4", "tos 0x10 lookup 110"),
            new Pair("uidrange: 1000-2000, lookup: 110, family: ipv4", "uidrange 1000-2000 lookup 110"),
            new Pair("uidrange: 0, lookup: 110, family: ipv4", "uidrange 0-0 lookup 110"),
            new Pair("not: true, from: 192.168.0.0/16, lookup: 110", "not from 192.168.0.0/16 lookup 110"),
            new Pair("goto: 32766, from: 10.0.0.11", "from 10.0.0.11 goto 32766"),
            new Pair("goto: 30000, from: 10.0.0.12", "from 10.0.0.12 goto 30000"),
            new Pair("lookup: main, suppressPrefixLength: 0, family: ipv4", "lookup main suppress_prefixlength 0"),
            new Pair("lookup: main, suppressInterfaceGroup: 5, from: 10.0.0.13",
                    "from 10.0.0.13 lookup main suppress_ifgroup 5"),
            new Pair("l3mdev: true, family: ipv4", "l3mdev"),
            new Pair("action: nop, from: 10.0.0.14", "from 10.0.0.14 nop"),
            new Pair("lookup: default, iif: lo, family: ipv4", "iif lo lookup default"));
    private static final List<Pair> RULES6 = List.of(
            new Pair("from: 2001:db8::/32, to: 2001:db8:1::1, iif: eth0, lookup: 110",
                    "from 2001:db8::/32 to 2001:db8:1::1 iif eth0 lookup 110"),
            new Pair("from: all, ipproto: ipv6-icmp, lookup: 111, family: ipv6", "ipproto ipv6-icmp lookup 111"),
            new Pair("tos: 0xb8, lookup: 110, family: ipv6", "tos 0xb8 lookup 110"),
            new Pair("not: true, from: 2001:db8:5::/48, action: unreachable", "not from 2001:db8:5::/48 unreachable"),
            new Pair("from: 2001:db8::7, lookup: main, suppressPrefixLength: 64",
                    "from 2001:db8::7 lookup main suppress_prefixlength 64"),
            new Pair("l3mdev: true, family: ipv6", "l3mdev"),
            new Pair("fwmark: 0x1/0x1, goto: 32766, family: ipv6", "fwmark 0x1/0x1 goto 32766"));

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeEach
    void devices() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
    }

    private static String document(List<Pair> pairs, int first) {
        var text = new StringBuilder();
        for (int i = 0; i < pairs.size(); i++) {
            text.append("    - {priority: ").append(first + i).append(", ").append(pairs.get(i).intent).append("}\n");
        }
        return text.toString();
    }

    @Test
    void everythingThatIpRuleCanSay() {
        host.intent("paths.yaml", "kind: RoutingRules\nmetadata: {name: paths}\nspec:\n  rules:\n"
                + document(RULES, 1000) + document(RULES6, 1100));
        host.apply();
        var ip = namespaces.ip(namespaces.create());
        ip.run("link add eth0 type veth peer name p-eth0");
        for (int i = 0; i < RULES.size(); i++) {
            ip.run("rule add pref " + (1000 + i) + " " + RULES.get(i).ip + " protocol 157");
        }
        for (int i = 0; i < RULES6.size(); i++) {
            ip.run("-6 rule add pref " + (1100 + i) + " " + RULES6.get(i).ip + " protocol 157");
        }
        assertEquals(ip.lines("rule"), host.ip().lines("rule"));
        assertEquals(ip.lines("-6 rule"), host.ip().lines("-6 rule"));
        assertEquals(ip.json("rule"), host.ip().json("rule"));
        assertEquals(ip.json("-6 rule"), host.ip().json("-6 rule"));
        host.assertNothingToDo();
        host.loseStore();
        host.assertNothingToDo();
        host.apply();
        host.without("paths.yaml");
        host.apply("--allow", "mass-delete", "--allow", "empty-source");
        assertEquals(List.of(), host.ourRules());
        assertEquals(5, host.rules().size(), () -> host.rules().toString());
    }

    @Test
    void aRuleWithoutAddressesHoldsForBothFamilies() {
        host.intent("paths.yaml", """
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, fwmark: 1, lookup: 110}
                    - {priority: 1001, from: all, oif: eth0, lookup: 110}
                """);
        host.apply();
        assertEquals(List.of("1000: from all fwmark 0x1 lookup 110", "1001: from all oif eth0 lookup 110",
                "inet6 1000: from all fwmark 0x1 lookup 110", "inet6 1001: from all oif eth0 lookup 110"),
                host.ourRules());
        host.assertNothingToDo();
    }

    @Test
    void theOrderWithinAPriorityIsTheDocuments() {
        var rules = List.of("from: 10.0.0.1, lookup: 110", "from: 10.0.0.2, lookup: 111", "from: 10.0.0.3, lookup: 112",
                "iif: eth0, lookup: 113, family: ipv4", "from: 10.0.0.3, iif: eth0, action: blackhole");
        assertOrder(rules);
        assertOrder(rules.reversed());
        assertOrder(List.of(rules.get(2), rules.get(4), rules.get(0)));
        assertOrder(rules);
    }

    private void assertOrder(List<String> rules) {
        var text = new StringBuilder("kind: RoutingRules\nmetadata: {name: paths}\nspec:\n  rules:\n");
        rules.forEach(each -> text.append("    - {priority: 1000, ").append(each).append("}\n"));
        host.intent("paths.yaml", text.toString());
        host.apply();
        host.assertNothingToDo();
        var expected = rules.stream().map(each -> "1000: " + (each.contains("from") ? "" : "from all ") + each
                .replaceAll("[:,]|(family.*)|(action)", "").replaceAll(" +", " ").strip()).toList();
        assertEquals(expected, host.ourRules());
    }

    @Test
    void rulesOfOthersBesideOursStayWhereTheyAre() {
        host.ip().run("rule add pref 1000 from 10.0.0.2 lookup 5");
        host.ip().run("rule add pref 1000 from 10.0.0.1 iif eth0 lookup 110");
        host.ip().run("rule add pref 20 not from 10.0.0.9 lookup 5");
        var before = host.rules();
        host.intent("paths.yaml", """
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.1, lookup: 110}
                    - {priority: 1000, iif: eth0, lookup: 110, family: ipv4}
                    - {priority: 20, from: 10.0.0.8, lookup: 5}
                """);
        host.apply();
        host.assertNothingToDo();
        assertEquals(3, host.ourRules().size());
        assertTrue(host.rules().containsAll(before), () -> host.rules().toString());
        host.intent("paths.yaml", "kind: RoutingRules\nmetadata: {name: paths}\nspec: {rules: []}\n");
        host.apply();
        assertEquals(before, host.rules());
    }
}
