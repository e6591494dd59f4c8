package dev.plumbline.plan;

import dev.plumbline.state.Change;
import dev.plumbline.state.Origin;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A plan as JSON, after {@code schemas/plan.schema.json}. The format's minor version grows when fields are added, the
 * major one when anything else changes.
 */
public final class PlanJson {

    public static final String FORMAT_VERSION = "1.1";

    private PlanJson() {
    }

    /** Writes the plan as it walks it: a million changes are never in memory at once. Leaves the writer open. */
    public static void write(Plan plan, String programVersion, Writer out) {
        var factory = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
        try (var json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("format_version", FORMAT_VERSION);
            json.writeStringProperty("plumbline_version", programVersion);
            json.writeName("summary");
            json.writeStartObject();
            json.writeNumberProperty("add", plan.toAdd());
            json.writeNumberProperty("change", plan.toChange());
            json.writeNumberProperty("destroy", plan.toDestroy());
            json.writeEndObject();
            json.writeName("namespaces");
            json.writeStartArray();
            plan.namespaces().forEach(namespace -> write(namespace, json));
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void write(Plan.NamespacePlan namespace, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("namespace", namespace.label());
        json.writeName("notices");
        json.writeStartArray();
        for (var notice : namespace.notices()) {
            json.writeStartObject();
            json.writeStringProperty("kind", notice.kind().name().toLowerCase(Locale.ROOT));
            json.writeStringProperty("reason", notice.reason());
            write(notice.origin(), json);
            json.writeStringProperty("text", notice.text());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeName("guards");
        json.writeStartArray();
        for (var guard : namespace.guards()) {
            json.writeStartObject();
            json.writeStringProperty("name", guard.name());
            json.writeStringProperty("text", guard.message());
            json.writeStringProperty("pass", guard.pass());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeName("changes");
        json.writeStartArray();
        namespace.changes().forEach(changes -> changes.forEach(change -> write(change, json)));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(Change change, JsonGenerator json) {
        json.writeStartObject();
        json.writeName("actions");
        json.writeStartArray();
        actions(change.action()).forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("phase", change.phase().name().toLowerCase(Locale.ROOT));
        json.writeStringProperty("resource", change.resource());
        json.writeStringProperty("subject", change.subject());
        json.writeName("differences");
        json.writeStartArray();
        for (var difference : change.differences()) {
            json.writeStartObject();
            json.writeStringProperty("attribute", difference.attribute());
            json.writeStringProperty("before", difference.before());
            json.writeStringProperty("after", difference.after());
            json.writeEndObject();
        }
        json.writeEndArray();
        write(change.origin(), json);
        json.writeStringProperty("note", change.note());
        json.writeEndObject();
    }

    /** A list, so that a search for {@code delete} finds every deletion. */
    private static List<String> actions(Change.Action action) {
        return switch (action) {
            case CREATE -> List.of("create");
            case CHANGE -> List.of("update");
            case RECREATE -> List.of("delete", "create");
            case DELETE -> List.of("delete");
        };
    }

    private static void write(Optional<Origin> origin, JsonGenerator json) {
        origin.ifPresent(at -> {
            json.writeName("origin");
            json.writeStartObject();
            json.writeStringProperty("document", at.document());
            json.writeStringProperty("file", at.file());
            json.writeNumberProperty("line", at.line());
            json.writeNumberProperty("column", at.column());
            json.writeEndObject();
        });
    }
}
