package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.netlink.NfTablesMessages;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sets and maps on the running kernel: their elements one by one, and the order in which they come and go. */
@Tag("kernel")
class FirewallSetsKernelTest extends FirewallFixture {

    @Test
    void chainsAndSetsComeAndGoInOrder() {
        var sub = Chain.regular("sub", List.of(rule(1)));
        var deep = Chain.regular("deep", List.of(rule(2), rule("j", List.of(), Statement.of(Verdict.jump("sub")))));
        var verdicts = new SetElements.Builder(2, false);
        verdicts.add(Bytes.u16(1), Bytes.u16(1), Verdict.jump("deep"));
        var map = NftSet.map("ways", List.of(DataType.INET_SERVICE), false, new NftSet.Mapping.Verdicts(),
                verdicts.build());
        var byMap = rule("m", List.of(Match.protocol(17, false)),
                new Statement.VerdictMap(List.of(Field.DESTINATION_PORT), "ways"));
        var out = new Chain("out", Optional.of(OUTPUT), List.of(byMap, rule(3)));
        apply(state(List.of(map), sub, deep, out));

        // The set that the rule uses becomes another kind of set, with ranges.
        var ranges = new SetElements.Builder(2, true);
        ranges.add(Bytes.u16(1), Bytes.u16(9), Verdict.go("sub"));
        var remade = NftSet.map("ways", List.of(DataType.INET_SERVICE), true, new NftSet.Mapping.Verdicts(),
                ranges.build());
        apply(state(List.of(remade), sub, deep, out));
        // Chains that name each other go; the base chain moves to another hook.
        var input = new Chain.Base("filter", Hook.INPUT, 5, Verdict.Code.ACCEPT, List.of());
        apply(state(List.of(), new Chain("out", Optional.of(input), List.of(rule(3)))));
        // The policy changes in place.
        var drop = new Chain.Base("filter", Hook.INPUT, 5, Verdict.Code.DROP, List.of());
        sent.clear();
        apply(state(List.of(), new Chain("out", Optional.of(drop), List.of(rule(3)))));
        assertEquals(List.of(NfTablesMessages.NFT_MSG_NEWCHAIN), sent);
        apply(FirewallState.NONE);
    }

    /** Ports lead to hosts: the map's value is what the packet is sent to. */
    @Test
    void aMapOfValuesServesNat() {
        var hosts = new SetElements.Builder(2, false);
        hosts.add(Bytes.u16(22), Bytes.u16(22), number(0x0a000001));
        hosts.add(Bytes.u16(80), Bytes.u16(80), number(0x0a000002));
        var map = NftSet.map("hosts", List.of(DataType.INET_SERVICE), false,
                new NftSet.Mapping.Values(List.of(DataType.IPV4_ADDR)), hosts.build());
        var expressions = new ArrayList<>(RuleBuilder.expressions(TableFamily.INET, List.of(Match.protocol(6, false)),
                List.of()));
        expressions.add(new Expression.Payload(Expression.Header.TRANSPORT, 2, 2, 1));
        expressions.add(new Expression.Lookup(new Expression.SetReference.Named("hosts"), 1, OptionalInt.of(1), false));
        expressions.add(new Expression.Nat(false, TableFamily.IP, OptionalInt.of(1), OptionalInt.empty(),
                OptionalInt.empty(), OptionalInt.empty(), 0));
        var base = new Chain.Base("nat", Hook.PREROUTING, -100, Verdict.Code.ACCEPT, List.of());
        apply(state(List.of(map), new Chain("out", Optional.of(base),
                List.of(Rule.of(new RuleKey(1), "", expressions)))));

        assertEquals(List.of("dnat ip to tcp dport map @hosts"), nft.rules("inet", "plumbline", "out"));
        assertEquals("dnat ip to tcp dport map @hosts", NftText.of(TableFamily.INET, expressions));
        assertTrue(nft.run("list map inet plumbline hosts").contains("22 : 10.0.0.1"));
    }

    @Test
    void aHundredThousandElementsChangeOneByOne() {
        var before = new SetElements.Builder(4, false).expect(100_000);
        IntStream.range(0, 100_000).forEach(i -> before.add(number(i * 7)));
        var after = new SetElements.Builder(4, false).expect(100_000);
        IntStream.range(1, 100_000).forEach(i -> after.add(number(i * 7)));
        after.add(number(3));
        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), false, before.build()))));
        sent.clear();

        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), false, after.build()))));

        assertEquals(List.of(NfTablesMessages.NFT_MSG_DELSETELEM, NfTablesMessages.NFT_MSG_NEWSETELEM), sent);
    }

    @Test
    void aHundredThousandRangesChangeOneByOne() {
        var before = new SetElements.Builder(4, true).expect(100_000);
        IntStream.range(0, 100_000).forEach(i -> before.add(number(i * 16), number(i * 16 + 7)));
        var after = new SetElements.Builder(4, true).expect(100_000);
        IntStream.range(0, 99_999).forEach(i -> after.add(number(i * 16), number(i * 16 + (i == 500 ? 8 : 7))));
        after.add(number(-16), number(-1));
        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), true, before.build()))));
        sent.clear();

        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), true, after.build()))));

        assertEquals(List.of(NfTablesMessages.NFT_MSG_DELSETELEM, NfTablesMessages.NFT_MSG_NEWSETELEM), sent);
    }

    @Test
    void elementsThatTouchAreNotConfused() {
        var random = new Random(3);
        for (int round = 0; round < 30; round++) {
            var set = new SetElements.Builder(2, true);
            int at = 0;
            while (at < 200) {
                int end = at + random.nextInt(5);
                set.add(Bytes.u16(at), Bytes.u16(end));
                at = end + 1 + random.nextInt(3);
            }
            apply(state(List.of(NftSet.named("some", List.of(DataType.INET_SERVICE), true, set.build()))));
        }
    }
}
