package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Family;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    @CsvSource(delimiter = '|', textBlock = """
            {to: 198.51.100.0/28, dev: plugin0}              | 198.51.100.0/28 dev plugin0 scope link table 0
            {to: 198.51.100.7, dev: plugin0}                 | 198.51.100.7 dev plugin0 scope link table 0
            {to: 198.51.100.7/32, dev: plugin0}              | 198.51.100.7 dev plugin0 scope link table 0
            {to: 10.0.0.0/8, via: 10.0.0.1}                  | 10.0.0.0/8 via 10.0.0.1 table 0
            {to: default, via: 10.0.0.1, dev: a, metric: 50} | default via 10.0.0.1 dev a metric 50 table 0
            {to: "default", via: "10.0.0.1"}                 | default via 10.0.0.1 table 0
            {to: 0.0.0.0/0, dev: a}                          | default dev a scope link table 0
            {to: default, via: fe80::1, dev: a}              | default via fe80::1 dev a table 0
            {to: 10.0.0.0/8, via: fe80::1, dev: a}           | 10.0.0.0/8 via inet6 fe80::1 dev a table 0
            {to: default, via: fe80::1, dev: a, src: 10.0.0.9} | default via inet6 fe80::1 dev a src 10.0.0.9 table 0
            {to: default, dev: a, src: 10.0.0.9}             | default dev a scope link src 10.0.0.9 table 0
            {to: 2001:db8::/32, via: fe80::1, dev: a}        | 2001:db8::/32 via fe80::1 dev a table 0
            {to: 2001:db8::1, dev: a, metric: 0}             | 2001:db8::1 dev a table 0
            {to: 2001:db8::1, dev: a, metric: 1024}          | 2001:db8::1 dev a table 0
            {to: 2001:db8::1, dev: a, metric: 7}             | 2001:db8::1 dev a metric 7 table 0
            {to: 2001:db8::1, dev: a, onlink: true}          | 2001:db8::1 dev a onlink table 0
            {to: 10.0.0.0/8, type: blackhole}                | blackhole 10.0.0.0/8 table 0
            {to: 10.0.0.0/8, type: unreachable, metric: 9}   | unreachable 10.0.0.0/8 metric 9 table 0
            {to: 10.0.0.0/8, type: prohibit, src: 10.0.0.1}  | prohibit 10.0.0.0/8 src 10.0.0.1 table 0
            {to: 10.0.0.0/8, type: throw, scope: host}       | throw 10.0.0.0/8 scope host table 0
            {to: 10.0.0.0/8, dev: a, type: unicast}          | 10.0.0.0/8 dev a scope link table 0
            {to: 10.0.0.0/8, dev: a, scope: global}          | 10.0.0.0/8 dev a table 0
            {to: 10.0.0.0/8, dev: a, scope: 100}             | 10.0.0.0/8 dev a scope 100 table 0
            {to: 10.0.0.0/8, via: 1.1.1.1, scope: site}      | 10.0.0.0/8 via 1.1.1.1 scope site table 0
            {to: 10.0.0.0/8, dev: a, tos: 0x1c}              | 10.0.0.0/8 tos 0x1c dev a scope link table 0
            {to: 10.0.0.0/8, via: 1.1.1.1, dev: a, onlink: true} | 10.0.0.0/8 via 1.1.1.1 dev a onlink table 0
            {to: 10.0.0.0/8, dev: a, mtu: 1400, advmss: 1360} | 10.0.0.0/8 dev a scope link mtu 1400 advmss 1360 table 0
            {to: 10.0.0.0/8, dev: a, metric: 010}            | 10.0.0.0/8 dev a scope link metric 10 table 0
            {to: 10.0.0.0/8, dev: a, metric: 0o10}           | 10.0.0.0/8 dev a scope link metric 8 table 0
            {to: 10.0.0.0/8, dev: a, metric: 0xffffffff}     | 10.0.0.0/8 dev a scope link metric 4294967295 table 0
            {to: 10.0.0.0/8, dev: no}                        | 10.0.0.0/8 dev no scope link table 0
            {to: 10.0.0.0/8, via: [1.1.1.1]}                 | 10.0.0.0/8 via 1.1.1.1 table 0
            {to: 10.0.0.0/8, via: [{address: 1.1.1.1, weight: 9}]} | 10.0.0.0/8 via 1.1.1.1 table 0
            {to: 10.0.0.0/8, via: {address: 1.1.1.1, dev: b}} | 10.0.0.0/8 via 1.1.1.1 dev b table 0
            {to: 10.0.0.0/8, via: [1.1.1.1, {address: 2.2.2.2, weight: 256}]} | 10.0.0.0/8 nexthop via 1.1.1.1 weight 1 nexthop via 2.2.2.2 weight 256 table 0
            {to: 10.0.0.0/8, dev: a, via: [1.1.1.1, {address: 2.2.2.2, dev: b}]} | 10.0.0.0/8 nexthop via 1.1.1.1 dev a weight 1 nexthop via 2.2.2.2 dev b weight 1 table 0
            {to: 10.0.0.0/8, via: [{dev: a}, {dev: b}]}      | 10.0.0.0/8 nexthop dev a weight 1 nexthop dev b weight 1 table 0
            """)
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
                "a.yaml:6:37: warning: spec.routes[0].mtu: the kernel stores at most 65520; write that instead of 1048576",
                "a.yaml:6:54: warning: spec.routes[0].advmss: the kernel stores at most 65495; write that instead of 70000"),
                parsed.problems().stream().map(Problem::toString).toList());
    }

    /** Left what is written, right the problem behind {@code a.yaml:6:column: error: spec.routes[0]}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {dev: a}                              | 7: .to: is missing; write for example `to: default`
            {to: , dev: a}                        | 11: .to: expected a prefix, an address or `default`; found nothing
            {to: 10, dev: a}                      | 12: .to: expected a prefix, an address or `default`; found the number 10
            {to: 10.0.0.0/33, dev: a}             | 12: .to: expected a prefix, an address or `default`; found `10.0.0.0/33`; the length after the slash is a number from 0 to 32
            {to: 10.0.00.0/8, dev: a}             | 12: .to: expected a prefix, an address or `default`; found `10.0.00.0/8`; the parts of an IPv4 address have no leading zeros
            {to: [a], dev: a}                     | 12: .to: expected a prefix, an address or `default`; found a list
            {to: 10.0.0.1/8, dev: a}              | 12: .to: 10.0.0.1/8 has bits set behind its length; write 10.0.0.0/8 for the network, or 10.0.0.1 for the one address
            {to: 2001:db8::1/32, dev: a}          | 12: .to: 2001:db8::1/32 has bits set behind its length; write 2001:db8::/32 for the network, or 2001:db8::1 for the one address
            {to: default}                         | 7: : the route leads nowhere; give it `via`, `dev`, or a `type` such as unreachable
            {to: default, vai: 1.1.1.1, dev: a}   | 21: .vai: unknown field `vai`; did you mean `via`?
            {to: default, gateway: 1.1.1.1, dev: a} | 21: .gateway: unknown field `gateway`; known here: to, via, dev, src, metric, scope, onlink, mtu, advmss, type, tos
            {to: default, Via: 1.1.1.1}           | 21: .Via: unknown field `Via`; did you mean `via`?
            {to: default, via: 1.1.1.1/24}        | 26: .via: expected an address without a prefix length; found `1.1.1.1/24`; write 1.1.1.1
            {to: default, via: fe80::1%eth0}      | 26: .via: expected an IPv4 or IPv6 address; found `fe80::1%eth0`; the device goes into `dev`
            {to: default, via: router}            | 26: .via: expected an IPv4 or IPv6 address; found `router`
            {to: default, via: []}                | 26: .via: the list is empty; leave the field out, or name addresses, or of {address, dev, weight, onlink}
            {to: default, via: 0.0.0.0}           | 26: .via: 0.0.0.0 cannot be a gateway; name the router's address
            {to: default, via: 224.0.0.1}         | 26: .via: 224.0.0.1 cannot be a gateway; name the router's address
            {to: default, via: fe80::1}           | 26: .via: the link-local gateway fe80::1 says nothing without its link; give `dev` too
            {to: 2001:db8::/32, via: 10.0.0.1}    | 32: .via: 10.0.0.1 is IPv4, but the route is IPv6; an IPv6 route needs an IPv6 gateway
            {to: default, via: 1.1.1.1, onlink: true} | 26: .via: `onlink` needs `dev`: the kernel takes the gateway to be on that link
            {to: 10.0.0.0/8, dev: a, onlink: true} | 7: : `onlink` speaks of a gateway; give `via` too, or leave it out
            {to: 10.0.0.0/8, dev: a, onlink: yes} | 40: .onlink: expected true or false; found `yes`; write true
            {to: 10.0.0.0/8, dev: a, onlink: 1}   | 40: .onlink: expected true or false; found the number 1
            {to: 10.0.0.0/8, dev: 7}              | 29: .dev: expected the name of a device; found the number 7; write "7" if that is its name
            {to: 10.0.0.0/8, dev: a234567890123456} | 29: .dev: the name of a device has at most 15 bytes; `a234567890123456` has 16
            {to: 10.0.0.0/8, dev: a/b}            | 29: .dev: `a/b` cannot be the name of a device: it has no space, no slash and no colon, and is not empty
            {to: 10.0.0.0/8, dev: ""}             | 29: .dev: `` cannot be the name of a device: it has no space, no slash and no colon, and is not empty
            {to: 10.0.0.0/8, dev: a, src: 2001:db8::1} | 37: .src: 2001:db8::1 is IPv6, but the route is IPv4
            {to: 10.0.0.0/8, dev: a, src: 0.0.0.0} | 37: .src: expected an address of this host; found 0.0.0.0
            {to: default, dev: a, src: "::9", via: 1.1.1.1} | 46: .via: 1.1.1.1 is IPv4, but the route is IPv6; an IPv6 route needs an IPv6 gateway
            {to: 10.0.0.0/8, dev: a, metric: -1}  | 40: .metric: expected a whole number from 0 to 4294967295; found the number -1
            {to: 10.0.0.0/8, dev: a, metric: 4294967296} | 40: .metric: expected a whole number from 0 to 4294967295; found the number 4294967296
            {to: 10.0.0.0/8, dev: a, metric: 99999999999999999999} | 40: .metric: expected a whole number from 0 to 4294967295; found the number 99999999999999999999
            {to: 10.0.0.0/8, dev: a, metric: 1.5} | 40: .metric: expected a whole number from 0 to 4294967295; found the number 1.5
            {to: 10.0.0.0/8, dev: a, metric: "5"} | 40: .metric: expected a whole number; found the text "5"; leave out the quotes
            {to: 10.0.0.0/8, dev: a, metric: true} | 40: .metric: expected a whole number from 0 to 4294967295; found `true`
            {to: 10.0.0.0/8, dev: a, mtu: 0}      | 37: .mtu: expected a whole number from 1 to 4294967295; found the number 0
            {to: 10.0.0.0/8, dev: a, advmss: 0}   | 40: .advmss: expected a whole number from 1 to 4294967295; found the number 0
            {to: 10.0.0.0/8, dev: a, scope: lnik} | 39: .scope: expected one of global, site, link, host; found `lnik`; did you mean `link`?
            {to: 10.0.0.0/8, dev: a, scope: 255}  | 39: .scope: expected a whole number from 0 to 254; found the number 255
            {to: 10.0.0.0/8, via: 1.1.1.1, scope: link} | 45: .scope: a route through a gateway has a scope below 253; `link` is for what is on the link or the host itself; leave it out
            {to: 2001:db8::/32, dev: a, scope: link} | 42: .scope: IPv6 routes have no scope; leave it out
            {to: default, dev: a, tos: 4}         | 34: .tos: IPv6 routes have no tos; for the IPv4 default route alone write to: 0.0.0.0/0
            {to: 10.0.0.0/8, dev: a, tos: 0x1e}   | 37: .tos: the two lowest bits of the number 0x1e are ECN bits, which the kernel refuses here; write 0x1c
            {to: 10.0.0.0/8, dev: a, tos: 256}    | 37: .tos: expected a whole number from 0 to 255; found the number 256
            {to: 10.0.0.0/8, type: blackhol}      | 30: .type: expected one of unicast, blackhole, unreachable, prohibit, throw; found `blackhol`; did you mean `blackhole`?
            {to: 10.0.0.0/8, type: local}         | 30: .type: expected one of unicast, blackhole, unreachable, prohibit, throw; found `local`
            {to: 10.0.0.0/8, type: throw, dev: a} | 42: .dev: a route of type throw has no next hop; leave `dev` out
            {to: 10.0.0.0/8, type: throw, via: 1.1.1.1} | 42: .via: a route of type throw has no next hop; leave `via` out
            {to: 2001:db8::/32, type: throw, src: 2001:db8::1} | 45: .src: an IPv6 route of type throw takes no source address
            {to: 10.0.0.0/8, via: [{address: 1.1.1.1, weight: 0}]} | 57: .via[0].weight: expected a whole number from 1 to 256; found the number 0
            {to: 10.0.0.0/8, via: [{addres: 1.1.1.1, dev: a}]} | 31: .via[0].addres: unknown field `addres`; did you mean `address`?
            {to: 10.0.0.0/8, via: [{weight: 2}]}  | 30: .via[0]: a next hop needs `address`, `dev` or both
            {to: 10.0.0.0/8, via: [[1.1.1.1]]}    | 30: .via[0]: expected a mapping with the fields address, dev, weight, onlink; found a list
            {to: 2001:db8::/32, via: [{dev: a}, {dev: b}]} | 33: .via[0]: each of several next hops of an IPv6 route needs an address
            """)
    void problemsSayWhatIsWrong(String item, String expected) {
        int colon = expected.indexOf(": ");
        var first = "a.yaml:6:" + expected.substring(0, colon) + ": error: spec.routes[0]" + expected.substring(colon + 2);
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
        assertEquals(List.of("a.yaml:8:7: error: spec.routes: the route to 10.0.0.0/8 with metric 5 stands twice: at line 6"
                + " and at line 8; give one another metric, or one route several next hops: via: [{address: …}, {address: …}]"),
                Intents.problems(Intents.table("{to: 10.0.0.0/8, dev: a, metric: 5}", "{to: 10.0.0.0/8, dev: a, metric: 6}",
                        "{to: 10.0.0.0/8, via: 1.1.1.1, metric: 5}")));
        assertEquals(List.of("a.yaml:7:7: error: spec.routes: the route to default stands twice: at line 6 and at line 7"),
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
