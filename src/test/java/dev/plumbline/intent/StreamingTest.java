package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.RouteRows;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** The three ways of reading a list give the same: as a tree, item by item, and in runs of lines. */
class StreamingTest {

    private static final String HEAD =
            "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: t}\nspec:\n  routes:\n";

    private static String lines(List<String> items, String end) {
        var text = new StringBuilder();
        items.forEach(item -> text.append("    - ").append(item).append(end).append('\n'));
        return text.toString();
    }

    /** Read as a tree, because the kind comes last; shifted by a line. */
    private static String treeForm(List<String> items) {
        return "metadata: {name: t}\napiVersion: plumbline.dev/v1\n# no kind yet\nspec:\n  routes:\n" + lines(items, "")
                + "kind: RouteTable\n";
    }

    private static void assertSame(List<String> items) {
        var inRuns = Intents.parse(HEAD + lines(items, ""));
        // A comment at the end keeps lines out of the runs.
        var oneByOne = Intents.parse(HEAD + lines(items, " # x"));
        var asTree = Intents.parse(treeForm(items));
        assertEquals(texts(oneByOne), texts(inRuns));
        // A tree is bound at its end, which a file with a syntax error does not reach.
        if (texts(asTree).stream().anyMatch(text -> text.contains("not YAML"))) {
            assertEquals(texts(asTree).getLast(), texts(oneByOne).getLast());
        } else {
            assertEquals(texts(asTree), texts(oneByOne));
        }
        assertEquals(rows(asTree), rows(oneByOne));
        assertEquals(rows(asTree), rows(inRuns));
    }

    private static List<String> texts(ParsedIntents parsed) {
        return parsed.problems().stream().map(Problem::toString).toList();
    }

    private static List<String> rows(ParsedIntents parsed) {
        var texts = new ArrayList<String>();
        for (var document : parsed.documents()) {
            var spec = (RouteTableSpec) document.spec();
            for (RouteRows rows : List.of(spec.ipv4(), spec.ipv6())) {
                for (int row = 0; row < rows.size(); row++) {
                    texts.add(rows.line(row) + " " + rows.origin(row).document() + " " + rows.route(row)
                            + rows.attributes(row));
                }
            }
        }
        return texts;
    }

    @Provide
    Arbitrary<String> items() {
        var to = Arbitraries.frequencyOf(
                Tuple.of(20, Arbitraries.integers().between(0, 0xffffff)
                        .map(n -> "10." + (n >> 16) + "." + (n >> 8 & 255) + "." + (n & 255))),
                Tuple.of(10, Arbitraries.integers().between(0, 0xffff)
                .map(n -> (n >> 8) + "." + (n & 255) + ".0.0/16")),
                Tuple.of(5, Arbitraries.integers().between(1, 0xffff)
                .map(n -> "2001:db8:" + Integer.toHexString(n) + "::/48")),
                Tuple.of(1, Arbitraries.of("default", "10.0.0.1/8", "010.0.0.0", "1.2.3", "1.2.3.4.5", "1.2.3.4/",
                "1.2.3.4/33",
                        "1.2.3.4/032", "256.0.0.0", "2001:db8::", "2001:db8::1/32", "x", "1..2.3", "0.0.0.0/0",
                        "0.0.0.0/00")));
        var tail = Arbitraries.frequencyOf(
                Tuple.of(20, Arbitraries.of(", dev: a", ", via: 1.1.1.1", ", via: 1.1.1.1, dev: a, metric: 50",
                        ", type: blackhole", ", dev: a, mtu: 1400, metric: 7", ", via: fe80::1, dev: a")),
                Tuple.of(1, Arbitraries.of("", ", dev: a, dev: b", ", dvt: a", ", metric: x, dev: a",
                ", dev: a, mtu: 99999",
                        ", scope: 300, dev: a", ", dev: 5", ", dev: a b", ", dev: a,", ",dev: a", ", dev:a",
                        ", dev: -", ", dev: a, : b")));
        return Combinators.combine(to, tail).as((a, b) -> "{to: " + a + b + "}");
    }

    @Property(tries = 60)
    void allWaysGiveTheSame(@ForAll("items") String one, @ForAll("items") String two, @ForAll("items") String three,
            @ForAll("items") String four) {
        var items = new ArrayList<String>();
        for (int i = 0; i < 1010; i++) {
            items.add("{to: 172.16." + (i >> 8) + "." + (i & 255) + ", dev: a, metric: " + i % 3 + "}");
        }
        items.addAll(List.of(one, two, three, four));
        for (int i = 0; i < 20; i++) {
            items.add("{to: 172.17.0." + i + ", dev: a}");
        }
        items.addAll(List.of(four, three));
        assertSame(items);
    }

    @Test
    void goodLinesOfManyFormsAreRead() {
        var items = IntStream.range(0, 3000).mapToObj(i -> switch (i % 4) {
            case 0 -> "{to: 10.1." + (i >> 8) + "." + (i & 255) + ", via: 192.0.2." + i % 250 + ", dev: a}";
            case 1 -> "{to: 10.2." + (i >> 8) + "." + (i & 255) + "/32, dev: b, metric: " + i + "}";
            case 2 -> "{to: 2001:db8:" + Integer.toHexString(i) + "::/48, dev: a, mtu: 1400}";
            default -> "{dev: c, to: 10.3." + (i >> 8) + "." + (i & 255) + "}";
        }).toList();
        assertSame(items);
        assertEquals(3000, rows(Intents.parse(HEAD + lines(items, ""))).size());
    }

    @Test
    void aLongFileInRunsIsReadWithoutATree() {
        var text = new StringBuilder(HEAD);
        for (int i = 0; i < 100_000; i++) {
            text.append("  - {to: 10.").append(i >> 16).append('.').append(i >> 8 & 255).append('.').append(i & 255)
                    .append("/32, via: 192.0.2.1, dev: plugin0, metric: 50}\n");
        }
        var spec = (RouteTableSpec) Intents.document(text.toString()).spec();
        assertEquals(100_000, spec.ipv4().size());
        assertEquals(1, spec.ipv4().pool().size());
        assertEquals("a.yaml:100005 RouteTable/t", spec.ipv4().origin(99_999).toString());
    }

    /** Lines that look like routes and are something else. */
    @Test
    void linesElsewhereAreNoRoutes() {
        var block = lines(IntStream.range(0, 40).mapToObj(i -> "{to: 10.0.0." + i + ", dev: a}").toList(), "");
        assertTrue(Intents.problems(HEAD.replace("routes:\n", "netns: |\n") + block).getFirst()
                .contains("error: spec.netns: expected `host`, a name below /run/netns or an absolute path; found"));
        assertEquals(40, rows(Intents.parse(HEAD + block)).size());
        assertTrue(Intents.problems(HEAD.replace("routes:", "route:") + block).getFirst()
                .contains("unknown field `route`; did you mean `routes`?"));
        var rules = HEAD.replace("RouteTable", "RoutingRules").replace("routes:", "rules:") + block;
        assertTrue(Intents.problems(rules).getFirst()
                .startsWith("a.yaml:6:7: error: spec.rules[0].priority: is missing"));
        assertEquals(List.of("a.yaml:46:1"), Intents.parse(HEAD + block + "\t- {to: 10.0.1.1}\n").problems().stream()
                .map(problem -> problem.origin().position()).toList());
    }

    @Test
    void whatFollowsARunKeepsItsPlace() {
        var block = lines(IntStream.range(0, 40).mapToObj(i -> "{to: 10.0.0." + i + ", dev: a}").toList(), "");
        assertEquals(List.of("a.yaml:46:12: error: spec.routes[40].to: expected a prefix, an address or `default`;"
                + " found `x`",
                        "a.yaml:88:3: error: spec.idd: unknown field `idd`; did you mean `id`?"),
                Intents.problems(HEAD + block + "    - {to: x, dev: b}\n" + block.replace("10.0.0.", "10.0.1.")
                        + "\n  idd:   9\n"));
    }

    @Test
    void aFileThatUsesTheMarkIsReadAsItIs() {
        var block = lines(IntStream.range(0, 40).mapToObj(i -> "{to: 10.0.0." + i + ", dev: a}").toList(), "");
        assertEquals(List.of("a.yaml:46:7: error: spec.routes[40]: expected a mapping with the fields to, via, dev,"
                + " src,"
                + " metric, scope, onlink, mtu, advmss, type, tos; found `\ue0000`"),
                Intents.problems(HEAD + block + "    - \ue0000\n"));
    }

    @Test
    void rulesAreStreamedAsWell() {
        var rules = new ArrayList<String>();
        for (int i = 1; i <= 3000; i++) {
            rules.add("{priority: " + i + ", from: 10.0." + (i >> 8) + "." + (i & 255) + ", lookup: " + i + "}");
        }
        var yaml = Intents.rules(rules.toArray(String[]::new));
        var tree = yaml.replace("kind: RoutingRules\n", "").replace("metadata:", "\nmetadata:")
                + "kind: RoutingRules\n";
        assertEquals(((RoutingRulesSpec) Intents.document(yaml).spec()).rules(),
                ((RoutingRulesSpec) Intents.document(tree).spec()).rules());
        assertEquals(List.of("a.yaml:3005:24: error: spec.rules[2999].frm: unknown field `frm`; did you mean `from`?"),
                Intents.problems(yaml.replace("{priority: 3000, from", "{priority: 3000, frm")));
    }
}
