package dev.plumbline.kernel.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.NfTablesMessages;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.netlink.Recorded;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.CtKey;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.*;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.MetaKey;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FirewallCodecTest {

    /** Linux 6.18, of {@code nft}'s making: a chain, a set, its elements, and two rules. */
    private static final String CHAIN =
            "70000000030a02000100000000000000010000020e000100706c756d626c696e65000000080003006f7574000c0002000000"
            + "000000000001140004800800010000000003080002000000000508000500000000000b00070066696c746572000008000a00"
            + "000000010800060000000002";
    private static final String SET =
            "84000000090a02000200000000000000010000020e000100706c756d626c696e650000000a000200706f7274730000000c00"
            + "100000000000000000020800030000000004080004000000000d08000500000000020a000d00000402000000000004000900"
            + "1700130030786666666666666666383235303830653000000800140000000003";
    private static final String ELEMENTS =
            "b80000000c0a02000400000000000000010000020e000100706c756d626c696e650000000a000200706f7274730000008800"
            + "03001c0001000c00010006000100fde800000a0006000104010000000000180001000c00010006000100005b000008000300"
            + "00000001100001000c0001000600010000500000180001000c00010006000100001700000800030000000001100001000c00"
            + "01000600010000160000180001000c00010006000100000000000800030000000001";
    private static final String RULE =
            "58010000060a02080300000000000000010000020e000100706c756d626c696e65000000080002006f7574000c0003000000"
            + "0000000000031401040024000100090001006d6574610000000014000200080002000000001008000100000000012c000100"
            + "08000100636d700020000200080001000000000108000200000000000c0003000500010006000000340001000c0001007061"
            + "796c6f616400240002000800010000000001080002000000000208000300000000020800040000000002300001000b000100"
            + "6c6f6f6b75700000200002000a000100706f727473000000080002000000000108000500000000002c0001000c000100636f"
            + "756e746572001c0002000c00010000000000000001a40c0002000000000000000007300001000e000100696d6d6564696174"
            + "650000001c0002000800010000000000100002000c00020008000100000000010c000700000668656c6c6f00";
    private static final String QUOTA =
            "7c000000060a02080300000000000000010000020e000100706c756d626c696e65000000080002006f7574000c0003000000"
            + "0000000000040c000600000000000000000338000400340001000a00010071756f7461000000240002000c00010000000000"
            + "00a000000c00040000000000000000000800020000000001";

    @Test
    void recordedChainSetAndRule() {
        assertEquals(new Chain("out", Optional.of(new Chain.Base("filter", Hook.OUTPUT, 5, Verdict.Code.DROP,
                List.of())), List.of()), ChainCodec.decode(TableFamily.INET, Recorded.message(CHAIN)));
        var set = SetCodec.decode(Recorded.message(SET)).set();
        var elements = new ElementCodec.Collector(set);
        elements.take(Recorded.message(ELEMENTS));
        assertEquals(NftSet.named("ports", List.of(DataType.INET_SERVICE), true, new SetElements.Builder(2, true)
                .add(Bytes.u16(22)).add(Bytes.u16(80), Bytes.u16(90)).add(Bytes.u16(65000), Bytes.u16(65535)).build()),
                set.withElements(elements.elements()));
        var read = RuleCodec.decode(Recorded.message(RULE), new ExpressionDecoder(Map.of()));
        assertEquals("tcp dport @ports counter accept", NftText.of(TableFamily.INET, read.rule()));
        assertEquals("hello", read.rule().comment());
        assertEquals(3, read.handle());
        assertEquals(List.of(new Count(7, 420)), read.counts());
    }

    @Test
    void anUnknownExpressionIsKeptAsItIs() {
        var read = RuleCodec.decode(Recorded.message(QUOTA), new ExpressionDecoder(Map.of()));
        var raw = assertInstanceOf(Raw.class, read.rule().expressions().getFirst());
        assertEquals("quota", raw.name());
        assertEquals(read.rule(), echoed(read.rule()));
    }

    /** An attribute that the model does not have makes a known expression another one. */
    @Test
    void anUnknownAttributeIsNotOverlooked() {
        var hex = RULE.replace("080002000000000108000500000000002c", "080002000000000108000900000000002c");
        assertNotEquals(RULE, hex);
        var read = RuleCodec.decode(Recorded.message(hex), new ExpressionDecoder(Map.of()));
        assertInstanceOf(Raw.class, read.rule().expressions().get(3));
    }

    @Property
    void whateverABitBecomesNothingBreaks(@ForAll @IntRange(min = 20, max = 343) int at, @ForAll byte value) {
        var bytes = HexFormat.of().parseHex(RULE);
        bytes[at] = value;
        try {
            RuleCodec.decode(Recorded.message(HexFormat.of().formatHex(bytes)), new ExpressionDecoder(Map.of()));
        } catch (MalformedMessageException e) {
            assertTrue(e.getMessage().length() > 0);
        }
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void everyExpressionComesBack(@ForAll("expressions") List<Expression> expressions, @ForAll long key) {
        var rule = Rule.of(new RuleKey(key), "é " + key, expressions);
        assertEquals(rule, echoed(rule));
    }

    private static Rule echoed(Rule rule) {
        var writer = new MessageWriter(64);
        Nfnetlink.header(writer.begin(NfTablesMessages.NFT_MSG_NEWRULE, 0, 1), 1);
        RuleCodec.encode(writer, rule, List.of(), lookup -> 1);
        writer.end();
        var reader = new MessageReader(writer.written());
        assertTrue(reader.next());
        return RuleCodec.decode(reader, new ExpressionDecoder(Map.of())).rule();
    }

    @Provide
    Arbitrary<List<Expression>> expressions() {
        var register = Arbitraries.integers().between(1, 4).injectDuplicates(0.3);
        var word = Arbitraries.integers().between(0, 15).map(dev.plumbline.state.firewall.Register::word);
        var number = Arbitraries.integers().between(0, 65535);
        var wide = Arbitraries.longs().between(1, 0xffffffffL);
        var data = Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(16).map(Bytes::of);
        var flag = Arbitraries.of(true, false);
        var maybe = register.optional().map(each -> each.map(OptionalInt::of).orElse(OptionalInt.empty()));
        Arbitrary<Expression> loads = Arbitraries.oneOf(
                Combinators.combine(Arbitraries.of(Header.values()), number, number, word).as(Payload::new),
                Combinators.combine(Arbitraries.of(MetaKey.values()), word).as(Meta::new),
                Combinators.combine(Arbitraries.of(MetaKey.MARK), word).as(MetaSet::new),
                Combinators.combine(Arbitraries.of(CtKey.values()), word).as(Ct::new),
                Combinators.combine(Arbitraries.of(CtKey.MARK), word).as(CtSet::new),
                word.map(each -> new Rt(RtKey.TCPMSS, each)),
                Combinators.combine(number, Arbitraries.of(FibResult.values()), word).as(Fib::new),
                Combinators.combine(Arbitraries.integers().between(0, 255), number, number, word)
                        .as(TcpOptionSet::new));
        Arbitrary<Expression> tests = Arbitraries.oneOf(
                Combinators.combine(Arbitraries.of(Comparison.values()), word, data).as(Cmp::new),
                Combinators.combine(flag, word, data, data).as(Range::new),
                Combinators.combine(word, word, data).as((from, to, bytes) -> new Bitwise(from, to, bytes, bytes)),
                Combinators.combine(flag, word, word, number, number).as(Byteorder::new),
                Combinators.combine(word, maybe, flag).as((from, to, not) -> new Lookup(
                        new SetReference.Named("some"), from, to, not)),
                Combinators.combine(wide, wide, wide, flag, flag).as(Limit::new));
        var ports = Combinators.combine(register, register).as((min, max) -> new OptionalInt[] {OptionalInt.of(min),
            OptionalInt.of(max)}).optional().map(each -> each.orElse(new OptionalInt[] {OptionalInt.empty(),
                OptionalInt.empty()}));
        var options = Arbitraries.integers().between(0, 31).map(each -> each << 2);
        Arbitrary<Expression> actions = Arbitraries.oneOf(
                Combinators.combine(register, data).as(Immediate::new),
                Arbitraries.of(Verdict.ACCEPT, Verdict.DROP, Verdict.RETURN, Verdict.CONTINUE, Verdict.jump("a"),
                        Verdict.go("b")).map(Decide::new),
                Combinators.combine(flag, Arbitraries.of(TableFamily.IP, TableFamily.IP6), ports, ports, options)
                        .as((source, family, addresses, some, bits) -> new Nat(source, family, addresses[0],
                                addresses[1], some[0], some[1], bits)),
                Combinators.combine(ports, options).as((some, bits) -> new Masquerade(some[0], some[1], bits)),
                Combinators.combine(ports, options).as((some, bits) -> new Redirect(some[0], some[1], bits)),
                Combinators.combine(Arbitraries.of("", "x y "), Arbitraries.integers().between(0, 8),
                        Arbitraries.integers().between(0, 47)).as((prefix, level, bits) -> new Log(prefix,
                                OptionalInt.empty(), level, bits, 0, 0)),
                Combinators.combine(Arbitraries.of("", "x y "), number, wide, number)
                        .as((prefix, group, length, many) ->
                                new Log(prefix, OptionalInt.of(group), Log.DEFAULT_LEVEL, 0, length, many)),
                Combinators.combine(Arbitraries.of(RejectType.values()), Arbitraries.integers().between(0, 255))
                        .as(Reject::new),
                Combinators.combine(maybe, maybe).as(Dup::new),
                Arbitraries.of(new Notrack(), new Counter()),
                data.optional().map(bytes -> new Raw("other", bytes)));
        return Arbitraries.oneOf(loads, tests, actions).list().ofMaxSize(12);
    }

    @Property
    void everySetComesBack(@ForAll List<@IntRange(max = 65535) Integer> edges, @ForAll boolean interval) {
        var builder = new SetElements.Builder(2, interval);
        for (int i = 0; i + 1 < edges.size(); i += 2) {
            int from = Math.min(edges.get(i), edges.get(i + 1));
            builder.add(Bytes.u16(from), Bytes.u16(interval ? Math.max(edges.get(i), edges.get(i + 1)) : from));
        }
        var set = NftSet.named("s", List.of(DataType.INET_SERVICE), interval,
                interval ? builder.merged() : builder.build());
        assertEquals(set.elements(), echoed(set));
    }

    /** Ranges that touch, with verdicts of their own. */
    @Property
    void everyMapOfRangesComesBack(@ForAll List<@IntRange(min = 1, max = 50) Integer> lengths) {
        var builder = new SetElements.Builder(2, true);
        int at = 0;
        for (int length : lengths) {
            builder.add(Bytes.u16(at), Bytes.u16(at + length - 1), length % 2 == 0 ? Verdict.DROP
                    : Verdict.jump("c" + length));
            at += length + (length % 3 == 0 ? 1 : 0);
        }
        var map = NftSet.map("m", List.of(DataType.INET_SERVICE), true, new NftSet.Mapping.Verdicts(), builder.build());
        assertEquals(map.elements(), echoed(map));
    }

    private static SetElements echoed(NftSet set) {
        var writer = new MessageWriter(64);
        Nfnetlink.header(writer.begin(NfTablesMessages.NFT_MSG_NEWSETELEM, 0, 1), 1);
        writer.beginNest(NfTablesMessages.NFTA_SET_ELEM_LIST_ELEMENTS);
        for (int row = 0; row < set.elements().size(); row++) {
            ElementCodec.encode(writer, set, set.elements(), row);
        }
        writer.endNest().end();
        var reader = new MessageReader(writer.written());
        assertTrue(reader.next());
        var collector = new ElementCodec.Collector(set);
        collector.take(reader);
        return collector.elements();
    }
}
