package dev.plumbline.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.Expectation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.json.JsonMapper;

class TopologyReaderTest {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\nkind: Topology\n";
    private static final String GOOD = HEAD + """
            links:
              - name: eth0
                mtu: 1400
                addresses: [10.0.0.10/24]
                peer: {addresses: [10.0.0.1/24], owns: [192.0.2.7], routes: [{to: 10.9.0.0/16, via: 10.0.0.10}]}
            routes:
              - {to: default, via: 10.0.0.1, dev: eth0, metric: 5, src: 10.0.0.10}
            checks:
              - {from: 10.0.0.10, to: 192.0.2.7, before: {device: eth0}, after: {blocked: true}}
            drift:
              - deleteRoute: {table: main, to: default}
              - deleteRoute: {table: 100, to: 10.0.0.0/8}
              - deleteRule: {priority: 20000, from: 10.0.0.10}
              - addRoute: {to: 0.0.0.0/0, dev: eth0, table: 77}
            """;

    private static List<String> problems(String text) {
        return assertThrows(IntentException.class, () -> TopologyReader.parse("topology.yaml", text), text)
                .problems().stream().map(Problem::toString).toList();
    }

    @Test
    void readsEveryPart() {
        var topology = TopologyReader.parse("topology.yaml", GOOD);
        var link = topology.links().getFirst();
        assertEquals("eth0", link.name());
        assertEquals(OptionalInt.of(1400), link.mtu());
        assertEquals("[10.0.0.10/24]", link.addresses().toString());
        assertEquals("[192.0.2.7]", link.peer().owns().toString());
        assertEquals("10.9.0.0/16", link.peer().routes().getFirst().to().toString());
        var route = topology.routes().getFirst();
        assertEquals("0.0.0.0/0 10.0.0.1 eth0 5 10.0.0.10 254", route.to() + " " + route.via().orElseThrow() + " "
                + route.device() + " " + route.metric().orElseThrow() + " " + route.source().orElseThrow() + " "
                + route.table());
        var check = topology.checks().getFirst();
        assertEquals("10.0.0.10 to 192.0.2.7", check.name());
        assertEquals(new Expectation.Leaves("eth0"), check.before().orElseThrow());
        assertEquals(new Expectation.Blocked(), check.after());
        assertEquals(11, check.origin().line());
        var drift = topology.drift();
        assertEquals("[0.0.0.0/0, ::/0]", ((Drift.DeleteRoute) drift.get(0)).to().toString());
        assertEquals(new TableChoice.Name("main"), ((Drift.DeleteRoute) drift.get(0)).table());
        assertEquals(new TableChoice.Number(100), ((Drift.DeleteRoute) drift.get(1)).table());
        assertEquals("10.0.0.10/32", ((Drift.DeleteRule) drift.get(2)).from().orElseThrow().toString());
        assertEquals(77, ((Drift.AddRoute) drift.get(3)).route().table());
    }

    /** Each replaces a piece of the good text by a bad one, and names line, column and a part of the message. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mtu: 1400|mut: 1400|5:5: error: links[0].mut: there is no such field|did you mean 'mtu'?",
        "mtu: 1400|mtu: 12|5:10: error: links[0].mtu: '12'|from 68 to 65535",
        "kind: Topology|kind: Topologie|2:7: error: kind: 'Topologie'|must be Topology",
        "name: eth0|name: lo|4:11: error: links[0].name: 'lo'|cannot be a device's name",
        "name: eth0|title: eth0|4:5: error: links[0].title: there is no such field|name",
        "[10.0.0.10/24]|[10.0.0.10]|6:17: error: links[0].addresses[0]: '10.0.0.10'|with a prefix length",
        "[10.0.0.10/24]|10.0.0.10/24|6:16: error: links[0].addresses|must be a list",
        "[10.0.0.10/24]|[10.0.0.300/24]|6:17: error: links[0].addresses[0]: '10.0.0.300/24'|is not an address",
        "owns: [192.0.2.7]|owns: [yes]|7:45: error: links[0].peer.owns[0]: 'yes'|is not an address",
        "via: 10.0.0.10}]|dev: x}]|7:66: error: links[0].peer.routes[0]: 'via' is missing|",
        "via: 10.0.0.1, dev: eth0, metric: 5, src: 10.0.0.10|dev: eth0|9:10: error: routes[0].to|without 'via'",
        "to: default, via|to: '::/0', via|9:10: error: routes[0].to|another address family",
        "to: default, via|to: 10.0.0.1/8, via|9:10: error: routes[0].to: '10.0.0.1/8'|without host bits",
        "via: 10.0.0.1, dev|via: 172.16.0.1, dev|9:5: error: via: 172.16.0.1 is not on eth0|10.0.0.10/24",
        "dev: eth0, metric|dev: eth9, metric|9:5: error: dev: there is no link 'eth9'|eth0",
        "src: 10.0.0.10|src: 10.0.0.11|9:5: error: src: 10.0.0.11|no address of the host",
        "metric: 5|metric: -5|9:53: error: routes[0].metric: '-5'|a number from 0",
        "from: 10.0.0.10, to: 192|from: 10.0.0.99, to: 192|11:5: error: from: 10.0.0.99|no address of the host",
        "to: 192.0.2.7, before|to: '::1', before|11:5: error: to: 10.0.0.10 and ::1|different address families",
        "{device: eth0}|{device: eth7}|11:5: error: before.device: there is no link 'eth7'|",
        "{blocked: true}|{blocked: true, device: eth0}|error: checks[0].after: say exactly one thing here|",
        "{blocked: true}|{blocked: maybe}|error: checks[0].after.blocked: 'maybe'|is not true",
        "table: main, to|table: 255, to|error: drift[0].deleteRoute.table: '255'|",
        "deleteRule: {priority: 20000,|deleteRule: {|15:17: error: drift[2].deleteRule: 'priority' is missing|",
        "deleteRule:|deleteRules:|15:5: error: drift[2].deleteRules: there is no such field|did you mean 'deleteRule'?",
        "links:|links: [|error: this is not YAML:|",
    })
    void saysWhatIsWrongAndWhere(String good, String bad, String position, String message) {
        assertTrue(GOOD.contains(good), good);
        var problems = problems(GOOD.replaceFirst(java.util.regex.Pattern.quote(good), bad));
        assertTrue(problems.stream().anyMatch(each -> each.contains(position) && (message == null
                || each.contains(message))),
                position + " is not in " + problems);
    }

    @Test
    void reportsAllErrorsAtOnceInOrder() {
        var problems = problems(GOOD.replace("mtu: 1400", "mtu: 1").replace("metric: 5", "metric: x")
                .replace("priority: 20000", "priority: 0"));
        assertEquals(3, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith("topology.yaml:5:10: "), problems.get(0));
        assertTrue(problems.get(1).startsWith("topology.yaml:9:"), problems.get(1));
        assertTrue(problems.get(2).startsWith("topology.yaml:15:"), problems.get(2));
    }

    @Test
    void refusesWhatIsThereTwice() {
        var link = "  - name: eth0\n    addresses: [10.0.0.10/24]\n";
        assertTrue(problems(HEAD + "links:\n" + link + link).getFirst().contains("two links named eth0"));
        assertTrue(problems(HEAD + "links:\n" + link + "    addresses: []\n").getFirst().contains("is said twice"));
        assertTrue(problems("").getFirst().contains("the file is empty"));
        assertTrue(problems(HEAD).getFirst().contains("'links' is missing"));
        assertTrue(problems("- a\n").getFirst().contains("must be a mapping"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"examples/telco-sbr", "examples/dual-uplink", "intents"})
    void theExamplesAreGood(String folder) throws IOException {
        var file = Path.of(folder, "topology.yaml");
        var topology = TopologyReader.read(file);
        assertFalse(topology.checks().isEmpty());
        assertFalse(topology.drift().isEmpty());
        assertTrue(topology.checks().stream().anyMatch(check ->
                check.before().isPresent() && !check.before().get().equals(check.after())),
                "the intents change nothing");
        assertEquals(List.of(), schemaErrors(Files.readString(file)));
    }

    @Test
    void theSchemaAgreesWithTheReader() throws IOException {
        assertEquals(List.of(), schemaErrors(GOOD));
        for (var bad : List.of(GOOD.replace("mtu: 1400", "mut: 1400"), GOOD.replace("{blocked: true}", "{}"),
                GOOD.replace("deleteRule: {priority: 20000,", "deleteRule: {"), GOOD.replace("table: 77", "table: 255"),
                GOOD.replace("[10.0.0.10/24]", "[10.0.0.10]"), HEAD)) {
            assertFalse(schemaErrors(bad).isEmpty(), bad);
            assertFalse(problems(bad).isEmpty());
        }
    }

    private static List<String> schemaErrors(String yaml) throws IOException {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/topology.schema.json")), InputFormat.JSON);
        var tree = JsonMapper.shared().writeValueAsString(new Load(LoadSettings.builder().build())
                .loadFromString(yaml));
        return schema.validate(tree, InputFormat.JSON).stream().map(Object::toString).toList();
    }
}
