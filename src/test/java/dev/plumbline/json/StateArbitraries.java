package dev.plumbline.json;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RoutingRule.Mark;
import dev.plumbline.state.RoutingRule.Range;
import dev.plumbline.state.RuleAction;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Arbitrary values of {@code state}, all that the records allow. */
public final class StateArbitraries {

    private static final long U32 = 0xffffffffL;

    private StateArbitraries() {
    }

    public static Arbitrary<Family> families() {
        return Arbitraries.of(Family.class);
    }

    public static Arbitrary<IpAddress> addresses(Family family) {
        var small = Arbitraries.longs().between(0, U32);
        var halves = Arbitraries.oneOf(Arbitraries.of(0L, 1L, -1L, 0xfe80L << 48, 0xffff_0a00_0001L),
                Arbitraries.longs());
        return family == Family.IPV4 ? small.map(lo -> new IpAddress(family, 0, lo))
                : Combinators.combine(halves, halves).as((hi, lo) -> new IpAddress(family, hi, lo));
    }

    public static Arbitrary<Prefix> prefixes(Family family) {
        return Combinators.combine(addresses(family), Arbitraries.integers().between(0, family.bits()))
                .as(Prefix::new);
    }

    static Arbitrary<String> devices() {
        return Arbitraries.strings().withCharRange('!', '~').excludeChars('/', ':').ofMinLength(1).ofMaxLength(15);
    }

    static Arbitrary<NextHop> nextHops() {
        var gateway = families().flatMap(StateArbitraries::addresses).optional();
        return Combinators.combine(gateway, Arbitraries.oneOf(devices(), Arbitraries.just("")),
                Arbitraries.oneOf(Arbitraries.just(1), Arbitraries.integers().between(1, 256)),
                Arbitraries.of(true, false)).as(NextHop::new);
    }

    static Arbitrary<List<RawAttribute>> rawAttributes() {
        return Combinators.combine(Arbitraries.integers().between(0, 0xffff),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(40)).as(RawAttribute::of).list().ofMaxSize(3);
    }

    static Arbitrary<SortedMap<Integer, Long>> metrics() {
        return Arbitraries.maps(Arbitraries.integers().between(0, 40), Arbitraries.longs().between(0, U32))
                .ofMaxSize(4).map(TreeMap::new);
    }

    static Arbitrary<RouteAttributes> attributes(Family family) {
        var places = Combinators.combine(addresses(family).optional(), prefixes(family).optional(),
                nextHops().list().ofMaxSize(3)).as((source, from, hops) -> new RouteAttributes(RouteType.UNICAST, 0, 0,
                        source, from, hops, new TreeMap<>(), 0, List.of()));
        return Combinators.combine(places, Arbitraries.of(RouteType.class), Arbitraries.integers().between(0, 255),
                Arbitraries.integers().between(0, 255), metrics(),
                Arbitraries.oneOf(Arbitraries.just(0), Arbitraries.integers().between(1, Integer.MAX_VALUE)),
                rawAttributes()).as((base, type, scope, protocol, metrics, expires, other) -> new RouteAttributes(type,
                        scope, protocol, base.source(), base.from(), base.nextHops(), metrics, expires, other));
    }

    public static Arbitrary<Route> routes() {
        return families().flatMap(family -> Combinators.combine(Arbitraries.longs().between(1, U32), prefixes(family),
                Arbitraries.integers().between(0, 255), Arbitraries.longs().between(0, U32), attributes(family))
                .as((table, prefix, tos, metric, attributes) ->
                        new Route(table, prefix.masked(), tos, metric, attributes)));
    }

    static Arbitrary<Range> ranges(long maximum) {
        return Combinators.combine(Arbitraries.longs().between(0, maximum), Arbitraries.longs().between(0, maximum))
                .as((one, other) -> new Range(Math.min(one, other), Math.max(one, other)));
    }

    static Arbitrary<RuleAction> actions() {
        var numbers = Arbitraries.longs().between(0, U32);
        return Arbitraries.oneOf(numbers.map(RuleAction.Lookup::new), numbers.map(RuleAction.Goto::new),
                Arbitraries.integers().between(9, 255).map(RuleAction.Unknown::new),
                Arbitraries.of(new RuleAction.L3mdev(), new RuleAction.Blackhole(), new RuleAction.Unreachable(),
                        new RuleAction.Prohibit(), new RuleAction.Nop()));
    }

    public static Arbitrary<RoutingRule> rules() {
        return families().flatMap(StateArbitraries::rules);
    }

    private static Arbitrary<RoutingRule> rules(Family family) {
        var plain = Combinators.combine(Arbitraries.longs().between(0, U32), Arbitraries.of(true, false),
                prefixes(family).optional(), prefixes(family).optional(), actions(),
                Arbitraries.integers().between(0, 255), rawAttributes())
                .as((priority, not, from, to, action, protocol, other) -> new RoutingRule(family, priority, not, from,
                        to, "", "", Optional.empty(), 0, OptionalInt.empty(), Optional.empty(), Optional.empty(),
                        Optional.empty(), action, OptionalInt.empty(), OptionalLong.empty(), protocol, other));
        var mark = Combinators.combine(Arbitraries.longs().between(0, U32), Arbitraries.longs().between(0, U32))
                .as(Mark::new).optional();
        var names = devices().optional();
        var withDevices = Combinators.combine(plain, names, names, mark, Arbitraries.integers().between(0, 255))
                .as((rule, iif, oif, fwmark, tos) -> new RoutingRule(family, rule.priority(), rule.not(), rule.from(),
                        rule.to(), iif.orElse(""), oif.orElse(""), fwmark, tos, rule.ipProtocol(), rule.sourcePort(),
                        rule.destinationPort(), rule.uids(), rule.action(), rule.suppressPrefixLength(),
                        rule.suppressInterfaceGroup(), rule.protocol(), rule.other()));
        return Combinators.combine(withDevices, Arbitraries.integers().between(1, 255).optional(),
                ranges(65535).optional(), ranges(65535).optional(), ranges(U32).optional(),
                Arbitraries.integers().between(0, 128).optional(), Arbitraries.longs().between(0, U32).optional())
                .as((rule, protocol, source, destination, uids, length, group) -> new RoutingRule(family,
                        rule.priority(), rule.not(), rule.from(), rule.to(), rule.iif(), rule.oif(), rule.mark(),
                        rule.tos(), protocol.map(OptionalInt::of).orElse(OptionalInt.empty()), source, destination,
                        uids,
                        rule.action(), length.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        group.map(OptionalLong::of).orElse(OptionalLong.empty()), rule.protocol(), rule.other()));
    }

    static Arbitrary<Link> links() {
        var numbers = Combinators.combine(Arbitraries.integers().between(1, Integer.MAX_VALUE), Arbitraries.integers(),
                Arbitraries.integers().between(0, 65536), Arbitraries.integers().between(1, 9).optional(),
                Arbitraries.longs().between(1, U32).optional())
                .as((index, flags, mtu, master, table) -> new Link(index, "x", "", flags, mtu,
                        master.map(OptionalInt::of).orElse(OptionalInt.empty()), "", "", table));
        return Combinators.combine(numbers, devices(), Arbitraries.of("", "veth", "vrf"), Arbitraries.strings()
                .ofMaxLength(9),
                Arbitraries.of("", "02:00:00:00:00:01")).as((link, name, kind, alias, address) -> new Link(link.index(),
                        name, kind, link.flags(), link.mtu(), link.master(), alias, address, link.vrfTable()));
    }

    public static Arbitrary<LinkAddress> linkAddresses() {
        return families().flatMap(family -> Combinators.combine(devices(), addresses(family), prefixes(family),
                Arbitraries.integers().between(0, 255), Arbitraries.integers()).as(LinkAddress::new));
    }
}
