package dev.plumbline.cni;

import static dev.plumbline.cni.NetworkConfiguration.present;

import dev.plumbline.cni.CniVersion.Shape;
import dev.plumbline.intent.Attachment;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.LinkedHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the plugins before made, in the shape of the configuration's version. It is passed on as it came. */
final class PreviousResult {

    private static final String KEY = "prevResult";
    private static final Map<Family, String> FAMILY_FIELDS = Map.of(Family.IPV4, "ip4", Family.IPV6, "ip6");
    /** Fields of interfaces that came with 1.1.0; the reference library has one type for 1.0.0 and 1.1.0. */
    private static final Set<String> NEW_INTERFACE_FIELDS = Set.of("mtu", "socketPath", "pciID");

    private final JsonNode content;
    private final CniVersion version;

    private PreviousResult(JsonNode content, CniVersion version) {
        this.content = content;
        this.version = version;
    }

    /**
     * Reads it.
     *
     * @throws CniException if it is no object, or of another family of versions than the configuration
     */
    static PreviousResult of(JsonNode content, CniVersion version) {
        if (!content.isObject()) {
            throw new CniException(CniException.DECODING, KEY + " is no object: " + content);
        }
        var own = present(content, "cniVersion").map(each -> each.isString() ? each.stringValue() : each.toString())
                .orElse("");
        boolean optional = version.shape() == Shape.FAMILIES && own.isEmpty();
        boolean same = List.of(CniVersion.values()).stream()
                .anyMatch(each -> each.toString().equals(own) && each.shape() == version.shape());
        if (!optional && !same) {
            throw new CniException(CniException.DECODING, KEY + " has "
                    + (own.isEmpty() ? "no cniVersion" : "cniVersion \"" + own + "\"") + ", which does not go with \""
                    + version + "\" of the configuration");
        }
        return new PreviousResult(content, version);
    }

    /**
     * The addresses of one interface: those that say no interface, or one that is not in the list, too.
     *
     * @throws CniException if there is none, or one cannot be read
     */
    List<Attachment.Address> addresses(String device) {
        var found = new LinkedHashMap<IpAddress, Attachment.Address>();
        var others = new ArrayList<String>();
        for (var each : ips()) {
            var address = address(each);
            if (isOf(each, device)) {
                found.putIfAbsent(address.address().address(), address);
            } else {
                others.add(address.address().toString());
            }
        }
        if (!found.isEmpty()) {
            return List.copyOf(found.values());
        }
        throw new CniException(CniException.INVALID_CONFIGURATION, others.isEmpty()
                ? "No IP addresses supplied on interface: " + device
                : "none of the addresses in " + KEY + " is on interface " + device + ": "
                        + String.join(", ", others) + " name another one");
    }

    private List<JsonNode> ips() {
        if (version.shape() == Shape.FAMILIES) {
            return List.of(Family.IPV4, Family.IPV6).stream()
                    .flatMap(each -> present(content, FAMILY_FIELDS.get(each)).stream()).toList();
        }
        return list(content, "ips");
    }

    private Attachment.Address address(JsonNode ip) {
        var field = version.shape() == Shape.FAMILIES ? "ip" : "address";
        var text = text(ip, field);
        var address = text.flatMap(Prefix::parse).orElseThrow(() -> new CniException(CniException.DECODING,
                "an address of " + KEY + " is no ADDRESS/LENGTH: " + ip));
        return new Attachment.Address(address, gateway(ip, "gateway"));
    }

    private static Optional<IpAddress> gateway(JsonNode node, String field) {
        return text(node, field).filter(each -> !each.isEmpty()).map(each -> IpAddress.parse(each)
                .orElseThrow(() -> new CniException(CniException.DECODING, "`" + field + "` in " + KEY
                        + " is no address: " + node)));
    }

    private static Optional<String> text(JsonNode node, String field) {
        return present(node, field).filter(JsonNode::isString).map(JsonNode::stringValue);
    }

    private boolean isOf(JsonNode ip, String device) {
        var index = present(ip, "interface").filter(JsonNode::canConvertToInt);
        var interfaces = list(content, "interfaces");
        return index.isEmpty() || index.get().intValue() < 0 || index.get().intValue() >= interfaces.size()
                || text(interfaces.get(index.get().intValue()), "name").equals(Optional.of(device));
    }

    /** The routes that it speaks of; one of a table of its own is none of the interface's way out. */
    List<Attachment.Destination> routes() {
        var nodes = new ArrayList<JsonNode>();
        if (version.shape() == Shape.FAMILIES) {
            ips().forEach(each -> nodes.addAll(list(each, "routes")));
        } else {
            nodes.addAll(list(content, "routes"));
        }
        return nodes.stream().filter(each -> present(each, "table").isEmpty()).map(each -> new Attachment.Destination(
                text(each, "dst").flatMap(Prefix::parse).map(Prefix::masked).orElseThrow(() -> new CniException(
                        CniException.DECODING, "a route of " + KEY + " has no destination: " + each)),
                gateway(each, "gw"))).toList();
    }

    private static List<JsonNode> list(JsonNode node, String field) {
        return present(node, field).map(each -> {
            if (!each.isArray()) {
                throw new CniException(CniException.DECODING, "`" + field + "` in " + KEY + " is no list: " + each);
            }
            return List.copyOf(each.values());
        }).orElse(List.of());
    }

    /** The same as a result, in the shape of the version. */
    ObjectNode result() {
        var result = JsonNodeFactory.instance.objectNode().put("cniVersion", version.toString());
        content.properties().forEach(each -> {
            if (!each.getKey().equals("cniVersion") && !each.getValue().isNull()) {
                result.set(each.getKey(), each.getValue().deepCopy());
            }
        });
        switch (version.shape()) {
            case FAMILIES -> { }
            case VERSIONED_ADDRESSES -> {
                objects(result, "ips").forEach(each -> each.put("version",
                        address(each).address().family() == Family.IPV4 ? "4" : "6"));
                objects(result, "interfaces").forEach(each -> each.remove(NEW_INTERFACE_FIELDS));
                if (!result.has("dns")) {
                    result.putObject("dns");
                }
            }
            case ADDRESSES -> {
                objects(result, "ips").forEach(each -> each.remove("version"));
                result.optional("dns").filter(each -> each.isObject() && each.isEmpty())
                        .ifPresent(_ -> result.remove("dns"));
            }
        }
        return result;
    }

    private static List<ObjectNode> objects(JsonNode node, String field) {
        return list(node, field).stream().filter(ObjectNode.class::isInstance).map(ObjectNode.class::cast).toList();
    }
}
