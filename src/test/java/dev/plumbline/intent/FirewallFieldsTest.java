package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.ElementText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class FirewallFieldsTest {

    private static FirewallSpec spec(String... lines) {
        return (FirewallSpec) Intents.document(Intents.document("Firewall", lines)).spec();
    }

    @Test
    void everythingIsWrittenInOneForm() {
        var yaml = """
                apiVersion: plumbline.dev/v1
                kind: Firewall
                metadata: {name: edge}
                spec:
                  policies: {input: drop, forward: accept}
                  sysctls: manage
                  variables:
                    "1": "2001:db8::"
                    web: 192.0.2.1
                  sets:
                    - name: blocked
                      type: ipv4_addr
                      interval: true
                      elements:
                        - 10.0.0.0/8
                        - 192.0.2.1-192.0.2.9
                    - name: services
                      type: [ipv4_addr, inet_proto, inet_service]
                      elements:
                        - "192.0.2.1 . tcp . 443"
                    - name: empty
                      type: ifname
                      elements: []
                  chains: [spare]
                  rules:
                    - {chain: input, set: ["services dst,dst", "blocked src"], counter: true, action: accept}
                    - {chain: input, log: {prefix: "in: ", level: info}, setMark: 0x1/0x3, action: drop, comment: why}
                    - {copy: {to: 10.0.0.2, from: tun0, direction: inbound}, expires: "2026-12-31T18:00:00Z"}
                    - {chain: forward, jump: spare, disabled: true}
                """;
        var parsed = Intents.parse(yaml);
        assertEquals(List.of(), parsed.problems());
        assertEquals(yaml, IntentWriter.text(parsed.documents()));
        var spec = (FirewallSpec) parsed.documents().getFirst().spec();
        assertEquals(FirewallSpec.Policy.DROP, spec.policies().get(BaseChain.INPUT));
        assertEquals("a.yaml:26:7 Firewall/edge", spec.rules().getFirst().origin().toString());
        assertEquals("a.yaml:11:13 Firewall/edge", spec.sets().getFirst().origin().toString());
    }

    /** A line beside what no line can say, and several lines at once. */
    @Test
    void linesHaveTheirOwnPlaces() {
        var rules = spec("rules:", "  - {rule: INPUT -j DROP, comment: why, expires: \"2026-12-31T19:00:00+01:00\"}",
                "  - |", "    # one", "    INPUT -s 10.0.0.1 -j DROP", "", "      INPUT -j ACCEPT").rules();
        assertEquals(List.of("6:14", "9:7", "11:9"), rules.stream().map(rule -> rule.origin().line() + ":"
                + rule.origin().column()).toList());
        assertEquals("{chain: input, action: drop, comment: why, expires: \"2026-12-31T18:00:00Z\"}",
                FirewallWriter.flow(rules.getFirst()));
    }

    /** Left an item of {@code rules}, right the first problem behind {@code a.yaml:6:column: error: spec.rules[0]}. */
    @ParameterizedTest
    @CsvFileSource(resources = "firewall-problems.txt", delimiter = '|', quoteCharacter = '\0')
    void problemsSayWhatIsWrong(String item, String expected) {
        assertEquals(expected, Intents.problems(Intents.document("Firewall", "rules:", "  - " + item)).getFirst()
                .replace("a.yaml:6:", "").replace("error: spec.rules[0]", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            policies: {ingress: drop}|5:14: error: spec.policies.ingress: unknown field `ingress`; known here: prerouting, input, forward, output, postrouting
            policies: {input: reject}|5:21: error: spec.policies.input: expected one of accept, drop; found `reject`
            sysctls: yes|5:12: error: spec.sysctls: expected one of warn, manage; found `yes`
            variables: {a-b: 1}|5:15: error: spec.variables.a-b: the name of a variable has letters, digits and `_` alone
            variables: {a: "${b}"}|5:18: error: spec.variables.a: a variable has a value, not the name of another
            chains: [INPUT]|5:12: error: spec.chains[0]: `INPUT` is too like the name of a chain that is there anyway; tables of lines are written in capitals: INPUT
            rules: INPUT -j DROP|5:10: error: spec.rules: expected a list of rules, such as [INPUT -p tcp --dport 22 -j ACCEPT]; found `INPUT -j DROP`
            sets: [{name: a}]|5:10: error: spec.sets[0].type: is missing; write for example `type: ipv4_addr`
            sets: [{name: 9, type: mark}]|5:17: error: spec.sets[0].name: expected a name; found the number 9; write "9" if that is its name
            sets: [{name: a, type: ip}]|5:26: error: spec.sets[0].type: expected one of ipv4_addr, ipv6_addr, ether_addr, inet_proto, inet_service, mark, ifname; found `ip`
            sets: [{name: a, type: ipv4_addr, elements: [10.0.0.0/8, "::1"]}]|5:61: error: spec.sets[0].elements[1]: expected an IPv4 address, prefix or range; found `::1`
            sets: [{name: a, type: [ipv4_addr, inet_service], elements: [10.0.0.1 . 80 . 90]}]|5:77: error: spec.sets[0].elements[0]: an element of this set has 2 fields with ` . ` between them: ipv4_addr . inet_service
            sets: [{name: a, type: [ipv4_addr, inet_service], elements: [10.0.0.1 . 70000]}]|5:75: error: spec.sets[0].elements[0]: expected a port from 0 to 65535 or a range such as 1000-2000; found `70000`
            """)
    void problemsOfTheSpec(String field, String expected) {
        assertEquals(expected, Intents.problems(Intents.document("Firewall", field)).getFirst()
                .replace("a.yaml:", ""));
    }

    @Test
    void setsHaveOneName() {
        assertEquals(List.of("a.yaml:7:14: error: spec.sets[1]: there is a set `a` already"),
                Intents.problems(Intents.document("Firewall", "sets:", "  - {name: a, type: mark}",
                        "  - {name: a, type: mark}")));
    }

    @Test
    void chainsLeadSomewhere() {
        assertEquals(List.of(
                "a.yaml:6:7: error: spec.rules[0]: no rule jumps to the chain `PREROUTNG`; did you mean `prerouting`?;"
                        + " if it is meant to be there, name it in `chains`",
                "a.yaml:7:7: error: spec.rules[1]: no rule stands in a chain `ACEPT`; did you mean `ACCEPT`?",
                "a.yaml:8:7: error: spec.rules[2]: the chain `A` leads back to itself",
                "a.yaml:9:7: error: spec.rules[3]: the chain `B` leads back to itself"),
                Intents.problems(Intents.document("Firewall", "rules:", "  - PREROUTNG -j ACCEPT", "  - INPUT -j ACEPT",
                        "  - A -j B", "  - {chain: B, jump: A}")));
    }

    /** Overlapping and touching ranges are one, as the kernel wants it. */
    @Test
    void rangesAreMerged() {
        var set = spec("sets:", "  - {name: a, type: inet_service, elements: [1-5, 3-9, 10, 12]}").sets().getFirst();
        var text = new ElementText(set.type());
        assertEquals(List.of("1-10", "12"), IntStream.range(0, set.elements().size())
                .mapToObj(row -> text.text(set.elements(), row)).toList());
        assertTrue(set.interval());
    }

    @Test
    void aSetMayHaveAHundredThousandElements() throws IOException {
        var yaml = new StringBuilder(Intents.document("Firewall", "sets:", "  - name: blocked", "    type: ipv4_addr",
                "    elements:"));
        for (int i = 0; i < 100_000; i++) {
            yaml.append("        - 10.").append(i >> 15).append('.').append(i >> 7 & 255).append('.')
                    .append(i << 1 & 255).append('\n');
        }
        yaml.append("        - nothing\n");
        long start = System.nanoTime();
        var wrong = Intents.problems(yaml.toString());
        assertEquals(List.of("a.yaml:100009:11: error: spec.sets[0].elements[100000]: expected an IPv4 address, prefix"
                + " or range; found `nothing`"), wrong);
        var parsed = Intents.parse(yaml.toString().replace("        - nothing\n", ""));
        assertEquals(List.of(), parsed.problems());
        assertTrue(System.nanoTime() - start < 30_000_000_000L);
        var set = ((FirewallSpec) parsed.documents().getFirst().spec()).sets().getFirst();
        assertEquals(100_000, set.elements().size());
        var bytes = new ByteArrayOutputStream();
        DocumentCodec.write(parsed, bytes);
        assertEquals(parsed, DocumentCodec.read(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
