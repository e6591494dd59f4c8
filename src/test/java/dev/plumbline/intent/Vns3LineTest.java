package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.RuleLine;
import dev.plumbline.state.Origin;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of VNS3's documentation and of iptables, and every way in which they can be wrong. */
class Vns3LineTest {

    private static final Origin NOWHERE = new Origin("", "", 1, 1);
    private static final List<String> WORDS = List.of("PREROUTING", "PREROUTING_CUST", "ROUTING_CUST", "MACRO_CUST",
            "INPUT", "X", "-i", "-o", "-s", "-d", "-p", "--dport", "--sport", "-m", "-j", "-g", "!", "tcp", "eth0",
            "tun+", "10.0.0.0/8", "2001:db8::1", "${x}", "${", "22", "1:2", "mark", "--mark", "0x1/0xff", "conntrack",
            "--ctstate", "NEW,", "ESTABLISHED", "ACCEPT", "DNAT", "--to", "SNAT", "MASQUERADE", "LOOKUP", "--table",
            "--through", "--from", "COPY", "--inbound", "--bidirectional", "LOG", "--log-prefix", "\"a b\"", "\"", "'",
            "--match-set", "src,dst", "--tcp-flags", "SYN,ACK", "ALL", "--limit", "5/sec", "--limit-burst", "rpfilter",
            "--invert", "REJECT", "--reject-with", "\\", "é", "-", "--", ",", "-t", "nat", "-A");

    /** Left a line, right the canonical rule as an item in YAML. */
    @ParameterizedTest
    @CsvFileSource(resources = "vns3-lines.txt", delimiter = '|', quoteCharacter = '\0')
    void linesBecomeRules(String line, String expected) throws MalformedException {
        var rule = RuleLine.parse(line, NOWHERE);
        assertEquals(expected, FirewallWriter.flow(rule));

        assertEquals(rule, RuleLine.parse(RuleLine.text(rule), NOWHERE), RuleLine.text(rule));
        var document = Intents.document(Intents.document("Firewall", "chains: [trusted, PRE_C_WEB]", "rules:",
                "  - " + FirewallWriter.flow(rule)));
        assertEquals(List.of(rule), ((FirewallSpec) document.spec()).rules().stream()
                .map(each -> each.at(NOWHERE)).toList());
        var again = Intents.document(IntentWriter.text(List.of(document)));
        assertEquals(Intents.placeless(document), Intents.placeless(again));
        var asLine = Intents.document(Intents.document("Firewall", "chains: [trusted, PRE_C_WEB]", "rules:", "  - >-",
                "    " + line));
        assertEquals(Intents.placeless(document), Intents.placeless(asLine));
    }

    /** Left a line, then the column, then what is said there. */
    @ParameterizedTest
    @CsvFileSource(resources = "vns3-line-problems.txt", delimiter = '|', quoteCharacter = '\0')
    void problemsPointAtTheColumn(String line, int column, String message) {
        var problem = assertThrows(MalformedException.class, () -> RuleLine.parse(line, NOWHERE));
        assertEquals(message, problem.getMessage());
        assertEquals(column, problem.offset() + 1, message);
    }

    /** The same column in the file, whatever style the line is written in. */
    @ParameterizedTest
    @ValueSource(strings = {"- INPUT -i eth0 -s 10.0.0.0/33 -j ACCEPT", "- \"INPUT -i eth0 -s 10.0.0.0/33 -j ACCEPT\"",
            "- 'INPUT -i eth0 -s 10.0.0.0/33 -j ACCEPT'", "- {rule: \"INPUT -i eth0 -s 10.0.0.0/33 -j ACCEPT\"}",
            "- \"\\x49NPUT\\x20-i \\u0065th0 -s 10.0.0.0/33 -j ACCEPT\"", "- &a !!str INPUT -s 10.0.0.0/33 -j ACCEPT",
            "- INPUT -i eth0\n      -s\n      10.0.0.0/33 -j ACCEPT", "- 'INPUT -i eth0\n      -s 10.0.0.0/33'",
            "- |\n      # with a comment\n      INPUT -i eth0 -s 10.0.0.0/33 -j ACCEPT\n\n      INPUT -j ACCEPT",
            "- >-   # folded\n      INPUT -i eth0\n      -s\t10.0.0.0/33 -j ACCEPT",
            "- \"INPUT -i eth0 \\\n      -s 10.0.0.0/33 -j ACCEPT\"", "- |2\n        INPUT -s 10.0.0.0/33 -j ACCEPT",
            "- {chain: input, source: [192.0.2.1, 10.0.0.0/33], action: accept}",
            "- {chain: input, source: \"192.0.2.1, 10.0.0.0/33\", action: accept}",
            "- \"INPUT -m comment --comment '\\U0001F600\\x20' -s 10.0.0.0/33 -j ACCEPT\""})
    void columnsAreRightInEveryStyle(String item) {
        var yaml = Intents.document("Firewall", "rules:", "  " + item);
        int at = yaml.indexOf("/33") + 1;
        int line = (int) yaml.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
        int column = yaml.codePointCount(yaml.lastIndexOf('\n', at) + 1, at) + 1;
        var problems = Intents.problems(yaml);
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.getFirst().startsWith("a.yaml:" + line + ":" + column + ": error: spec.rules[0]"),
                problems + " instead of " + line + ":" + column);
        assertTrue(problems.getFirst().endsWith("a number from 0 to 32; found `33`"), problems.toString());
    }

    @Property(tries = 3000)
    void whatALineCanSayIsReadBack(@ForAll long seed) throws MalformedException {
        var arbitrary = new FirewallArbitraries(new Random(seed));
        FirewallRule rule;
        do {
            rule = arbitrary.rule(List.of("A", "PRE_C_X"));
        } while (!RuleLine.obstacles(rule).isEmpty());
        assertEquals(rule, RuleLine.parse(RuleLine.text(rule), NOWHERE), RuleLine.text(rule));
    }

    @Property(tries = 3000)
    void everyRuleIsReadBackFromYaml(@ForAll long seed) {
        var rule = new FirewallArbitraries(new Random(seed)).rule(List.of("B"));
        var document = Intents.document(Intents.document("Firewall", "chains: [A, \"no\", B, PRE_C_X]", "rules:",
                "  - " + FirewallWriter.flow(rule)));
        assertEquals(List.of(rule), ((FirewallSpec) document.spec()).rules().stream()
                .map(each -> each.at(NOWHERE)).toList());
    }

    private static void parses(String line) {
        try {
            RuleLine.parse(line, NOWHERE);
        } catch (MalformedException e) {
            assertTrue(e.offset() >= 0 && e.offset() <= line.length(), e.offset() + " in " + line);
            assertTrue(e.getMessage().length() < 700, e.getMessage());
        }
    }

    @Property(tries = 5000)
    void anyTextIsARuleOrAProblem(@ForAll String text) {
        parses(text);
        parses("PREROUTING " + text);
    }

    @Property(tries = 20000)
    void anyWordsAreARuleOrAProblem(@ForAll long seed) {
        var random = new Random(seed);
        var line = new StringBuilder(random.nextBoolean() ? "FORWARD " : "");
        for (int i = random.nextInt(14); i >= 0; i--) {
            line.append(WORDS.get(random.nextInt(WORDS.size()))).append(random.nextInt(8) == 0 ? "" : " ");
        }
        parses(line.toString());
    }
}
