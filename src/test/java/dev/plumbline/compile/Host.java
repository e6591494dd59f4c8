package dev.plumbline.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.Problem.Severity;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.LiveFirewall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A host's network in a small model of the kernel: reads only what a scope asks for, refuses what the kernel refuses,
 * and does to routes what the kernel does by itself.
 */
final class Host {

    private static final int UP = 1;
    private static final int TENTATIVE = 0x40;
    private static final int DAD_FAILED = 0x08;

    final List<Link> links = new ArrayList<>();
    final List<LinkAddress> addresses = new ArrayList<>();
    final List<Route> routes = new ArrayList<>();
    final List<RoutingRule> rules = new ArrayList<>();
    final Map<String, Long> tableNames = new HashMap<>(Map.of("local", 255L, "main", 254L, "default", 253L));
    Ledger ledger = Ledger.EMPTY;
    boolean attended = true;
    Map<String, DriftMode> uncorrected = Map.of();
    FirewallFacts firewall = new FirewallFacts(LiveFirewall.NONE, Instant.parse("2030-01-01T00:00:00Z"), Set.of(),
            Optional.of(Map.of()), Map.of());
    private int nextIndex = 1;

    Host() {
        rules.add(Ip.rule("0: from all lookup 255", Protocol.KERNEL));
        rules.add(Ip.rule("32766: from all lookup main", Protocol.KERNEL));
        rules.add(Ip.rule("32767: from all lookup 253", Protocol.KERNEL));
        rules.add(Ip.rule("0: inet6 from all lookup 255", Protocol.KERNEL));
        rules.add(Ip.rule("32766: inet6 from all lookup main", Protocol.KERNEL));
    }

    /** The document's example: net1 with 192.168.1.209/24 and a default route. */
    static Host example() {
        return new Host().link("net1", "192.168.1.209/24").route("default via 192.168.1.1 dev net1");
    }

    /** A device that is up, with addresses, and the connected routes that the kernel makes for them. */
    Host link(String name, String... addressTexts) {
        links.add(new Link(nextIndex++, name, "veth", UP, 1500, OptionalInt.empty(), "", "", Optional.empty()));
        for (var text : addressTexts) {
            address(name, text);
        }
        return this;
    }

    Host address(String device, String text) {
        return address(device, text, 0);
    }

    Host tentative(String device, String text) {
        return address(device, text, TENTATIVE);
    }

    Host failed(String device, String text) {
        return address(device, text, TENTATIVE | DAD_FAILED);
    }

    private Host address(String device, String text, int flags) {
        var prefix = Ip.prefix(text);
        var local = prefix.address();
        boolean linkLocal = local.family() == Family.IPV6 && local.isLinkLocal();
        boolean secondary = addresses.stream().anyMatch(each -> each.device().equals(device)
                && each.network().equals(prefix.masked()));
        addresses.add(new LinkAddress(device, local, prefix, linkLocal ? 253 : 0, flags));
        if (!prefix.isHost() && !secondary) {
            routes.add(Ip.route(local.family() == Family.IPV4
                    ? prefix.masked() + " dev " + device + " proto kernel scope link src " + local
                    : prefix.masked() + " dev " + device + " proto kernel metric 256"));
        }
        return this;
    }

    Host route(String... texts) {
        Arrays.stream(texts).map(Ip::route).forEach(routes::add);
        return this;
    }

    Host rule(String text) {
        addRule(Ip.rule(text, Protocol.BOOT));
        return this;
    }

    private void addRule(RoutingRule rule) {
        rules.add(rule);
        rules.sort(Comparator.comparing(RoutingRule::family).thenComparingLong(RoutingRule::priority));
    }

    /**
     * {@code ip address del}: the connected route goes, and what has this source in main; with the last IPv4 address
     * all IPv4 routes of the device.
     */
    void dropAddress(String device, String text) {
        var prefix = Ip.prefix(text);
        addresses.removeIf(each -> each.device().equals(device) && each.local().equals(prefix.address()));
        var left = addresses.stream().filter(each -> each.device().equals(device)
                && each.local().family() == prefix.family()).toList();
        if (left.stream().noneMatch(each -> each.network().equals(prefix.masked()))) {
            routes.removeIf(each -> each.table() == Route.TABLE_MAIN && each.attributes().uses(device)
                    && each.attributes().protocol() == Protocol.KERNEL && each.destination().equals(prefix.masked()));
        }
        routes.removeIf(each -> each.table() == Route.TABLE_MAIN
                && each.attributes().source().equals(Optional.of(prefix.address())));
        left.stream().filter(each -> each.network().equals(prefix.masked()) && prefix.family() == Family.IPV4)
                .findFirst().ifPresent(each -> promote(device, each));
        if (prefix.family() == Family.IPV4 && left.isEmpty()) {
            routes.removeIf(each -> each.family() == Family.IPV4 && each.attributes().uses(device));
        }
    }

    /** {@code promote_secondaries}: the next address of the network becomes the source of its connected route. */
    private void promote(String device, LinkAddress address) {
        var connected = Ip.route(address.network() + " dev " + device + " proto kernel scope link src "
                + address.local());
        if (routes.stream().noneMatch(each -> each.sameIdentity(connected) && each.attributes().uses(device))) {
            routes.add(connected);
        }
    }

    /** {@code ip link del}. */
    void dropLink(String device) {
        links.removeIf(each -> each.name().equals(device));
        addresses.removeIf(each -> each.device().equals(device));
        routes.removeIf(each -> each.attributes().uses(device));
    }

    /** {@code ip link set down}: the kernel forgets the routes; IPv6 addresses go too. */
    void setDown(String device) {
        links.replaceAll(each -> each.name().equals(device) ? new Link(each.index(), device, "veth", 0, 1500,
                OptionalInt.empty(), "", "", Optional.empty()) : each);
        routes.removeIf(each -> each.attributes().uses(device));
        addresses.removeIf(each -> each.device().equals(device) && each.local().family() == Family.IPV6);
    }

    /** {@code ip link set up}: the connected IPv4 routes come back, nothing else. */
    void setUp(String device) {
        links.replaceAll(each -> each.name().equals(device) ? new Link(each.index(), device, "veth", UP, 1500,
                OptionalInt.empty(), "", "", Optional.empty()) : each);
        var again = addresses.stream().filter(each -> each.device().equals(device)).toList();
        addresses.removeAll(again);
        again.forEach(each -> address(device, each.peer().toString(), each.flags()));
    }

    NamespaceState read(ReadScope scope) {
        var seen = routes.stream().filter(route -> scope.everything() || scope.ours() && route.attributes().isOurs()
                || scope.tables().contains(new TableKey(route.family(), route.table()))
                || route.table() == Route.TABLE_MAIN
                        && scope.mainDevices().stream().anyMatch(route.attributes()::uses)).toList();
        return new NamespaceState(new NamespaceId("boot", 1), links, addresses, RouteTables.of(seen), rules);
    }

    Compilation compile(Document... documents) {
        var list = List.of(documents);
        var needs = Compiler.needs(list, ledger, read(ReadScope.OURS), tableNames);
        var free = LongStream.rangeClosed(100, 100_000)
                .filter(table -> !needs.takenTables().contains(table)
                        && routes.stream().noneMatch(route -> route.table() == table))
                .limit(needs.freeTables()).boxed().toList();
        return Compiler.compile(list, new Facts(read(needs.scope()), ledger, free, tableNames, attended, uncorrected,
                firewall));
    }

    /** Compiles and applies; whatever the result, a second run must change nothing. */
    Compilation apply(Document... documents) {
        var result = compile(documents);
        assertEquals(List.of(), errors(result));
        carryOut(result);
        assertStable(documents);
        return result;
    }

    void assertStable(Document... documents) {
        var again = compile(documents);
        assertEquals(List.of(), errors(again));
        assertEquals(ledger, again.ledger(), "the second run records something else");
        assertEquals(RouteTables.NONE, again.desired().moved(), "the second run moves");
        assertTrue(RouteDiff.between(again.desired(), read(ReadScope.ALL)).isEmpty(),
                () -> "second plan: " + describe(again));
        assertTrue(RuleDiff.between(again.desired(), read(ReadScope.ALL)).isEmpty(),
                () -> "second plan: " + describe(again));
    }

    private String describe(Compilation again) {
        var text = new StringBuilder("live " + routes + "\n" + rules + "\n");
        RouteDiff.between(again.desired(), read(ReadScope.ALL)).forEach(each -> text.append(each).append('\n'));
        RuleDiff.between(again.desired(), read(ReadScope.ALL)).forEach(each -> text.append(each).append('\n'));
        return text.toString();
    }

    static List<String> errors(Compilation result) {
        return result.problems().stream().filter(each -> each.severity() == Severity.ERROR)
                .map(Problem::toString).toList();
    }

    static List<String> warnings(Compilation result) {
        return result.problems().stream().filter(each -> each.severity() == Severity.WARNING)
                .map(Problem::toString).toList();
    }

    /** Adds before it removes, as every apply does. */
    void carryOut(Compilation result) {
        var desired = result.desired();
        var wanted = new ArrayList<Route>();
        desired.routes().tables().values().forEach(rows -> rows.forEach(wanted::add));
        routes.removeIf(live -> !live.attributes().isOurs() && isTakenOver(result, live)
                && wanted.stream().anyMatch(each -> each.attributes().isOurs() && each.sameIdentity(live)));
        var missing = new ArrayList<>(wanted.stream().filter(each -> routes.stream().noneMatch(live ->
                live.sameIdentity(each) && live.attributes().sameIntent(each.attributes()))).toList());
        missing.sort(Comparator.comparing(each -> each.attributes().hasGateway()));
        missing.forEach(each -> create(each, wanted));
        routes.removeIf(live -> live.attributes().isOurs() && !desired.keptTables().contains(live.table())
                && wanted.stream().noneMatch(each -> each.equals(live)));
        for (var rows : desired.moved().tables().values()) {
            rows.forEach(each -> assertTrue(routes.remove(each), () -> "moved is not there: " + each));
        }
        routes.removeIf(live -> !live.attributes().isOurs() && live.attributes().protocol() != Protocol.KERNEL
                && desired.exclusive().contains(new TableKey(live.family(), live.table()))
                && wanted.stream().noneMatch(each -> each.equals(live)));
        carryOutRules(result);
        ledger = result.ledger();
    }

    private static boolean isTakenOver(Compilation result, Route live) {
        return result.desired().exclusive().contains(new TableKey(live.family(), live.table()))
                || result.ledger().routes().stream().anyMatch(each -> each.adopted() && each.route().equals(live));
    }

    private void carryOutRules(Compilation result) {
        var changes = RuleDiff.between(result.desired(), read(ReadScope.ALL));
        changes.takenAway().forEach(rules::remove);
        changes.create().forEach(each -> addRule(each.rule()));
        changes.delete().forEach(each -> rules.remove(each.rule()));
    }

    /** {@code fib_check_nh}, {@code ip6_route_check_nh}, {@code NLM_F_EXCL}. */
    private void create(Route route, List<Route> wanted) {
        var attributes = route.attributes();
        attributes.source().ifPresent(source -> assertTrue(
                addresses.stream().anyMatch(each -> each.local().equals(source)), () -> "Invalid prefsrc: " + route));
        for (var hop : attributes.nextHops()) {
            assertTrue(links.stream().anyMatch(each -> each.name().equals(hop.device()) && each.isUp()),
                    () -> "ENODEV or ENETDOWN: " + route);
            if (hop.gateway().isPresent() && !isReachable(route, hop)) {
                fail("Nexthop has invalid gateway: " + route + " among " + routes);
            }
        }
        boolean replaces = routes.removeIf(live -> live.sameIdentity(route) && live.attributes().isOurs()
                && wanted.stream().noneMatch(live::equals));
        if (!replaces && !mayStandBeside(route, wanted)) {
            assertTrue(routes.stream().noneMatch(live -> live.sameIdentity(route)),
                    () -> "EEXIST: " + route + " in " + routes);
        }
        routes.add(route);
    }

    /** IPv4 keeps several routes of one identity if asked to; IPv6 only routes onto the links of several devices. */
    private boolean mayStandBeside(Route route, List<Route> wanted) {
        boolean ours = route.attributes().isOurs();
        if (route.family() == Family.IPV4) {
            return !ours || wanted.stream().filter(route::sameIdentity).count() > 1;
        }
        return !ours && !route.attributes().hasGateway() && routes.stream().filter(route::sameIdentity)
                .noneMatch(live -> live.attributes().nextHops().equals(route.attributes().nextHops()));
    }

    private boolean isReachable(Route route, NextHop hop) {
        var gateway = hop.gateway().orElseThrow();
        return hop.onlink() || gateway.family() == Family.IPV6 && gateway.isLinkLocal() || routes.stream()
                .anyMatch(each -> (each.table() == route.table() || each.table() == Route.TABLE_MAIN)
                        && each.attributes().type() == RouteType.UNICAST && !each.attributes().hasGateway()
                        && each.attributes().uses(hop.device()) && each.destination().contains(gateway));
    }

    /** Somebody deletes all that is ours: the next apply must be able to make it again. */
    void loseOurs() {
        routes.removeIf(each -> each.attributes().isOurs());
        rules.removeIf(RoutingRule::isOurs);
    }

    List<String> table(long table) {
        return routes.stream().filter(each -> each.table() == table).map(Route::toString).sorted().toList();
    }

    List<String> main() {
        return table(Route.TABLE_MAIN);
    }

    List<String> ourRules() {
        return rules.stream().filter(RoutingRule::isOurs).map(RoutingRule::toString).toList();
    }

    Set<Route> foreign() {
        return Set.copyOf(routes.stream().filter(each -> !each.attributes().isOurs()).toList());
    }
}
