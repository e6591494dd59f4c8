package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Family;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class RouteFieldsTest {

    private static RouteTableSpec spec(String... routes) {
        return (RouteTableSpec) Intents.document(Intents.table(routes)).spec();
    }

    private static List<Route> routes(String... items) {
        var spec = spec(items);
        var routes = new ArrayList<>(spec.ipv4().toList());
        routes.addAll(spec.ipv6().toList());
        return routes;
    }

    /** Left what is written, right the route in the words of {@code ip}, in the form in which the kernel echoes it. */
    @ParameterizedTest
    @CsvFileSource(resources = "routes.txt", delimiter = '|')
    void routesBecomeWhatTheKernelEchoes(String item, String expected) {
        var routes = routes(item);
        assertEquals(List.of(expected), routes.stream().map(Route::toString).toList());
        assertEquals(157, routes.getFirst().attributes().protocol());
    }

    @Test
    void aDefaultWithoutFamilyHoldsForBoth() {
        assertEquals(List.of("default dev a scope link table 0", "default dev a table 0"),
                routes("{to: default, dev: a}").stream().map(Route::toString).toList());
        assertEquals(List.of("unreachable default table 0", "unreachable default table 0"),
                routes("{to: default, type: unreachable}").stream().map(Route::toString).toList());
    }

    @Test
    void ipv6RoutesHaveScopeZeroAndTheKernelsMetric() {
        var row = spec("{to: 2001:db8::/32, dev: a}").ipv6();
        assertEquals(0, row.attributes(0).scope());
        assertEquals(1024, row.metric(0));
    }

    @Test
    void rowsKnowTheirDocumentAndLine() {
        var rows = spec("{to: 10.1.0.0/16, dev: a}", "{to: 10.0.0.0/16, dev: a}").ipv4();
        assertEquals("a.yaml:7 RouteTable/t", rows.origin(0).toString());
        assertEquals("a.yaml:6 RouteTable/t", rows.origin(1).toString());
        assertEquals(Family.IPV4, rows.family());
    }

    @Test
    void whatTheKernelClampsIsClampedAndSaid() {
        var parsed = Intents.parse(Intents.table("{to: 10.0.0.0/8, dev: a, mtu: 1048576, advmss: 70000}"));
        var metrics = ((RouteTableSpec) parsed.documents().getFirst().spec()).ipv4().attributes(0).metrics();
        assertEquals(65520, metrics.get(RouteAttributes.RTAX_MTU));
        assertEquals(65495, metrics.get(RouteAttributes.RTAX_ADVMSS));
        assertEquals(List.of(
                "a.yaml:6:37: warning: spec.routes[0].mtu: the kernel stores at most 65520; write that instead of"
                + " 1048576",
                "a.yaml:6:54: warning: spec.routes[0].advmss: the kernel stores at most 65495; write that instead"
                + " of 70000"),
                parsed.problems().stream().map(Problem::toString).toList());
    }

    /** Left what is written, right the problem behind {@code a.yaml:6:column: error: spec.routes[0]}. */
    @ParameterizedTest
    @CsvFileSource(resources = "route-problems.txt", delimiter = '|')
    void problemsSayWhatIsWrong(String item, String expected) {
        int colon = expected.indexOf(": ");
        var first = "a.yaml:6:" + expected.substring(0, colon) + ": error: spec.routes[0]"
                + expected.substring(colon + 2);
        assertEquals(first, Intents.problems(Intents.table(item)).getFirst());
    }

    @Test
    void theSameIpv6NextHopTwiceIsRefused() {
        assertEquals(List.of("a.yaml:6:59: error: spec.routes[0].via[1]: the next hop 2001:db8::1 stands twice;"
                + " give it a weight instead"),
                Intents.problems(Intents.table("{to: 2001:db8:1::/48, dev: abc, via: [2001:db8::1,  2001:db8::1]}")));
    }

    @Test
    void aRouteThatStandsTwiceIsNamedAtBothLines() {
        assertEquals(List.of("a.yaml:8:7: error: spec.routes: the route to 10.0.0.0/8 with metric 5 stands twice:"
                + " at line 6"
                + " and at line 8; give one another metric, or one route several next hops: via: [{address: …},"
                + " {address: …}]"),
                Intents.problems(Intents.table("{to: 10.0.0.0/8, dev: a, metric: 5}",
                "{to: 10.0.0.0/8, dev: a, metric: 6}",
                        "{to: 10.0.0.0/8, via: 1.1.1.1, metric: 5}")));
        assertEquals(List.of("a.yaml:7:7: error: spec.routes: the route to default stands twice: at line 6 and at"
                + " line 7"),
                Intents.problems(Intents.table("{to: default, dev: a, metric: 0}", "{to: default, dev: a}")));
    }

    @Test
    void adoptedIpv4GroupsKeepTheirOrder() {
        var yaml = Intents.table("{to: 10.0.0.0/8, dev: b}", "{to: 10.0.0.0/8, dev: a}");
        var spec = (RouteTableSpec) Intents.document(yaml.replace("spec:\n", "spec:\n  adopt: true\n")).spec();
        assertEquals("b", spec.ipv4().attributes(0).nextHops().getFirst().device());
        var twice = Intents.table("{to: 10.0.0.0/8, dev: b}", "{to: 10.0.0.0/8, dev: b}");
        assertEquals(1, Intents.problems(twice.replace("spec:\n", "spec:\n  adopt: true\n")).size());
        var ipv6 = Intents.table("{to: 2001:db8::/32, dev: b}", "{to: 2001:db8::/32, dev: a}");
        assertEquals(1, Intents.problems(ipv6.replace("spec:\n", "spec:\n  adopt: true\n")).size());
    }

    @Test
    void allProblemsOfARouteAreReportedAtOnce() {
        assertEquals(List.of("a.yaml:6:12", "a.yaml:6:33", "a.yaml:6:43"),
                Intents.parse(Intents.table("{to: 10.0.0.0/99, metric: x, scope: y}")).problems().stream()
                        .map(problem -> problem.origin().position()).toList());
    }
}
