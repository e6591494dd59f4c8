package dev.plumbline.json;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteMetric;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Routes as {@code ip -j -d route} prints them, with {@code family}, the table always, and {@code otherAttributes}
 * (netlink attributes as {@code number:hex}) added. What is absent is the default: type unicast, scope global, tos 0,
 * metric 0 for IPv4. Metrics are the kernel's numbers, unscaled.
 */
public final class RouteJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String FLAGS = "flags";

    private RouteJson() {
    }

    public static ObjectNode toJson(Route route) {
        var node = NODES.objectNode();
        var attributes = route.attributes();
        node.put("family", Words.family(route.family()));
        if (attributes.type() != RouteType.UNICAST) {
            node.put("type", attributes.type().toString());
        }
        node.put("dst", route.destination().destinationText());
        attributes.from().ifPresent(from -> node.put("from", from.toString()));
        if (route.tos() != 0) {
            node.put("tos", Words.hex(route.tos()));
        }
        boolean single = attributes.nextHops().size() == 1 && attributes.nextHops().getFirst().weight() == 1;
        if (single) {
            putHop(node, attributes.nextHops().getFirst(), route.family());
        }
        node.put("table", Route.tableName(route.table()));
        node.put("protocol", Protocol.name(attributes.protocol()));
        if (attributes.scope() != 0) {
            node.put("scope", Words.scope(attributes.scope()));
        }
        attributes.source().ifPresent(source -> node.put("prefsrc", source.toString()));
        if (route.metric() != 0) {
            node.put("metric", route.metric());
        }
        if (!attributes.metrics().isEmpty()) {
            var metrics = node.putArray("metrics").addObject();
            attributes.metrics().forEach((number, value) -> metrics.put(RouteMetric.name(number), value));
        }
        if (attributes.expires() != 0) {
            node.put("expires", attributes.expires());
        }
        if (!single && !attributes.nextHops().isEmpty()) {
            putHops(node, attributes.nextHops(), route.family());
        }
        Words.putOther(node, attributes.other());
        return node;
    }

    private static void putHops(ObjectNode node, List<NextHop> hops, Family family) {
        var array = node.putArray("nexthops");
        for (var hop : hops) {
            var each = array.addObject();
            putHop(each, hop, family);
            each.put("weight", hop.weight());
        }
    }

    private static void putHop(ObjectNode node, NextHop hop, Family family) {
        hop.gateway().ifPresent(gateway -> {
            if (gateway.family() == family) {
                node.put("gateway", gateway.toString());
            } else {
                node.putObject("via").put("family", Words.family(gateway.family())).put("host", gateway.toString());
            }
        });
        node.put("dev", hop.device());
        if (hop.onlink()) {
            node.putArray(FLAGS).add("onlink");
        }
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @throws IllegalArgumentException if the tree is no such route
     */
    public static Route fromJson(JsonNode node) {
        var fields = new Fields("a route", node);
        var family = fields.parsed("family", "inet or inet6", Words::family);
        var destination = fields.parsed("dst", "a destination of the family",
                text -> destination(text, family));
        var hops = hops(fields);
        var metrics = new TreeMap<Integer, Long>();
        for (var each : fields.list("metrics")) {
            each.properties().forEach(metric ->
                    metrics.put(metricNumber(metric.getKey()), metric.getValue().longValue()));
        }
        var attributes = new RouteAttributes(
                fields.optional("type", "a route type", RouteType::named).orElse(RouteType.UNICAST),
                fields.optional("scope", "a scope", Words::scope).orElse(0),
                fields.parsed("protocol", "a protocol", Words::protocol),
                fields.optional("prefsrc", "an address", IpAddress::parse),
                fields.optional("from", "a prefix", Prefix::parse),
                hops, metrics, fields.optionalInt("expires").orElse(0), Words.other(fields));
        var route = new Route(fields.parsed("table", "a table", Words::table), destination,
                (int) fields.optionalCode("tos").orElse(0), fields.optionalNumber("metric").orElse(0), attributes);
        fields.end();
        return route;
    }

    /**
     * The table that {@code family} and {@code table} of an object name; its other fields are not looked at.
     *
     * @throws IllegalArgumentException if they name none
     */
    public static TableKey table(JsonNode node) {
        var fields = new Fields("a table", node);
        return new TableKey(fields.parsed("family", "inet or inet6", Words::family),
                fields.parsed("table", "a table", Words::table));
    }

    private static List<NextHop> hops(Fields fields) {
        if (fields.optionalText("dev").isPresent()) {
            return List.of(hop(fields, 1));
        }
        var hops = new ArrayList<NextHop>();
        for (var each : fields.list("nexthops")) {
            var hop = new Fields("a next hop", each);
            hops.add(hop(hop, (int) hop.number("weight")));
            hop.end();
        }
        return hops;
    }

    private static NextHop hop(Fields fields, int weight) {
        var gateway = fields.optional("gateway", "an address", IpAddress::parse);
        var via = fields.object("via").flatMap(node -> {
            var inner = new Fields("via", node);
            inner.parsed("family", "inet or inet6", Words::family);
            var host = inner.parsed("host", "an address", IpAddress::parse);
            inner.end();
            return Optional.of(host);
        });
        return new NextHop(gateway.or(() -> via), fields.text("dev"), weight,
                fields.texts(FLAGS).contains("onlink"));
    }

    private static Optional<Prefix> destination(String text, Family family) {
        return text.equals("default") ? Optional.of(family.everything())
                : Prefix.parse(text).filter(prefix -> prefix.family() == family);
    }

    private static int metricNumber(String name) {
        int number = RouteMetric.number(name);
        if (number < 0) {
            throw new IllegalArgumentException("not a route metric: " + name);
        }
        return number;
    }
}
