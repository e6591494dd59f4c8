package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever stands in a file becomes documents or problems, and the schemas refuse nothing that the binders take. */
class RobustnessTest {

    private static final List<String> TOKENS = List.of("a", "0", "-1", "1.5", "\"7\"", "[", "]", "{", "}", ":", ",",
            "- ", "\n",
            "  ", "&x ", "*x", "true", "no", "null", "~", "default", "all", "auto", "10.0.0.0/8", "10.0.0.1",
            "2001:db8::/32",
            "fe80::1", "0x10/0xff", "0x10", "5-9", "<<: ", "---\n", "!!int ", "'", "\"", "|\n", "#", "4294967296",
            "255", "to: ",
            "via: ", "dev: ", "id: ", "routes: ", "rules: ", "hosts: ", "main", "[]", "{}", "\t", "é", "blackhole");

    @Provide
    Arbitrary<List<Document>> documents() {
        return IntentArbitraries.documents();
    }

    @Property(tries = 500)
    void garbageIsAProblem(@ForAll byte[] garbage) {
        new IntentParser().parse(List.of(new IntentFile("a", garbage)));
    }

    @Property(tries = 500)
    void garbageOfYamlIsAProblem(@ForAll long seed) {
        var random = new Random(seed);
        var text = new StringBuilder(random.nextBoolean() ? Intents.table("").stripTrailing() : "");
        for (int i = random.nextInt(60); i >= 0; i--) {
            text.append(TOKENS.get(random.nextInt(TOKENS.size())));
        }
        Intents.parse(text.toString());
    }

    /** A good document with one scalar, key or line replaced or dropped. */
    private static String mutated(String yaml, Random random) {
        var words = new java.util.ArrayList<>(List.of(yaml.split("(?<=[\\s{}\\[\\],])|(?=[\\s{}\\[\\],])")));
        for (int i = random.nextInt(2); i >= 0; i--) {
            int at = random.nextInt(words.size());
            words.set(at, random.nextInt(5) == 0 ? "" : TOKENS.get(random.nextInt(TOKENS.size())));
        }
        return String.join("", words);
    }

    @Property(tries = 1500)
    void whatTheSchemaRefusesTheBindersRefuse(@ForAll("documents") List<Document> documents, @ForAll long seed) {
        var yaml = mutated(IntentWriter.text(documents), new Random(seed));
        var files = List.of(Intents.file("a.yaml", yaml));
        var bound = IntentParser.withoutSchema().parse(files);
        var checked = new IntentParser().parse(files);
        // Each document apart: one that the binders take, the schema takes too.
        assertEquals(bound.documents(), checked.documents(), yaml);
        assertEquals(bound.hasErrors(), checked.hasErrors(), yaml);
    }

    /** The schemas do refuse: they are not there for show. */
    @Property(tries = 20)
    void theSchemasRefuse(@ForAll("documents") List<Document> documents) throws Exception {
        for (var kind : List.of("source-routing", "route-table", "routing-rules", "firewall", "intent")) {
            try (var in = RobustnessTest.class.getResourceAsStream("/dev/plumbline/schemas/" + kind + ".schema.json")) {
                var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                var parsed = tools.jackson.databind.json.JsonMapper.builder().build().readTree(text);
                Schema schema = SchemaRegistry.withDefaultDialect(Dialects.getDraft202012())
                        .getSchema(com.networknt.schema.SchemaLocation.of("memory:/" + kind), parsed);
                assertEquals("https://json-schema.org/draft/2020-12/schema", parsed.get("$schema").asString());
                assertEquals("https://plumbline.dev/schemas/" + kind + ".schema.json", parsed.get("$id").asString());
                if (!kind.equals("intent")) {
                    assertFalse(schema.validate("{\"kind\": 1}", com.networknt.schema.InputFormat.JSON).isEmpty());
                    for (var example : parsed.get("examples")) {
                        assertEquals(List.of(), schema.validate(example));
                        assertEquals(List.of(), Intents.problems(example.toString()));
                    }
                }
            }
        }
    }
}
