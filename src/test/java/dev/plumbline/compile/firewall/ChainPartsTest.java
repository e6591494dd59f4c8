package dev.plumbline.compile.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChainPartsTest {

    private static final String DOCUMENT = "Firewall/many";
    private static final String CHAIN = "input-filter";

    private static Rule rule(int number, Verdict verdict) {
        return Rule.of(RuleKey.of(DOCUMENT, "rule " + number, 0), "", List.of(new Expression.Decide(verdict)));
    }

    private static List<Rule> accepting(int count) {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < count; i++) {
            rules.add(rule(i, Verdict.ACCEPT));
        }
        return rules;
    }

    private static ChainParts parts(List<Rule> rules) {
        return ChainParts.of(CHAIN, DOCUMENT, rules);
    }

    /** What a packet meets that no rule stops. */
    private static List<Rule> met(ChainParts divided) {
        var met = new ArrayList<Rule>();
        for (var rule : divided.top()) {
            var verdict = ((Expression.Decide) rule.expressions().getLast()).verdict();
            if (divided.parts().containsKey(verdict.chain())) {
                met.addAll(divided.parts().get(verdict.chain()));
            } else {
                met.add(rule);
            }
        }
        return met;
    }

    @Property(tries = 20)
    void aPacketMeetsTheSameRulesInTheSameOrder(@ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int oneIn) {
        var random = new Random(seed);
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < 20_000; i++) {
            rules.add(rule(i, random.nextInt(oneIn * 50) != 0 ? Verdict.ACCEPT
                    : random.nextBoolean() ? Verdict.RETURN : Verdict.go("elsewhere")));
        }
        var divided = parts(rules);
        assertEquals(rules, met(divided));
        divided.parts().values().forEach(part -> assertTrue(part.stream().allMatch(each ->
                each.expressions().getLast().equals(new Expression.Decide(Verdict.ACCEPT))),
                "what leaves a chain stands in the chain itself"));
        divided.parts().values().forEach(part -> assertTrue(part.size() <= 8_192));
    }

    @Test
    void manyRulesBecomePartsThatAreQuickToList() {
        var divided = parts(accepting(100_000));
        assertTrue(divided.top().size() < 600, () -> divided.top().size() + " rules at the top");
        assertTrue(divided.parts().size() > 20, () -> divided.parts().size() + " parts");
    }

    @Test
    void oneRuleMoreChangesOnePart() {
        var rules = accepting(50_000);
        var before = parts(rules);
        for (int place : new int[] {0, 12_345, 25_000, 49_999}) {
            var more = new ArrayList<>(rules);
            more.add(place, rule(-1 - place, Verdict.ACCEPT));
            var after = parts(more);
            long other = after.parts().values().stream().filter(each -> !before.parts().containsValue(each)).count();
            assertTrue(other <= 2, () -> "at " + place + ": " + other + " parts are other ones");
            long gone = before.parts().keySet().stream().filter(each -> !after.parts().containsKey(each)).count();
            assertTrue(gone <= 1, () -> "at " + place + ": " + gone + " parts are gone");
        }
    }

    @Test
    void fewRulesAreLeftWhereTheyAre() {
        assertFalse(ChainParts.isLarge(accepting(ChainParts.LARGE)));
        assertTrue(ChainParts.isLarge(accepting(ChainParts.LARGE + 1)));
    }
}
