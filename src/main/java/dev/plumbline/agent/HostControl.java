package dev.plumbline.agent;

import dev.plumbline.history.Suspension;
import dev.plumbline.host.Invocation;
import dev.plumbline.host.OpenStore;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What the control socket of a host's agent answers. */
public final class HostControl implements AgentControl {

    private static final JsonFactory JSON = new JsonFactory();
    /** A whole apply of a large host, and a fetch before it. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final AgentLoop loop;
    private final Path stateDirectory;
    private final Invocation invocation;

    /** @param invocation this run of the agent */
    public HostControl(AgentLoop loop, Path stateDirectory, Invocation invocation) {
        this.loop = loop;
        this.stateDirectory = stateDirectory;
        this.invocation = invocation;
    }

    @Override
    public String status() {
        var status = loop.status();
        var text = new StringWriter();
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeNumberProperty("pid", ProcessHandle.current().pid());
            json.writeStringProperty("version", invocation.version());
            status.running().ifPresent(each -> json.writeStringProperty("running", word(each)));
            status.next().ifPresent(each -> json.writeStringProperty("next_run", each.toString()));
            status.watchFailure().ifPresent(each -> json.writeStringProperty("watch_failure", each));
            json.writeArrayPropertyStart("fights");
            status.fights().forEach(each -> {
                json.writeStartObject();
                json.writeStringProperty("object", each.changed().isEmpty() ? each.object().toString()
                        : String.join(", ", each.changed()));
                json.writeNumberProperty("corrected_again_in_seconds", each.next().toSeconds());
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String word(Action action) {
        return switch (action) {
            case POLL -> "looking for new intents";
            case CORRECT -> "looking for drift";
            case RELOAD -> "reading the configuration";
        };
    }

    @Override
    public String trigger(boolean wait) {
        var triggered = loop.trigger();
        var text = new StringWriter();
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (wait) {
                var done = triggered.orTimeout(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS).join();
                outcome(json, "poll", done.poll());
                outcome(json, "correct", done.correct());
            } else {
                json.writeBooleanProperty("accepted", true);
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void outcome(JsonGenerator json, String name, Outcome outcome) {
        json.writeObjectPropertyStart(name);
        json.writeArrayPropertyStart("changed");
        outcome.changed().forEach(json::writeString);
        json.writeEndArray();
        outcome.failure().ifPresent(each -> json.writeStringProperty("failure", each.text()));
        json.writeEndObject();
    }

    @Override
    public void suspend() {
        try (var open = OpenStore.open(stateDirectory, invocation, Duration.ZERO)) {
            open.suspend(new Suspension("asked for over the agent's control socket",
                    Instant.now().truncatedTo(ChronoUnit.SECONDS), Optional.empty(), invocation.user()),
                    PATIENCE);
        }
    }

    @Override
    public void resume() {
        try (var open = OpenStore.open(stateDirectory, invocation, Duration.ZERO)) {
            open.store().resume();
        }
        loop.trigger();
    }
}
