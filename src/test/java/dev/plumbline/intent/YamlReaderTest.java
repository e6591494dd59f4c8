package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class YamlReaderTest {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: t}\n";

    private static List<String> problems(byte[] content) {
        return new IntentParser().parse(List.of(new IntentFile("a.yaml", content))).problems().stream()
                .map(Problem::toString).toList();
    }

    private static RouteTableSpec spec(String yaml) {
        return (RouteTableSpec) Intents.document(yaml).spec();
    }

    @Test
    void syntaxErrorsAreOneProblemEachFile() {
        assertEquals(List.of("a.yaml:6:2: error: not YAML: expected ',' or ']', but got :"
                        + " (while parsing a flow sequence from line 4)"),
                Intents.problems(HEAD + "spec: {hosts: [a\n\nx: 1\n"));
        assertEquals(List.of("a.yaml:5:1: error: not YAML: found character '\\t(TAB)' that cannot start any token."
                + " (Do not"
                        + " use \\t(TAB) for indentation) (while scanning for the next token); indent with spaces,"
                        + " never with tabs"),
                Intents.problems(HEAD + "spec:\n\tid: 9\n"));
        assertEquals(List.of("a.yaml:4:8: error: not YAML: mapping values are not allowed here; is the indentation"
                + " right,"
                + " or does a text with `: ` lack quotes?"), Intents.problems(HEAD + "spec: a: b\n"));
    }

    @Test
    void addressesWithAColonAtAnEndNeedQuotesAndAreToldSo() {
        assertTrue(Intents.problems(Intents.table("{to: ::/0, dev: a}")).getFirst()
                .endsWith("; an address with a colon at its begin or end, such as `::1`, needs quotes: \"::1\""));
        assertEquals("[default dev a table 0]", spec(Intents.table("{to: \"::/0\", dev: a}")).ipv6().toList()
                .toString());
    }

    @Test
    void whatIsNotUtf8IsToldWithItsPlace() {
        var bytes = (HEAD + "spec: {}\n# ?x\n").getBytes(StandardCharsets.ISO_8859_1);
        bytes[bytes.length - 3] = (byte) 0xe4;
        assertEquals(List.of("a.yaml:5:3: error: the byte 0xe4 is not UTF-8: save the file as UTF-8"), problems(bytes));
        assertEquals(List.of("a.yaml:4:9: error: the character U+0007 is not allowed in YAML"),
                Intents.problems(HEAD + "spec: {\"\u0007\": 1}\n"));
    }

    @Test
    void marksAndLineEndsOfOtherSystemsAreRead() {
        assertEquals(9, spec("\ufeff" + (HEAD + "spec:\n  id: 9\n").replace("\n", "\r\n")).id().orElseThrow().value());
    }

    @Test
    void columnsCountCharactersNotBytes() {
        assertEquals("a.yaml:4:18: error: spec.ü𝄞: unknown field `ü𝄞`; known here: id,"
                + " interface, sysctls, exclusive, adopt, optional, routes, hosts, netns, drift",
                Intents.problems(HEAD + "spec: {\"id\": 1 , ü𝄞: 1}\n").getFirst());
        assertEquals(List.of("a.yaml:4:14: error: spec.id: expected a whole number from 0 to 4294967295; found `x`"),
                Intents.problems(HEAD + "spec: {\"id\": x}\n"));
    }

    @Test
    void duplicateFieldsNameBothPlaces() {
        assertEquals(List.of("a.yaml:6:3: error: spec.id: stands twice; the first is at line 5"),
                Intents.problems(HEAD + "spec:\n  id: 9\n  id: 10\n"));
        assertEquals(List.of("a.yaml:6:3: error: spec.routes: stands twice; the first is at line 5"),
                Intents.problems(HEAD + "spec:\n  routes: [{to: default, dev: a}]\n  routes: [{to: default, dev:"
                + " a}]\n"));
        assertEquals(List.of("a.yaml:5:1: error: spec: stands twice; the first is at line 4"),
                Intents.problems(HEAD + "spec: {id: 9}\nspec: {id: 10}\n"));
    }

    @Test
    void mergeKeysAreRefusedWithAHint() {
        assertEquals(List.of("a.yaml:6:21: error: spec.routes[1].<<: YAML 1.2 has no merge keys: write the fields"
                + " out, or"
                        + " give a whole value an anchor (`&name`) and repeat it by its alias (`*name`)"),
                Intents.problems(HEAD + "spec:\n  routes: [&a {to: 10.0.0.0/8, dev: a},\n            {       <<:"
                + " *a, to: 11.0.0.0/8, dev: a}]\n"));
    }

    @Test
    void aliasesStandForWhatTheirAnchorsName() {
        var spec = spec(HEAD + "spec:\n  routes:\n    - {to: 10.0.0.0/8, via: &hops [1.1.1.1, 2.2.2.2]}\n"
                + "    - {to: 11.0.0.0/8, via: *hops}\n");
        assertEquals(spec.ipv4().attributes(0), spec.ipv4().attributes(1));
        assertEquals(1, spec.ipv4().pool().size());
        var whole = HEAD.replace("{name: t}", "{name: t, labels: &l {a: b}}") + "spec: {hosts: {labels: *l}}\n";
        assertEquals(Intents.document(whole).labels(), Intents.document(whole).hosts().labels());
    }

    @Test
    void anchorsOnTheSpecOrTheListDoNotHideItems() {
        assertEquals(1, spec(HEAD + "spec: &s\n  routes: &r\n    - {to: 10.0.0.0/8, dev: a}\n").ipv4().size());
        assertEquals(1, spec(HEAD + "spec:\n  routes: &r\n    - {to: 10.0.0.0/8, dev: a}\n").ipv4().size());
    }

    @Test
    void anAliasWithoutAnchorIsAProblem() {
        assertEquals("a.yaml:4:12: error: spec.id: the alias `*x` has no anchor `&x` before it",
                Intents.problems(HEAD + "spec: {id: *x}\n").getFirst());
        assertEquals("a.yaml:6:33: error: spec.routes[0].via[0]: the alias `*a` has no anchor `&a` before it",
                Intents.problems(HEAD + "spec:\n  routes:\n    - {to: 10.0.0.0/8, via: &a [*a]}\n").getFirst());
    }

    @Test
    void aliasBombsAreDefused() {
        var bomb = new StringBuilder(HEAD + "spec:\n  a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("  a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
        }
        assertTrue(Intents.problems(bomb.toString()).getLast()
                .endsWith("error: the aliases of this document stand for more than 1000000 values"));
    }

    @Test
    void depthIsBounded() {
        assertTrue(Intents.problems(HEAD + "spec: " + "[".repeat(5000)).getFirst()
                .endsWith("nested deeper than 50 levels"));
    }

    @Test
    void tagsAreRefused() {
        assertEquals(List.of("a.yaml:4:12: error: spec.id: the tag `tag:yaml.org,2002:int` is not part of the"
                + " intent language"),
                Intents.problems(HEAD + "spec: {id: !!int 9}\n").subList(0, 1));
        assertEquals("x", Intents.document(HEAD.replace("name: t", "name: !!str x") + "spec: {}\n").name());
    }

    @Test
    void emptyDocumentsAreNothing() {
        assertEquals(List.of(), Intents.parse("").documents());
        assertEquals(1, Intents.parse("---\n---\n# nothing\n---\n" + HEAD + "spec: {}\n---\n").documents().size());
        assertEquals(List.of(), Intents.parse("---\n---\n# nothing\n").problems());
    }

    @Test
    void allProblemsOfAllFilesComeInOrder() {
        var parsed = new IntentParser().parse(List.of(Intents.file("b.yaml", HEAD + "spec: {id: 0}\n"),
                Intents.file("a.yaml", HEAD + "spec: {ids: 0, exclusive: 1}\n"),
                Intents.file("c.yaml", HEAD + "spec: {}\n")));
        assertEquals(List.of("a.yaml:4:8", "a.yaml:4:27", "b.yaml:4:12"),
                parsed.problems().stream().map(problem -> problem.origin().position()).toList());
        assertEquals(1, parsed.documents().size());
        assertEquals("RouteTable/t", parsed.problems().getFirst().origin().document());
    }

    @Test
    void tooManyErrorsOfADocumentAreCounted() {
        var problems = Intents.problems(Intents.table("{to: a}\n".repeat(1200).replace("\n", "\n    - ") + "{to: a}"));
        assertEquals(1001, problems.size());
        assertTrue(problems.getLast().endsWith("error: 201 more errors in this document are not shown"));
    }
}
