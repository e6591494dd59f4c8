package dev.plumbline.intent;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.path.NodePath;
import com.networknt.schema.path.PathType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Checks documents against the published JSON Schema of their kind. What the binder has found already is not said
 * twice: its words are better. Schemas are loaded when the first document of their kind comes.
 */
final class PublishedSchemas implements SchemaCheck {

    private static final String PLACE = "https://plumbline.dev/schemas/";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Map<String, Schema> schemas = new HashMap<>();
    private @Nullable SchemaRegistry registry;

    @Override
    public void check(String kind, Node.Mapping root, DocumentProblems problems) {
        List<Error> findings;
        synchronized (this) {
            findings = schemas.computeIfAbsent(kind, this::load).validate(json(root));
        }
        if (findings.isEmpty()) {
            return;
        }
        var known = problems.errorFields();
        for (var finding : findings) {
            report(finding, root, known, problems);
        }
    }

    private Schema load(String kind) {
        if (registry == null) {
            registry = SchemaRegistry.withDefaultDialect(Dialects.getDraft202012());
        }
        var file = kind.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT) + ".schema.json";
        try (var in = PublishedSchemas.class.getResourceAsStream("/dev/plumbline/schemas/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the schema " + file + " is not in the program");
            }
            // JSON is YAML: Jackson's own reader would cost more at start than everything else here.
            var content = in.readAllBytes();
            var schema = new YamlReader(content, RouteLines.none(content), SecretFields.ON_HOST)
                    .next((any, field) -> null, new DocumentProblems(file));
            return registry.getSchema(SchemaLocation.of(PLACE + file), json(Objects.requireNonNull(schema)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void report(Error finding, Node.Mapping root, List<String> known, DocumentProblems problems) {
        var path = FieldPath.ROOT;
        Node node = root;
        var location = Objects.requireNonNullElse(finding.getInstanceLocation(), new NodePath(PathType.JSON_POINTER));
        for (int i = 0; i < location.getNameCount(); i++) {
            if (node instanceof Node.Mapping mapping) {
                var name = String.valueOf(location.getElement(i));
                path = path.field(name);
                node = Objects.requireNonNullElse(mapping.get(name), node);
            } else if (node instanceof Node.Sequence sequence && location.getElement(i) instanceof Number number
                    && number.intValue() < sequence.items().size()) {
                path = path.item(number.intValue());
                node = sequence.items().get(number.intValue());
            }
        }
        var field = path.toString();
        if (known.stream().noneMatch(other -> isWithin(other, field) || isWithin(field, other))) {
            problems.error(node, path, finding.getMessage() + "; found " + node);
        }
    }

    private static boolean isWithin(String inner, String outer) {
        return inner.startsWith(outer) && (outer.isEmpty() || inner.length() == outer.length()
                || inner.charAt(outer.length()) == '.' || inner.charAt(outer.length()) == '[');
    }

    private static JsonNode json(Node node) {
        return switch (node) {
            case Node.Scalar scalar -> json(scalar);
            case Node.Sequence sequence -> {
                // The binder looks at all of a long list; of these here, none is refused that it takes.
                int most = Math.min(sequence.items().size(), YamlReader.KEPT_ITEMS);
                var array = NODES.arrayNode(most);
                sequence.items().subList(0, most).forEach(item -> array.add(json(item)));
                yield array;
            }
            case Node.Mapping mapping -> {
                var object = NODES.objectNode();
                mapping.entries().forEach(entry -> object.set(entry.key().text(), json(entry.value())));
                yield object;
            }
        };
    }

    private static JsonNode json(Node.Scalar scalar) {
        if (scalar.isNothing()) {
            return NODES.nullNode();
        }
        var truth = scalar.truth();
        if (truth != null) {
            return NODES.booleanNode(truth);
        }
        if (scalar.isInteger()) {
            return NODES.numberNode(scalar.integer());
        }
        if (scalar.isFloat()) {
            try {
                return NODES.numberNode(Double.parseDouble(scalar.text()));
            } catch (NumberFormatException infinite) {
                return NODES.numberNode(Double.NaN);
            }
        }
        return NODES.stringNode(scalar.text());
    }
}
