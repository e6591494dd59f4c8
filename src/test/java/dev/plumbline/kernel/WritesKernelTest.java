package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.route.RoutesDomain;
import dev.plumbline.kernel.rule.RulesDomain;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Family;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is written, held against what {@code ip} shows, and read back. */
@Tag("kernel")
class WritesKernelTest {

    private static final Origin ORIGIN = new Origin("RouteTable/test", "test.yaml", 1, 1);
    private static final int[] NONE = {};

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private String name = "";
    private Ip ip = new Ip("");
    private KernelNamespace kernel = null;

    @BeforeEach
    void setUp() {
        name = namespaces.create();
        ip = namespaces.ip(name);
        kernel = namespaces.open(name);
        ip.batch(DEVICES);
    }

    private static final String DEVICES = """
            link add v0 type veth peer name v1
            link add v2 type veth peer name v3
            link set v0 up
            link set v1 up
            link set v2 up
            link set v3 up
            addr add 10.0.0.1/24 dev v0
            addr add 10.2.0.1/24 dev v2
            addr add 2001:db8::1/64 dev v0 nodad
            addr add 2001:db8:2::1/64 dev v2 nodad
            """;

    private static final String EVERY_KIND = """
            route add default via 10.0.0.254 dev v0 proto 157 table 100
            route add 198.51.100.0/24 dev v0 src 10.0.0.1 scope link proto 157 table 100
            route add 198.51.101.0/24 via 10.7.7.7 dev v0 onlink proto 157 table 100
            route add 198.51.102.0/24 via inet6 fe80::1 dev v0 proto 157 table 100
            route add 198.51.103.0/24 proto 157 table 100 nexthop via 10.0.0.2 weight 3 nexthop via 10.2.0.2
            route add 198.51.111.0/24 proto 157 table 100 nexthop via 10.0.0.2 realms 3 nexthop via inet6 fe80::2 dev v2
            route add blackhole 198.51.104.0/24 proto 157 table 100 metric 7
            route add unreachable 198.51.105.0/24 proto 157 table 100
            route add prohibit 198.51.106.0/24 proto 4 table 100
            route add throw 198.51.107.0/24 proto 157 table 100
            route add 198.51.108.0/24 tos 0x10 via 10.0.0.2 mtu 1300 advmss 1200 proto 157 table 100
            route add 198.51.109.0/24 via 10.0.0.2 proto 157 table 4000000000
            route add 198.51.110.0/24 via 10.0.0.2 mtu lock 1300 congctl cubic proto 157 table 100
            route add 198.51.112.0/24 via 10.0.0.2 realms 5/6 proto 157 table 100
            route append 198.51.113.0/24 via 10.0.0.2 proto 157 table 100
            route append 198.51.113.0/24 via 10.0.0.3 proto 157 table 100
            route append blackhole 198.51.113.0/24 proto 157 table 100
            nexthop add id 5 via 10.0.0.2 dev v0
            route add 198.51.114.0/24 nhid 5 proto 157 table 100
            route add default via fe80::1 dev v0 proto 157 table 100
            route add 2001:db8:100::/64 dev v0 src 2001:db8::1 proto 157 table 100
            route add 2001:db8:101::/64 via 2001:db8::2 metric 5 proto 157 table 100
            route add 2001:db8:102::/64 proto 157 table 100 nexthop via 2001:db8::2 nexthop via 2001:db8:2::2 weight 4
            route add blackhole 2001:db8:103::/64 proto 157 table 100
            route add unreachable 2001:db8:104::/64 proto 157 table 100
            route add 2001:db8:105::/64 via 2001:db8::2 mtu 1300 proto 157 table 100
            route add 2001:db8:106::/64 via 2001:db8::2 pref high proto 157 table 100
            """;

    private static RouteChanges changes(RouteTables desired, RouteTables live, Phase phase, boolean delete) {
        var tables = new ArrayList<TableChanges>();
        for (var key : (delete ? live : desired).tables().keySet()) {
            var rows = (delete ? live : desired).rows(key);
            var all = IntStream.range(0, rows.size()).toArray();
            tables.add(new TableChanges(key, phase, desired.rows(key), live.rows(key),
                    RouteRows.empty(key.family(), key.table()), delete ? NONE : all, NONE, NONE, NONE, NONE,
                    delete ? all : NONE));
        }
        return new RouteChanges(tables);
    }

    private static RouteTables inTables(RouteTables routes, long... tables) {
        var kept = new ArrayList<Route>();
        routes.tables().values().stream().filter(rows -> LongStream.of(tables).anyMatch(table -> table == rows.table()))
                .forEach(rows -> kept.addAll(rows.toList()));
        return RouteTables.of(kept);
    }

    @SuppressWarnings("unchecked")
    private <D extends Domain<?>> D domain(Class<D> type) {
        return (D) kernel.domains().stream().filter(type::isInstance).findFirst().orElseThrow();
    }

    private Outcome write(RouteChanges changes, Phase phase) {
        return domain(RoutesDomain.class).execute(changes, phase, Progress.SILENT);
    }

    private Outcome write(RuleChanges changes, Phase phase) {
        return domain(RulesDomain.class).execute(changes, phase, Progress.SILENT);
    }

    private static void assertDone(Outcome outcome) {
        assertEquals(new Outcome.Done(), outcome);
    }

    @Test
    void routesOfEveryKindGoAndComeBackAsTheyWere() {
        ip.batch(EVERY_KIND);
        var shown = ip.lines("route show table 100");
        var shown6 = ip.lines("-6 route show table 100");
        var before = inTables(kernel.read(ReadScope.ALL).routes(), 100, 4_000_000_000L);
        assertEquals(26, before.size());

        assertDone(write(changes(RouteTables.NONE, before, Phase.INERT, true), Phase.OLD_ROUTES));
        assertEquals(List.of(), ip.lines("route show table 100"));
        assertEquals(List.of(), ip.lines("-6 route show table 100"));
        assertEquals(0, inTables(kernel.read(ReadScope.ALL).routes(), 100, 4_000_000_000L).size());

        assertDone(write(changes(before, RouteTables.NONE, Phase.INERT, false), Phase.INERT));
        assertEquals(shown, ip.lines("route show table 100"));
        assertEquals(shown6, ip.lines("-6 route show table 100"));
        assertEquals(before, inTables(kernel.read(ReadScope.ALL).routes(), 100, 4_000_000_000L));
    }

    @Test
    void onlyThePhaseThatIsAskedForIsWritten() {
        ip.run("route add 198.51.100.0/24 via 10.0.0.2 proto 157 table 100");
        var routes = inTables(kernel.read(ReadScope.ALL).routes(), 100);
        ip.run("route flush table 100");
        var creating = changes(routes, RouteTables.NONE, Phase.NEW_ROUTES, false);
        assertDone(write(creating, Phase.INERT));
        assertDone(write(creating, Phase.OLD_ROUTES));
        assertEquals(List.of(), ip.lines("route show table 100"));
        assertDone(write(creating, Phase.NEW_ROUTES));
        assertEquals(List.of("198.51.100.0/24 via 10.0.0.2 dev v0 proto 157"), ip.lines("route show table 100"));
    }

    @Test
    void aGatewayComesAfterTheRouteThatItNeeds() {
        ip.batch("""
                route add 172.16.0.0/24 dev v0 scope link proto 157 table 300
                route add 10.99.0.0/16 via 172.16.0.1 dev v0 proto 157 table 300
                """);
        var routes = inTables(kernel.read(ReadScope.ALL).routes(), 300);
        ip.run("route flush table 300");
        assertDone(write(changes(routes, RouteTables.NONE, Phase.INERT, false), Phase.INERT));
        assertEquals(2, ip.lines("route show table 300").size());
    }

    @Test
    void aRefusalNamesTheChangeAndTheKernelsReason() {
        ip.run("route add 198.51.101.0/24 via 10.0.0.7 proto 4 table 100");
        var rows = new RouteRows.Builder(Family.IPV4, 100);
        ip.batch("""
                route add 198.51.100.0/24 via 10.0.0.2 proto 157 table 101
                route add 198.51.101.0/24 via 10.0.0.2 proto 157 table 101
                route add 198.51.102.0/24 via 10.99.0.2 dev v0 onlink proto 157 table 101
                """);
        var wanted = kernel.read(ReadScope.ALL).routes().rows(new TableKey(Family.IPV4, 101));
        for (var route : wanted) {
            var hops = route.attributes().nextHops().stream()
                    .map(hop -> new NextHop(hop.gateway(), hop.device(), 1, false)).toList();
            rows.add(route.withAttributes(route.attributes().withNextHops(hops)), ORIGIN);
        }
        var desired = new RouteTables(new TreeMap<>(Map.of(
                new TableKey(Family.IPV4, 100), rows.build())));
        var outcome = assertInstanceOf(Outcome.Failed.class,
                write(changes(desired, RouteTables.NONE, Phase.INERT, false), Phase.INERT));
        assertEquals(2, outcome.failures().size());
        var exists = outcome.failures().get(0);
        assertEquals(17, exists.errno());
        assertTrue(exists.change().subject().startsWith("198.51.101.0/24"), exists.toString());
        assertEquals(Optional.of(ORIGIN.atLine(1)), exists.change().origin());
        var unreachable = outcome.failures().get(1);
        assertEquals(101, unreachable.errno());
        assertEquals("Nexthop has invalid gateway (ENETUNREACH)", unreachable.message());
        assertTrue(unreachable.change().subject().startsWith("198.51.102.0/24"));
        assertEquals(List.of("198.51.100.0/24 via 10.0.0.2 dev v0 proto 157",
                "198.51.101.0/24 via 10.0.0.7 dev v0 proto static"),
                ip.lines("route show table 100"), "what comes before and after is carried out, a foreign route stays");
    }

    @Test
    void aDeviceThatIsMissingStopsBeforeAnythingIsSent() {
        ip.batch("""
                route add 198.51.100.0/24 via 10.0.0.2 proto 157 table 100
                route add 198.51.101.0/24 via 10.2.0.2 proto 157 table 100
                """);
        var routes = inTables(kernel.read(ReadScope.ALL).routes(), 100);
        ip.run("route flush table 100");
        ip.run("link del v2");
        var outcome = assertInstanceOf(Outcome.Failed.class,
                write(changes(routes, RouteTables.NONE, Phase.INERT, false), Phase.INERT));
        assertEquals(List.of("device v2 does not exist (ENODEV)"),
                outcome.failures().stream().map(Outcome.Failure::message).toList());
        assertEquals(List.of(), ip.lines("route show table 100"));
    }

    @Test
    void replaceIsInPlaceAndAGroupIsMadeAgainInOrder() {
        ip.batch("""
                route append 198.51.100.0/24 via 10.0.0.2 proto 157 table 100
                route append 198.51.101.0/24 via 10.0.0.2 proto 157 table 100
                route append 198.51.101.0/24 via 10.0.0.3 proto 157 table 100
                route add 2001:db8:102::/64 proto 157 table 100 nexthop via 2001:db8::2 nexthop via 2001:db8:2::2
                route append 198.51.100.0/24 via 10.0.0.9 proto 157 table 200
                route append 198.51.101.0/24 via 10.0.0.3 proto 157 table 200
                route append 198.51.101.0/24 via 10.0.0.4 proto 157 table 200
                route append 198.51.101.0/24 via 10.0.0.2 proto 157 table 200
                route add 2001:db8:102::/64 via 2001:db8::9 proto 157 table 200
                """);
        var all = kernel.read(ReadScope.ALL).routes();
        var live = all.rows(new TableKey(Family.IPV4, 100));
        var desired = all.rows(new TableKey(Family.IPV4, 200)).inTable(100);
        var four = new TableChanges(new TableKey(Family.IPV4, 100), Phase.NEW_ROUTES, desired, live,
                RouteRows.empty(Family.IPV4, 100), NONE, new int[] {0}, new int[] {0}, new int[] {1, 2, 3},
                new int[] {1, 2}, NONE);
        var six = new TableChanges(new TableKey(Family.IPV6, 100), Phase.NEW_ROUTES,
                all.rows(new TableKey(Family.IPV6, 200)).inTable(100), all.rows(new TableKey(Family.IPV6, 100)),
                RouteRows.empty(Family.IPV6, 100), NONE, new int[] {0}, new int[] {0}, NONE, NONE, NONE);
        assertDone(write(new RouteChanges(List.of(four, six)), Phase.NEW_ROUTES));
        var now = kernel.read(ReadScope.ALL).routes();
        assertEquals(desired, now.rows(new TableKey(Family.IPV4, 100)));
        assertEquals(six.desired(), now.rows(new TableKey(Family.IPV6, 100)));
    }

    @Test
    void deletesSpareAForeignTwin() {
        ip.batch("""
                route append 198.51.100.0/24 via 10.0.0.2 proto 4 table 100
                route append 198.51.100.0/24 via 10.0.0.3 proto 157 table 100
                """);
        var ours = kernel.read(ReadScope.OURS).routes();
        assertDone(write(changes(RouteTables.NONE, ours, Phase.INERT, true), Phase.OLD_ROUTES));
        assertEquals(List.of("198.51.100.0/24 via 10.0.0.2 dev v0 proto static"), ip.lines("route show table 100"));
        var gone = assertInstanceOf(Outcome.Failed.class,
                write(changes(RouteTables.NONE, ours, Phase.INERT, true), Phase.OLD_ROUTES));
        assertEquals(3, gone.failures().getFirst().errno());
    }

    @Test
    void aTentativeSourceIsAwaited() {
        ip.batch("""
                addr add 2001:db8::7/64 dev v0 nodad
                route add 2001:db8:100::/64 dev v0 src 2001:db8::7 proto 157 table 100
                """);
        var routes = inTables(kernel.read(ReadScope.ALL).routes(), 100);
        ip.batch("""
                addr del 2001:db8::7/64 dev v0
                addr add 2001:db8::7/64 dev v0
                """);
        ip.run("-6 route flush table 100");
        assertTrue(kernel.read(ReadScope.NO_ROUTES).addresses().stream().anyMatch(address -> address.isTentative()));
        assertDone(write(changes(routes, RouteTables.NONE, Phase.INERT, false), Phase.INERT));
        assertEquals(1, ip.lines("-6 route show table 100").size());
    }

    private static final String RULES = """
            rule add pref 100 from 10.1.1.1/24 to 10.2.0.0/16 lookup 100 protocol 157
            rule add pref 101 not from 10.1.1.1 iif v0 lookup 4000000000 protocol 157
            rule add pref 102 fwmark 0x10/0xff oif v2 blackhole protocol 157
            rule add pref 103 fwmark 0x20 unreachable protocol 157
            rule add pref 104 ipproto tcp sport 100-200 dport 443 prohibit protocol 157
            rule add pref 105 uidrange 1000-2000 tos 0x10 lookup main suppress_prefixlength 0 suppress_ifgroup 7
            rule add pref 106 goto 32766 protocol 157
            rule add pref 107 nop protocol 157
            rule add pref 108 l3mdev protocol 157
            rule add pref 109 from 10.1.1.1 lookup 100 realms 3/4 protocol 157
            rule add pref 110 from all lookup 100 protocol 157
            rule add pref 111 fwmark 0/0xffffffff lookup 100 protocol 157
            """;

    private static List<RuleChanges.Creation> creations(List<RoutingRule> rules) {
        return rules.stream().map(rule -> new RuleChanges.Creation(rule, ORIGIN)).toList();
    }

    private static List<RuleChanges.Deletion> deletions(List<RoutingRule> rules) {
        return rules.stream().map(rule -> new RuleChanges.Deletion(rule, Optional.empty())).toList();
    }

    private List<RoutingRule> ourRules() {
        return kernel.read(ReadScope.NO_ROUTES).rules().stream()
                .filter(rule -> rule.priority() > 0 && rule.priority() < 32766).toList();
    }

    @Test
    void rulesOfEveryKindGoAndComeBackAsTheyWere() {
        ip.batch(RULES);
        ip.batch6(RULES.lines().filter(line -> !line.contains("goto") && !line.contains("realms"))
                .map(line -> line.replace("10.1.1.1/24", "2001:db8:1::1/64").replace("10.2.0.0/16", "2001:db8:2::/48")
                        .replace("10.1.1.1", "2001:db8:1::1"))
                .filter(line -> line.contains("2001")).reduce("", (a, b) -> a + b + "\n"));
        var shown = ip.lines("rule");
        var shown6 = ip.lines("-6 rule");
        var before = ourRules();
        assertEquals(14, before.size());
        assertDone(write(new RuleChanges(List.of(), List.of(), deletions(before)), Phase.OLD_RULES));
        assertEquals(3, ip.lines("rule").size());
        assertEquals(2, ip.lines("-6 rule").size());
        assertDone(write(new RuleChanges(creations(before), List.of(), List.of()), Phase.NEW_RULES));
        assertEquals(shown, ip.lines("rule"));
        assertEquals(shown6, ip.lines("-6 rule"));
        assertEquals(before, ourRules());
    }

    /** Linux 6.15 and later echo a mask for a single port: it must not make the rule another one. */
    @Test
    void aSinglePortIsReadAsItIsWanted() {
        ip.run("rule add pref 100 ipproto tcp sport 22 dport 443 lookup 100 protocol 157");
        var rule = ourRules().getFirst();
        assertEquals(List.of(), rule.other());
        assertEquals(Optional.of(new RoutingRule.Range(443, 443)), rule.destinationPort());
    }

    @Test
    void takenAwayRulesMoveBehindNewOnes() {
        ip.batch("""
                rule add pref 100 from 10.0.0.1 fwmark 1 lookup 100 protocol 157
                rule add pref 100 from 10.0.0.1 lookup 100 protocol 157
                rule add pref 100 from 10.0.0.3 lookup 100 protocol 157
                """);
        var before = ourRules();
        var first = before.get(0);
        var second = before.get(1);
        var third = before.get(2);
        // The second goes for good; a delete of it alone would hit the first, which is more particular.
        assertDone(write(new RuleChanges(creations(List.of(first, third)), List.of(first, second, third), List.of()),
                Phase.NEW_RULES));
        assertEquals(List.of(first, third), ourRules());
    }

    @Test
    void nothingIsTakenAwayWhenACreateIsRefused() {
        ip.run("rule add pref 100 from 10.0.0.1 lookup 100 protocol 157");
        var rule = ourRules().getFirst();
        var backward = new RoutingRule(Family.IPV4, 200, false, rule.from(), rule.to(), "", "", rule.mark(), 0,
                rule.ipProtocol(), rule.sourcePort(), rule.destinationPort(), rule.uids(),
                new RuleAction.Goto(50), rule.suppressPrefixLength(),
                rule.suppressInterfaceGroup(), 157, List.of());
        var outcome = assertInstanceOf(Outcome.Failed.class, write(new RuleChanges(creations(List.of(backward)),
                List.of(rule), List.of()), Phase.NEW_RULES));
        assertEquals("Backward goto not supported (EINVAL)", outcome.failures().getFirst().message());
        assertEquals(List.of(rule), ourRules());
    }
}
