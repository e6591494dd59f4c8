package dev.plumbline.store;

import dev.plumbline.intent.Attachment;
import dev.plumbline.intent.Attachment.Address;
import dev.plumbline.intent.Attachment.Destination;
import dev.plumbline.intent.Attachment.SourceRouting;
import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.Prefix;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an attachment says beside its identity, as the store keeps it. */
final class AttachmentJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private AttachmentJson() {
    }

    static ObjectNode write(Attachment attachment) {
        var content = NODES.objectNode();
        var addresses = content.putArray("addresses");
        for (var each : attachment.addresses()) {
            var address = addresses.addObject().put("address", each.address().toString());
            each.gateway().ifPresent(gateway -> address.put("gateway", gateway.toString()));
        }
        var routes = content.putArray("routes");
        for (var each : attachment.routes()) {
            var route = routes.addObject().put("to", each.to().toString());
            each.via().ifPresent(via -> route.put("via", via.toString()));
        }
        attachment.sourceRouting().ifPresent(each -> write(each, content.putObject("sourceRouting")));
        write(attachment.labels(), content.putObject("labels"));
        write(attachment.arguments(), content.putObject("arguments"));
        return content;
    }

    private static void write(SourceRouting wanted, ObjectNode node) {
        switch (wanted.table()) {
            case TableChoice.Auto() -> { }
            case TableChoice.Number(long id) -> node.put("table", id);
            case TableChoice.Name(String name) -> node.put("table", name);
        }
        node.put("routes", wanted.routes().name().toLowerCase(Locale.ROOT));
        node.put("priority", wanted.priority());
        node.put("sourceHints", wanted.sourceHints());
        node.put("method", wanted.method().name().toLowerCase(Locale.ROOT));
        var gateways = node.putArray("gateways");
        wanted.gateways().forEach(each -> gateways.add(each.toString()));
    }

    private static void write(Map<String, String> texts, ObjectNode node) {
        new TreeMap<>(texts).forEach(node::put);
    }

    static Attachment read(Attachment.Key key, String netns, NamespaceId namespace, Instant addedAt, JsonNode content) {
        return new Attachment(key, netns, namespace,
                items(content, "addresses").stream().map(each -> new Address(prefix(each, "address"),
                        address(each, "gateway"))).toList(),
                items(content, "routes").stream().map(each -> new Destination(prefix(each, "to"),
                        address(each, "via"))).toList(),
                content.optional("sourceRouting").map(AttachmentJson::sourceRouting),
                texts(content, "labels"), texts(content, "arguments"), addedAt);
    }

    private static SourceRouting sourceRouting(JsonNode node) {
        var table = node.optional("table").<TableChoice>map(each -> each.isString()
                ? new TableChoice.Name(each.stringValue()) : new TableChoice.Number(each.longValue()))
                .orElse(new TableChoice.Auto());
        return new SourceRouting(table, items(node, "gateways").stream()
                .map(each -> IpAddress.parse(each.stringValue()).orElseThrow()).toList(),
                RoutesMode.valueOf(node.get("routes").stringValue().toUpperCase(Locale.ROOT)),
                node.get("priority").longValue(), node.get("sourceHints").booleanValue(),
                node.optional("method").map(each -> Method.valueOf(each.stringValue().toUpperCase(Locale.ROOT)))
                        .orElse(Method.RULE));
    }

    private static List<JsonNode> items(JsonNode node, String field) {
        return node.optional(field).map(each -> List.copyOf(((ArrayNode) each).values())).orElse(List.of());
    }

    private static Prefix prefix(JsonNode node, String field) {
        return Prefix.parse(node.get(field).stringValue()).orElseThrow();
    }

    private static Optional<IpAddress> address(JsonNode node, String field) {
        return node.optional(field).map(each -> IpAddress.parse(each.stringValue()).orElseThrow());
    }

    private static Map<String, String> texts(JsonNode node, String field) {
        var texts = new TreeMap<String, String>();
        node.optional(field).ifPresent(each -> each.properties().forEach(entry ->
                texts.put(entry.getKey(), entry.getValue().stringValue())));
        return texts;
    }
}
