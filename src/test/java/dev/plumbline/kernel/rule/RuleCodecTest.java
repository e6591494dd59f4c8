package dev.plumbline.kernel.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Recorded;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RoutingRule.Mark;
import dev.plumbline.state.RoutingRule.Range;
import dev.plumbline.state.RuleAction;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RuleCodecTest {

    @Test
    void recordedRules() {
        var reader = new MessageReader(Recorded.bytes(Recorded.RULES));
        assertTrue(reader.next());
        assertEquals("0: from all lookup local proto kernel", RuleCodec.decode(reader).toString());
        assertTrue(reader.next());
        assertEquals("100: not from 10.1.1.1/24 fwmark 0x10/0xff iif v0 sport 100-200 lookup 1000",
                RuleCodec.decode(reader).toString());
    }

    /** Linux 6.15 and later echo a mask beside each single port; one that leaves bits out is another rule. */
    @Test
    void aPortOfWhichAllBitsCountIsThePort() {
        var plain = rule(List.of());
        assertEquals(plain, echoed(rule(List.of(new RawAttribute(29, "ffff")))));
        var masked = rule(List.of(new RawAttribute(29, "00ff")));
        assertEquals(masked, echoed(masked));
    }

    private static RoutingRule rule(List<RawAttribute> other) {
        return new RoutingRule(Family.IPV4, 5, false, Optional.empty(), Optional.empty(), "", "", Optional.empty(), 0,
                OptionalInt.of(17), Optional.empty(), Optional.of(new Range(5060, 5060)), Optional.empty(),
                new RuleAction.Lookup(110), OptionalInt.empty(), OptionalLong.empty(), 157, other);
    }

    private static RoutingRule echoed(RoutingRule rule) {
        var writer = new MessageWriter(32);
        RuleCodec.encode(writer.begin(32, 0, 1), rule);
        writer.end();
        var reader = new MessageReader(writer.written());
        assertTrue(reader.next());
        return RuleCodec.decode(reader);
    }

    @Property
    void everyRuleComesBack(@ForAll("rules") RoutingRule rule) {
        var writer = new MessageWriter(32);
        RuleCodec.encode(writer.begin(32, 0, 1), rule);
        writer.end();
        var reader = new MessageReader(writer.written());
        assertTrue(reader.next());
        assertEquals(rule, RuleCodec.decode(reader));
    }

    @Provide
    Arbitrary<RoutingRule> rules() {
        var actions = Arbitraries.of(new RuleAction.Lookup(1), new RuleAction.Lookup(255),
                new RuleAction.Lookup(256), new RuleAction.Lookup(0xffffffffL), new RuleAction.L3mdev(),
                new RuleAction.Goto(5), new RuleAction.Nop(), new RuleAction.Blackhole(), new RuleAction.Unreachable(),
                new RuleAction.Prohibit());
        var numbers = Arbitraries.longs().between(0, 0xffffffffL);
        var ranges = Combinators.combine(Arbitraries.longs().between(0, 65535), Arbitraries.longs().between(0, 65535))
                .as(Range::new).optional();
        var selectors = Combinators.combine(prefix(Family.IPV6), prefix(Family.IPV6), Arbitraries.of("", "eth0"),
                Arbitraries.of("", "tun0"), Combinators.combine(numbers, numbers).as(Mark::new).optional(), ranges,
                ranges, ranges).as((from, to, iif, oif, mark, sport, dport, uids) -> new RoutingRule(Family.IPV6, 1,
                false, from, to, iif, oif, mark, 4, OptionalInt.of(6), sport, dport, uids, new RuleAction.Nop(),
                OptionalInt.of(0), OptionalLong.of(9), 157, List.of(new RawAttribute(25, "04"))));
        return Combinators.combine(selectors, actions, numbers, Arbitraries.of(true, false)).as((rule, action, priority,
                not) -> new RoutingRule(rule.family(), priority, not, rule.from(), rule.to(), rule.iif(), rule.oif(),
                rule.mark(), rule.tos(), rule.ipProtocol(), rule.sourcePort(), rule.destinationPort(), rule.uids(),
                action, rule.suppressPrefixLength(), rule.suppressInterfaceGroup(), 157, rule.other()));
    }

    private static Arbitrary<Optional<Prefix>> prefix(Family family) {
        return Combinators.combine(Arbitraries.longs(), Arbitraries.longs(), Arbitraries.integers().between(1, 128))
                .as((hi, lo, length) -> new Prefix(new IpAddress(family, hi, lo), length)).optional();
    }
}
