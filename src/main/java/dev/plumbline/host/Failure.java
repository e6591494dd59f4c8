package dev.plumbline.host;

import dev.plumbline.history.Reason;
import java.util.List;

/**
 * Why the newest intents are not what the network matches.
 *
 * @param message one sentence for people
 * @param details what was refused, line by line
 */
public record Failure(Reason reason, String message, List<String> details) {

    public Failure {
        details = List.copyOf(details);
    }

    public Failure(Reason reason, String message) {
        this(reason, message, List.of());
    }
}
