package dev.plumbline.compile;

import static dev.plumbline.compile.FirewallScene.errors;
import static dev.plumbline.compile.FirewallScene.firewall;
import static dev.plumbline.compile.FirewallScene.inet;
import static dev.plumbline.compile.FirewallScene.routeTable;
import static dev.plumbline.compile.FirewallScene.routing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.compile.firewall.RoutingSelectors;
import dev.plumbline.state.Family;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RoutingRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lookups: rules of routing where those can say it, else marks. */
class FirewallLookupTest {

    private static final String PLUGIN0 = routeTable("plugin0", "id: 110");
    private static final String EDGE = routeTable("edge0", "id: 111");

    private final FirewallScene scene = new FirewallScene();

    private Compilation compile(String... lines) {
        var compilation = scene.compile(firewall("edge", lines), PLUGIN0, EDGE);
        assertEquals(List.of(), errors(compilation));
        return compilation;
    }

    private static List<String> notes(Compilation compilation) {
        return compilation.notes().stream().filter(each -> each.startsWith("Firewall/")).toList();
    }

    private void assertError(String expected, String... documents) {
        var errors = errors(scene.compile(documents));
        assertTrue(errors.stream().anyMatch(each -> each.contains(expected)), () -> expected + " in " + errors);
    }

    @Test
    void theLinesOf52() {
        var compilation = compile("PREROUTING_CUST -i tun0 -s 100.127.255.192/26 -j NOTRACK",
                "ROUTING_CUST -i tun0 -s 100.127.255.192/26 -m mark --mark 0 -j LOOKUP --table plugin0",
                "PREROUTING_CUST -i plugin0 -d 100.127.255.192/26 -j NOTRACK",
                "ROUTING_CUST -i plugin0 -d 100.127.255.192/26 -m mark --mark 0 -j LOOKUP --table plugin0");
        assertEquals(List.of("30000: from 100.127.255.192/26 fwmark 0x0 iif tun0 lookup 110",
                "30001: from all to 100.127.255.192/26 fwmark 0x0 iif plugin0 lookup 110"), routing(compilation));
        assertEquals(List.of("prerouting-raw: iifname \"tun0\" ip saddr 100.127.255.192/26 notrack",
                "prerouting-raw: iifname \"plugin0\" ip daddr 100.127.255.192/26 notrack"),
                inet(compilation.desired().firewall()));
    }

    @Test
    void throughAHostEitherWay() {
        var rules = List.of("30000: from 100.127.255.192/26 fwmark 0x0 iif tun0 lookup 110",
                "30000: from all to 100.127.255.192/26 fwmark 0x0 iif plugin0 lookup 110");
        var tracked = List.of("prerouting-raw: iifname \"tun0\" ip saddr 100.127.255.192/26 notrack",
                "prerouting-raw: iifname \"plugin0\" ip daddr 100.127.255.192/26 notrack");
        for (var line : List.of("PREROUTING -i tun0 -s 100.127.255.192/26 -j LOOKUP --through --table plugin0",
                "PREROUTING -i plugin0 -d 100.127.255.192/26 -j LOOKUP --through --table plugin0 --from tun0")) {
            var compilation = compile(line);
            assertEquals(rules, routing(compilation));
            assertEquals(tracked, inet(compilation.desired().firewall()));
            assertEquals(List.of(), notes(compilation));
        }
        var short53 = firewall("edge",
                "PREROUTING -i plugin0 -d 100.127.255.192/26 -j LOOKUP --through --table plugin0");
        scene.link("tun0", "100.127.255.254/26").link("plugin0", "198.51.100.1/28");
        var told = scene.compile(short53, routeTable("plugin0",
                "{id: 110, routes: [{to: default, dev: plugin0}, {to: 100.127.255.192/26, dev: tun0}]}"));
        assertEquals(List.of(), errors(told));
        assertEquals(rules, routing(told));
        assertEquals(tracked, inet(told.desired().firewall()));
        assertEquals(List.of("Firewall/edge: a.yaml:6:8: the traffic comes in by tun0, as the route to it in table"
                + " plugin0 says; `--from tun0` (`from:`) would say it here"), notes(told));
        assertError("a.yaml:6:8: error: the incoming interface is not known: the table plugin0 has no route to"
                + " 100.127.255.192/26; write the interface behind --from", short53, PLUGIN0);
    }

    @Test
    void bothFamiliesAndLists() {
        assertEquals(List.of("30000: from all iif tun0 lookup 110", "inet6 30000: from all iif tun0 lookup 110",
                "30001: from all iif a ipproto tcp dport 80-90 lookup 111".replace("tcp", "6"),
                "30001: from all iif b ipproto 6 dport 80-90 lookup 111",
                "inet6 30001: from all iif a ipproto 6 dport 80-90 lookup 111",
                "inet6 30001: from all iif b ipproto 6 dport 80-90 lookup 111",
                "30002: from 10.0.0.0/8 lookup 7", "inet6 30002: from 2001:db8::/32 lookup 7"),
                routing(compile("PREROUTING -i tun0 -j LOOKUP --table plugin0",
                        "PREROUTING -i a,b -p tcp --dport 80:90 -j LOOKUP --table edge0",
                        "PREROUTING -s 10.0.0.0/8,2001:db8::/32 -j LOOKUP --table 7")));
    }

    @Test
    void aMarkSaysWhatRoutingCannot() {
        for (var condition : List.of("-i tun+", "! -i tun0", "-s 10.0.0.1-10.0.0.9", "-m conntrack --ctstate NEW",
                "-p tcp --syn", "-p icmp --icmp-type echo-request", "-m mark ! --mark 0x1", "-p tcp --dport 0")) {
            var compilation = compile("PREROUTING " + condition + " -j LOOKUP --table plugin0");
            assertEquals(List.of("30000: from all fwmark 0x1000000/0xff000000 lookup 110",
                    "inet6 30000: from all fwmark 0x1000000/0xff000000 lookup 110"), routing(compilation), condition);
            var rules = inet(compilation.desired().firewall());
            assertEquals(1, rules.size());
            assertTrue(rules.getFirst().startsWith("prerouting-mangle: ") && rules.getFirst().endsWith(
                    "meta mark set meta mark & 0x01ffffff | 0x01000000 accept"), rules.getFirst());
        }
    }

    @Test
    void aRuleBeforeMayLetPacketsGo() {
        var compilation = compile("PREROUTING -i a -j LOOKUP --table edge0", "PREROUTING -s 10.0.0.1 -j ACCEPT",
                "PREROUTING -i tun0 -j LOOKUP --table plugin0", "PREROUTING -i b -j LOOKUP --table edge0");
        assertEquals(List.of("30000: from all iif a lookup 111", "inet6 30000: from all iif a lookup 111",
                "30001: from all fwmark 0x1000000/0xff000000 lookup 110",
                "inet6 30001: from all fwmark 0x1000000/0xff000000 lookup 110",
                "30002: from all fwmark 0x2000000/0xff000000 lookup 111",
                "inet6 30002: from all fwmark 0x2000000/0xff000000 lookup 111"), routing(compilation));
        assertEquals(List.of("prerouting-mangle: ip saddr 10.0.0.1 accept",
                "prerouting-mangle: iifname \"tun0\" meta mark set meta mark & 0x01ffffff | 0x01000000 accept",
                "prerouting-mangle: iifname \"b\" meta mark set meta mark & 0x02ffffff | 0x02000000 accept",
                "prerouting-nat: ip saddr 10.0.0.1 accept", "prerouting-raw: ip saddr 10.0.0.1 accept"),
                inet(compilation.desired().firewall()));
        // What drops lets nothing go, and what ends at other stages says nothing of routing.
        assertEquals(2, routing(compile("PREROUTING -s 10.0.0.1 -j DROP", "PREROUTING -j NOTRACK",
                "PREROUTING -p tcp -j REDIRECT", "PREROUTING -i tun0 -j LOOKUP --table plugin0")).stream()
                        .filter(each -> each.contains("iif tun0")).count());
    }

    @Test
    void marksThatChangeLaterAreLookedAtInTheirPlace() {
        assertEquals(List.of("30000: from all fwmark 0x1000000/0xff000000 lookup 110",
                "inet6 30000: from all fwmark 0x1000000/0xff000000 lookup 110"),
                routing(compile("PREROUTING -m mark --mark 0 -j LOOKUP --table plugin0",
                        "PREROUTING -j MARK --set-mark 1")));
        assertEquals(List.of("30000: from all fwmark 0x1 lookup 110", "inet6 30000: from all fwmark 0x1 lookup 110"),
                routing(compile("PREROUTING -j MARK --set-mark 1",
                        "PREROUTING -m mark --mark 1 -j LOOKUP --table plugin0")));
    }

    @Test
    void lookupsInSubChains() {
        var compilation = compile("PREROUTING -i tun0 -j routes", "routes -s 10.0.0.1 -j LOOKUP --table plugin0");
        assertEquals(List.of("prerouting-mangle: iifname \"tun0\" jump routes-mangle",
                "routes-mangle: ip saddr 10.0.0.1 meta mark set meta mark & 0x01ffffff | 0x01000000 accept"),
                inet(compilation.desired().firewall()));
        assertError("LOOKUP cannot stand in forward; it can in prerouting (the chain `routes` is reached from forward"
                + " at the stage filter)", firewall("edge", "FORWARD -j routes", "routes -j LOOKUP --table plugin0"),
                PLUGIN0);
    }

    @Test
    void marksKeepTheirBitsAndValues() {
        var line = "PREROUTING -i tun+ -j LOOKUP --table plugin0";
        scene.carryOut(compile(line));
        assertEquals(List.of(), notes(compile(line)));
        // The first table of now is not the first of then.
        var more = compile("PREROUTING -i a+ -j LOOKUP --table edge0", line);
        assertEquals(List.of("30001: from all fwmark 0x1000000/0xff000000 lookup 110",
                "30000: from all fwmark 0x2000000/0xff000000 lookup 111"),
                routing(more).stream().filter(each -> !each.startsWith("inet6")).toList());
        assertEquals(List.of("Firewall/edge: a.yaml:6:8: packets to be looked up in edge0 are marked"
                + " 0x2000000/0xff000000"), notes(more));
    }

    @Test
    void marksThatSomebodySpeaksOfAreNotTaken() {
        scene.rules.add(RoutingSelectors.marked(Family.IPV4, 100, new RoutingRule.Mark(0x80000000L, 0x80000000L), 9)
                .withProtocol(Protocol.BOOT));
        var rules = routing(compile("PREROUTING -i tun+ -j LOOKUP --table plugin0",
                "FORWARD -m mark --mark 0x10000/0x10000 -j DROP", "FORWARD -j MARK --set-mark 0x80/0x80"));
        assertTrue(rules.getFirst().contains("fwmark 0x800000/0x7f800000"), rules.toString());
        assertError("this lookup needs a mark, and the documents and rules of others leave no 8 bits of it free",
                firewall("edge", "FORWARD -m mark --mark 0/0xffffff80 -j DROP",
                        "PREROUTING -i tun+ -j LOOKUP --table plugin0"), PLUGIN0);
    }

    @Test
    void aTableOfADevice() {
        var eth0 = routeTable("eth0", "{id: 112, interface: eth0}");
        assertEquals(List.of("32000: from all fwmark 0x0 iif eth0 lookup 112",
                "inet6 32000: from all fwmark 0x0 iif eth0 lookup 112"), routing(scene.compile(eth0)));
        assertError("b.yaml:5:24: error: `from all fwmark 0x0 iif eth0` at priority 32000 is already a rule of"
                + " RouteTable/eth0 at a.yaml:5:24", eth0, routeTable("other", "{id: 113, interface: eth0}"));
    }

    @Test
    void aTableThatIsNot() {
        assertError("a.yaml:6:8: error: no RouteTable and no line of rt_tables is named plugin; did you mean plugin0?",
                firewall("edge", "PREROUTING -i tun0 -j LOOKUP --table plugin"), PLUGIN0);
        assertError("table 0 is not 1 to 4294967295", firewall("edge", "PREROUTING -i tun0 -j LOOKUP --table 0"));
    }

    @Test
    void aWaitingDocumentKeepsItsRulesOfRouting() {
        scene.attachment("web", "10.0.0.7");
        var edge = firewall("edge", "PREROUTING -i tun0 -j LOOKUP --table plugin0",
                "PREROUTING -s ${web_ip} -j LOOKUP --table plugin0");
        var other = firewall("other", "PREROUTING -i tun1 -j LOOKUP --table plugin0");
        scene.apply(edge, other, PLUGIN0);
        var before = scene.rules.stream().map(RoutingRule::toString).sorted().toList();
        scene.attachments.clear();
        scene.apply(edge, other, PLUGIN0);
        assertEquals(before, scene.rules.stream().map(RoutingRule::toString).sorted().toList());
        assertEquals(5, before.size());
    }
}
