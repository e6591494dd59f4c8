package dev.plumbline.facts;

import static dev.plumbline.facts.FactsReader.require;

import dev.plumbline.facts.NamespaceFacts.PartialTable;
import dev.plumbline.json.AddressJson;
import dev.plumbline.json.FirewallJson;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.LedgerJson;
import dev.plumbline.json.NamespaceJson;
import dev.plumbline.json.RouteJson;
import dev.plumbline.json.RuleJson;
import dev.plumbline.json.SysctlJson;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** Reads one namespace of a file of facts. */
final class NamespaceFactsReader {

    private static final List<String> LISTS = List.of("links", "addresses", "routes", "rules");
    private static final List<String> VALUES = List.of("label", "recorded", "namespace", "ledger", "partial");

    private final Map<String, JsonNode> values = new HashMap<>();
    private final List<String> seen = new ArrayList<>();
    private final List<JsonNode> links = new ArrayList<>();
    private final List<LinkAddress> addresses = new ArrayList<>();
    private final List<RoutingRule> rules = new ArrayList<>();
    private final List<JsonNode> sysctls = new ArrayList<>();
    private final List<Table> firewall = new ArrayList<>();
    private final SortedMap<TableKey, RouteRows.Builder> tables = new TreeMap<>();

    NamespaceFacts read(JsonParser parser) {
        require(parser.currentToken() == JsonToken.START_OBJECT, "a namespace is not an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            seen.add(name);
            switch (name) {
                case "links" -> each(parser, links::add);
                case "addresses" -> each(parser, node -> addresses.add(AddressJson.fromJson(node)));
                case "rules" -> each(parser, node -> rules.add(RuleJson.fromJson(node)));
                case "routes" -> each(parser, this::route);
                case "sysctls" -> each(parser, sysctls::add);
                case "firewall" -> each(parser, node -> firewall.add(FirewallJson.table(node)));
                default -> {
                    if (VALUES.contains(name)) {
                        values.put(name, JsonText.read(parser));
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }
        for (var names : List.of(VALUES, LISTS)) {
            names.forEach(each -> require(seen.contains(each), "a namespace has no '" + each + "'"));
        }
        return facts();
    }

    private static void each(JsonParser parser, Consumer<JsonNode> consumer) {
        require(parser.currentToken() == JsonToken.START_ARRAY, "'" + parser.currentName() + "' is not a list");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            consumer.accept(JsonText.read(parser));
        }
    }

    private void route(JsonNode node) {
        var route = RouteJson.fromJson(node);
        tables.computeIfAbsent(new TableKey(route.family(), route.table()),
                key -> new RouteRows.Builder(key.family(), key.table())).add(route);
    }

    private NamespaceFacts facts() {
        var state = new NamespaceState(NamespaceJson.id(values.get("namespace")), NamespaceJson.links(links), addresses,
                RouteTables.built(tables), rules).with(SysctlJson.read(sysctls))
                .with(new LiveFirewall(new FirewallState(firewall), Map.of()));
        return new NamespaceFacts(values.get("label").stringValue(), values.get("recorded").booleanValue(), state,
                values.get("partial").values().stream().map(NamespaceFactsReader::partial).toList(),
                LedgerJson.fromJson(values.get("ledger")));
    }

    private static PartialTable partial(JsonNode node) {
        return new PartialTable(RouteJson.table(node), Math.toIntExact(node.required("routes").longValue()),
                node.required("devices").values().stream().map(JsonNode::stringValue).collect(Collectors.toSet()));
    }
}
