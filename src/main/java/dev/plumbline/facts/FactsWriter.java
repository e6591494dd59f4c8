package dev.plumbline.facts;

import dev.plumbline.facts.NamespaceFacts.PartialTable;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.json.JsonLines;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.LedgerJson;
import dev.plumbline.json.NamespaceJson;
import dev.plumbline.state.Family;
import dev.plumbline.state.Route;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes facts as JSON, after {@code schemas/facts.schema.json}: an object a line and always in the same order, so that
 * two files can be compared. The format's minor version grows when fields are added, the major one when anything else
 * changes.
 */
public final class FactsWriter {

    public static final String FORMAT_VERSION = "1.1";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private FactsWriter() {
    }

    /** Writes as it walks: a million routes never stand in one tree. Leaves the writer open. */
    public static void write(HostFacts facts, Writer out) throws IOException {
        out.write("{\n");
        field("format_version", NODES.stringNode(FORMAT_VERSION), out);
        field("plumbline_version", NODES.stringNode(facts.programVersion()), out);
        field("time", NODES.stringNode(facts.time().toString()), out);
        field("host", NODES.stringNode(facts.host()), out);
        field("labels", labels(facts.labels()), out);
        field("kernel", NODES.stringNode(facts.kernel()), out);
        field("boot_id", NODES.stringNode(facts.bootId()), out);
        field("table_names", tableNames(facts.tableNames()), out);
        field("unfinished", unfinished(facts.unfinished()), out);
        field("absent", texts(facts.absent()), out);
        field("unread", texts(facts.unread()), out);
        out.write("\"namespaces\":[");
        var separator = "\n";
        for (var namespace : facts.namespaces()) {
            out.write(separator);
            write(namespace, out);
            separator = ",\n";
        }
        out.write("\n]\n}\n");
        out.flush();
    }

    private static void write(NamespaceFacts facts, Writer out) throws IOException {
        out.write("{\n");
        field("label", NODES.stringNode(facts.label()), out);
        field("recorded", NODES.booleanNode(facts.recorded()), out);
        field("namespace", NamespaceJson.identity(facts.state().id()), out);
        field("ledger", LedgerJson.toJson(facts.ledger()), out);
        field("partial", partial(facts.partial()), out);
        var separator = "";
        for (var section : NamespaceJson.sections(facts.state())) {
            out.write(separator);
            JsonLines.write(section, out);
            separator = ",\n";
        }
        out.write("\n}");
    }

    private static void field(String name, JsonNode value, Writer out) throws IOException {
        out.write("\"" + name + "\":" + JsonText.of(value) + ",\n");
    }

    private static ObjectNode labels(Map<String, String> labels) {
        var node = NODES.objectNode();
        new TreeMap<>(labels).forEach(node::put);
        return node;
    }

    private static ObjectNode tableNames(Map<String, Long> names) {
        var node = NODES.objectNode();
        new TreeMap<>(names).forEach(node::put);
        return node;
    }

    private static ArrayNode texts(List<String> texts) {
        var node = NODES.arrayNode();
        texts.stream().sorted().forEach(node::add);
        return node;
    }

    private static ArrayNode partial(List<PartialTable> tables) {
        var array = NODES.arrayNode();
        for (var each : tables) {
            var devices = array.addObject().put("family", each.key().family() == Family.IPV4 ? "inet" : "inet6")
                    .put("table", Route.tableName(each.key().table())).put("routes", each.routes())
                    .putArray("devices");
            each.devices().stream().sorted().forEach(devices::add);
        }
        return array;
    }

    private static ArrayNode unfinished(List<UnfinishedApply> applies) {
        var array = NODES.arrayNode();
        for (var each : applies) {
            var node = array.addObject().put("label", each.label());
            node.set("namespace", NamespaceJson.identity(each.id()));
            node.put("user", each.by().user()).put("pid", each.by().pid()).put("command", each.by().command())
                    .put("source", each.by().source()).put("revision", each.by().revision())
                    .put("since", each.since().toString()).put("running", each.running());
            each.confirmation().ifPresent(confirmation -> node.putObject("confirmation")
                    .put("by", confirmation.by().toString()).put("awaiting", confirmation.awaiting()));
        }
        return array;
    }
}
