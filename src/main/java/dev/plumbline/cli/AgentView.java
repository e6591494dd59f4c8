package dev.plumbline.cli;

import dev.plumbline.control.ControlClient;
import dev.plumbline.control.NoServerException;
import dev.plumbline.host.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the agent says of itself.
 *
 * @param line one line for people
 * @param next when it does something by itself
 * @param fights what somebody keeps changing back
 */
record AgentView(String line, Optional<Instant> next, List<String> fights) {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Asks the agent of a state directory, if there is one. */
    static AgentView ask(Path stateDirectory) {
        try {
            var answer = client(stateDirectory).ask("GET", "/v1/status", "", PATIENCE);
            return answer.isSuccess() ? of(new JsonMapper().readTree(answer.body()))
                    : without("answers with an error: " + answer.body().strip());
        } catch (NoServerException e) {
            return without("not running");
        } catch (IOException e) {
            return without("does not answer: " + e.getMessage());
        }
    }

    /** Asks it to look now; does nothing where there is none. */
    static void wake(Path stateDirectory) {
        try {
            client(stateDirectory).ask("POST", "/v1/trigger", "", PATIENCE);
        } catch (IOException e) {
            // It looks by itself before long, or is not there.
        }
    }

    private static ControlClient client(Path stateDirectory) {
        return new ControlClient(stateDirectory.resolve(AgentCommand.SOCKET));
    }

    private static AgentView without(String why) {
        return new AgentView("Agent:     " + why, nextOfTimer(), List.of());
    }

    /** When systemd starts the timer's next run; empty where there is no systemd, or no such timer. */
    private static Optional<Instant> nextOfTimer() {
        if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
            return Optional.empty();
        }
        try {
            var systemctl = new ProcessBuilder("systemctl", "list-timers", "--output=json", "plumbline-apply.timer")
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            systemctl.getOutputStream().close();
            var printed = systemctl.getInputStream().readAllBytes();
            long next = printed.length == 0 ? 0 : new JsonMapper().readTree(printed).path(0).path("next").asLong(0);
            return next == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(0, next * 1000));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static AgentView of(JsonNode json) {
        var fights = new ArrayList<String>();
        json.path("fights").forEach(each -> fights.add(each.path("object").asString() + " (corrected again in "
                + each.path("corrected_again_in_seconds").asLong() + " s)"));
        return new AgentView("Agent:     pid " + json.path("pid").asLong()
                + (json.has("running") ? ", " + json.path("running").asString() : "")
                + (json.has("watch_failure") ? ", hears of no changes: " + json.path("watch_failure").asString() : ""),
                json.has("next_run") ? Optional.of(Instant.parse(json.path("next_run").asString())) : Optional.empty(),
                List.copyOf(fights));
    }

    /** A status with what only the agent knows. */
    Status completed(Status status) {
        return fights.isEmpty() ? status : status.fighting("somebody keeps changing " + String.join(", ", fights));
    }
}
