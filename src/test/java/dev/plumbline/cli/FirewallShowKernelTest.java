package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code plumbline firewall show}, with {@code nft} as the witness of what was counted. */
@Tag("kernel")
class FirewallShowKernelTest {

    private static final String FIREWALL = """
            kind: Firewall
            metadata: {name: edge}
            spec:
              policies: {forward: drop}
              rules:
                - INPUT -p udp --dport 7 -j ACCEPT
                - {chain: input, protocol: udp, destinationPort: %d, log: {prefix: nine}, action: drop}
                - FORWARD -s 192.0.2.0/24 -j jumped
                - jumped -j ACCEPT
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;

    @BeforeEach
    void open() {
        host = new TestHost(namespaces, directory);
    }

    private TestHost.Result show(String... more) {
        var words = new ArrayList<>(List.of("firewall", "show", "--state-dir", host.state().toString()));
        words.addAll(List.of(more));
        return host.execute(words.toArray(String[]::new));
    }

    private void send(int port, int count) throws Exception {
        try (var namespace = NetworkNamespace.named(host.name())) {
            namespace.call(() -> {
                try (var socket = new DatagramSocket()) {
                    for (int i = 0; i < count; i++) {
                        socket.send(new DatagramPacket(new byte[10], 10, InetAddress.ofLiteral("127.0.0.1"), port));
                    }
                }
                return true;
            });
        }
    }

    private JsonNode json() throws IOException {
        var result = show("--json");
        assertEquals(0, result.code(), result::toString);
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/firewall-show.schema.json")), InputFormat.JSON);
        assertEquals(List.of(),
                schema.validate(result.out(), InputFormat.JSON).stream().map(Object::toString).toList());
        return JsonMapper.shared().readTree(result.out());
    }

    private JsonNode rule(String nft) throws IOException {
        for (var rule : json().get("rules")) {
            if (rule.get("nft").stringValue().contains(nft)) {
                return rule;
            }
        }
        throw new AssertionError("no rule with " + nft);
    }

    @Test
    void showsHitsInBothNotationsWithTheirLines() throws Exception {
        host.intent("edge.yaml", FIREWALL.formatted(9));
        host.apply();
        send(7, 3);
        send(9, 2);
        var text = show();
        assertEquals(0, text.code(), text::toString);
        assertEquals("""
                inet plumbline input-filter  (type filter hook input priority 0 policy accept)
                  INTENTS/edge.yaml:7:7  Firewall/edge  3 packets, 114 bytes
                        INPUT -p udp --dport 7 -j ACCEPT
                        {chain: input, protocol: udp, destinationPort: 7, action: accept}
                        nft: udp dport 7 counter accept
                  INTENTS/edge.yaml:8:7  Firewall/edge  2 packets, 76 bytes
                        {chain: input, protocol: udp, destinationPort: 9, log: {prefix: nine}, action: drop}
                        nft: udp dport 9 counter log prefix "nine" drop

                inet plumbline forward-filter  (type filter hook forward priority 0 policy drop)
                  INTENTS/edge.yaml:9:7  Firewall/edge  0 packets, 0 bytes
                        FORWARD -s 192.0.2.0/24 -j jumped
                        {chain: forward, source: 192.0.2.0/24, jump: jumped}
                        nft: ip saddr 192.0.2.0/24 counter jump jumped-filter
                  INTENTS/edge.yaml:2:7  Firewall/edge  0 packets, 0 bytes
                        nft: ct state established,related counter accept
                  INTENTS/edge.yaml:2:7  Firewall/edge  0 packets, 0 bytes
                        nft: icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } \
                counter accept

                inet plumbline jumped-filter
                  INTENTS/edge.yaml:10:7  Firewall/edge  0 packets, 0 bytes
                        jumped -j ACCEPT
                        {chain: jumped, action: accept}
                        nft: counter accept
                """, text.out());
        assertEquals("", text.err());
    }

    @Test
    void countersGoOnAcrossApplies() throws Exception {
        host.intent("edge.yaml", FIREWALL.formatted(9));
        host.apply();
        send(7, 3);
        send(9, 2);
        var before = rule("udp dport 7");
        assertEquals(3, before.get("packets").intValue());
        assertEquals("INPUT -p udp --dport 7 -j ACCEPT", before.get("vns3").stringValue());
        // Another rule changes, the document moves down, and one comes in front.
        host.intent("edge.yaml", "# A line more\n" + FIREWALL.formatted(10).replace("  rules:\n",
                "  rules:\n    - INPUT -p udp --dport 8 -j ACCEPT\n"));
        host.apply();
        send(7, 1);
        send(10, 5);
        var after = rule("udp dport 7");
        assertEquals(4, after.get("packets").intValue());
        assertEquals(4L * 38, after.get("bytes").longValue());
        assertEquals(before.get("handle"), after.get("handle"));
        assertEquals(before.get("line").intValue() + 2, after.get("line").intValue());
        assertEquals(5, rule("udp dport 10").get("packets").intValue());
        var nft = new Nft(host.name()).run("list chain inet plumbline input-filter");
        assertTrue(nft.contains("udp dport 7 counter packets 4 bytes 152 accept"), nft);
    }

    @Test
    void showsWhatIsThereWithoutARecord() throws Exception {
        var empty = show();
        assertEquals(0, empty.code());
        assertEquals("plumbline: no firewall rules here are plumbline's\nplumbline: nothing is recorded yet in STATE\n",
                empty.err());
        host.intent("edge.yaml", FIREWALL.formatted(9));
        host.apply();
        new Nft(host.name()).run("add rule inet plumbline input-filter udp dport 5 drop");
        host.loseStore();
        var text = show();
        assertEquals(0, text.code(), text::toString);
        assertTrue(text.out().contains("  of no document on record  0 packets, 0 bytes\n        nft: udp dport 7"),
                text::toString);
        assertTrue(text.out().contains("  not plumbline's  not counted\n        nft: udp dport 5 drop"),
                text::toString);
        assertTrue(rule("udp dport 5").get("packets") == null);
    }
}
