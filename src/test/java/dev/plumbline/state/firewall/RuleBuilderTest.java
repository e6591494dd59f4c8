package dev.plumbline.state.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plumbline.state.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RuleBuilderTest {

    private static Prefix prefix(String text) {
        return Prefix.parse(text).orElseThrow();
    }

    @Test
    void theFamilyIsTestedOnceAndOnlyWhereItIsOpen() {
        var matches = List.of(Match.source(prefix("10.0.0.1/32"), false),
                Match.destination(prefix("10.0.0.2/32"), false));
        assertEquals(6, RuleBuilder.expressions(TableFamily.INET, matches, List.of()).size());
        assertEquals(4, RuleBuilder.expressions(TableFamily.IP, matches, List.of()).size());
        assertEquals("ip saddr 10.0.0.1 ip daddr 10.0.0.2", NftText.of(TableFamily.NETDEV,
                RuleBuilder.expressions(TableFamily.NETDEV, matches, List.of())));
    }

    @Test
    void contradictionsAreRefused() {
        var builder = new RuleBuilder(TableFamily.INET).match(Match.source(prefix("10.0.0.1/32"), false));
        assertThrows(IllegalArgumentException.class,
                () -> builder.match(Match.destination(prefix("2001:db8::/32"), false)));
        assertThrows(IllegalArgumentException.class, () -> new RuleBuilder(TableFamily.IP)
                .match(Match.source(prefix("2001:db8::/32"), false)));
        var udp = new RuleBuilder(TableFamily.INET).match(Match.protocol(17, false));
        assertThrows(IllegalArgumentException.class, () -> udp.match(new Match.TcpFlags(2, 2, false)));
        assertThrows(IllegalArgumentException.class, () -> udp.match(Match.protocol(6, false)));
        assertThrows(IllegalArgumentException.class,
                () -> new RuleBuilder(TableFamily.INET).match(Match.source(prefix("0.0.0.0/0"), true)));
        assertThrows(IllegalArgumentException.class, () -> new RuleBuilder(TableFamily.INET).match(new Match.Is(
                Field.MARK, new Match.Values.Span(Bytes.host32(1), Bytes.host32(2)), false)));
    }

    @Test
    void everythingOfAFamilyIsTheFamily() {
        var expressions = RuleBuilder.expressions(TableFamily.INET, List.of(Match.source(prefix("0.0.0.0/0"), false)),
                List.of(Statement.of(Verdict.ACCEPT)));
        assertEquals("meta nfproto ipv4 accept", NftText.of(TableFamily.INET, expressions));
    }

    /** What nft would call by a name that this host alone knows is said by number. */
    @Test
    void aCopyOverADeviceNamesItsIndex() {
        var expressions = RuleBuilder.expressions(TableFamily.IP, List.of(), List.of(new Statement.Copy(
                Optional.of(prefix("10.0.0.1/32").address()), OptionalInt.of(7))));
        assertEquals("dup to 10.0.0.1 device 7", NftText.of(TableFamily.IP, expressions));
    }

    @Test
    void aCommentIsCutWhereNftWouldNotReadIt() {
        var rule = Rule.of(new RuleKey(1), "é".repeat(100), List.of());
        assertEquals("é".repeat(63), rule.comment());
    }

    @Test
    void keysTellDocumentFormAndOccurrenceApart() {
        var keys = List.of(RuleKey.of("a", "x", 0), RuleKey.of("a", "x", 1), RuleKey.of("a", "y", 0),
                RuleKey.of("b", "x", 0), RuleKey.of("ax", "", 0));
        assertEquals(5, keys.stream().distinct().count());
        assertEquals(RuleKey.of("a", "x", 0), RuleKey.of("a", "x", 0));
        // Rules in the kernel carry it: it must never come out as another number.
        assertEquals("8473e4a7210ed344", RuleKey.of("Firewall/edge", "tcp dport 22 accept", 0).toString());
    }

    @Test
    void registersAreNamedAsTheKernelNamesThem() {
        assertEquals(List.of(1, 9, 2, 3, 4, 23), List.of(Register.word(0), Register.word(1), Register.word(4),
                Register.canonical(16), Register.canonical(20), Register.word(15)));
    }
}
