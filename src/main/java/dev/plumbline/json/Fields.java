package dev.plumbline.json;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** The fields of one object, read strictly: a wrong type, a missing field or one that nobody asked for is an error. */
final class Fields {
    private final String what;
    private final JsonNode node;
    private final Set<String> read = new HashSet<>();

    Fields(String what, JsonNode node) {
        this.what = what;
        this.node = node;
        if (!node.isObject()) {
            throw new IllegalArgumentException(what + " is not an object: " + node);
        }
    }

    private Optional<JsonNode> find(String name) {
        read.add(name);
        return node.optional(name);
    }

    JsonNode needed(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(what + " has no '" + name + "': " + node));
    }

    private IllegalArgumentException wrong(String name, String expected) {
        return new IllegalArgumentException("'" + name + "' is not " + expected + ": " + node);
    }

    String text(String name) {
        return optionalText(name).orElseThrow(
                () -> new IllegalArgumentException(what + " has no '" + name + "': " + node));
    }

    Optional<String> optionalText(String name) {
        return find(name).map(value -> {
            if (!value.isString()) {
                throw wrong(name, "a string");
            }
            return value.stringValue();
        });
    }

    /** A text that a function understands. */
    <T> Optional<T> optional(String name, String expected, Function<String, Optional<T>> parser) {
        return optionalText(name).map(text -> parser.apply(text).orElseThrow(() -> wrong(name, expected)));
    }

    <T> T parsed(String name, String expected, Function<String, Optional<T>> parser) {
        return parser.apply(text(name)).orElseThrow(() -> wrong(name, expected));
    }

    long number(String name) {
        return whole(name, needed(name));
    }

    OptionalLong optionalNumber(String name) {
        var value = find(name);
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(whole(name, value.get()));
    }

    OptionalInt optionalInt(String name) {
        var value = optionalNumber(name);
        return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(value.getAsLong()));
    }

    /** A number written as text, such as {@code 0x10}. */
    OptionalLong optionalCode(String name) {
        var text = optionalText(name);
        return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.decode(text.get()));
    }

    boolean flag(String name) {
        return find(name).map(value -> {
            if (!value.isBoolean()) {
                throw wrong(name, "true or false");
            }
            return value.booleanValue();
        }).orElse(false);
    }

    List<JsonNode> list(String name) {
        return find(name).map(value -> {
            if (!value.isArray()) {
                throw wrong(name, "a list");
            }
            return List.copyOf(value.values());
        }).orElse(List.of());
    }

    List<String> texts(String name) {
        return list(name).stream().map(JsonNode::stringValue).toList();
    }

    Optional<JsonNode> object(String name) {
        return find(name);
    }

    private long whole(String name, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(name, "a whole number");
        }
        return value.longValue();
    }

    /** Ends the reading: nothing may be left over. */
    void end() {
        for (var name : node.propertyNames()) {
            if (!read.contains(name)) {
                throw new IllegalArgumentException(what + " has an unknown field '" + name + "': " + node);
            }
        }
    }
}
