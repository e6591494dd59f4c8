package dev.plumbline.cni;

import dev.plumbline.json.JsonText;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is on standard input: the network's configuration.
 *
 * @param version as it says, and the first one where it says none; not yet looked at
 * @param name of the network
 * @param content all of it
 */
record NetworkConfiguration(String version, String name, ObjectNode content) {

    /**
     * Reads it.
     *
     * @throws CniException if it is no JSON object, or the name is missing or wrong
     */
    static NetworkConfiguration of(byte[] text) {
        var content = parse(text);
        var version = versionOf(content);
        var name = text(content, "name").orElse("");
        if (name.isEmpty()) {
            throw new CniException(CniException.INVALID_CONFIGURATION, "missing network name");
        }
        if (!Variable.NAME.matcher(name).matches()) {
            throw new CniException(CniException.INVALID_CONFIGURATION, "invalid characters found in network name",
                    name);
        }
        return new NetworkConfiguration(version, name, content);
    }

    static ObjectNode parse(byte[] text) {
        try {
            if (JsonText.parseAny(text) instanceof ObjectNode object) {
                return object;
            }
            throw decoding("it is no object");
        } catch (JacksonException e) {
            throw decoding(e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            throw decoding(e.getMessage());
        }
    }

    private static CniException decoding(String why) {
        return new CniException(CniException.DECODING, "error unmarshall network config: " + why);
    }

    static String versionOf(ObjectNode content) {
        return text(content, "cniVersion").filter(each -> !each.isEmpty()).orElse(CniVersion.FIRST.toString());
    }

    /** A field that is a string if it is there. */
    private static Optional<String> text(ObjectNode content, String field) {
        return present(content, field).map(each -> {
            if (!each.isString()) {
                throw decoding(field + " is no string: " + each);
            }
            return each.stringValue();
        });
    }

    /** A field that is there and not null. */
    static Optional<JsonNode> present(JsonNode content, String field) {
        return content.optional(field).filter(each -> !each.isNull());
    }

    /** What the plugins before made; empty if this is the first. */
    Optional<PreviousResult> previousResult(CniVersion spoken) {
        return present(content, "prevResult").map(each -> PreviousResult.of(each, spoken));
    }

    /** An attachment that GC is to keep. */
    record Valid(String container, String device) {
    }

    /**
     * What GC is to keep.
     *
     * @throws CniException if the runtime does not say it: then all would go
     */
    List<Valid> validAttachments() {
        var key = "cni.dev/valid-attachments";
        var list = content.optional(key).orElseThrow(() -> CniException.configuration(key, "is missing"));
        if (list.isNull()) {
            return List.of();
        }
        if (!list.isArray()) {
            throw CniException.configuration(key, "expected a list; found " + list);
        }
        return list.values().stream().map(each -> {
            var container = each.optional("containerID").filter(JsonNode::isString);
            var device = each.optional("ifname").filter(JsonNode::isString);
            if (container.isEmpty() || device.isEmpty()) {
                throw CniException.configuration(key, "expected {containerID, ifname}; found " + each);
            }
            return new Valid(container.get().stringValue(), device.get().stringValue());
        }).toList();
    }
}
