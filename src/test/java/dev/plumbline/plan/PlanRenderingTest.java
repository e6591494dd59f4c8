package dev.plumbline.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.Scope;
import dev.plumbline.state.TableKey;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanRenderingTest {

    private static final Origin SIP = new Origin("SourceRouting/sip", "sip.yaml", 2, 7);
    private static final Origin EDGE = new Origin("RouteTable/edge", "edge.yaml", 1, 7);

    @Test
    void groupsByDocumentAndShowsOnlyWhatChanges() throws IOException {
        assertEquals("""
                warning: sip.yaml:2:7 SourceRouting/sip: a DHCP client will bring it back

                  SourceRouting/sip  (sip.yaml)
                      + rule 20000: from 192.168.1.209 lookup 100
                      + route default via 192.168.1.1 dev net1 table 100
                      - route 192.168.1.0/24 dev net1 scope link proto kernel table main    # moved into the document's table

                  RouteTable/edge  (edge.yaml)
                      ~ route 203.0.113.0/24 via 10.0.0.2 dev eth0 table 110
                            next hops: via 10.0.0.1 dev eth0 -> via 10.0.0.2 dev eth0

                  In no document any more
                      - rule 500: from 10.9.9.9 lookup 110

                Plan: 2 to add, 1 to change, 2 to destroy.
                """, text(plan(), PlanText.DEFAULT_LIMIT));
    }

    @Test
    void saysSoWhenThereIsNothingToDo() throws IOException {
        assertEquals("No changes. The network matches the intents.\n", text(new Plan(List.of()), 10));
    }

    @Test
    void countsWhatItDoesNotList() throws IOException {
        var routes = IntStream.range(0, 1000).mapToObj(i -> route("10.0." + i / 256 + "." + i % 256 + "/32", 110,
                "10.0.0.1", "eth0")).toList();
        var desired = desired(tables(routes, EDGE), RouteTables.NONE, List.of());
        var plan = new Plan(List.of(new Plan.NamespacePlan("host",
                List.of(RouteDiff.between(desired, state(List.of(), List.of()))), List.of())));
        var lines = text(plan, 3).lines().toList();
        assertEquals(7, lines.size());
        assertEquals("        … and 997 more (--full lists all)", lines.get(4));
    }

    @Test
    void jsonFollowsItsSchema() throws IOException {
        var out = new StringWriter();
        PlanJson.write(plan(), "0.1.0", out);
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/plan.schema.json")), InputFormat.JSON);
        assertEquals(List.of(), schema.validate(out.toString(), InputFormat.JSON));
        assertEquals(2, out.toString().split("\"delete\"", -1).length - 1, "deletions can be searched for");
    }

    private static Plan plan() {
        var connected = new Route(254, Prefix.parse("192.168.1.0/24").orElseThrow(), 0, 0, RouteAttributes
                .unicast(Scope.LINK, List.of(NextHop.onLink("net1"))).withProtocol(Protocol.KERNEL));
        var live = state(List.of(connected, route("203.0.113.0/24", 110, "10.0.0.1", "eth0")),
                List.of(rule(500, "10.9.9.9", 110)));
        var wanted = new TreeMap<>(tables(List.of(route("0.0.0.0/0", 100, "192.168.1.1", "net1")), SIP).tables());
        wanted.putAll(tables(List.of(route("203.0.113.0/24", 110, "10.0.0.2", "eth0")), EDGE).tables());
        var desired = desired(new RouteTables(wanted), tables(List.of(connected), SIP),
                List.of(new DesiredState.DesiredRule(rule(20000, "192.168.1.209", 100), SIP)));
        return new Plan(List.of(new Plan.NamespacePlan("host",
                List.of(RuleDiff.between(desired, live), RouteDiff.between(desired, live)),
                List.of(new Plan.Notice(Plan.Notice.Kind.WARNING, "", Optional.of(SIP),
                        "a DHCP client will bring it back")))));
    }

    private static String text(Plan plan, int limit) throws IOException {
        var out = new StringBuilder();
        new PlanText(false, limit).write(plan, out);
        return out.toString();
    }

    private static DesiredState desired(RouteTables routes, RouteTables moved, List<DesiredState.DesiredRule> rules) {
        return new DesiredState(routes, Set.of(), moved, Set.of(), rules, Set.of());
    }

    private static NamespaceState state(List<Route> routes, List<RoutingRule> rules) {
        return new NamespaceState(new dev.plumbline.state.NamespaceId("boot", 1), List.of(), List.of(),
                RouteTables.of(routes), rules);
    }

    private static RouteTables tables(List<Route> routes, Origin origin) {
        var builders = new TreeMap<TableKey, RouteRows.Builder>();
        routes.forEach(route -> builders.computeIfAbsent(new TableKey(route.family(), route.table()),
                key -> new RouteRows.Builder(key.family(), key.table())).add(route, origin));
        return RouteTables.built(builders);
    }

    private static Route route(String to, long table, String via, String device) {
        return new Route(table, Prefix.parse(to).orElseThrow(), 0, 0, RouteAttributes.unicast(Scope.UNIVERSE,
                List.of(NextHop.via(IpAddress.parse(via).orElseThrow(), device))));
    }

    private static RoutingRule rule(long priority, String from, long table) {
        return RoutingRule.from(priority, Prefix.parse(from).orElseThrow(), table);
    }
}
