package dev.plumbline.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonRoundTripTest {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    @Provide
    Arbitrary<Route> routes() {
        return StateArbitraries.routes();
    }

    @Provide
    Arbitrary<RoutingRule> rules() {
        return StateArbitraries.rules();
    }

    @Provide
    Arbitrary<Link> links() {
        return StateArbitraries.links();
    }

    @Provide
    Arbitrary<LinkAddress> linkAddresses() {
        return StateArbitraries.linkAddresses();
    }

    private static JsonNode throughText(JsonNode node) {
        var text = JsonText.of(node);
        assertEquals(MAPPER.readTree(text), MAPPER.readTree(JsonText.of(JsonText.parse(text))));
        return JsonText.parse(text);
    }

    @Property(tries = 2000)
    void everyRouteComesBack(@ForAll("routes") Route route) {
        assertEquals(route, RouteJson.fromJson(throughText(RouteJson.toJson(route))));
    }

    @Property(tries = 2000)
    void everyRuleComesBack(@ForAll("rules") RoutingRule rule) {
        assertEquals(rule, RuleJson.fromJson(throughText(RuleJson.toJson(rule))));
    }

    @Property
    void everyLinkComesBack(@ForAll("links") Link link) {
        var masters = Map.of(3, "br0", 4, "if77");
        var indexes = Map.of("br0", 3, "if77", 4);
        assertEquals(link, LinkJson.fromJson(throughText(LinkJson.toJson(link, masters)), indexes));
    }

    @Property
    void everyAddressComesBack(@ForAll("linkAddresses") LinkAddress address) {
        assertEquals(address, AddressJson.fromJson(throughText(AddressJson.toJson(address))));
    }

    @Property(tries = 50)
    void everyNamespaceComesBack(@ForAll List<@From("routes") Route> routes,
            @ForAll List<@From("rules") RoutingRule> rules,
            @ForAll List<@From("linkAddresses") LinkAddress> addresses) {
        var links = List.of(new Link(1, "lo", "", 0x10049, 65536, OptionalInt.empty(), "", "00:00:00:00:00:00",
                Optional.empty()), new Link(2, "eth0", "veth", 0x11043, 1500, OptionalInt.of(9), "uplink",
                "02:00:00:00:00:01", Optional.empty()));
        var state = new NamespaceState(new NamespaceId("boot", 1L << 60), links, addresses, RouteTables.of(routes),
                rules).with(Map.of("net/ipv4/ip_forward", "1", "net/ipv4/conf/eth0.100/rp_filter", "2"));
        assertEquals(state, NamespaceJson.fromJson(throughText(NamespaceJson.toJson(state))));
    }

    @Property(tries = 200)
    void everyLedgerComesBack(@ForAll List<@From("routes") Route> routes,
            @ForAll List<@From("rules") RoutingRule> rules,
            @ForAll List<@From("linkAddresses") LinkAddress> addresses,
            @ForAll Set<@AlphaChars @StringLength(min = 1, max = 15) String> devices, @ForAll boolean adopted) {
        var ledger = new Ledger(List.of(new Ledger.Allotment("SourceRouting/sip", "10.0.0.1", 0xffffffffL)),
                routes.stream().map(each -> new Ledger.TakenRoute("SourceRouting/sip", each, 7, adopted)).toList(),
                rules.stream().map(each -> new Ledger.TakenRule("RoutingRules/r", each)).toList(), devices,
                Set.of(), List.of(new Ledger.TakenSysctl(List.of("Firewall/a", "RoutingRules/r"),
                        "net/ipv4/conf/eth0/rp_filter", "1", "2", 7)),
                addresses.stream().map(each -> new Ledger.VrfAddress("SourceRouting/sip", each, 9)).toList());
        assertEquals(ledger, LedgerJson.fromJson(throughText(LedgerJson.toJson(ledger))));
    }

    @Test
    void readsAsIpPrintsIt() {
        var text = "{\"family\":\"inet\",\"dst\":\"default\",\"gateway\":\"10.0.0.1\",\"dev\":\"eth0\","
                + "\"table\":\"main\",\"protocol\":\"dhcp\",\"metric\":100}";
        var route = RouteJson.fromJson(MAPPER.readTree(text));
        assertEquals("default via 10.0.0.1 dev eth0 metric 100 proto dhcp table main", route.toString());
        assertEquals(text, RouteJson.toJson(route).toString());
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        var odd = MAPPER.readTree("{\"family\":\"inet\",\"dst\":\"default\",\"dev\":\"eth0\","
                + "\"table\":\"main\",\"protocol\":\"boot\",\"colour\":\"red\"}");
        var unknown = assertThrows(IllegalArgumentException.class, () -> RouteJson.fromJson(odd));
        assertEquals("a route has an unknown field 'colour': " + odd, unknown.getMessage());
        var bare = MAPPER.readTree("{\"family\":\"inet\"}");
        assertThrows(IllegalArgumentException.class, () -> RouteJson.fromJson(bare));
        assertThrows(IllegalArgumentException.class, () -> RuleJson.fromJson(bare));
    }
}
