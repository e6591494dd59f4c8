package dev.plumbline.facts;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.NamespaceJson;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;

/**
 * Reads what {@link FactsWriter} wrote, one object at a time. Fields that a later minor version added to a host or a
 * namespace are passed over; what is not understood of a route, rule, link or address is an error, for a plan without
 * it could be wrong.
 */
public final class FactsReader {

    private static final Set<String> NEEDED = Set.of("format_version", "plumbline_version", "time", "host", "labels",
            "kernel", "boot_id", "table_names", "unfinished", "absent", "unread", "namespaces");

    private final Map<String, JsonNode> fields = new HashMap<>();
    private final List<NamespaceFacts> namespaces = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    private FactsReader() {
    }

    /**
     * Reads a file.
     *
     * @throws FactsException with file and line if it holds no facts, or those of another format
     * @throws IOException if it cannot be read
     */
    public static HostFacts read(Path file) throws IOException {
        try (var reader = Files.newBufferedReader(file)) {
            return read(file.toString(), reader);
        }
    }

    private static HostFacts read(String file, Reader text) {
        try (var parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
            try {
                return new FactsReader().host(parser);
            } catch (JacksonException | IllegalArgumentException | DateTimeParseException e) {
                var at = parser.currentTokenLocation();
                throw new FactsException(file + ":" + at.getLineNr() + ": these are no facts that `plumbline facts`"
                        + " wrote: "
                        + (e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage()));
            } catch (FactsException e) {
                throw new FactsException(file + ": " + e.getMessage());
            }
        }
    }

    private HostFacts host(JsonParser parser) {
        require(parser.nextToken() == JsonToken.START_OBJECT, "no object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            require(seen.add(name), "'" + name + "' stands twice");
            if (name.equals("namespaces")) {
                require(parser.currentToken() == JsonToken.START_ARRAY, "'namespaces' is not a list");
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    namespaces.add(new NamespaceFactsReader().read(parser));
                }
            } else if (NEEDED.contains(name)) {
                fields.put(name, JsonText.read(parser));
            } else {
                parser.skipChildren();
            }
            if (name.equals("format_version")) {
                checkVersion(fields.get(name).asString(""));
            }
        }
        NEEDED.stream().sorted().forEach(each -> require(seen.contains(each), "'" + each + "' is missing"));
        return facts();
    }

    private static void checkVersion(String version) {
        var known = FactsWriter.FORMAT_VERSION;
        var major = known.substring(0, known.indexOf('.') + 1);
        if (!version.startsWith(major)) {
            throw new FactsException("the facts are of format " + version + ", this plumbline reads " + major
                    + "x; gather them with the version that plans from them");
        }
    }

    private HostFacts facts() {
        return new HostFacts(Instant.parse(text("time")), text("plumbline_version"), text("host"), labels(),
                text("kernel"), text("boot_id"), tableNames(),
                fields.get("unfinished").values().stream().map(FactsReader::unfinished).toList(), namespaces,
                texts("absent"), texts("unread"));
    }

    private String text(String name) {
        return fields.get(name).stringValue();
    }

    private List<String> texts(String name) {
        return fields.get(name).values().stream().map(JsonNode::stringValue).toList();
    }

    private Map<String, String> labels() {
        var labels = new HashMap<String, String>();
        fields.get("labels").properties().forEach(each -> labels.put(each.getKey(), each.getValue().stringValue()));
        return labels;
    }

    private Map<String, Long> tableNames() {
        var names = new HashMap<String, Long>();
        fields.get("table_names").properties().forEach(each -> names.put(each.getKey(), each.getValue().longValue()));
        return names;
    }

    private static UnfinishedApply unfinished(JsonNode node) {
        var by = new Initiator(text(node, "user"), node.required("pid").longValue(), text(node, "command"),
                text(node, "source"), text(node, "revision"));
        var confirmation = node.optional("confirmation").map(each -> new Confirmation(
                Instant.parse(text(each, "by")), each.required("awaiting").booleanValue()));
        return new UnfinishedApply(text(node, "label"), NamespaceJson.id(node.required("namespace")), by,
                Instant.parse(text(node, "since")), confirmation, node.required("running").booleanValue());
    }

    private static String text(JsonNode node, String name) {
        return node.required(name).stringValue();
    }

    static void require(boolean right, String wrong) {
        if (!right) {
            throw new IllegalArgumentException(wrong);
        }
    }
}
