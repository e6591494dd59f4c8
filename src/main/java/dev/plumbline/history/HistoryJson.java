package dev.plumbline.history;

import java.io.Writer;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The history as JSON, after {@code schemas/history.schema.json}. The format's minor version grows when fields are
 * added, the major one when anything else changes.
 */
public final class HistoryJson {

    public static final String FORMAT_VERSION = "1.0";

    private HistoryJson() {
    }

    /** Writes entries, with their details or without. Leaves the writer open. */
    public static void write(List<HistoryEntry> entries, boolean details, String programVersion, Writer out) {
        var factory = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
        try (var json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("format_version", FORMAT_VERSION);
            json.writeStringProperty("plumbline_version", programVersion);
            json.writeName("entries");
            json.writeStartArray();
            entries.forEach(entry -> write(entry, details, json));
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void write(HistoryEntry entry, boolean details, JsonGenerator json) {
        var event = entry.event();
        json.writeStartObject();
        json.writeNumberProperty("number", entry.number());
        json.writeStringProperty("at", event.at().toString());
        json.writeNumberProperty("milliseconds", event.took().toMillis());
        json.writeStringProperty("namespace", event.namespace());
        json.writeStringProperty("user", event.by().user());
        json.writeNumberProperty("pid", event.by().pid());
        json.writeStringProperty("command", event.by().command());
        json.writeStringProperty("source", event.by().source());
        json.writeStringProperty("revision", event.by().revision());
        json.writeStringProperty("result", event.result().name().toLowerCase(Locale.ROOT));
        json.writeBooleanProperty("drift", entry.drift());
        json.writeName("summary");
        json.writeStartObject();
        json.writeNumberProperty("add", event.added());
        json.writeNumberProperty("change", event.changed());
        json.writeNumberProperty("destroy", event.destroyed());
        json.writeEndObject();
        if (details) {
            json.writeName("details");
            json.writeStartArray();
            event.details().forEach(json::writeString);
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
