package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.json.NamespaceJson;
import dev.plumbline.json.StateArbitraries;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

class StateRenderingTest {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private static NamespaceState state(List<Link> links, List<Route> routes, List<RoutingRule> rules) {
        var address = new LinkAddress("eth0", IpAddress.parse("10.0.0.10").orElseThrow(),
                Prefix.parse("10.0.0.10/24").orElseThrow(), 0, 0x80);
        return new NamespaceState(new NamespaceId("7d2a", 4711), links, List.of(address), RouteTables.of(routes),
                rules).with(Map.of("net/ipv4/conf/eth0.100/rp_filter", "2"));
    }

    private static String json(NamespaceState state) {
        var writer = new StringWriter();
        StateRendering.json(state, writer);
        return writer.toString();
    }

    private static String yaml(NamespaceState state) {
        var writer = new StringWriter();
        StateRendering.yaml(state, writer);
        return writer.toString();
    }

    private static JsonNode loaded(String yaml) {
        return MAPPER.valueToTree(new Load(LoadSettings.builder().setCodePointLimit(50_000_000).build())
                .loadFromString(yaml));
    }

    @Provide
    Arbitrary<Route> routes() {
        return StateArbitraries.routes();
    }

    @Provide
    Arbitrary<RoutingRule> rules() {
        return StateArbitraries.rules();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(12)
                .filter(StateRenderingTest::isWellFormed), Arbitraries.of("no", "Off", "0x10", "1e5", "fe80::",
                "::1", "a: b", "[", "{", "- a", "#", "1.2.3.4", "10.0.0.0/8", "1_000", "12:30:45", ".inf", "~", "",
                "null",
                "/x", "y", "0o17", "\u0085", "\u2028", "\ud83d\ude00", "a#b", "é"));
    }

    /** No half of a surrogate pair: what the kernel says is decoded from bytes, where there are none. */
    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(point -> point >= 0xd800 && point <= 0xdfff);
    }

    @Property(tries = 50)
    void bothFormsHoldTheWholeState(@ForAll List<@From("routes") Route> routes,
            @ForAll List<@From("rules") RoutingRule> rules) {
        var state = state(List.of(), routes, rules);
        assertEquals(state, NamespaceJson.fromJson(MAPPER.readTree(json(state))));
        assertEquals(MAPPER.readTree(json(state)), MAPPER.readTree(MAPPER.writeValueAsString(loaded(yaml(state)))));
    }

    @Property
    void everyTextIsTheSameTextInYaml(@ForAll("texts") String key, @ForAll("texts") String value) {
        var node = JsonNodeFactory.instance.objectNode().put(key, value);
        assertEquals(node, loaded(StateRendering.flow(node)));
    }

    @Test
    void oneObjectALine() {
        var eth0 = new Link(2, "eth0", "veth", 0x11043, 1500, OptionalInt.of(3), "", "02:00:00:00:00:01",
                Optional.empty());
        var bridge = new Link(3, "br0", "bridge", 0x1002, 1500, OptionalInt.empty(), "", "", Optional.empty());
        var gateway = IpAddress.parse("10.0.0.1").orElseThrow();
        var state = state(List.of(eth0, bridge),
                List.of(new Route(254, Prefix.parse("0.0.0.0/0").orElseThrow(), 0, 100,
                        RouteAttributes.unicast(0, List.of(NextHop.via(gateway, "eth0"))).withProtocol(16))),
                List.of(RoutingRule.from(20000, Prefix.parse("2001:db8::1").orElseThrow(), 100)));
        assertEquals("""
                {
                "namespace":{"bootId":"7d2a","cookie":4711},
                "links":[
                {"ifindex":2,"ifname":"eth0","flags":["UP","BROADCAST","RUNNING","MULTICAST","LOWER_UP"],"mtu":1500,\
                "master":"br0","linkinfo":{"info_kind":"veth"},"address":"02:00:00:00:00:01"},
                {"ifindex":3,"ifname":"br0","flags":["BROADCAST","MULTICAST"],"mtu":1500,\
                "linkinfo":{"info_kind":"bridge"}}
                ],
                "addresses":[
                {"dev":"eth0","family":"inet","local":"10.0.0.10","prefixlen":24,"scope":"global","flags":["permanent"]}
                ],
                "routes":[
                {"family":"inet","dst":"default","gateway":"10.0.0.1","dev":"eth0","table":"main","protocol":"dhcp",\
                "metric":100}
                ],
                "rules":[
                {"family":"inet6","priority":20000,"src":"2001:db8::1","table":"100","protocol":"plumbline"}
                ],
                "sysctls":[
                {"name":"net.ipv4.conf.eth0/100.rp_filter","value":"2"}
                ]
                }
                """, json(state));
        assertEquals("""
                namespace: {bootId: "7d2a", cookie: 4711}
                links:
                - {ifindex: 2, ifname: eth0, flags: [UP, BROADCAST, RUNNING, MULTICAST, LOWER_UP], mtu: 1500, \
                master: br0, linkinfo: {info_kind: veth}, address: "02:00:00:00:00:01"}
                - {ifindex: 3, ifname: br0, flags: [BROADCAST, MULTICAST], mtu: 1500, linkinfo: {info_kind: bridge}}
                addresses:
                - {dev: eth0, family: inet, local: 10.0.0.10, prefixlen: 24, scope: global, flags: [permanent]}
                routes:
                - {family: inet, dst: default, gateway: 10.0.0.1, dev: eth0, table: main, protocol: dhcp, metric: 100}
                rules:
                - {family: inet6, priority: 20000, src: "2001:db8::1", table: "100", protocol: plumbline}
                sysctls:
                - {name: net.ipv4.conf.eth0/100.rp_filter, value: "2"}
                """, yaml(state));
    }

    /** What is written of the first routes is written before the last one is made. */
    @Test
    void routesAreWrittenAsTheyAreMade() {
        var builder = new RouteRows.Builder(Family.IPV4, 100);
        int attributes = builder.intern(RouteAttributes.unicast(0, List.of(NextHop.onLink("eth0"))));
        for (int i = 0; i < 300_000; i++) {
            builder.add(0, (long) i << 8, 24, 0, 0, attributes);
        }
        var tables = new TreeMap<TableKey, RouteRows>();
        tables.put(new TableKey(Family.IPV4, 100), builder.build());
        var state = new NamespaceState(new NamespaceId("b", 1), List.of(), List.of(), new RouteTables(tables),
                List.of());
        var lines = new LineCounter();
        StateRendering.yaml(state, lines);
        assertEquals(300_000, lines.routes);
        assertTrue(lines.mostMemory < 40_000_000, "used " + lines.mostMemory + " bytes");
    }

    /** Counts routes, and after every hundred thousandth how much is reachable. */
    private static final class LineCounter extends Writer {
        private int routes;
        private long mostMemory;
        private final long before = reachable();

        private static long reachable() {
            System.gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }

        @Override
        public void write(char[] text, int offset, int length) {
            if (length > 6 && text[offset] == '-' && ++routes % 100_000 == 0) {
                mostMemory = Math.max(mostMemory, reachable() - before);
            }
        }

        @Override
        public void flush() {
            // Nothing is kept.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void emptyListsAreLists() {
        var nothing = new NamespaceState(new NamespaceId("b", 1), List.of(), List.of(), RouteTables.NONE, List.of());
        assertEquals(MAPPER.readTree(json(nothing)), loaded(yaml(nothing)));
        assertEquals(nothing, NamespaceJson.fromJson(MAPPER.readTree(json(nothing))));
    }
}
