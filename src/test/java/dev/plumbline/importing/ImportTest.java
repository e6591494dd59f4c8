package dev.plumbline.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.RouteJson;
import dev.plumbline.json.RuleJson;
import dev.plumbline.json.StateArbitraries;
import dev.plumbline.state.Family;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ImportTest {

    private static Route route(String rest) {
        return RouteJson.fromJson(JsonText.parse(
                "{'family':'inet','table':'main','protocol':'static',".replace('\'', '"') + rest.replace('\'', '"')
                + "}"));
    }

    private static RoutingRule rule(String rest) {
        return RuleJson.fromJson(JsonText.parse("{'family':'inet',".replace('\'', '"') + rest.replace('\'', '"')
                + "}"));
    }

    private static ImportResult imported(List<Route> routes, List<RoutingRule> rules, Map<String, Long> names) {
        return Import.of(new NamespaceState(new NamespaceId("b", 1), List.of(), List.of(), RouteTables.of(routes),
                rules),
                names, Document.HOST);
    }

    private static RouteTableSpec table(Document document) {
        return (RouteTableSpec) document.spec();
    }

    @Test
    void tablesBecomeDocumentsThatAdopt() {
        var result = imported(List.of(
                route("'dst':'default','gateway':'10.0.0.1','dev':'eth0','metric':100"),
                route("'dst':'10.9.0.0/16','dev':'eth1','protocol':'boot','scope':'link'"),
                RouteJson.fromJson(JsonText.parse("{\"family\":\"inet6\",\"dst\":\"2001:db8::/32\",\"gateway\":"
                        + "\"fe80::1\",\"dev\":\"eth0\",\"table\":\"main\",\"protocol\":\"static\",\"metric\":1024}")),
                RouteJson.fromJson(JsonText.parse("{\"family\":\"inet\",\"dst\":\"default\",\"dev\":\"tun0\","
                        + "\"table\":\"110\",\"protocol\":\"static\",\"scope\":\"link\"}")),
                RouteJson.fromJson(JsonText.parse("{\"family\":\"inet\",\"dst\":\"default\",\"dev\":\"tun1\","
                        + "\"table\":\"7\",\"protocol\":\"static\",\"scope\":\"link\"}"))),
                List.of(), Map.of("plugin0", 110L, "Not_A_Label", 7L, "local", 255L, "also-plugin", 120L));
        assertEquals(List.of(), result.skipped());
        assertEquals(List.of("table-7", "plugin0", "main"), result.documents().stream().map(Document::name).toList());
        assertEquals(7, table(result.documents().getFirst()).id().orElseThrow().value());
        var main = table(result.documents().getLast());
        assertEquals(Optional.empty(), main.id());
        assertTrue(main.adopt());
        assertEquals(List.of("default via 10.0.0.1 dev eth0 metric 100 table 0",
                "10.9.0.0/16 dev eth1 scope link table 0"),
                main.ipv4().toList().stream().map(Route::toString).toList());
        assertEquals(List.of("2001:db8::/32 via fe80::1 dev eth0 table 0"),
                main.ipv6().toList().stream().map(Route::toString).toList());
    }

    @Test
    void whatBelongsToOthersIsNamedWithTheReason() {
        var cases = new ArrayList<Route>();
        cases.add(route("'dst':'10.0.0.0/24','dev':'eth0'").withAttributes(
                route("'dst':'10.0.0.0/24','dev':'eth0'").attributes().withProtocol(Protocol.KERNEL)));
        for (int protocol : new int[] {1, 9, 16, 12, 42, 157, 186, 200, 255}) {
            var base = route("'dst':'10.0." + protocol + ".0/24','dev':'eth0'");
            cases.add(base.withAttributes(base.attributes().withProtocol(protocol)));
        }
        cases.add(route("'dst':'10.1.0.0/24','dev':'eth0','expires':60"));
        cases.add(route("'dst':'10.2.0.0/24','dev':'eth0','otherAttributes':['30:01000000']"));
        cases.add(route("'dst':'10.3.0.0/24','dev':'eth0','metrics':[{'mtu':1400,'window':9}]"));
        cases.add(route("'type':'local','dst':'10.4.0.0/24','dev':'eth0'"));
        cases.add(route("'dst':'10.5.0.0/24','dev':''"));
        for (var text : List.of("fe80::/64", "ff00::/8")) {
            cases.add(RouteJson.fromJson(JsonText.parse("{\"family\":\"inet6\",\"dst\":\"" + text
                    + "\",\"dev\":\"eth0\",\"table\":\"main\",\"protocol\":\"static\",\"metric\":256}")));
        }
        for (var each : cases) {
            var result = imported(List.of(each), List.of(), Map.of());
            assertEquals(List.of(), result.documents(), each.toString());
            assertEquals(1, result.skipped().size(), each.toString());
            assertEquals(each.toString(), result.skipped().getFirst().text());
        }
        var fit = route("'dst':'10.3.0.0/24','dev':'eth0','metrics':[{'mtu':1400,'advmss':1360}]");
        assertEquals(1, imported(List.of(fit), List.of(), Map.of()).documents().size());
    }

    @Test
    void reservedTablesAreSkippedInOneLine() {
        var result = imported(List.of(route("'dst':'10.0.0.1','dev':'eth0'").inTable(255),
                route("'dst':'10.0.0.2','dev':'eth0'").inTable(255), route("'dst':'10.0.0.3','dev':'eth0'")
                .inTable(253)),
                List.of(), Map.of());
        assertEquals(List.of(), result.documents());
        assertEquals(List.of("1 route(s) in table default", "2 route(s) in table local"),
                result.skipped().stream().map(Skipped::text).toList());
    }

    @Test
    void manyOfAKindAreCounted() {
        var routes = new ArrayList<Route>();
        for (int i = 0; i < 100; i++) {
            var route = route("'dst':'10.0." + i + ".0/24','dev':'eth0'");
            routes.add(route.withAttributes(route.attributes().withProtocol(186)));
        }
        var skipped = imported(routes, List.of(), Map.of()).skipped();
        assertEquals(21, skipped.size());
        assertEquals("80 more route(s) in table main", skipped.getLast().text());
    }

    @Test
    void rulesNameTheTablesOfDocuments() {
        var rules = List.of(
                rule("'priority':0,'src':'all','table':'local','protocol':'kernel'"),
                rule("'priority':100,'src':'10.0.0.0','srclen':8,'table':'110','protocol':'boot'"),
                rule("'priority':100,'src':'10.0.0.0','srclen':8,'table':'111','protocol':'boot'"),
                rule("'priority':100,'not':true,'src':'10.0.0.0','srclen':8,'table':'111','protocol':'boot'"),
                rule("'priority':200,'src':'all','table':'9','protocol':'static'"),
                rule("'priority':201,'src':'all','iif':'tun0','table':'main','protocol':'unspec'"),
                rule("'priority':202,'src':'all','action':'nop','protocol':'static'"),
                rule("'priority':203,'src':'all','goto':32766,'protocol':'static'"),
                rule("'priority':1000,'src':'all','l3mdev':true,'protocol':'kernel'"),
                rule("'priority':20000,'src':'10.0.0.1','table':'110','protocol':'plumbline'"),
                rule("'priority':32766,'src':'all','table':'main','protocol':'kernel'"),
                rule("'priority':32767,'src':'all','table':'default','protocol':'kernel'"));
        var result = imported(List.of(route("'dst':'default','gateway':'10.0.0.1','dev':'eth0'").inTable(110)), rules,
                Map.of("plugin0", 110L));
        assertEquals(List.of("plugin0", "rules"), result.documents().stream().map(Document::name).toList());
        var spec = (RoutingRulesSpec) result.documents().getLast().spec();
        assertTrue(spec.adopt());
        assertEquals(List.of("100 0 plugin0", "200 9 ", "201 0 main", "203 -1 "), spec.rules().stream().map(each ->
                each.rule().priority() + " " + each.rule().table().orElse(-1) + " " + each.table().orElse(""))
                .toList());
        assertTrue(spec.rules().stream().allMatch(each -> each.rule().isOurs()));
        assertEquals(8, result.skipped().size());
    }

    @Test
    void documentsSayTheirNamespace() {
        var state = new NamespaceState(new NamespaceId("b", 1), List.of(), List.of(),
                RouteTables.of(List.of(route("'dst':'default','gateway':'10.0.0.1','dev':'eth0'"))), List.of());
        assertEquals("red", Import.of(state, Map.of(), "red").documents().getFirst().netns());
    }

    @Provide
    Arbitrary<Route> routes() {
        return StateArbitraries.routes();
    }

    @Provide
    Arbitrary<RoutingRule> rules() {
        return StateArbitraries.rules();
    }

    /**
     * Nothing is lost, nothing invented: each object is either in a document as it was but for the mark, or skipped.
     */
    @Property(tries = 200)
    void everyObjectIsImportedOrSkipped(@ForAll List<@From("routes") Route> routes,
            @ForAll List<@From("rules") RoutingRule> rules) {
        var result = imported(routes, rules, Map.of());
        var originals = new HashSet<Route>();
        routes.forEach(route -> originals.add(route.withAttributes(route.attributes().withProtocol(0))));
        int count = 0;
        var names = new HashSet<String>();
        for (var document : result.documents()) {
            assertTrue(names.add(document.id()), document.id());
            if (document.spec() instanceof RouteTableSpec spec) {
                long number = spec.id().isPresent() ? spec.id().get().value() : Route.TABLE_MAIN;
                for (RouteRows rows : List.of(spec.ipv4(), spec.ipv6())) {
                    for (var route : rows) {
                        assertTrue(route.attributes().isOurs());
                        assertTrue(originals.contains(route.inTable(number)
                                .withAttributes(route.attributes().withProtocol(0))), route.toString());
                        count++;
                    }
                }
            } else if (document.spec() instanceof RoutingRulesSpec spec) {
                count += spec.rules().size();
                spec.rules().forEach(each -> assertEquals(each.table().isPresent(),
                        each.rule().action().equals(new RuleAction.Lookup(0))));
            }
        }
        int skipped = result.skipped().stream().mapToInt(each -> {
            var text = each.text();
            return text.matches("[0-9]+ (more )?route\\(s\\) .*") ? Integer.parseInt(text.substring(0,
                    text.indexOf(' '))) : 1;
        }).sum();
        assertEquals(routes.size() + rules.size(), count + skipped);
        assertTrue(result.documents().stream().allMatch(each -> each.kind().equals("RouteTable")
                ? table(each).ipv4().family() == Family.IPV4 && table(each).ipv6().family() == Family.IPV6 : true));
    }
}
