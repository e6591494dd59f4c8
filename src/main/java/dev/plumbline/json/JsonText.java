package dev.plumbline.json;

import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Trees as text and back, of objects, lists, strings, whole numbers and booleans. Without Jackson's mapper, whose start
 * costs more than all else that a one-shot command does with a ledger.
 */
public final class JsonText {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonText() {
    }

    /**
     * Reads one value.
     *
     * @throws tools.jackson.core.JacksonException if the text is not JSON
     * @throws IllegalArgumentException if it holds null or a fraction
     */
    public static JsonNode parse(String text) {
        try (var parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            return read(parser);
        }
    }

    /**
     * Reads one value of any JSON, and nothing may follow it: for what other programs write.
     *
     * @throws tools.jackson.core.JacksonException if the text is not JSON
     * @throws IllegalArgumentException if there is no value, or more than one
     */
    public static JsonNode parseAny(byte[] text) {
        try (var parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("there is nothing");
            }
            var value = any(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows the value: " + parser.currentToken());
            }
            return value;
        }
    }

    private static JsonNode any(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var object = NODES.objectNode();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    var name = parser.currentName();
                    parser.nextToken();
                    object.set(name, any(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                var array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(any(parser));
                }
                yield array;
            }
            case VALUE_NUMBER_INT -> parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    ? NODES.numberNode(parser.getBigIntegerValue()) : NODES.numberNode(parser.getLongValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            case VALUE_NULL -> NODES.nullNode();
            default -> read(parser);
        };
    }

    /**
     * Reads the value that begins where the parser stands, which then stands at its end.
     *
     * @throws IllegalArgumentException if it holds null or a fraction
     */
    public static JsonNode read(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_NUMBER_INT -> NODES.numberNode(parser.getLongValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> throw new IllegalArgumentException("no value that a state can hold: " + parser.currentToken());
        };
    }

    private static ObjectNode object(JsonParser parser) {
        var object = NODES.objectNode();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            object.set(name, read(parser));
        }
        return object;
    }

    private static ArrayNode array(JsonParser parser) {
        var array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(read(parser));
        }
        return array;
    }

    /** The tree on one line. */
    public static String of(JsonNode node) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(node, generator);
        }
        return text.toString();
    }

    /** Writes the tree where the generator stands. */
    public static void write(JsonNode node, JsonGenerator generator) {
        if (node.isObject()) {
            generator.writeStartObject();
            node.properties().forEach(entry -> {
                generator.writeName(entry.getKey());
                write(entry.getValue(), generator);
            });
            generator.writeEndObject();
        } else if (node.isArray()) {
            generator.writeStartArray();
            node.values().forEach(each -> write(each, generator));
            generator.writeEndArray();
        } else if (node.isString()) {
            generator.writeString(node.stringValue());
        } else if (node.isIntegralNumber() && !node.isBigInteger()) {
            generator.writeNumber(node.longValue());
        } else if (node.isBigInteger()) {
            generator.writeNumber(node.bigIntegerValue());
        } else if (node.isNumber()) {
            generator.writeNumber(node.decimalValue());
        } else if (node.isNull()) {
            generator.writeNull();
        } else if (node.isBoolean()) {
            generator.writeBoolean(node.booleanValue());
        } else {
            throw new IllegalArgumentException("no value that a state can hold: " + node);
        }
    }
}
