package dev.plumbline.compile;

import static dev.plumbline.compile.FirewallScene.document;
import static dev.plumbline.compile.FirewallScene.errors;
import static dev.plumbline.compile.FirewallScene.firewall;
import static dev.plumbline.compile.FirewallScene.inet;
import static dev.plumbline.compile.FirewallScene.rules;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What firewalls take from the host: values, times, sessions, and what is there already. */
class FirewallHostTest {

    private final FirewallScene scene = new FirewallScene();

    private void assertError(String expected, String... documents) {
        var errors = errors(scene.compile(documents));
        assertTrue(errors.stream().anyMatch(each -> each.contains(expected)), () -> expected + " in " + errors);
    }

    private List<String> waiting(String... documents) {
        var compilation = scene.compile(documents);
        assertEquals(List.of(), errors(compilation));
        return compilation.waiting().stream().map(each -> each.origin().position() + " " + each.reason() + ": "
                + each.message()).toList();
    }

    @Test
    void wherefromVariablesCome() {
        scene.link("eth0", "192.0.2.9/24", "192.0.2.10/24", "2001:db8::9/64").link("net1.100", "10.1.0.1/16")
                .attachment("plugin_instance_1", "2001:db8::3", "198.51.100.3");
        scene.variables = Optional.of(Map.of("vns3_public_ip", "3.222.10.5", "office", "10.9.0.0/16,10.8.0.0/16"));
        assertEquals(List.of("forward-filter: ip saddr 192.0.2.9 drop", "forward-filter: ip6 saddr 2001:db8::9 drop",
                "forward-filter: ip saddr 192.0.2.0/24 drop", "forward-filter: ip6 saddr 2001:db8::/64 drop",
                "forward-filter: ip saddr 10.1.0.0/16 drop", "forward-filter: ip saddr 198.51.100.3 drop",
                "forward-filter: ip6 saddr 2001:db8::3 drop", "forward-filter: ip saddr 3.222.10.5 drop",
                "forward-filter: ip saddr { 10.8.0.0/15 } drop"),
                inet(scene.apply(firewall("edge", List.of("eth0_ip", "eth0_ipv6", "eth0_network", "eth0_ipv6_network",
                        "net1_100_network", "plugin_instance_1_ip", "plugin_instance_1_ipv6", "vns3_public_ip",
                        "office").stream().map(each -> "FORWARD -s ${" + each + "} -j DROP").toArray(String[]::new)))));
        assertEquals(List.of("forward-filter: ip saddr 10.0.0.0/8 drop"), inet(scene.apply(document("edge",
                "{variables: {office: 10.0.0.0/8}, rules: ['FORWARD -s ${office} -j DROP']}"))));
    }

    @Test
    void whatMayHaveAValueLaterMakesTheDocumentWait() {
        scene.attachment("plugin_instance_1", "198.51.100.3");
        assertEquals(List.of("a.yaml:6:8 VariableNotReady: `${plugin_instance_2_ip}` has no value now: no attachment"
                + " and no device with such an address is named plugin_instance_2; did you mean `plugin_instance_1_ip`?"),
                waiting(firewall("edge", "FORWARD -s ${plugin_instance_2_ip} -j DROP")));
        assertError("a.yaml:6:7: error: nothing gives `${offise}` a value; write it under `variables` here or in"
                + " plumbline.yaml; known here: office, plugin_instance_1_ip", document("edge",
                        "rules:\n    - FORWARD -s ${offise} -j DROP\n  variables: {office: 10.0.0.0/8}"));
        assertError("nothing gives `${vns3_public_ip}` a value", firewall("edge",
                "FORWARD -s ${vns3_public_ip} -j DROP"));
        scene.variables = Optional.empty();
        assertEquals(1, waiting(firewall("edge", "FORWARD -s ${vns3_public_ip} -j DROP")).size());
    }

    @Test
    void aValueThatDoesNotSuit() {
        scene.variables = Optional.of(Map.of("port", "70000", "six", "2001:db8::1"));
        assertError("a.yaml:6:8: error: with ${port} = `70000`: expected a port from 0 to 65535",
                firewall("edge", "FORWARD -p tcp --dport ${port} -j DROP"));
        assertError("with ${six} = `2001:db8::1`: this is IPv6, but the rest of the rule is IPv4: no packet is both",
                firewall("edge", "FORWARD -s 10.0.0.1 -d ${six} -j DROP"));
    }

    /** Waiting changes nothing, whatever the document says meanwhile; the others go on. */
    @Test
    void whatAWaitingDocumentHasStays() {
        var other = firewall("other", "FORWARD -s 10.0.0.9 -j DROP", "FORWARD -j rest", "rest -j ACCEPT");
        var before = "{policies: {input: drop}, sets: [{name: bad, type: ipv4_addr, elements: [10.9.9.9]}], rules: ["
                + "'FORWARD -s ${web_ip} -j web', 'web -s bad -j DROP', 'INPUT -s ${web_ip} -j ACCEPT']}";
        scene.attachment("web", "10.0.0.7");
        scene.sessionPorts.add(22);
        var firewall = scene.apply(document("edge", before), other);
        scene.attachments.clear();
        scene.sessionPorts.clear();

        var waits = document("edge", "{rules: ['FORWARD -s ${web_ip} -j DROP', 'FORWARD -j ACCEPT']}");
        assertEquals(1, waiting(waits, other).size());
        assertEquals(firewall.state(), scene.compile(waits, other).desired().firewall().state());

        var more = scene.apply(waits, firewall("other", "FORWARD -s 10.0.0.8 -j DROP"));
        assertEquals(List.of("forward-filter: ip saddr 10.0.0.7 jump web-filter",
                "forward-filter: ip saddr 10.0.0.8 drop"), inet(more).subList(0, 2));
        assertEquals(Verdict.Code.DROP, more.state().table(TableFamily.INET).flatMap(table ->
                table.chain("input-filter")).flatMap(Chain::base).map(Chain.Base::policy).orElseThrow());
    }

    /** Drift that is left alone is not corrected, but for what other documents want. */
    @Test
    void heldDocumentsKeepWhatIsThere() {
        var edge = firewall("edge", "FORWARD -s 10.0.0.7 -j DROP", "FORWARD -s 10.0.0.8 -j DROP");
        var other = firewall("other", "INPUT -s 10.0.0.9 -j DROP");
        scene.apply(edge, other);
        var table = scene.live.state().tables().getFirst();
        var chain = table.chain("forward-filter").orElseThrow();
        scene.live = new LiveFirewall(new FirewallState(List.of(new Table(TableFamily.INET, 0, List.of(new Chain(chain.name(), chain.base(), chain.rules().subList(1,
                        2))), List.of()))), Map.of());
        scene.uncorrected.put("Firewall/edge", DriftMode.REPORT);
        scene.attended = false;
        var compilation = scene.compile(edge, other);
        assertEquals(List.of("forward-filter: ip saddr 10.0.0.8 drop", "input-filter: ip saddr 10.0.0.9 drop"),
                inet(compilation.desired().firewall()));
        assertEquals(3, inet(compilation.corrected().firewall()).size());
    }

    @Test
    void whatHasEndedOrIsOffIsNotThere() {
        var yaml = document("edge", """
                rules:
                    - {rule: FORWARD -s 10.0.0.1 -j DROP, expires: 2030-06-01T00:00:00Z}
                    - {rule: "FORWARD -s ${nothing} -j DROP", disabled: true}
                """);
        assertEquals(1, inet(scene.apply(yaml)).size());
        scene.now = Instant.parse("2030-06-01T00:00:00Z");
        assertEquals(List.of(), scene.apply(yaml).state().tables());
    }

    @Test
    void copiesAreInTablesOfOneFamily() {
        var compilation = scene.compile(document("edge", """
                rules:
                    - {rule: MACRO_CUST -s 10.100.0.0/24 -j COPY --bidirectional --to 198.51.100.3 --from tun0,
                       expires: 2030-06-01T00:00:00Z}
                    - MACRO -p tcp --dport 80 -j COPY --outbound --to 2001:db8::1 --from tun0
                """));
        assertEquals(List.of(), errors(compilation));
        var firewall = compilation.desired().firewall();
        assertEquals(List.of("postrouting-mangle: oifname \"tun0\" ip daddr 10.100.0.0/24 dup to 198.51.100.3",
                "prerouting-mangle: iifname \"tun0\" ip saddr 10.100.0.0/24 dup to 198.51.100.3"),
                rules(firewall, TableFamily.IP));
        assertEquals(List.of("postrouting-mangle: oifname \"tun0\" tcp sport 80 dup to 2001:db8::1"),
                rules(firewall, TableFamily.IP6));
        assertEquals(List.of("Firewall/edge: a.yaml:6:14: copying traffic costs as much as the traffic itself, and is"
                + " meant for a limited time; this copy ends 2030-06-01T00:00:00Z", "Firewall/edge: a.yaml:8:7: copying"
                + " traffic costs as much as the traffic itself, and is meant for a limited time; give it an end with"
                + " `expires`"), compilation.notes());
    }

    @Test
    void dropLetsPassWhatNobodyMeant() {
        scene.sessionPorts.addAll(List.of(22, 2222));
        var yaml = document("edge", "{policies: {input: drop, forward: drop, output: accept}, rules:"
                + " [INPUT -p tcp --dport 443 -j ACCEPT]}");
        var first = scene.compile(yaml);
        assertEquals(List.of("forward-filter: ct state established,related accept",
                "forward-filter: icmpv6 type { destination-unreachable, packet-too-big, time-exceeded,"
                        + " parameter-problem } accept",
                "input-filter: tcp dport 443 accept", "input-filter: iifname \"lo\" accept",
                "input-filter: ct state established,related accept",
                "input-filter: icmpv6 type { destination-unreachable, packet-too-big, time-exceeded,"
                        + " parameter-problem, mld-listener-query, mld-listener-report, mld-listener-done,"
                        + " nd-router-solicit, nd-router-advert, nd-neighbor-solicit, … and 2 more } accept",
                "input-filter: tcp dport 22 accept", "input-filter: tcp dport 2222 accept"),
                inet(first.desired().firewall()));
        assertEquals(List.of("Firewall/edge: input drops what no rule decides on, but for loopback, established and"
                + " related connections and what IPv6 needs of ICMPv6, and the port of SSH sessions of now: 22, 2222",
                "Firewall/edge: forward drops what no rule decides on, but for established and related connections and"
                + " what IPv6 needs of ICMPv6"), first.notes());
        // Who has logged out is to come back.
        scene.carryOut(first);
        scene.sessionPorts.clear();
        var second = scene.compile(yaml);
        assertEquals(first.desired().firewall().state(), second.desired().firewall().state());
        assertEquals(List.of(), second.notes());
        assertEquals(4, inet(scene.apply(firewall("edge", "INPUT -j ACCEPT", "INPUT -j ACCEPT", "INPUT -j ACCEPT",
                "INPUT -j ACCEPT"))).size());
    }

    /** What is rewritten is decided on: it may pass, although prerouting filters where nothing is rewritten yet. */
    @Test
    void dropInPreroutingLetsPassWhatRulesWant() {
        var rules = inet(scene.apply(document("edge", "{policies: {prerouting: drop}, rules: [PREROUTING -p tcp"
                + " --dport 45 -j DNAT --to 198.51.100.3:22, PREROUTING -i tun0 -j LOOKUP --table main]}")));
        assertEquals(List.of("prerouting-mangle: tcp dport 45 accept",
                "prerouting-mangle: iifname \"tun0\" accept", "prerouting-mangle: iifname \"lo\" accept"),
                rules.stream().map(each -> each.replace("meta nfproto ipv4 ", "").replace(" meta nfproto ipv4", ""))
                        .toList().subList(0, 3));
    }

    @Test
    void documentsShareChainsAndSets() {
        var blocklist = document("a", "sets: [{name: bad, type: ipv4_addr, elements: [10.9.9.9]}]");
        var firewall = scene.apply(blocklist, firewall("b", "FORWARD -s bad -j DROP"), firewall("c",
                "FORWARD -j ACCEPT"));
        assertEquals(List.of("forward-filter: ip saddr @bad drop", "forward-filter: accept"), inet(firewall));
        assertError("there is a set `bad` already, of Firewall/a at a.yaml:5", blocklist, blocklist.replace("name: a",
                "name: b"));
        assertError("the sub-chain `web` is of Firewall/a at a.yaml:2:7 already", firewall("a", "INPUT -j web",
                "web -j DROP"), firewall("b", "INPUT -j web", "web -j DROP"));
        assertError("says otherwise", document("a", "policies: {input: drop}"), document("b",
                "policies: {input: accept}"));
    }

    @Test
    void whatNoKernelTakes() {
        assertError("a.yaml:6:8: error: there is no set `bad`; write it under `sets`",
                firewall("a", "FORWARD -s bad -j DROP"));
        assertError("there is no set `bat`; did you mean `bad`?", document("a", "{sets: [{name: bad, type: ipv4_addr}],"
                + " rules: [FORWARD -s bat -j DROP]}"));
        assertError("the set `bad` is of inet_service, not of addresses", document("a",
                "{sets: [{name: bad, type: inet_service}], rules: [FORWARD -s bad -j DROP]}"));
        assertError("the set `s` is of ipv4_addr . inet_proto . inet_service, not of ports; match its fields together:"
                + " `set: s dst,dst`", document("a", "{sets: [{name: s, type: [ipv4_addr, inet_proto, inet_service]}],"
                        + " rules: [FORWARD -p tcp --dport s -j DROP]}"));
        assertError("it needs 2 of src and dst, one for each field but a protocol; found 1", document("a",
                "{sets: [{name: s, type: [ipv4_addr, inet_proto, inet_service]}],"
                        + " rules: [FORWARD -m set --match-set s src -j DROP]}"));
        assertError("those need a protocol that has them", document("a",
                "{sets: [{name: s, type: [ipv4_addr, inet_service]}],"
                        + " rules: ['FORWARD -m set --match-set s src,src -j DROP']}"));
        assertError("nothing lies outside of 0.0.0.0/0", firewall("a", "FORWARD ! -s 0.0.0.0/0 -j DROP"));
        assertError("no packet is both", document("a", "{sets: [{name: bad, type: ipv6_addr}],"
                + " rules: [FORWARD -s bad -d 10.0.0.1 -j DROP]}"));
        assertError("MASQUERADE cannot stand in prerouting; it can in postrouting (the chain `x` is reached from"
                + " prerouting)", firewall("a", "PREROUTING -j x", "x -j MASQUERADE"));
        assertError("NOTRACK cannot stand in the table filter; it can in raw (the chain `x` is reached from output at"
                + " the stage filter)", firewall("a", "OUTPUT -j x", "x -j NOTRACK"));
    }

    @Test
    void jumpsGoSoDeepAndNoDeeper() {
        var lines = new java.util.ArrayList<>(List.of("FORWARD -j c1"));
        IntStream.range(1, 13).forEach(i -> lines.add("c" + i + " -j c" + (i + 1)));
        lines.add("c13 -j DROP");
        scene.apply(firewall("a", lines.toArray(String[]::new)));
        lines.addAll(List.of("c13 -j c14", "c14 -j DROP"));
        assertError("this is the 14th chain that a packet goes through by jumps; the kernel follows 13",
                firewall("a", lines.toArray(String[]::new)));
    }

    /** One packet, one count, whatever lists it is in. */
    @Test
    void whatIsInSeveralListsHappensOnce() {
        var yaml = document("a", "{sets: [{name: x, type: ipv4_addr}, {name: y, type: ipv4_addr}], rules:"
                + " [{chain: forward, source: [x, y], limit: 10/minute, counter: true}]}");
        var rules = inet(scene.apply(yaml)).stream().map(each -> each.replaceAll("\\.[0-9a-f]{16}", ".KEY")).toList();
        assertEquals(List.of("forward-filter.KEY-ip: ip saddr @x goto forward-filter.KEY-ip-then",
                "forward-filter.KEY-ip: ip saddr @y goto forward-filter.KEY-ip-then",
                "forward-filter.KEY-ip-then: meta nfproto ipv4 limit rate 10/minute",
                "forward-filter: meta nfproto ipv4 jump forward-filter.KEY-ip").stream().sorted().toList(),
                rules.stream().sorted().toList());
    }

    @Test
    void tenThousandRulesAndAHundredThousandElementsAreQuick() {
        var set = new StringBuilder("sets:\n    - name: big\n      type: ipv4_addr\n      elements:\n");
        IntStream.range(0, 100_000).forEach(i -> set.append("        - 10.").append(i >> 16).append('.')
                .append(i >> 8 & 255).append('.').append(i & 255).append('\n'));
        set.append("  rules:\n");
        IntStream.range(0, 10_000).forEach(i -> set.append("    - FORWARD -s 10.1.").append(i >> 8).append('.')
                .append(i & 255).append(" -p tcp --dport 443 -j ACCEPT\n"));
        var documents = FirewallScene.parse(document("edge", set.toString()));
        var compilation = scene.compile(documents);
        long millis = IntStream.range(0, 5).mapToLong(i -> cpuMillis(documents)).min().orElseThrow();
        assertEquals(10_000, inet(compilation.desired().firewall()).stream()
                .filter(each -> !each.contains(" jump forward-filter/")).count());
        assertEquals(100_000, compilation.desired().firewall().state().tables().getFirst().sets().getFirst().elements()
                .size());
        assertTrue(millis < 1_000, millis + " ms");
    }

    private long cpuMillis(List<Document> documents) {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        scene.compile(documents);
        return (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
    }
}
