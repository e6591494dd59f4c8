package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Firewall documents all the way round: plan, apply, drift by the hand of {@code nft}, destroy. */
@Tag("kernel")
class FirewallLoopKernelTest {

    private static final String FOREIGN = """
            table inet docker {
                chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname "docker0" counter accept
                }
            }
            table ip fail2ban {
                set banned {
                    type ipv4_addr
                    elements = { 192.0.2.66 }
                }
            }
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private Nft nft;

    @BeforeEach
    void hostWithTablesOfOthers() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        nft = new Nft(host.name());
        nft.load(FOREIGN);
    }

    private void edge(String... lines) {
        host.intent("edge.yaml", "kind: Firewall\nmetadata: {name: edge}\nspec:\n  rules:\n"
                + Arrays.stream(lines).map(line -> "    - " + line + "\n").collect(Collectors.joining()));
    }

    private List<String> ours(String chain) {
        return nft.rules("inet", "plumbline", chain);
    }

    private static List<String> foreign(Nft nft) {
        var lines = new ArrayList<String>();
        for (var table : List.of("inet docker", "ip fail2ban")) {
            nft.run("-s list table " + table).lines().forEach(lines::add);
        }
        return lines;
    }

    private boolean isThere() {
        return nft.run("list tables").contains("plumbline");
    }

    @Test
    void planApplyDriftDestroy() {
        var others = foreign(nft);
        edge("INPUT -p tcp --dport 22 -j ACCEPT", "INPUT -p tcp --dport 23 -j DROP",
                "PREROUTING -i eth0 -p tcp --dport 45 -j DNAT --to 198.51.100.3:22");
        var plan = host.plan();
        assertTrue(plan.contains("+ nft rule inet plumbline input-filter tcp dport 22 counter accept"), plan);
        assertTrue(plan.contains("  Firewall/edge  (INTENTS/edge.yaml)\n      + nft table inet plumbline\n"), plan);
        assertFalse(isThere());
        host.apply();
        var rules = List.of("tcp dport 22 counter accept comment \"Firewall/edge\"",
                "tcp dport 23 counter drop comment \"Firewall/edge\"");
        assertEquals(rules, ours("input-filter"));
        host.assertNothingToDo();

        nft.run("add rule inet plumbline input-filter udp dport 9 drop");
        nft.run("flush chain inet plumbline prerouting-nat");
        var drift = host.run("plan", "--detailed-exitcode");
        assertEquals(2, drift.code(), drift::toString);
        assertTrue(drift.out().contains("- nft rule inet plumbline input-filter udp dport 9 drop"), drift::toString);
        assertTrue(drift.out().endsWith("Plan: 1 to add, 0 to change, 1 to destroy.\n"), drift::toString);
        host.apply();
        assertEquals(rules, ours("input-filter"));
        assertEquals(1, ours("prerouting-nat").size());
        host.assertNothingToDo();

        nft.run("delete table inet plumbline");
        host.apply();
        assertEquals(rules, ours("input-filter"));
        host.assertNothingToDo();

        edge("INPUT -p tcp --dport 22 -j ACCEPT", "INPUT -p tcp --dport 24 -j DROP");
        host.apply();
        assertEquals(List.of(rules.getFirst(), "tcp dport 24 counter drop comment \"Firewall/edge\""),
                ours("input-filter"));

        var destroyed = host.execute("destroy", "--state-dir", host.state().toString(), "--auto-approve");
        assertEquals(0, destroyed.code(), destroyed::toString);
        assertFalse(isThere());
        assertEquals(others, foreign(nft));
    }

    /** Packets meet the same rules in the same order, and what is counted goes on when others change. */
    @Test
    void aLargeChainStandsInParts() throws Exception {
        var lines = new ArrayList<String>();
        IntStream.range(0, 9_000).forEach(i -> lines.add("INPUT -s 10.1." + (i >> 8) + '.' + (i & 255) + " -j DROP"));
        lines.set(3_000, "INPUT -s 127.0.0.78 -j RETURN");
        lines.set(6_000, "INPUT -s 127.0.0.77 -p udp --dport 9 -j DROP");
        lines.set(8_999, "INPUT -s 127.0.0.78 -j DROP");
        edge(lines.toArray(String[]::new));
        host.apply();
        int top = ours("input-filter").size();
        assertTrue(top < 1_000, () -> top + " rules in the chain itself");
        host.assertNothingToDo();
        try (var namespace = NetworkNamespace.named(host.name())) {
            for (var source : List.of("127.0.0.77", "127.0.0.78")) {
                namespace.call(() -> {
                    try (var socket = new DatagramSocket(0, InetAddress.getByName(source))) {
                        socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("127.0.0.1"), 9));
                    }
                    return null;
                });
            }
        }
        var counted = List.of("127.0.0.78 counter packets 1 bytes 29 return",
                "127.0.0.77 udp dport 9 counter packets 1 bytes 29 drop", "127.0.0.78 counter packets 0 bytes 0 drop");
        assertEquals(counted, loopback());

        lines.set(6_001, "INPUT -s 10.1.99.1 -j ACCEPT");
        lines.remove(100);
        edge(lines.toArray(String[]::new));
        host.apply();
        assertEquals(counted, loopback());
        host.assertNothingToDo();
        nft.run("flush chain inet plumbline input-filter");
        host.apply();
        host.assertNothingToDo();

        edge(lines.subList(5_990, 6_010).toArray(String[]::new));
        host.apply();
        assertEquals(20, ours("input-filter").size());
        assertFalse(nft.run("list table inet plumbline").contains("input-filter/"));
    }

    /** What the rules for packets of this host have counted, as packets meet them. */
    private List<String> loopback() {
        var found = nft.run("list table inet plumbline").lines().filter(line -> line.contains("saddr 127.0.0."))
                .map(line -> line.replaceAll(".*saddr (.*) comment.*", "$1")).toList();
        return List.of("return", "udp", "0 drop").stream().flatMap(word -> found.stream()
                .filter(line -> line.contains(word))).toList();
    }

    /** A packet must pass the chains of all: the plan says which of others may drop what its rules let pass. */
    @Test
    void chainsOfOthersThatDrop() {
        edge("PREROUTING -i eth0 -p tcp --dport 45 -j DNAT --to 198.51.100.3:22");
        assertFalse(host.plan().contains("which others made"));
        nft.load("table ip strict { chain onward { type filter hook forward priority 0; policy drop; }\n"
                + "chain inward { type filter hook input priority 0; policy drop; }\n}");
        var plan = host.plan();
        assertTrue(plan.contains("the chain ip strict onward, which others made, drops"), plan);
        assertFalse(plan.contains("strict inward"), plan);
    }

    /** The marks in the kernel are the truth: no store is needed to know what nobody wants any more. */
    @Test
    void whatNobodyWantsAnyMoreGoesThoughTheStoreIsLost() {
        edge("INPUT -p tcp --dport 22 -j ACCEPT");
        host.apply();
        host.loseStore();
        host.without("edge.yaml").intent("other.yaml", """
                kind: RoutingRules
                metadata: {name: other}
                spec: {rules: [{priority: 5, from: 192.0.2.1, lookup: main}]}
                """);
        var plan = host.plan();
        assertTrue(plan.contains("- nft table inet plumbline"), plan);
        host.apply();
        assertFalse(isThere());
        host.assertNothingToDo();
    }

    @Test
    void othersWhoChangeTheirTablesAllTheTimeStopNobody() throws Exception {
        var stop = new AtomicBoolean();
        var failures = new ArrayList<Throwable>();
        var other = Thread.ofPlatform().start(() -> {
            try {
                while (!stop.get()) {
                    nft.run("add element ip fail2ban banned { 198.51.100.1 }");
                    nft.run("delete element ip fail2ban banned { 198.51.100.1 }");
                }
            } catch (Throwable e) {
                failures.add(e);
            }
        });
        try {
            for (int round = 0; round < 4; round++) {
                edge(IntStream.range(round, round + 20).mapToObj(port -> "INPUT -p udp --dport " + (100 + port)
                        + " -j DROP").toArray(String[]::new));
                host.apply();
                host.assertNothingToDo();
                assertEquals(20, ours("input-filter").size());
            }
        } finally {
            stop.set(true);
            other.join();
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void twoNamespaces() {
        var container = namespaces.create();
        var there = new Nft(container);
        edge("INPUT -p tcp --dport 22 -j ACCEPT");
        host.intent("there.yaml", """
                kind: Firewall
                metadata: {name: there}
                spec:
                  netns: %s
                  rules: [{chain: forward, protocol: udp, action: drop}]
                """.formatted(container));
        host.apply();
        assertEquals(List.of("tcp dport 22 counter accept comment \"Firewall/edge\""), ours("input-filter"));
        assertEquals(List.of("meta l4proto udp counter drop comment \"Firewall/there\""),
                there.rules("inet", "plumbline", "forward-filter"));
        host.assertNothingToDo();
        host.without("there.yaml");
        host.apply();
        assertEquals("", there.run("list tables"));
        assertEquals(1, ours("input-filter").size());
    }

    /** A document that waits keeps what it made; another's rules come and go beside it. */
    @Test
    void whatWaitsKeepsItsRules() {
        host.device("net1", "192.168.1.209/24");
        host.intent("waits.yaml", """
                kind: Firewall
                metadata: {name: waits}
                spec:
                  rules: ["INPUT -d ${net1_ip} -p tcp --dport 80 -j DROP"]
                """);
        edge("INPUT -p tcp --dport 22 -j ACCEPT");
        host.apply();
        var waits = "ip daddr 192.168.1.209 tcp dport 80 counter drop comment \"Firewall/waits\"";
        assertTrue(ours("input-filter").contains(waits), () -> ours("input-filter").toString());
        host.ip().run("addr del 192.168.1.209/24 dev net1");
        edge("INPUT -p tcp --dport 23 -j ACCEPT");
        var said = host.apply();
        assertTrue(said.contains("waiting: "), said);
        assertEquals(List.of("tcp dport 23 counter accept comment \"Firewall/edge\"", waits), ours("input-filter"));
        host.assertNothingToDo();
        host.ip().run("addr add 192.168.1.7/24 dev net1");
        host.apply();
        assertTrue(ours("input-filter").contains(waits.replace("192.168.1.209", "192.168.1.7")));
    }

    /** Plans are refused when the tables that they touch have changed, and not when those of others have. */
    @Test
    void aSavedPlan() {
        edge("INPUT -p tcp --dport 22 -j ACCEPT");
        var file = directory.resolve("plan").toString();
        host.plan("--out", file);
        nft.run("add element ip fail2ban banned { 198.51.100.2 }");
        assertEquals(0, saved(file).code());
        edge("INPUT -p tcp --dport 23 -j ACCEPT");
        host.plan("--out", file);
        nft.run("add rule inet plumbline input-filter udp dport 9 drop");
        assertEquals(1, saved(file).code());
        nft.run("flush chain inet plumbline input-filter");
        assertEquals(1, saved(file).code());
    }

    private TestHost.Result saved(String file) {
        return host.execute("apply", file, "--state-dir", host.state().toString());
    }

    @Test
    void guards() {
        edge(IntStream.range(0, 30).mapToObj(port -> "INPUT -p udp --dport " + (100 + port) + " -j DROP")
                .toArray(String[]::new));
        host.apply();
        edge("INPUT -p udp --dport 100 -j DROP");
        var plan = host.plan();
        assertTrue(plan.contains("guard mass-delete: deletes 29 of the 30 routes and rules"), plan);
    }

    @Test
    void rehearsedInACopy() {
        edge("INPUT -p tcp --dport 22 -j ACCEPT");
        host.apply();
        edge("INPUT -p tcp --dport 22 -j ACCEPT", "INPUT -p tcp --dport 24 -j DROP");
        var before = nft.run("list ruleset");
        var rehearsal = host.run("rehearse");
        assertEquals(0, rehearsal.code(), rehearsal::toString);
        assertTrue(rehearsal.out().contains(
                "+ nft rule inet plumbline input-filter tcp dport 24 counter drop comment \"Firewall/edge\""
                        + "    # accepted"),
                rehearsal::toString);
        assertEquals(before, nft.run("list ruleset"));
    }

    @Test
    void explainShowAndFacts() {
        edge("INPUT -p tcp --dport 22 -j ACCEPT", "INPUT -p tcp --dport 24 -j DROP");
        host.apply();
        var line = host.execute("explain", host.intents().resolve("edge.yaml") + ":6", "--state-dir",
                host.state().toString());
        assertEquals(0, line.code(), line::toString);
        assertTrue(line.out().contains("nft rule inet plumbline input-filter tcp dport 22 counter accept"),
                line::toString);
        assertFalse(line.out().contains("dport 24"), line::toString);
        var all = host.execute("explain", "--json", "--state-dir", host.state().toString());
        assertTrue(all.out().contains("\"resource\":\"nft rule\"") && all.out().contains("\"standing\":\"as_intended\""),
                all::toString);
        var show = host.execute("show");
        assertTrue(show.out().contains("firewall:\n- {family: inet, name: plumbline"), show::toString);
        assertTrue(show.out().contains("nft: \"tcp dport 24 counter drop\""), show::toString);
        var facts = directory.resolve("facts.json");
        try {
            Files.writeString(facts, host.run("facts").out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var other = host.elsewhere(namespaces);
        assertTrue(other.plan("--facts", facts.toString()).endsWith("No changes. The network matches the intents.\n"));
        edge("INPUT -p tcp --dport 22 -j ACCEPT");
        var less = other.plan("--facts", facts.toString());
        assertTrue(less.contains("- nft rule inet plumbline input-filter tcp dport 24 counter drop"), less);
    }
}
