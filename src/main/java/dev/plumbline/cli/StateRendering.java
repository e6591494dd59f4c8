package dev.plumbline.cli;

import dev.plumbline.json.JsonLines;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.NamespaceJson;
import dev.plumbline.state.NamespaceState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A namespace for {@code show}: one object a line, so that line tools can be used on it too. Both forms hold the same
 * tree ({@link NamespaceJson}); neither keeps more than one object in memory.
 */
public final class StateRendering {

    /** What every YAML reader, of 1.1 too, takes for a string without quotes. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*|[0-9]+(\\.[0-9]+){3}(/[0-9]+)?");
    private static final Set<String> NOT_STRINGS =
            Set.of("true", "false", "yes", "no", "on", "off", "y", "n", "null");

    private StateRendering() {
    }

    /** Writes JSON; the writer stays open. */
    public static void json(NamespaceState state, Writer writer) {
        try {
            writer.write("{\n\"namespace\":" + JsonText.of(NamespaceJson.identity(state.id())));
            for (var section : NamespaceJson.sections(state)) {
                writer.write(",\n");
                JsonLines.write(section, writer);
            }
            writer.write("\n}\n");
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes YAML; the writer stays open. */
    public static void yaml(NamespaceState state, Writer writer) {
        try {
            writer.write("namespace: " + flow(NamespaceJson.identity(state.id())) + "\n");
            for (var section : NamespaceJson.sections(state)) {
                writer.write(section.name() + (section.size() == 0 ? ": []\n" : ":\n"));
                section.items().forEach(item -> line(writer, item));
            }
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void line(Writer writer, ObjectNode item) {
        try {
            writer.write("- " + flow(item) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object in flow style. */
    static String flow(ObjectNode node) {
        var text = new StringBuilder();
        append(text, node);
        return text.toString();
    }

    private static void append(StringBuilder text, JsonNode node) {
        if (node.isObject()) {
            var separator = "{";
            for (var entry : node.properties()) {
                text.append(separator).append(scalar(entry.getKey())).append(": ");
                append(text, entry.getValue());
                separator = ", ";
            }
            text.append(node.isEmpty() ? "{}" : "}");
        } else if (node.isArray()) {
            var separator = "[";
            for (var each : node.values()) {
                text.append(separator);
                append(text, each);
                separator = ", ";
            }
            text.append(node.isEmpty() ? "[]" : "]");
        } else {
            text.append(node.isString() ? scalar(node.stringValue()) : JsonText.of(node));
        }
    }

    private static String scalar(String value) {
        boolean plain = PLAIN.matcher(value).matches() && !NOT_STRINGS.contains(value.toLowerCase(Locale.ROOT));
        return plain ? value : quoted(value);
    }

    /** In double quotes (YAML 1.2 section 5.7), in ASCII: not every character may stand in a YAML stream as it is. */
    private static String quoted(String value) {
        var text = new StringBuilder("\"");
        value.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') {
                text.append('\\').append((char) point);
            } else if (point >= ' ' && point <= '~') {
                text.append((char) point);
            } else {
                text.append(String.format(point > 0xffff ? "\\U%08x" : "\\u%04x", point));
            }
        });
        return text.append('"').toString();
    }
}
