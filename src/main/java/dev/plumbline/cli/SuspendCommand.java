package dev.plumbline.cli;

import dev.plumbline.history.Suspension;
import dev.plumbline.host.OpenStore;
import dev.plumbline.intent.TimeSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline suspend}: no unattended run does anything until somebody says so, or the time is over. */
final class SuspendCommand extends Subcommand {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StateOptions state = new StateOptions(this);
    private final OptionSpec reason = option(OptionSpec.builder("--reason").paramLabel("TEXT").type(String.class)
            .required(true).description("Why: the status shows it to others."));
    private final OptionSpec until = option(OptionSpec.builder("--until").paramLabel("TIME").type(String.class)
            .description("When it ends by itself: a time such as 2026-12-24T06:00:00Z, or a span from now such as 30m or"
                    + " 2h (default: when `plumbline resume` is said)."));

    SuspendCommand() {
        super("Let timer and agent leave the network alone for a while: no new intents, no drift correction.",
                "A person's `plumbline apply` still works.");
    }

    @Override
    public Integer call() {
        Privileges.requireNetAdmin("suspend");
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var end = end(now);
        var invocation = Caller.invocation(this);
        try (var open = OpenStore.open(state.directory(), invocation, Duration.ZERO)) {
            if (!open.suspend(new Suspension(reason.<String>getValue(), now, end, invocation.user()), PATIENCE)) {
                err().println("plumbline: an apply that began before is still at work");
            }
        }
        out().println("Suspended" + end.map(each -> " until " + each).orElse(" until you say: plumbline resume") + ".");
        return Plumbline.DONE;
    }

    private Optional<Instant> end(Instant now) {
        String text = until.getValue();
        if (text == null) {
            return Optional.empty();
        }
        var end = TimeSpan.parse(text).map(now::plus).orElseGet(() -> time(text));
        if (!end.isAfter(now)) {
            throw wrong("--until " + text + " is not in the future");
        }
        return Optional.of(end);
    }

    private Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw wrong("--until takes a time such as 2026-12-24T06:00:00Z, or a span such as 30m or 2h, not `" + text
                    + "`");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec().commandLine(), message);
    }
}
