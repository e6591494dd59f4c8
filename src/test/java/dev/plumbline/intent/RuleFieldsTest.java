package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Family;
import dev.plumbline.state.RoutingRule;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class RuleFieldsTest {

    private static List<RoutingRulesSpec.RuleSpec> specs(String... rules) {
        return ((RoutingRulesSpec) Intents.document(Intents.rules(rules)).spec()).rules();
    }

    /** Left what is written, then 4, 6 or 46 for the families, then the rule in the words of {@code ip}. */
    @ParameterizedTest
    @CsvFileSource(resources = "rules.txt", delimiter = '|')
    void rulesBecomeWhatTheKernelEchoes(String item, String families, String expected) {
        var specs = specs(item);
        var found = new StringBuilder();
        specs.forEach(spec -> found.append(spec.rule().family() == Family.IPV4 ? '4' : '6'));
        assertEquals(families, found.toString());
        specs.forEach(spec -> assertEquals(expected, spec.rule().toString()));
        specs.forEach(spec -> assertEquals("a.yaml:6:7 RoutingRules/r", spec.origin().toString()));
    }

    @Test
    void aTableByNameStaysAName() {
        var spec = specs("{priority: 1, lookup: plugin0}").getFirst();
        assertEquals(Optional.of("plugin0"), spec.table());
        assertEquals(0, spec.rule().table().orElseThrow());
        assertEquals(Optional.empty(), specs("{priority: 1, lookup: main}").getFirst().table());
    }

    /** A mark of 0 without a mask is a mark of 0, not any mark. */
    @Test
    void markZeroLooksAtAllBits() {
        assertEquals(Optional.of(new RoutingRule.Mark(0, 0xffffffffL)),
                specs("{priority: 1, fwmark: 0, lookup: 1}").getFirst().rule().mark());
    }

    /** Left what is written, right the problem behind {@code a.yaml:6:column: error: spec.rules[0]}. */
    @ParameterizedTest
    @CsvFileSource(resources = "rule-problems.txt", delimiter = '|')
    void problemsSayWhatIsWrong(String item, String expected) {
        int colon = expected.indexOf(": ");
        var first = "a.yaml:6:" + expected.substring(0, colon) + ": error: spec.rules[0]"
                + expected.substring(colon + 2);
        assertEquals(first, Intents.problems(Intents.rules(item)).getFirst());
    }

    @Test
    void whatMatchesNothingIsWarnedOf() {
        assertEquals(List.of("a.yaml:6:26: warning: spec.rules[0].not: `not` without a selector matches no packet"),
                Intents.problems(Intents.rules("{priority: 1, not: true, lookup: 5}")));
        assertEquals(List.of("a.yaml:6:46: warning: spec.rules[0].sport: protocol 1 has no ports: the rule may"
                + " match nothing"),
                Intents.problems(Intents.rules("{priority: 1, ipproto: icmp, sport:    5, lookup: 5}")));
    }
}
