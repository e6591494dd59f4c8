package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the schemas alone would say: the binders are kept out here. */
class PublishedSchemasTest {

    private static final String YAML = "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: t}\nspec:\n"
            + "  id: 253\n  routes:\n    - {to: default, dev: a}\n    - {to: default, metric: x}\n  odd: 1\n";

    private static List<String> findings(String yaml, DocumentProblems problems) {
        var content = yaml.getBytes(StandardCharsets.UTF_8);
        var root = new YamlReader(content, RouteLines.none(content), SecretFields.ON_HOST)
                .next((kind, field) -> null, problems);
        SchemaCheck.published().check("RouteTable", (Node.Mapping) Objects.requireNonNull(root), problems);
        return problems.finished("RouteTable/t").stream().sorted(Problem.BY_POSITION).map(Problem::toString).toList();
    }

    @Test
    void findingsStandWhereTheValueStands() {
        assertEquals(List.of(
                "a.yaml:5:3: error: spec: property 'odd' is not defined in the schema and the schema does not allow"
                        + " additional properties; found a mapping",
                "a.yaml:5:7: error: spec.id: must not be valid to the schema {\"enum\":[253,255]}; found the number 253",
                "a.yaml:8:29: error: spec.routes[1].metric: string found, integer expected; found `x`"),
                findings(YAML, new DocumentProblems("a.yaml")));
    }

    @Test
    void whatIsReportedAlreadyIsNotSaidTwice() {
        var problems = new DocumentProblems("a.yaml");
        problems.error(8, 7, "spec.routes[1]", "bad route");
        problems.error(9, 3, "spec.odd", "bad field");
        problems.error(5, 7, "spec.id", "bad id");
        assertEquals(List.of("a.yaml:5:7: error: spec.id: bad id", "a.yaml:8:7: error: spec.routes[1]: bad route",
                "a.yaml:9:3: error: spec.odd: bad field"), findings(YAML, problems));
    }

    @Test
    void namesThatBeginAlikeAreNotParents() {
        var problems = new DocumentProblems("a.yaml");
        problems.error(1, 1, "spec.i", "something else");
        problems.error(1, 1, "spec.routes[11]", "something else");
        assertEquals(4, findings(YAML.replace("  odd: 1\n", ""), problems).size());
    }
}
