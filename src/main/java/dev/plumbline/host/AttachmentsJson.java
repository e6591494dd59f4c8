package dev.plumbline.host;

import dev.plumbline.intent.Attachment;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.TableChoice;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Attachments as JSON, after {@code schemas/attachments.schema.json}. The format's minor version grows when fields are
 * added, the major one when anything else changes.
 */
public final class AttachmentsJson {

    public static final String FORMAT_VERSION = "1.0";

    private AttachmentsJson() {
    }

    /** Leaves the writer open. */
    public static void write(List<Attachment> attachments, String programVersion, Writer out) {
        var factory = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
        try (var json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("format_version", FORMAT_VERSION);
            json.writeStringProperty("plumbline_version", programVersion);
            json.writeName("attachments");
            json.writeStartArray();
            attachments.forEach(each -> write(each, json));
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void write(Attachment attachment, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("container", attachment.key().container());
        json.writeStringProperty("interface", attachment.key().device());
        json.writeStringProperty("network", attachment.key().network());
        json.writeStringProperty("type", attachment.key().type());
        json.writeStringProperty("namespace", attachment.netns());
        json.writeStringProperty("added_at", attachment.addedAt().toString());
        json.writeName("addresses");
        json.writeStartArray();
        for (var each : attachment.addresses()) {
            json.writeStartObject();
            json.writeStringProperty("address", each.address().toString());
            each.gateway().ifPresent(gateway -> json.writeStringProperty("gateway", gateway.toString()));
            json.writeEndObject();
        }
        json.writeEndArray();
        attachment.sourceRouting().ifPresent(each -> {
            json.writeName("source_routing");
            json.writeStartObject();
            json.writeStringProperty("table", table(each.table()));
            json.writeName("gateways");
            json.writeStartArray();
            each.gateways().forEach(gateway -> json.writeString(gateway.toString()));
            json.writeEndArray();
            json.writeStringProperty("routes", each.routes().name().toLowerCase(Locale.ROOT));
            json.writeNumberProperty("priority", each.priority());
            json.writeBooleanProperty("source_hints", each.sourceHints());
            json.writeEndObject();
        });
        write("labels", attachment.labels(), json);
        write("arguments", attachment.arguments(), json);
        json.writeName("documents");
        json.writeStartArray();
        attachment.documents().stream().map(Document::id).forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(String name, Map<String, String> texts, JsonGenerator json) {
        json.writeName(name);
        json.writeStartObject();
        new TreeMap<>(texts).forEach(json::writeStringProperty);
        json.writeEndObject();
    }

    /** {@code auto}, a number, or a name. */
    public static String table(TableChoice table) {
        return switch (table) {
            case TableChoice.Auto() -> "auto";
            case TableChoice.Number(long id) -> Long.toString(id);
            case TableChoice.Name(String name) -> name;
        };
    }
}
