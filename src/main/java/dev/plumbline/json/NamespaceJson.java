package dev.plumbline.json;

import dev.plumbline.state.Link;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.RouteTables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A namespace as {@code namespace}, {@code links}, {@code addresses}, {@code routes}, {@code rules} and
 * {@code sysctls}; routes are in the order of tables. The parts come one object at a time, so that a million routes need
 * not stand in one tree.
 */
public final class NamespaceJson {

    private NamespaceJson() {
    }

    /** The lists of a namespace, one after the other. */
    public static List<Section> sections(NamespaceState state) {
        var names = state.links().stream().collect(Collectors.toMap(Link::index, Link::name, (one, other) -> one));
        return List.of(
                new Section("links", state.links().size(),
                        to -> state.links().forEach(link -> to.accept(LinkJson.toJson(link, names)))),
                new Section("addresses", state.addresses().size(),
                        to -> state.addresses().forEach(address -> to.accept(AddressJson.toJson(address)))),
                new Section("routes", state.routes().size(), to -> state.routes().tables().values().forEach(
                        rows -> rows.forEach(route -> to.accept(RouteJson.toJson(route))))),
                new Section("rules", state.rules().size(),
                        to -> state.rules().forEach(rule -> to.accept(RuleJson.toJson(rule)))),
                new Section("sysctls", state.sysctls().size(), to -> SysctlJson.each(state.sysctls(), to)));
    }

    /** A named list of objects, which are made one at a time as they are walked. */
    public record Section(String name, int size, Items items) {
    }

    /** Hands its objects over. Not a stream: the iterator of a flattened one collects a whole table first. */
    public interface Items {
        void forEach(Consumer<ObjectNode> consumer);
    }

    /** What the namespace is. */
    public static ObjectNode identity(NamespaceId id) {
        return JsonNodeFactory.instance.objectNode().put("bootId", id.bootId()).put("cookie", id.cookie());
    }

    /** The whole as one tree: for small namespaces. */
    public static ObjectNode toJson(NamespaceState state) {
        var node = JsonNodeFactory.instance.objectNode();
        node.set("namespace", identity(state.id()));
        for (var section : sections(state)) {
            var array = node.putArray(section.name());
            section.items().forEach(each -> array.add(each));
        }
        return node;
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @throws IllegalArgumentException if the tree is no such namespace
     */
    public static NamespaceState fromJson(JsonNode node) {
        var fields = new Fields("a namespace's state", node);
        var id = id(fields.needed("namespace"));
        var linkNodes = fields.list("links");
        var routes = read(fields.list("routes"), RouteJson::fromJson);
        var state = new NamespaceState(id, links(linkNodes),
                read(fields.list("addresses"), AddressJson::fromJson),
                RouteTables.of(routes),
                read(fields.list("rules"), RuleJson::fromJson)).with(SysctlJson.read(fields.list("sysctls")));
        fields.end();
        return state;
    }

    /**
     * Reads what {@link #identity} made.
     *
     * @throws IllegalArgumentException if the tree is no such identity
     */
    public static NamespaceId id(JsonNode node) {
        var fields = new Fields("a namespace", node);
        var id = new NamespaceId(fields.text("bootId"), fields.number("cookie"));
        fields.end();
        return id;
    }

    /**
     * Reads all links of a namespace.
     *
     * @throws IllegalArgumentException if a tree is no link
     */
    public static List<Link> links(List<JsonNode> nodes) {
        Map<String, Integer> indexes = new HashMap<>();
        for (var each : nodes) {
            indexes.put(each.path("ifname").asString(""), each.path("ifindex").asInt(0));
        }
        return read(nodes, each -> LinkJson.fromJson(each, indexes));
    }

    private static <T> List<T> read(List<JsonNode> nodes, Function<JsonNode, T> reader) {
        return nodes.stream().map(reader).toList();
    }
}
