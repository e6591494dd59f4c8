package dev.plumbline.json;

import dev.plumbline.state.Sysctl;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Sysctls by path as objects of {@code name}, as {@code sysctl} has it, and {@code value}. */
public final class SysctlJson {

    private SysctlJson() {
    }

    static void each(Map<String, String> values, Consumer<ObjectNode> to) {
        new TreeMap<>(values).forEach((path, value) -> to.accept(toJson(path, value)));
    }

    /** One of them. */
    public static ObjectNode toJson(String path, String value) {
        return JsonNodeFactory.instance.objectNode().put("name", Sysctl.name(path)).put("value", value);
    }

    /**
     * Reads what was made of them.
     *
     * @throws IllegalArgumentException if a tree is no such object
     */
    public static Map<String, String> read(List<JsonNode> nodes) {
        return nodes.stream().map(node -> {
            var fields = new Fields("a sysctl", node);
            // A name becomes a path by the same exchange that made it a name.
            var entry = Map.entry(Sysctl.name(fields.text("name")), fields.text("value"));
            fields.end();
            return entry;
        }).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
