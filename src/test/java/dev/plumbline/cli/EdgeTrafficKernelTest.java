package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.sandbox.SandboxNetwork;
import dev.plumbline.sandbox.Topology;
import dev.plumbline.sandbox.TopologyReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real packets through an edge: client, edge, plugin and server in namespaces of their own. What the sandbox sees of a
 * flow is checked against counters of {@code nft} in the namespaces of the peers.
 */
@Tag("kernel")
@Timeout(60)
class EdgeTrafficKernelTest {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String NETWORK = """
            apiVersion: plumbline.dev/v1
            kind: Topology
            sysctls: {net.ipv4.ip_forward: 1, net.ipv6.conf.all.forwarding: 1, net.ipv4.conf.all.rp_filter: 0,
              net.ipv4.conf.eth0.rp_filter: 0, net.ipv4.conf.tun0.rp_filter: 0, net.ipv4.conf.plugin0.rp_filter: 0}
            links:
              - name: eth0
                addresses: [10.101.0.10/24, "2001:db8:101::10/64"]
                peer:
                  addresses: [10.101.0.1/24, "2001:db8:101::1/64"]
                  owns: [192.0.2.80, 192.0.2.81, 203.0.113.9, "2001:db8:80::80"]
                  routes:
                    - {to: 3.222.10.5/32, via: 10.101.0.10}
                    - {to: 10.100.0.0/24, via: 10.101.0.10}
                    - {to: 100.127.255.192/26, via: 10.101.0.10}
                    - {to: 198.51.100.0/28, via: 10.101.0.10}
                    - {to: "2001:db8:127::/64", via: "2001:db8:101::10"}
              - name: tun0
                addresses: [100.127.255.193/26, "2001:db8:127::1/64"]
                peer:
                  addresses: [100.127.255.200/26, "2001:db8:127::200/64"]
                  owns: [10.100.0.7]
                  routes: [{to: 0.0.0.0/0, via: 100.127.255.193}, {to: "::/0", via: "2001:db8:127::1"}]
              - name: plugin0
                addresses: [198.51.100.1/28, "2001:db8:51::1/64"]
                peer:
                  addresses: [198.51.100.3/28, "2001:db8:51::3/64"]
                  routes:
                    - {to: 100.127.255.192/26, via: 198.51.100.1}
                    - {to: 192.0.2.80/32, via: 198.51.100.1}
                    - {to: 203.0.113.0/24, via: 198.51.100.1}
                    - {to: "::/0", via: "2001:db8:51::1"}
            routes:
              - {to: default, via: 10.101.0.1, dev: eth0}
              - {to: default, via: "2001:db8:101::1", dev: eth0}
              - {to: 10.100.0.0/24, via: 100.127.255.200, dev: tun0}
            checks:
            """;
    private static final String TABLES = """
            kind: RouteTable
            metadata: {name: plugin0}
            spec:
              routes:
                - {to: 198.51.100.0/28, dev: plugin0}
                - {to: 0.0.0.0/0, via: 198.51.100.3, dev: plugin0}
                - {to: 100.127.255.192/26, dev: tun0}
            ---
            kind: RouteTable
            metadata: {name: eth0}
            spec:
              routes:
                - {to: 198.51.100.0/28, dev: plugin0}
                - {to: 100.127.255.192/26, via: 198.51.100.3, dev: plugin0}
                - {to: 10.101.0.0/24, dev: eth0}
                - {to: 0.0.0.0/0, via: 10.101.0.1, dev: eth0}
            ---
            kind: RoutingRules
            metadata: {name: eth0}
            spec:
              rules: [{priority: 12000, iif: eth0, lookup: eth0}]
            """;
    private static final String THROUGH = """
              - from: {link: tun0, address: 100.127.255.200}
                to: {address: 192.0.2.80, protocol: tcp, port: 443}
                before: {device: eth0, source: 100.127.255.200}
                after: {device: eth0, source: 10.101.0.10, through: [plugin0]}
            """;
    private static final String MASQUERADE_OVERLAY = "POSTROUTING -o eth0 -s 100.127.255.192/26 -j MASQUERADE";

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private Topology topology;
    private SandboxNetwork network;
    private TestHost host;

    private void network(String checks) {
        var name = "plm-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        topology = TopologyReader.parse("topology.yaml", NETWORK + checks.indent(2));
        network = SandboxNetwork.make(topology, Optional.of(name));
        namespaces.adopt(network.names());
        host = new TestHost(name, namespaces, directory);
    }

    @AfterEach
    void close() {
        network.close();
    }

    private void firewall(String... rules) {
        firewallWith("", rules);
    }

    private void firewallWith(String more, String... rules) {
        host.intent("firewall.yaml", "kind: Firewall\nmetadata: {name: edge}\nspec:\n" + more.indent(2) + "  rules:\n"
                + Stream.of(rules).map(rule -> rule.startsWith("{") ? rule : "'" + rule + "'")
                        .map(rule -> "    - " + rule + "\n").collect(Collectors.joining()));
    }

    /** Applies, which must leave nothing to do; then every flow must be as it is to be afterwards. */
    private void applied() throws IOException {
        host.apply();
        host.assertNothingToDo();
        for (var check : topology.checks()) {
            var passage = network.ask(check);
            assertTrue(passage.meets(check, check.after()), () -> check.name() + ": " + passage.words(check)
                    + "; expected: it " + check.after());
        }
    }

    private void before() throws IOException {
        for (var check : topology.checks()) {
            if (check.before().isPresent()) {
                var passage = network.ask(check);
                assertTrue(passage.meets(check, check.before().get()), () -> check.name() + ": "
                        + passage.words(check) + "; expected: it " + check.before().get());
            }
        }
    }

    private Nft peer(String link) {
        return new Nft(host.name() + "-" + link);
    }

    /** Counts in the namespace of a peer what goes through one of its hooks, one counter a match. */
    private void count(String link, String hook, String... matches) {
        peer(link).load("table inet seen {\n chain c {\n type filter hook " + hook + " priority -400\n"
                + Stream.of(matches).map(match -> match + " counter\n").collect(Collectors.joining()) + "}\n}\n");
    }

    private List<Integer> counted(String link) {
        return peer(link).run("list table inet seen").lines().filter(line -> line.contains("counter packets"))
                .map(line -> Integer.parseInt(line.replaceAll(".*counter packets (\\d+) .*", "$1"))).toList();
    }

    private void assertAllCounted(String link) {
        var counted = counted(link);
        assertTrue(!counted.isEmpty() && counted.stream().allMatch(each -> each > 0), counted::toString);
    }

    @Test
    void dnatReachesThePlugin() throws IOException {
        network("""
                - from: {link: eth0, address: 203.0.113.9}
                  to: {address: 10.101.0.10, protocol: tcp, port: 45}
                  before: {blocked: true}
                  after: {device: plugin0, destination: 198.51.100.3:22, source: 203.0.113.9}
                """);
        count("plugin0", "input", "ip saddr 203.0.113.9 tcp dport 22");
        before();
        firewall("PREROUTING -i eth0 -p tcp -s 0.0.0.0/0 --dport 45 -j DNAT --to 198.51.100.3:22");
        applied();
        assertAllCounted("plugin0");
    }

    @Test
    void dnatReachesThePluginByAVariableInTheOldForm() throws IOException {
        network("""
                - from: {link: eth0, address: 203.0.113.9}
                  to: {address: 10.101.0.10, protocol: tcp, port: 45}
                  after: {device: plugin0, destination: 198.51.100.3:22, source: 203.0.113.9}
                """);
        firewallWith("variables: {plugin_instance_1_ip: 198.51.100.3}\n",
                "PREROUTING_CUST -i eth0 -p tcp -s 0.0.0.0/0 --dport 45 -j DNAT --to ${plugin_instance_1_ip}:22");
        applied();
    }

    @Test
    void dnatAndMasqueradeOverIpv6() throws IOException {
        network("""
                - from: {link: eth0, address: "2001:db8:80::80"}
                  to: {address: "2001:db8:101::10", protocol: tcp, port: 45}
                  before: {blocked: true}
                  after: {device: plugin0, destination: "[2001:db8:51::3]:22", source: "2001:db8:80::80"}
                - from: {link: plugin0, address: "2001:db8:51::3"}
                  to: {address: "2001:db8:80::80", port: 53}
                  after: {device: eth0, source: "2001:db8:101::10"}
                """);
        count("plugin0", "input", "ip6 saddr 2001:db8:80::80 tcp dport 22");
        count("eth0", "input", "ip6 saddr 2001:db8:101::10 udp dport 53");
        before();
        firewall("PREROUTING -i eth0 -p tcp -d 2001:db8:101::10 --dport 45 -j DNAT --to [2001:db8:51::3]:22",
                "POSTROUTING -o eth0 -s 2001:db8:51::3 -j MASQUERADE");
        applied();
        assertAllCounted("plugin0");
        assertAllCounted("eth0");
    }

    private static final String FROM_PLUGIN = """
            - from: {link: plugin0, address: 198.51.100.3}
              to: {address: 192.0.2.80, protocol: tcp, port: 443}
              before: {device: eth0, source: 198.51.100.3}
              after: {device: eth0, source: %s}
            - from: {link: plugin0, address: 198.51.100.3}
              to: {address: 192.0.2.80, port: 53}
              before: {device: eth0, source: 198.51.100.3}
              after: {device: eth0, source: %<s}
            """;

    @Test
    void masqueradeRewritesTheSource() throws IOException {
        network(FROM_PLUGIN.formatted("10.101.0.10"));
        before();
        count("eth0", "input", "ip saddr 10.101.0.10 tcp dport 443", "ip saddr 10.101.0.10 udp dport 53");
        firewall("POSTROUTING -o eth0 -s 198.51.100.3 -j MASQUERADE");
        applied();
        assertAllCounted("eth0");
    }

    @Test
    void snatRewritesTheSource() throws IOException {
        network(FROM_PLUGIN.formatted("3.222.10.5"));
        before();
        count("eth0", "input", "ip saddr 3.222.10.5 tcp dport 443", "ip saddr 3.222.10.5 udp dport 53");
        firewall("POSTROUTING -o eth0 -s 198.51.100.3 -j SNAT --to 3.222.10.5");
        applied();
        assertAllCounted("eth0");
        firewallWith("variables: {plugin_instance_1_ip: 198.51.100.3, vns3_public_ip: 3.222.10.5}\n",
                "POSTROUTING -o eth0 -s ${plugin_instance_1_ip} -j SNAT --to ${vns3_public_ip}");
        applied();
    }

    /** There and back, each packet passes the plugin: its kernel forwards both ways. */
    private void assertThroughThePlugin(String more, String... rules) throws IOException {
        network(THROUGH);
        before();
        count("plugin0", "forward", "ip saddr 100.127.255.200 ip daddr 192.0.2.80 tcp dport 443",
                "ip saddr 192.0.2.80 ip daddr 100.127.255.200 tcp sport 443");
        host.intent("tables.yaml", TABLES);
        firewallWith(more, rules);
        applied();
        assertAllCounted("plugin0");
    }

    @Test
    void throughThePluginInTheShortForm() throws IOException {
        assertThroughThePlugin("", "PREROUTING -i plugin0 -d 100.127.255.192/26 -j LOOKUP --through --table plugin0",
                MASQUERADE_OVERLAY);
    }

    @Test
    void throughThePluginInTheShortFormByTheWayIn() throws IOException {
        assertThroughThePlugin("", "PREROUTING -i tun0 -s 100.127.255.192/26 -j LOOKUP --through --table plugin0",
                MASQUERADE_OVERLAY);
    }

    @Test
    void throughThePluginInTheLongForm() throws IOException {
        assertThroughThePlugin("", "PREROUTING_CUST -i tun0 -s 100.127.255.192/26 -j NOTRACK",
                "ROUTING_CUST -i tun0 -s 100.127.255.192/26 -m mark --mark 0 -j LOOKUP --table plugin0",
                "PREROUTING_CUST -i plugin0 -d 100.127.255.192/26 -j NOTRACK",
                "ROUTING_CUST -i plugin0 -d 100.127.255.192/26 -m mark --mark 0 -j LOOKUP --table plugin0",
                "MACRO_CUST -o eth0 -s 100.127.255.192/26 -j MASQUERADE");
    }

    /** Rules of routing know no sets: packets are marked for the lookup. */
    @Test
    void throughThePluginByMarks() throws IOException {
        assertThroughThePlugin("""
                sets: [{name: overlay, type: ipv4_addr, interval: true, elements: [100.127.255.192/26]}]
                """, "PREROUTING -i tun0 -s overlay -j NOTRACK",
                "ROUTING_CUST -i tun0 -s overlay -j LOOKUP --table plugin0",
                "PREROUTING -i plugin0 -d overlay -j NOTRACK",
                "ROUTING_CUST -i plugin0 -d overlay -j LOOKUP --table plugin0", MASQUERADE_OVERLAY);
    }

    private static final String COPIED = """
            - from: {link: tun0, address: 10.100.0.7}
              to: {address: 192.0.2.81, protocol: tcp, port: 80}
              before: {device: eth0}
              after: {device: eth0, source: 10.100.0.7%s}
            """;

    private void assertCopied(String direction, String copies, boolean in, boolean out) throws IOException {
        network(COPIED.formatted(copies));
        before();
        count("plugin0", "prerouting", "ip saddr 10.100.0.7 ip daddr 192.0.2.81 tcp dport 80",
                "ip saddr 192.0.2.81 ip daddr 10.100.0.7 tcp sport 80");
        count("eth0", "input", "ip saddr 10.100.0.7 tcp dport 80");
        firewall("MACRO_CUST -s 10.100.0.0/24 -j COPY --" + direction + " --to 198.51.100.3 --from tun0");
        applied();
        var counted = counted("plugin0");
        assertEquals(List.of(in, out), List.of(counted.get(0) > 0, counted.get(1) > 0), counted::toString);
        assertAllCounted("eth0");
    }

    @Test
    void copiesOfBothDirections() throws IOException {
        assertCopied("bidirectional", ", copiesAt: [plugin0], answerCopiesAt: [plugin0]", true, true);
    }

    @Test
    void copiesOfWhatComesIn() throws IOException {
        assertCopied("inbound", ", copiesAt: [plugin0]", true, false);
    }

    @Test
    void copiesOfWhatGoesOut() throws IOException {
        assertCopied("outbound", ", answerCopiesAt: [plugin0]", false, true);
    }

    private static final String DROPPED = """
            - from: {link: eth0, address: 203.0.113.9}
              to: {address: 100.127.255.200, protocol: tcp, port: 22}
              before: {device: tun0}
              after: {blocked: true}
            - from: {link: tun0, address: 100.127.255.200}
              to: {address: 192.0.2.80, protocol: tcp, port: 443}
              after: {device: eth0}
            - from: {link: tun0, address: "2001:db8:127::200"}
              to: {address: "2001:db8:80::80", port: 53}
              after: {device: eth0}
            """;

    @Test
    void aPolicyOfDropLetsAnswersPass() throws IOException {
        network(DROPPED);
        before();
        firewallWith("policies: {forward: drop}\n", "FORWARD -i tun0 -o eth0 -j ACCEPT");
        applied();
    }

    /** Who is connected stays so when the rule that let him in goes; nobody else comes in. */
    @Test
    void establishedConnectionsOutliveTheirRule() throws Exception {
        network("[]\n");
        firewallWith("policies: {forward: drop}\n", "FORWARD -i tun0 -p tcp --dport 7 -j ACCEPT",
                "POSTROUTING -o eth0 -j MASQUERADE");
        applied();
        try (var server = inside("eth0", () -> new ServerSocket(7, 5, InetAddress.ofLiteral("192.0.2.80")));
                var client = inside("tun0", EdgeTrafficKernelTest::connected);
                var served = server.accept()) {
            exchange(client, served);
            firewallWith("policies: {forward: drop}\n", "POSTROUTING -o eth0 -j MASQUERADE");
            applied();
            exchange(client, served);
            assertThrows(IOException.class, () -> inside("tun0", EdgeTrafficKernelTest::connected).close());
            firewallWith("policies: {forward: drop}\n", "FORWARD -i tun0 -p tcp --dport 7 -j ACCEPT",
                    "POSTROUTING -o eth0 -j MASQUERADE");
            applied();
            inside("tun0", EdgeTrafficKernelTest::connected).close();
        }
    }

    private static Socket connected() throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.80"), 7), 800);
            socket.setSoTimeout(2000);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void exchange(Socket client, Socket served) throws IOException {
        served.setSoTimeout(2000);
        client.getOutputStream().write(7);
        assertEquals(7, served.getInputStream().read());
        served.getOutputStream().write(8);
        assertEquals(8, client.getInputStream().read());
    }

    private <T> T inside(String link, Callable<T> task) throws Exception {
        try (var namespace = NetworkNamespace.named(host.name() + "-" + link)) {
            return namespace.call(task);
        }
    }

    /** What somebody broke is put back, and traffic goes its way again. */
    @Test
    void trafficComesBackAfterDrift() throws IOException {
        network("""
                - from: {link: eth0, address: 203.0.113.9}
                  to: {address: 10.101.0.10, protocol: tcp, port: 45}
                  after: {device: plugin0, destination: 198.51.100.3:22, source: 203.0.113.9}
                """);
        firewall("PREROUTING -i eth0 -p tcp --dport 45 -j DNAT --to 198.51.100.3:22");
        applied();
        new Nft(host.name()).run("flush table inet plumbline");
        var check = topology.checks().getFirst();
        assertFalse(network.ask(check).meets(check, check.after()));
        applied();
        new Nft(host.name()).run("delete table inet plumbline");
        applied();
    }
}
