package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is planned from a host's facts elsewhere is what would be planned on the host. */
@Tag("kernel")
class FactsKernelTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String NOTE = "note: planned from facts: [^\n]*\n";
    private static final String INTENTS = """
            kind: SourceRouting
            metadata: {name: sip}
            spec: {device: net1}
            ---
            kind: RouteTable
            metadata: {name: edge}
            spec:
              routes:
                - {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}
            ---
            kind: RoutingRules
            metadata: {name: paths}
            spec: {rules: [{priority: 1000, from: 10.0.0.10, lookup: edge}]}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private TestHost elsewhere;

    @BeforeEach
    void host() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24")
                .device("net1", "192.168.1.209/24", "2001:db8:1::5/64");
        for (var route : List.of("default via 10.0.0.1 dev eth0 proto static",
                "default via 192.168.1.1 dev net1 metric 100 proto dhcp", "172.16.0.0/12 via 192.168.1.7 dev net1",
                "blackhole 198.51.101.0/24 table 100")) {
            host.ip().run("route add " + route);
        }
        elsewhere = host.elsewhere(namespaces);
        host.intent("a.yaml", INTENTS);
    }

    /** Gathers facts into a file. */
    static Path facts(TestHost host, String... more) {
        var result = host.run("facts", more);
        assertEquals(0, result.code(), result::toString);
        try {
            return Files.writeString(Files.createTempFile(host.state().getParent(), "facts", ".json"), result.out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The plan of a host's facts in another namespace is that of the host: changes, notices, guards and exit code. */
    static void assertSamePlan(TestHost host, TestHost elsewhere) {
        var here = host.run("plan", "--json", "--detailed-exitcode");
        var file = facts(host);
        var there = elsewhere.execute("plan", "--json", "--detailed-exitcode", "--intents",
                host.intents().toString(), "--facts", file.toString());
        assertEquals(here.code(), there.code(), () -> here + "\n" + there);
        assertEquals(comparable(here.out()), comparable(there.out().replace(host.intents().toString(), "INTENTS")));
    }

    /** Without what only a plan from facts says. */
    private static JsonNode comparable(String json) {
        var plan = (ObjectNode) JSON.readTree(json);
        plan.get("namespaces").forEach(namespace -> {
            var notices = (ArrayNode) namespace.get("notices");
            for (int i = notices.size() - 1; i >= 0; i--) {
                if (notices.get(i).get("reason").asString().equals("FactsOnly")) {
                    notices.remove(i);
                }
            }
        });
        return plan;
    }

    private TestHost.Result fromFacts(Path file, String... more) {
        var words = new ArrayList<>(List.of("plan", "--intents", host.intents().toString(), "--facts",
                file.toString()));
        words.addAll(List.of(more));
        return elsewhere.execute(words.toArray(String[]::new));
    }

    @Test
    void thePlanElsewhereReadsAsOnTheHost() {
        var plan = host.plan();
        assertTrue(plan.contains("+ rule 20000: from 192.168.1.209 lookup 102"), plan);
        var there = fromFacts(facts(host));
        assertEquals(0, there.code(), there::toString);
        assertNotEquals(plan, there.out());
        assertEquals(plan, host.masked(there.out()).replaceFirst(NOTE, ""));
        assertTrue(there.err().matches("plumbline: planning for edge-1 from the facts of edge-1, gathered at .*Z\n"),
                there::toString);
    }

    @Test
    void beforeAndAfterAnApplyAndAfterDrift() {
        assertSamePlan(host, elsewhere);
        host.apply();
        assertSamePlan(host, elsewhere);
        var nothing = fromFacts(facts(host), "--detailed-exitcode");
        assertEquals(0, nothing.code(), nothing::toString);
        assertTrue(nothing.out().endsWith("No changes. The network matches the intents.\n"), nothing::toString);
        host.ip().run("route flush table 101");
        host.ip().run("rule del pref 1000");
        assertSamePlan(host, elsewhere);
        assertEquals(2, fromFacts(facts(host), "--detailed-exitcode").code());
        // What was moved away is in the facts too: without it the host's routes would not come back.
        host.intent("a.yaml", "kind: RoutingRules\nmetadata: {name: none}\nspec: {rules: []}\n");
        assertTrue(host.plan().contains("+ route default via 192.168.1.1 dev net1 metric 100 proto dhcp table main"));
        assertSamePlan(host, elsewhere);
    }

    @Test
    void guardsAreEvaluatedFromFacts() {
        host.intent("a.yaml", "kind: SourceRouting\nmetadata: {name: up}\nspec: {device: eth0}\n");
        host.ip().run("route del default dev net1");
        host.apply();
        host.ip().run("rule del pref 20000");
        host.ip().run("-4 route add default via 192.168.1.1 dev net1 proto 157");
        host.intent("a.yaml", "kind: RouteTable\nmetadata: {name: x}\nspec: {id: 300, routes: []}\n");
        host.loseStore();
        var plan = host.run("plan");
        assertTrue(plan.out().contains("guard default-route: takes away the last default route of IPv4"),
                plan::toString);
        assertSamePlan(host, elsewhere);
    }

    @Test
    void namespacesOfDocumentsAndOfTheStore() {
        var pod = host.elsewhere(namespaces).device("net1", "192.168.7.9/24");
        host.intent("pod.yaml", "kind: SourceRouting\nmetadata: {name: pod}\nspec: {netns: " + pod.name()
                + ", device: net1, gateways: [192.168.7.1]}\n");
        host.intent("gone.yaml", "kind: SourceRouting\nmetadata: {name: gone}\nspec: {netns: never-there, device:"
                + " net1}\n");
        assertSamePlan(host, elsewhere);
        host.apply();
        host.without("pod.yaml");
        assertSamePlan(host, elsewhere);
        assertTrue(fromFacts(facts(host)).out().contains("- rule 20000: from 192.168.7.9 lookup 100"));
    }

    @Test
    void aNamespaceThatWasNotLookedAtIsNotTakenForAbsent() {
        var pod = host.elsewhere(namespaces).device("net1", "192.168.7.9/24");
        var file = facts(host);
        host.intent("pod.yaml", "kind: SourceRouting\nmetadata: {name: pod}\nspec: {netns: " + pod.name()
                + ", device: net1, gateways: [192.168.7.1]}\n");
        var refused = fromFacts(file);
        assertEquals(1, refused.code());
        assertTrue(refused.err().endsWith("plumbline: the facts of edge-1 do not hold the network namespace"
                + " " + pod.name()
                + "; gather them there with `plumbline facts --netns " + pod.name() + "`\n"), refused::toString);
        host.without("pod.yaml");
        var more = facts(host, "--netns", pod.name());
        host.intent("pod.yaml", "kind: SourceRouting\nmetadata: {name: pod}\nspec: {netns: " + pod.name()
                + ", device: net1, gateways: [192.168.7.1]}\n");
        assertTrue(fromFacts(more).out().contains("+ rule 20000: from 192.168.7.9 lookup 100"));
        host.intent("pod.yaml", "kind: SourceRouting\nmetadata: {name: pod}\nspec: {netns: /proc/1/ns/net, device:"
                + " net1}\n");
        assertEquals(1, fromFacts(more).code(), "whether a path was there is not known");
    }

    @Test
    void anotherHostNameAndOtherLabels() throws IOException {
        host.intent("a.yaml", INTENTS.replace("spec: {device: net1}",
                "spec: {hosts: {names: [edge-2]}, device: net1}").replaceFirst("spec:\n  routes",
                "spec:\n  hosts: {labels: {site: bern}}\n  routes"));
        var file = facts(host, "--label", "site=bern", "--host", "edge-2");
        var named = fromFacts(file, "--json");
        assertEquals(0, named.code(), named::toString);
        assertTrue(named.out().contains("SourceRouting/sip")
                && named.out().contains("RouteTable/edge"), named::toString);
        var other = fromFacts(file, "--host", "edge-9");
        assertTrue(!other.out().contains("SourceRouting/sip")
                && other.out().contains("RouteTable/edge"), other::toString);
        assertEquals(64, fromFacts(file, "--out", directory.resolve("p").toString()).code());
    }

    @Test
    void ofALargeTableOnlyWhatDocumentsTouchIsHeld() {
        var lines = new StringBuilder();
        IntStream.range(0, 10_050).forEach(i -> lines.append("route add 10.").append(100 + i / 256).append('.')
                .append(i % 256).append(".0/24 via 10.0.0.1 dev eth0 table 700\nroute add 10.").append(100 + i / 256)
                .append('.').append(i % 256).append(".0/24 via 10.0.0.1 dev eth0\n"));
        host.ip().batch(lines.toString());
        assertSamePlan(host, elsewhere);
        var file = facts(host);
        assertTrue(length(file) < 100_000, "main and table 700 are not printed");
        host.intent("a.yaml", INTENTS.replace("routes:\n", "id: 700\n  exclusive: true\n  routes:\n"));
        var refused = fromFacts(file);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("the documents touch table 700 (IPv4) in namespace host, of whose 10050"
                + " routes the facts of edge-1 hold only some; gather them there with `plumbline facts --full`"),
                refused::toString);
        assertSamePlan(host, elsewhere);
        host.intent("a.yaml", INTENTS);
        var full = facts(host, "--full");
        assertTrue(length(full) > 1_000_000);
        host.intent("a.yaml", "kind: SourceRouting\nmetadata: {name: up}\nspec: {device: eth0}\n");
        assertEquals(1, fromFacts(file).code(), "the routes of main over eth0 were left out");
        var moved = fromFacts(full);
        assertTrue(moved.out().contains("Plan: 10"), moved::toString);
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void factsFollowTheirSchema() throws IOException {
        host.apply();
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/facts.schema.json")), InputFormat.JSON);
        var text = Files.readString(facts(host));
        assertEquals(List.of(), schema.validate(text, InputFormat.JSON));
        assertTrue(text.contains("\"ledger\":{\"allotments\":[{\"document\":\"RouteTable/edge\""), text);
        assertTrue(text.contains("{\"family\":\"inet\",\"dst\":\"default\",\"gateway\":\"192.168.1.1\","
                + "\"dev\":\"net1\","
                + "\"table\":\"main\",\"protocol\":\"dhcp\",\"metric\":100}"), "the route that was moved away");
        for (var field : List.of("\"recorded\"", "\"dst\"", "\"host\"", "\"deviceIndex\"")) {
            assertTrue(!schema.validate(text.replace(field, "\"x\""), InputFormat.JSON).isEmpty(), field);
        }
    }

    @Test
    void whatIsNoFactsIsSaidWithItsPlace() throws IOException {
        var file = facts(host);
        var text = Files.readString(file);
        var lines = text.lines().toList();
        int route = IntStream.range(0, lines.size()).filter(i -> lines.get(i).contains("\"dst\":\"172.16.0.0/12\""))
                .findFirst().orElseThrow();
        Files.writeString(file, lines.stream().map(line -> line.replace("172.16.0.0/12", "nonsense"))
                .collect(Collectors.joining("\n")));
        var wrong = fromFacts(file);
        assertEquals(1, wrong.code());
        assertTrue(wrong.err().startsWith("plumbline: " + file + ":" + (route + 1)
                + ": these are no facts that `plumbline facts` wrote: 'dst' is not a destination of the family: "),
                wrong::toString);
        Files.writeString(file, text.replace("\"format_version\":\"1.1\"", "\"format_version\":\"2.0\""));
        assertTrue(fromFacts(file).err().contains("the facts are of format 2.0, this plumbline reads 1.x"));
        Files.writeString(file, text.substring(0, text.length() / 2));
        assertEquals(1, fromFacts(file).code());
        Files.writeString(file, "kind: RouteTable\n");
        assertEquals(1, fromFacts(file).code());
        Files.writeString(file, "{\"format_version\":\"1.7\",\"later\":{\"a\":[1]}," + text.substring(text.indexOf(
                "\"plumbline_version\"")));
        assertEquals(0, fromFacts(file).code(), "a later minor version may say more");
        Files.delete(file);
        assertEquals("plumbline: " + file + ": no such file or directory\n", fromFacts(file).err());
    }
}
