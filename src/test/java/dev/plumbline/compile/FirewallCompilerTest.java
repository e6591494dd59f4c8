package dev.plumbline.compile;

import static dev.plumbline.compile.FirewallScene.document;
import static dev.plumbline.compile.FirewallScene.errors;
import static dev.plumbline.compile.FirewallScene.firewall;
import static dev.plumbline.compile.FirewallScene.inet;
import static dev.plumbline.compile.FirewallScene.rules;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From Firewall documents to plumbline's tables. */
class FirewallCompilerTest {

    private final FirewallScene scene = new FirewallScene();

    private void assertRules(List<String> expected, String... lines) {
        assertEquals(expected, inet(scene.apply(firewall("edge", lines))));
    }

    private void assertError(String expected, String... documents) {
        var errors = errors(scene.compile(documents));
        assertTrue(errors.stream().anyMatch(each -> each.contains(expected)), () -> expected + " in " + errors);
    }

    @Test
    void linesOfVns3() {
        scene.attachment("plugin_instance_1", "198.51.100.3");
        assertRules(List.of(
                "postrouting-nat: oifname \"eth0\" ip saddr 198.51.100.3 masquerade",
                "postrouting-nat: oifname \"eth0\" ip saddr 198.51.100.3 snat ip to 3.222.10.5",
                "prerouting-nat: iifname \"eth0\" meta nfproto ipv4 tcp dport 45 dnat ip to 198.51.100.3:22"),
                "PREROUTING -i eth0 -p tcp -s 0.0.0.0/0 --dport 45 -j DNAT --to ${plugin_instance_1_ip}:22",
                "POSTROUTING_CUST -o eth0 -s 198.51.100.3 -j MASQUERADE",
                "POSTROUTING -o eth0 -s ${plugin_instance_1_ip} -j SNAT --to 3.222.10.5");
    }

    @Test
    void baseChainsStandWhereIptablesHasItsTables() {
        var firewall = scene.apply(firewall("edge", "PREROUTING -j NOTRACK", "PREROUTING -j MARK --set-mark 1",
                "PREROUTING -p tcp -j REDIRECT", "INPUT -j DROP", "-t nat INPUT -j SNAT --to 10.0.0.1",
                "FORWARD -j DROP", "OUTPUT -j MARK --set-mark 1", "OUTPUT -p tcp -j REDIRECT", "POSTROUTING -j DROP",
                "POSTROUTING -j MASQUERADE"));
        assertEquals(List.of("forward-filter filter forward 0", "input-filter filter input 0",
                "input-nat nat input 100", "output-mangle route output -150", "output-nat nat output -100",
                "postrouting-mangle filter postrouting -150", "postrouting-nat nat postrouting 100",
                "prerouting-mangle filter prerouting -150", "prerouting-nat nat prerouting -100",
                "prerouting-raw filter prerouting -300"),
                firewall.state().table(TableFamily.INET).orElseThrow().chains().stream().map(chain -> chain.name() + " "
                        + chain.base().map(base -> base.type() + " " + base.hook() + " " + base.priority())
                                .orElse("")).toList());
    }

    @Test
    void whatEndsTheWayInPreroutingStandsAtEveryStage() {
        assertRules(List.of("prerouting-mangle: ip saddr 10.0.0.1 accept",
                "prerouting-mangle: meta mark set 0x00000001",
                "prerouting-nat: ip saddr 10.0.0.1 accept", "prerouting-raw: ip saddr 10.0.0.1 accept",
                "prerouting-raw: notrack"), "PREROUTING -s 10.0.0.1 -j ACCEPT", "PREROUTING -j MARK --set-mark 1",
                "PREROUTING -j NOTRACK");
        // Before tracking there is no connection: this would let everything go.
        assertRules(List.of("prerouting-mangle: ct state invalid accept", "prerouting-nat: ct state invalid accept"),
                "PREROUTING -m conntrack --ctstate INVALID -j ACCEPT");
        // What it does beside is done once.
        assertEquals(List.of("prerouting-mangle: accept", "prerouting-nat: accept", "prerouting-raw: accept"),
                inet(scene.apply(document("edge", "rules: [{chain: prerouting, counter: true, action: accept}]"))));
    }

    @Test
    void familiesAndLists() {
        assertRules(List.of("forward-filter: accept", "forward-filter: ip saddr { 10.0.0.1, 10.1.0.0/16 } drop",
                "forward-filter: ip6 saddr 2001:db8::/32 drop", "forward-filter: ip saddr != 10.0.0.0/8 drop",
                "forward-filter: iifname { \"a\", \"b\" } drop", "forward-filter: iifname \"c*\" drop",
                "forward-filter: meta l4proto { tcp, udp } th dport { 53, 80-90 } drop",
                "forward-filter: icmp type { echo-reply, echo-request } drop",
                "forward-filter: icmp type destination-unreachable icmp code frag-needed drop"),
                "FORWARD -j ACCEPT", "FORWARD -s 10.0.0.1,10.1.0.0/16,2001:db8::/32 -j DROP",
                "FORWARD ! -s 10.0.0.0/8 -j DROP", "FORWARD -i a,b,c+ -j DROP",
                "FORWARD -p tcp,udp --dport 53,80:90 -j DROP",
                "FORWARD -p icmp --icmp-type echo-request,echo-reply,3/4 -j DROP");
    }

    @Test
    void subChainsAreMadeForEachStageThatTheyAreReachedAt() {
        assertRules(List.of("prerouting-mangle: tcp dport 80 jump web-mangle",
                "prerouting-raw: tcp dport 80 jump web-raw", 
                "web-mangle: ip saddr 10.0.0.1 drop", "web-raw: notrack"), "PREROUTING -p tcp --dport 80 -j web",
                "web -s 10.0.0.1 -j DROP", "web -j NOTRACK");
    }

    @Test
    void keysDoNotHangOnValuesOrPlaces() {
        scene.variables = java.util.Optional.of(java.util.Map.of("net", "10.0.0.0/8"));
        var first = scene.apply(firewall("edge", "FORWARD -s ${net} -j DROP", "FORWARD -j ACCEPT"));
        scene.variables = java.util.Optional.of(java.util.Map.of("net", "10.0.0.0/16"));
        var second = scene.apply(firewall("edge", "FORWARD -i eth0 -j DROP", "FORWARD -s ${net} -j DROP",
                "FORWARD -j ACCEPT"));
        var before = chain(first, "forward-filter").rules();
        var after = chain(second, "forward-filter").rules();
        assertEquals(before.getFirst().key(), after.get(1).key());
        assertEquals(before.getLast(), after.getLast());
        assertFalse(before.getFirst().equals(after.get(1)));
        assertEquals("Firewall/edge", after.getFirst().comment());
        assertTrue(after.getFirst().key().map(key -> key.isOf("Firewall/edge")).orElseThrow());
        assertFalse(after.getFirst().key().map(key -> key.isOf("Firewall/edges")).orElseThrow());
        assertEquals(6, second.rules().get(after.get(0).key().orElseThrow()).line());
    }

    private static Chain chain(DesiredFirewall firewall, String name) {
        return firewall.state().table(TableFamily.INET).orElseThrow().chain(name).orElseThrow();
    }
}
