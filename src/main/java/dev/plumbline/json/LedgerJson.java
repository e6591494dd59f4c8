package dev.plumbline.json;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Ledger.TakenSysctl;
import dev.plumbline.state.Ledger.VrfAddress;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The ledger of one namespace. */
public final class LedgerJson {

    private LedgerJson() {
    }

    public static ObjectNode toJson(Ledger ledger) {
        var node = JsonNodeFactory.instance.objectNode();
        var allotments = node.putArray("allotments");
        ledger.allotments().forEach(each -> allotments.addObject().put("document", each.document())
                .put("key", each.key()).put("table", each.table()));
        var routes = node.putArray("routes");
        ledger.routes().forEach(each -> routes.addObject().put("document", each.document())
                .put("deviceIndex", each.deviceIndex()).put("adopted", each.adopted())
                .set("route", RouteJson.toJson(each.route())));
        var rules = node.putArray("rules");
        ledger.rules().forEach(each -> rules.addObject().put("document", each.document())
                .set("rule", RuleJson.toJson(each.rule())));
        var devices = node.putArray("devices");
        ledger.devices().stream().sorted().forEach(devices::add);
        var sysctls = node.putArray("sysctls");
        ledger.sysctls().forEach(each -> {
            var one = sysctls.addObject().put("path", each.path()).put("former", each.former())
                    .put("written", each.written()).put("deviceIndex", each.deviceIndex());
            var documents = one.putArray("documents");
            each.documents().forEach(documents::add);
        });
        var addresses = node.putArray("addresses");
        ledger.addresses().forEach(each -> addresses.addObject().put("document", each.document())
                .put("deviceIndex", each.deviceIndex()).set("address", AddressJson.toJson(each.address())));
        return node;
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @throws IllegalArgumentException if the tree is no such ledger
     */
    public static Ledger fromJson(JsonNode node) {
        var fields = new Fields("a ledger", node);
        var ledger = new Ledger(
                fields.list("allotments").stream().map(LedgerJson::allotment).toList(),
                fields.list("routes").stream().map(LedgerJson::route).toList(),
                fields.list("rules").stream().map(LedgerJson::rule).toList(),
                new HashSet<>(fields.texts("devices")), Set.of(),
                fields.list("sysctls").stream().map(LedgerJson::sysctl).toList(),
                fields.list("addresses").stream().map(LedgerJson::address).toList());
        fields.end();
        return ledger;
    }

    private static Allotment allotment(JsonNode node) {
        var fields = new Fields("an allotment", node);
        var allotment = new Allotment(fields.text("document"), fields.text("key"), fields.number("table"));
        fields.end();
        return allotment;
    }

    private static TakenRoute route(JsonNode node) {
        var fields = new Fields("a taken route", node);
        var route = new TakenRoute(fields.text("document"), RouteJson.fromJson(fields.needed("route")),
                Math.toIntExact(fields.number("deviceIndex")), fields.flag("adopted"));
        fields.end();
        return route;
    }

    private static TakenRule rule(JsonNode node) {
        var fields = new Fields("a taken rule", node);
        var rule = new TakenRule(fields.text("document"), RuleJson.fromJson(fields.needed("rule")));
        fields.end();
        return rule;
    }

    private static VrfAddress address(JsonNode node) {
        var fields = new Fields("an address in a VRF", node);
        var address = new VrfAddress(fields.text("document"), AddressJson.fromJson(fields.needed("address")),
                Math.toIntExact(fields.number("deviceIndex")));
        fields.end();
        return address;
    }

    private static TakenSysctl sysctl(JsonNode node) {
        var fields = new Fields("a sysctl that was set", node);
        var sysctl = new TakenSysctl(fields.texts("documents"), fields.text("path"), fields.text("former"),
                fields.text("written"), Math.toIntExact(fields.number("deviceIndex")));
        fields.end();
        return sysctl;
    }
}
