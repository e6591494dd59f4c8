package dev.plumbline.kernel;

import static dev.plumbline.compile.FirewallScene.document;
import static dev.plumbline.compile.FirewallScene.errors;
import static dev.plumbline.compile.FirewallScene.firewall;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.compile.FirewallScene;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallArbitraries;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NfTablesMessages;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.DesiredFirewall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What compilers make of Firewall documents, on the running kernel. */
@Tag("kernel")
class FirewallCompilerKernelTest extends FirewallFixture {

    private final FirewallScene scene = new FirewallScene();

    /** Loads it; what is read back is the same, and a second plan empty. */
    private void load(DesiredFirewall desired) {
        var outcome = tables.commit(FirewallDiff.between(desired, tables.read()), Progress.SILENT);
        assertEquals(new Outcome.Done(), outcome);
        assertEquals(desired.state(), tables.read().state());
        assertTrue(FirewallDiff.between(desired, tables.read()).isEmpty());
    }

    private List<String> listed(String family, String chain) {
        return nft.rules(family, "plumbline", chain).stream().map(each -> each.replaceAll(" comment \".*\"$", "")
                .replace("counter ", "")).toList();
    }

    @Test
    void everyLineOfTheExampleLoads() throws IOException {
        scene.attachment("plugin_instance_1", "198.51.100.3");
        scene.variables = Optional.of(Map.of("vns3_public_ip", "192.0.2.7"));
        var lines = Files.readAllLines(Path.of("examples/vns3-edge/edge.rules")).stream()
                .filter(each -> !each.isBlank() && !each.startsWith("#")).toArray(String[]::new);

        load(scene.apply(firewall("edge", lines), FirewallScene.routeTable("plugin0", "id: 110")));

        assertEquals(List.of("iifname \"eth0\" meta nfproto ipv4 tcp dport 45 dnat ip to 198.51.100.3:22"),
                listed("inet", "prerouting-nat"));
        assertEquals(List.of("iifname \"tun0\" ip saddr 100.127.255.192/26 notrack",
                "iifname \"plugin0\" ip daddr 100.127.255.192/26 notrack"), listed("inet", "prerouting-raw"));
        assertEquals(List.of("oifname \"eth0\" ip saddr 198.51.100.3 snat ip to 192.0.2.7"),
                listed("inet", "postrouting-nat"));
        assertEquals(List.of("iifname \"tun0\" ip saddr 10.100.0.0/24 dup to 198.51.100.3"),
                listed("ip", "prerouting-mangle"));
        assertEquals(List.of("oifname \"tun0\" ip daddr 10.100.0.0/24 dup to 198.51.100.3"),
                listed("ip", "postrouting-mangle"));
    }

    /** Lines of VNS3, and what somebody would write who knows nft alone. */
    private static final Map<String, List<String>> WORDS = new java.util.LinkedHashMap<>(Map.of(
            "prerouting-mangle", List.of(
                    "-t mangle PREROUTING -i eth0 -s 10.0.0.0/8 -j MARK --set-mark 0x10/0xff",
                    "iifname \"eth0\" ip saddr 10.0.0.0/8 meta mark set meta mark & 0xffffff00 | 0x10",
                    "PREROUTING -m rpfilter --invert -j DROP", "fib saddr . iif oif missing drop",
                    "PREROUTING -m addrtype --dst-type LOCAL -p tcp --dport 22,80:90 -j LOG --log-prefix \"in \"",
                    "tcp dport { 22, 80-90 } fib daddr type local log prefix \"in \""),
            "prerouting-nat", List.of(
                    "PREROUTING -i eth0 -p tcp -s 0.0.0.0/0 --dport 45 -j DNAT --to 198.51.100.3:22",
                    "iifname \"eth0\" meta nfproto ipv4 tcp dport 45 dnat ip to 198.51.100.3:22",
                    "PREROUTING -p udp --dport 53 -j REDIRECT --to-ports 5353", "udp dport 53 redirect to :5353",
                    "PREROUTING -6 -p tcp --dport 80 -j DNAT --to [2001:db8::1]:8080",
                    "meta nfproto ipv6 tcp dport 80 dnat ip6 to [2001:db8::1]:8080"),
            "input-filter", List.of(
                    "INPUT -p tcp --syn -m limit --limit 10/minute --limit-burst 20 -j ACCEPT",
                    "tcp flags & (fin|syn|rst|ack) == syn limit rate 10/minute burst 20 packets accept",
                    "INPUT -p icmp --icmp-type echo-request -j ACCEPT", "icmp type echo-request accept",
                    "INPUT -m mac --mac-source 52:54:00:12:34:56 -j DROP", "ether saddr 52:54:00:12:34:56 drop",
                    "INPUT -m pkttype --pkt-type broadcast -j DROP", "meta pkttype broadcast drop",
                    "INPUT -j REJECT", "reject",
                    "INPUT -p tcp -j REJECT --reject-with tcp-reset", "meta l4proto tcp reject with tcp reset"),
            "forward-filter", List.of(
                    "FORWARD -i tun+ -o eth0,eth1 -j ACCEPT", "iifname \"tun*\" oifname { \"eth0\", \"eth1\" } accept",
                    "FORWARD ! -s 10.0.0.0/8 -d 192.0.2.1-192.0.2.9 -j DROP",
                    "ip saddr != 10.0.0.0/8 ip daddr 192.0.2.1-192.0.2.9 drop",
                    "FORWARD -ctrack NEW,ESTABLISHED,RELATED -j ACCEPT", "ct state new,established,related accept",
                    "FORWARD -m set --match-set services dst,dst -j ACCEPT",
                    "ip daddr . meta l4proto . th dport @services accept",
                    "FORWARD -s bad -j DROP", "ip saddr @bad drop"),
            "forward-mangle", List.of(
                    "FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
                    "tcp flags & (syn|rst) == syn tcp option maxseg size set rt mtu",
                    "FORWARD -m connmark --mark 1 -j CONNMARK --restore-mark", "ct mark 1 meta mark set ct mark"),
            "postrouting-nat", List.of(
                    "POSTROUTING -o eth0 -s 198.51.100.3 -j MASQUERADE",
                    "oifname \"eth0\" ip saddr 198.51.100.3 masquerade",
                    "POSTROUTING -o eth0 -j SNAT --to 3.222.10.5-3.222.10.9 --persistent",
                    "oifname \"eth0\" meta nfproto ipv4 snat ip to 3.222.10.5-3.222.10.9 persistent",
                    "POSTROUTING -o eth1 -j MASQUERADE-ONCE", "oifname \"eth1\" ct status ! snat masquerade")));

    /** What nft makes of its own words is what we make of VNS3's. */
    @Test
    void nftMakesTheSameOfItsOwnWords() throws NetlinkException {
        var yaml = new StringBuilder("sets:\n    - {name: bad, type: ipv4_addr, elements: [10.0.0.0/8]}\n"
                + "    - {name: services, type: [ipv4_addr, inet_proto, inet_service], elements:"
                + " [192.0.2.1 . tcp . 443, 198.51.100.0/24 . udp . 1000-2000]}\n  rules:\n");
        var theirs = new StringBuilder("table inet theirs {\nset bad { type ipv4_addr; flags interval; elements = {"
                + " 10.0.0.0/8 } }\nset services { type ipv4_addr . inet_proto . inet_service; flags interval;"
                + " elements = { 192.0.2.1 . tcp . 443, 198.51.100.0/24 . udp . 1000-2000 } }\n");
        WORDS.forEach((chain, words) -> {
            theirs.append("chain ").append(chain).append(" {\n");
            for (int i = 0; i < words.size(); i += 2) {
                yaml.append("    - '").append(words.get(i)).append("'\n");
                theirs.append(words.get(i + 1)).append('\n');
            }
            theirs.append("}\n");
        });
        load(scene.apply(document("edge", yaml.toString())));
        nft.load(theirs + "}\n");
        WORDS.keySet().forEach(chain -> assertEquals(String.join("\n", nft.rules("inet", "theirs", chain)),
                String.join("\n", listed("inet", chain))));
    }

    @Test
    void policiesAndSubChains() {
        scene.sessionPorts.add(22);
        load(scene.apply(document("edge", "{policies: {prerouting: drop, input: drop, forward: drop, output: drop,"
                + " postrouting: drop}, sets: [{name: x, type: ipv4_addr}, {name: y, type: ipv4_addr}], rules: [{chain:"
                + " forward, source: [x, y, '2001:db8::/32'], limit: 10/minute, counter: true, jump: web},"
                + " FORWARD -i tun0 -j web, web -p tcp --dport 80 -g more,"
                + " more -j ACCEPT, PREROUTING -j web, '-t nat OUTPUT -p tcp -j nat',"
                + " nat -p tcp -j DNAT --to 10.0.0.1]}"),
                firewall("other", "FORWARD -j ACCEPT")));
        assertTrue(nft.run("list chain inet plumbline input-filter").contains("policy drop;"));
        assertEquals(List.of("iifname \"lo\" accept", "ct state established,related accept"),
                listed("inet", "input-filter").subList(0, 2));
        assertEquals("tcp dport 22 accept", listed("inet", "input-filter").getLast());
        assertEquals(List.of("tcp dport 80 goto more-filter"), listed("inet", "web-filter"));
        // Those that wait, and a table that changes meanwhile.
        scene.sessionPorts.clear();
        load(scene.apply(firewall("edge", "FORWARD -s ${web_ip} -j DROP"), firewall("other", "FORWARD -j DROP")));
        assertTrue(nft.run("list chain inet plumbline input-filter").contains("policy drop;"));
    }

    /** One changed rule of many is one message, whatever stands before it in the file. */
    @Test
    void oneRuleOfManyIsOneMessage() {
        var lines = new ArrayList<String>();
        for (int i = 0; i < 2_000; i++) {
            lines.add("FORWARD -s 10.1." + (i >> 8) + "." + (i & 255) + " -p tcp --dport 443 -j ACCEPT");
        }
        load(scene.apply(firewall("edge", lines.toArray(String[]::new))));
        sent.clear();
        lines.add(0, "FORWARD -s 10.2.0.0/16 -j DROP");
        load(scene.apply(firewall("edge", lines.toArray(String[]::new))));
        assertEquals(List.of(NfTablesMessages.NFT_MSG_NEWRULE), sent);
    }

    private static final Map<String, String> VARIABLES = Map.ofEntries(Map.entry("if", "eth9"),
            Map.entry("net", "10.9.0.0/16"), Map.entry("a", "10.0.0.0"), Map.entry("b", "198.51.100.9"),
            Map.entry("p", "tcp"), Map.entry("port", "99"), Map.entry("mark", "0x50"), Map.entry("State", "new"),
            Map.entry("r", "10"), Map.entry("x", "8080"), Map.entry("plugin_instance_1_ip", "198.51.100.3"));

    /** What random rules speak of. */
    private static final List<Document> BESIDE = FirewallScene.parse(FirewallScene.routeTable("plugin0", "id: 110"),
            FirewallScene.routeTable("no", "id: 111"), document("sets", """
                    sets:
                        - {name: web, type: ipv4_addr, elements: [192.0.2.1, 10.0.0.0/8]}
                        - {name: ports, type: inet_service, elements: [22, 80-90]}
                        - {name: services, type: [ipv4_addr, inet_service], elements: [192.0.2.1 . 443]}
                    """));

    /** Whatever compiles is loaded by the kernel, comes back equal, and leaves nothing to do. */
    @Test
    void anyFirewallThatCompilesLoads() {
        scene.variables = Optional.of(VARIABLES);
        int compiled = 0;
        for (int seed = 0; seed < 400; seed++) {
            var spec = new FirewallArbitraries(new Random(seed)).spec();
            var desired = without(spec, seed);
            try {
                load(desired);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + String.join("\n", FirewallScene.inet(desired)), e);
            }
            compiled += desired.rules().size();
        }
        assertTrue(compiled > 400, compiled + " rules");
    }

    /** Compiles without the rules that are refused: each refusal says why. */
    private DesiredFirewall without(FirewallSpec spec, int seed) {
        var rules = new ArrayList<>(spec.rules());
        while (true) {
            var numbered = new ArrayList<dev.plumbline.intent.firewall.FirewallRule>();
            for (var rule : rules) {
                numbered.add(rule.at(new Origin("Firewall/r", "r.yaml", numbered.size() + 1, 1)));
            }
            var document = new Document("Firewall", "r", Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(),
                    new FirewallSpec(spec.policies(), false, spec.variables(), spec.sets(), spec.chains(), numbered),
                    new Origin("Firewall/r", "r.yaml", 0, 0));
            var documents = new ArrayList<>(BESIDE);
            documents.add(document);
            var compilation = scene.compile(documents);
            var wrong = compilation.problems().stream().filter(each -> errors(compilation).contains(each.toString()))
                    .map(each -> each.origin().line()).distinct().sorted().toList();
            if (wrong.isEmpty()) {
                assertEquals(List.of(), compilation.waiting());
                return compilation.desired().firewall();
            }
            assertTrue(wrong.getFirst() > 0, () -> "seed " + seed + errors(compilation));
            wrong.reversed().forEach(line -> rules.remove(line - 1));
        }
    }
}
