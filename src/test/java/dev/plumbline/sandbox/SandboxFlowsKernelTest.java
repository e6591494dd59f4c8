package dev.plumbline.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.FlowCheck;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.TableFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the sandbox sees of flows between peers, where {@code nft} and {@code ip} made the rules. */
@Tag("kernel")
class SandboxFlowsKernelTest {

    private static final String NETWORK = """
            apiVersion: plumbline.dev/v1
            kind: Topology
            sysctls: {net.ipv4.ip_forward: 1, net.ipv6.conf.all.forwarding: 1, net.ipv4.conf.all.rp_filter: 0,
              net.ipv4.conf.eth0.rp_filter: 0, net.ipv4.conf.tun0.rp_filter: 0, net.ipv4.conf.plugin0.rp_filter: 0}
            links:
              - name: eth0
                addresses: [10.0.0.10/24, "2001:db8:e::10/64"]
                peer: {addresses: [10.0.0.1/24, "2001:db8:e::1/64"], owns: [192.0.2.7]}
              - name: tun0
                addresses: [100.64.0.1/24]
                peer: {addresses: [100.64.0.7/24], routes: [{to: 0.0.0.0/0, via: 100.64.0.1}]}
              - name: plugin0
                addresses: [198.51.100.1/28, "2001:db8:f::1/64"]
                peer:
                  addresses: [198.51.100.3/28, "2001:db8:f::3/64"]
                  routes: [{to: 0.0.0.0/0, via: 198.51.100.1}, {to: "::/0", via: "2001:db8:f::1"}]
            routes:
              - {to: default, via: 10.0.0.1, dev: eth0}
            checks:
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private String host;
    private SandboxNetwork network;
    private Topology topology;

    @BeforeEach
    void noNetworkYet() {
        host = "plf-" + ProcessHandle.current().pid();
    }

    private void make(String checks) {
        topology = TopologyReader.parse("topology.yaml", NETWORK + checks);
        network = SandboxNetwork.make(topology, Optional.of(host));
        namespaces.adopt(network.names());
    }

    @AfterEach
    void close() {
        network.close();
    }

    private void nft(String rules) {
        new Nft(host).load(rules);
    }

    /** Asks the one check, whose result must be the one that it says. */
    private String met() throws IOException {
        var check = topology.checks().getFirst();
        var passage = network.ask(check);
        assertTrue(passage.meets(check, check.after()), () -> passage.words(check) + ", not: " + check.after());
        check.before().ifPresent(other -> assertFalse(passage.meets(check, other), () -> passage.words(check)));
        return passage.words(check);
    }

    @Test
    void aRewrittenDestination() throws IOException {
        make("""
                  - from: {link: eth0, address: 10.0.0.1}
                    to: {address: 10.0.0.10, protocol: tcp, port: 45}
                    before: {device: plugin0, destination: 198.51.100.3:23}
                    after: {device: plugin0, destination: 198.51.100.3:22, source: 10.0.0.1}
                """);
        nft("table ip t { chain c { type nat hook prerouting priority -100;"
                + " tcp dport 45 dnat to 198.51.100.3:22; }; }");
        assertEquals("left by plugin0 to 198.51.100.3:22, answered", met());
    }

    @Test
    void aRewrittenDestinationOverIpv6() throws IOException {
        make("""
                  - from: {link: eth0, address: "2001:db8:e::1"}
                    to: {address: "2001:db8:e::10", protocol: tcp, port: 45}
                    after: {device: plugin0, destination: "[2001:db8:f::3]:22", source: "2001:db8:e::1"}
                """);
        nft("table ip6 t { chain c { type nat hook prerouting priority -100;"
                + " tcp dport 45 dnat to [2001:db8:f::3]:22; }; }");
        assertEquals("left by plugin0 to [2001:db8:f::3]:22, answered", met());
    }

    @Test
    void aRewrittenSource() throws IOException {
        make("""
                  - from: {link: plugin0, address: 198.51.100.3}
                    to: {address: 192.0.2.7, port: 53}
                    before: {device: eth0, source: 198.51.100.3}
                    after: {device: eth0, source: 10.0.0.10}
                """);
        nft("table ip t { chain c { type nat hook postrouting priority 100; oif eth0 masquerade; }; }");
        assertEquals("left by eth0 from 10.0.0.10, answered", met());
    }

    /** The way back of a source that is not rewritten leads nowhere, so the flow is not what is expected. */
    @Test
    void noAnswerIsNotEnough() throws IOException {
        make("""
                  - from: {link: plugin0, address: 198.51.100.3}
                    to: {address: 192.0.2.7, port: 53}
                    after: {device: eth0}
                """);
        var check = topology.checks().getFirst();
        var passage = network.ask(check);
        assertEquals("left by eth0, no answer finds its way back", passage.words(check));
        assertFalse(passage.meets(check, check.after()));
    }

    @Test
    void aWayThroughAPeer() throws IOException {
        make("""
                  - from: {link: tun0, address: 100.64.0.7}
                    to: {address: 192.0.2.7, protocol: tcp, port: 443}
                    before: {device: eth0}
                    after: {device: eth0, through: [plugin0], source: 10.0.0.10}
                """);
        var ip = namespaces.ip(host);
        ip.run("route add default via 198.51.100.3 dev plugin0 table 110");
        ip.run("route add 100.64.0.0/24 dev tun0 table 110");
        ip.run("route add 100.64.0.0/24 via 198.51.100.3 dev plugin0 table 111");
        ip.run("rule add iif tun0 from 100.64.0.0/24 lookup 110 priority 100");
        ip.run("rule add iif plugin0 to 100.64.0.0/24 lookup 110 priority 101");
        ip.run("rule add iif eth0 lookup 111 priority 102");
        nft("""
                table ip t {
                    chain raw {
                        type filter hook prerouting priority -300
                        iif tun0 ip saddr 100.64.0.0/24 notrack
                        iif plugin0 ip daddr 100.64.0.0/24 notrack
                    }
                    chain nat { type nat hook postrouting priority 100; oif eth0 masquerade; }
                }
                """);
        assertEquals("left by eth0 from 10.0.0.10 through plugin0, answered through plugin0", met());
    }

    @Test
    void copies() throws IOException {
        make("""
                  - from: {link: tun0, address: 100.64.0.7}
                    to: {address: 192.0.2.7, protocol: tcp, port: 443}
                    before: {device: eth0, copiesAt: [plugin0]}
                    after: {device: eth0, copiesAt: [plugin0], answerCopiesAt: [plugin0]}
                """);
        namespaces.ip(host + "-plugin0").run("route del default");
        namespaces.ip(host + "-eth0").run("route add 100.64.0.0/24 via 10.0.0.10");
        nft("""
                table ip t {
                    chain in {
                        type filter hook prerouting priority -150
                        iif tun0 ip saddr 100.64.0.7 dup to 198.51.100.3
                    }
                    chain out {
                        type filter hook postrouting priority -150
                        oif tun0 ip daddr 100.64.0.7 dup to 198.51.100.3
                    }
                }
                """);
        assertEquals("left by eth0 with a copy to plugin0, answered with a copy to plugin0", met());
    }

    @Test
    void whatIsDropped() throws IOException {
        make("""
                  - from: {link: eth0, address: 10.0.0.1}
                    to: {address: 198.51.100.3, protocol: tcp, port: 22}
                    before: {device: plugin0}
                    after: {blocked: true}
                """);
        namespaces.ip(host + "-eth0").run("route add 198.51.100.0/28 via 10.0.0.10");
        nft("table ip t { chain c { type filter hook forward priority 0; policy drop; }; }");
        assertEquals("did not leave", met());
    }

    @Test
    void firewallDrift() {
        make("  []\n");
        nft("""
                table inet plumbline {
                    chain a { tcp dport 1 accept; tcp dport 2 accept; }
                    chain b { tcp dport 2 drop; }
                }
                table inet other {
                    chain a { tcp dport 2 accept; }
                }
                """);
        var origin = new Origin("Topology", "topology.yaml", 1, 1);
        var said = drift(new Drift.DeleteFirewallRule("dport 2", origin));
        assertEquals(2, said.size(), said.toString());
        assertTrue(said.getFirst().matches("nft delete rule inet plumbline a handle \\d+ +# tcp dport 2 accept"),
                said::toString);
        var left = new Nft(host).run("list ruleset");
        assertTrue(left.contains("tcp dport 1 accept") && !left.contains("dport 2 drop"), left);
        assertEquals(1, left.split("dport 2", -1).length - 1, left);
        assertThrows(UncheckedIOException.class, () -> drift(new Drift.DeleteFirewallRule("dport 2", origin)));
        assertEquals(List.of("nft flush table inet plumbline    # 1 rules"),
                drift(new Drift.FlushFirewall(TableFamily.INET, origin)));
        assertEquals(List.of(), new Nft(host).rules("inet", "plumbline", "a"));
        assertEquals(1, new Nft(host).rules("inet", "other", "a").size());
    }

    private List<String> drift(Drift drift) {
        return network.drift(drift, table -> 0);
    }
}
