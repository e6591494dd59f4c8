package dev.plumbline.cni;

import static dev.plumbline.cni.NetworkConfiguration.present;

import dev.plumbline.cni.PluginType.Wanted;
import dev.plumbline.intent.Attachment.SourceRouting;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration of the type {@code plumbline}: what holds for the container, in the words of intents. What it does
 * not know is refused: a policy that is not carried out must not look as if it were.
 */
final class PlumblineConfiguration {

    private static final String SOURCE_ROUTING = "sourceRouting";
    private static final String LABELS = "labels";
    private static final String METHOD = "method";

    /** What every configuration may hold, and what runtimes put in. */
    private static final Set<String> COMMON = Set.of("cniVersion", "cniVersions", "name", "type", "prevResult", "ipam",
            "dns", "args", "ipMasq", "capabilities", "runtimeConfig", "disableCheck", "disableGC",
            "loadOnlyInlinedPlugins", "cni.dev/valid-attachments", "cni.dev/attachments", CniLog.LEVEL, CniLog.FILE);
    private static final Set<String> OWN = Set.of(SOURCE_ROUTING, LABELS);
    private static final Set<String> ROUTING = Set.of("table", "gateways", "routes", "priority", "sourceHints",
            METHOD);
    private static final List<String> MODES = List.of("move", "copy", "leave");
    private static final List<String> METHODS = List.of("rule", "vrf");
    private static final int HIGHEST_PRIORITY = 32765;
    private static final Pattern SECRET = Pattern.compile("token|password|secret|key|credential|psk",
            Pattern.CASE_INSENSITIVE);

    private PlumblineConfiguration() {
    }

    static Wanted read(ObjectNode configuration) {
        configuration.properties().forEach(each -> {
            if (!COMMON.contains(each.getKey()) && !OWN.contains(each.getKey())) {
                throw unsupported(each.getKey(), each.getValue(), OWN);
            }
        });
        var routing = present(configuration, SOURCE_ROUTING).map(PlumblineConfiguration::routing);
        return new Wanted(routing, present(configuration, LABELS).map(PlumblineConfiguration::labels)
                .orElse(Map.of()));
    }

    private static CniException unsupported(String key, JsonNode value, Set<String> known) {
        return new CniException(CniException.UNSUPPORTED_FIELD, "unsupported field " + key + " with value "
                + shown(key, value), "supported are " + String.join(", ", known.stream().sorted().toList()));
    }

    /** The specification wants the value told; what may be secret is not, and that can be anywhere in an object. */
    private static String shown(String key, JsonNode value) {
        return value.isObject() ? "{...}" : value.isArray() ? "[...]" : SECRET.matcher(key).find() ? "***"
                : value.toString();
    }

    private static SourceRouting routing(JsonNode node) {
        if (!node.isObject()) {
            throw CniException.configuration(SOURCE_ROUTING, "expected an object, {} for all defaults; found " + node);
        }
        node.properties().forEach(each -> {
            if (!ROUTING.contains(each.getKey())) {
                throw unsupported(SOURCE_ROUTING + "." + each.getKey(), each.getValue(), ROUTING);
            }
        });
        var mode = present(node, "routes").map(each -> word(SOURCE_ROUTING + ".routes", each, MODES))
                .map(RoutesMode::valueOf).orElse(RoutesMode.MOVE);
        var method = present(node, METHOD).map(each -> word(SOURCE_ROUTING + "." + METHOD, each, METHODS))
                .map(Method::valueOf).orElse(Method.RULE);
        boolean hints = present(node, "sourceHints").map(each -> Values.flag(SOURCE_ROUTING + ".sourceHints", each))
                .orElse(false);
        SourceRoutingSpec.contradiction(method, mode, hints).ifPresent(each -> {
            throw CniException.configuration(SOURCE_ROUTING + "." + each.getKey(), each.getValue());
        });
        return new SourceRouting(
                present(node, "table").map(each -> table(SOURCE_ROUTING + ".table", each))
                        .orElse(new TableChoice.Auto()),
                present(node, "gateways").filter(each -> !isAuto(each))
                        .map(each -> Values.addresses(SOURCE_ROUTING + ".gateways", each)).orElse(List.of()),
                mode, present(node, "priority").map(each -> Values.number(SOURCE_ROUTING + ".priority", each, 1,
                        HIGHEST_PRIORITY)).orElse(SourceRoutingSpec.DEFAULT_PRIORITY),
                hints, method);
    }

    private static boolean isAuto(JsonNode node) {
        return node.isString() && node.stringValue().equals("auto");
    }

    private static TableChoice table(String key, JsonNode node) {
        if (isAuto(node)) {
            return new TableChoice.Auto();
        }
        return node.isString() ? new TableChoice.Name(node.stringValue())
                : new TableChoice.Number(Values.table(key, node));
    }

    private static String word(String key, JsonNode node, List<String> words) {
        if (!node.isString() || !words.contains(node.stringValue())) {
            throw CniException.configuration(key, "expected one of " + String.join(", ", words) + "; found " + node);
        }
        return node.stringValue().toUpperCase(Locale.ROOT);
    }

    private static Map<String, String> labels(JsonNode node) {
        if (!node.isObject()) {
            throw CniException.configuration(LABELS, "expected an object of strings; found " + node);
        }
        var labels = new TreeMap<String, String>();
        node.properties().forEach(each -> {
            if (!each.getValue().isString()) {
                throw CniException.configuration(LABELS + "." + each.getKey(), "expected a string; found "
                        + each.getValue());
            }
            labels.put(each.getKey(), each.getValue().stringValue());
        });
        return labels;
    }
}
