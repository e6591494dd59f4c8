package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.history.Run;
import java.io.Writer;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The status as JSON, after {@code schemas/status.schema.json}. The format's minor version grows when fields are added,
 * the major one when anything else changes.
 */
public final class StatusJson {

    public static final String FORMAT_VERSION = "1.0";

    private final JsonGenerator json;

    private StatusJson(JsonGenerator json) {
        this.json = json;
    }

    /** Writes a status. Leaves the writer open. */
    public static void write(Status status, String programVersion, Writer out) {
        var factory = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
        try (var json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
            new StatusJson(json).write(status, programVersion);
            json.writeRaw('\n');
        }
    }

    private void write(Status status, String programVersion) {
        json.writeStartObject();
        json.writeStringProperty("format_version", FORMAT_VERSION);
        json.writeStringProperty("plumbline_version", programVersion);
        json.writeStringProperty("at", status.at().toString());
        conditions(status);
        status.applied().ifPresent(applied -> {
            json.writeObjectPropertyStart("applied");
            json.writeStringProperty("source", applied.id().location());
            json.writeStringProperty("content_hash", applied.contentHash());
            json.writeStringProperty("at", applied.appliedAt().toString());
            applied.commit().ifPresent(this::commit);
            json.writeEndObject();
        });
        status.attempted().ifPresent(id -> json.writeStringProperty("attempted_commit", id));
        status.suspension().ifPresent(each -> {
            json.writeObjectPropertyStart("suspension");
            json.writeStringProperty("reason", each.reason());
            json.writeStringProperty("user", each.user());
            json.writeStringProperty("since", each.since().toString());
            time("until", each.until());
            json.writeEndObject();
        });
        json.writeArrayPropertyStart("unfinished");
        status.awaiting().forEach(each -> {
            json.writeStartObject();
            json.writeStringProperty("namespace", each.label());
            json.writeStringProperty("user", each.by().user());
            json.writeNumberProperty("pid", each.by().pid());
            json.writeStringProperty("since", each.since().toString());
            time("confirm_by", each.confirmation().map(open -> open.by()));
            json.writeEndObject();
        });
        json.writeEndArray();
        status.drift().ifPresent(each -> {
            json.writeName("last_drift");
            run(each, true);
        });
        status.reported().ifPresent(each -> {
            json.writeName("reported_drift");
            run(each, true);
        });
        json.writeArrayPropertyStart("runs");
        status.runs().forEach(each -> run(each, false));
        json.writeEndArray();
        time("next_run", status.next());
        json.writeEndObject();
    }

    /** As Kubernetes has them: type, status, reason, message. */
    private void conditions(Status status) {
        json.writeArrayPropertyStart("conditions");
        var reason = status.reason();
        condition("Ready", reason.isReady(), reason.word(), status);
        condition("Reconciling", status.isReconciling(), status.isReconciling()
                ? status.awaiting().isEmpty() ? "ProgressingWithRetry" : "Progressing" : reason.word(), status);
        condition("Stalled", reason.isStalled(), reason.word(), status);
        json.writeEndArray();
    }

    private void condition(String type, boolean holds, String reason, Status status) {
        json.writeStartObject();
        json.writeStringProperty("type", type);
        json.writeStringProperty("status", holds ? "True" : "False");
        json.writeStringProperty("reason", reason);
        json.writeStringProperty("message", status.message());
        time("since", status.since());
        json.writeEndObject();
    }

    private void commit(Commit commit) {
        json.writeObjectPropertyStart("commit");
        json.writeStringProperty("id", commit.id());
        json.writeStringProperty("author", commit.author());
        json.writeStringProperty("at", commit.at().toString());
        json.writeStringProperty("subject", commit.subject());
        json.writeEndObject();
    }

    private void run(Run run, boolean details) {
        json.writeStartObject();
        json.writeStringProperty("first_at", run.firstAt().toString());
        json.writeStringProperty("at", run.at().toString());
        json.writeNumberProperty("milliseconds", run.took().toMillis());
        json.writeStringProperty("trigger", run.trigger());
        json.writeStringProperty("reason", run.reason().word());
        json.writeStringProperty("message", run.message());
        run.commit().ifPresent(id -> json.writeStringProperty("commit", id));
        json.writeStringProperty("content_hash", run.contentHash());
        json.writeBooleanProperty("drift", run.drift());
        json.writeObjectPropertyStart("summary");
        json.writeNumberProperty("add", run.added());
        json.writeNumberProperty("change", run.changed());
        json.writeNumberProperty("destroy", run.destroyed());
        json.writeEndObject();
        if (details) {
            json.writeArrayPropertyStart("details");
            run.details().forEach(json::writeString);
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void time(String name, Optional<Instant> time) {
        time.ifPresent(each -> json.writeStringProperty(name, each.toString()));
    }
}
