package dev.plumbline.cli;

import dev.plumbline.intent.TimeSpan;
import java.time.Duration;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine;

/** Options that take a span of time. */
final class TimeOption {

    private TimeOption() {
    }

    /** The option that says how long to wait for another apply. */
    static OptionSpec lockTimeout(Subcommand command) {
        return command.option(OptionSpec.builder("--lock-timeout").paramLabel("TIME").type(String.class)
                .defaultValue("0s")
                .description("Wait so long for another apply to end, such as 30s or 2m (default: ${DEFAULT-VALUE})."));
    }

    /**
     * The value of an option.
     *
     * @throws CommandLine.ParameterException if it is no span of time
     */
    static Duration of(OptionSpec option, Subcommand command) {
        String text = option.getValue();
        return TimeSpan.parse(text).orElseThrow(() -> new CommandLine.ParameterException(command.spec().commandLine(),
                option.longestName() + " takes a number of seconds or minutes, such as 0s, 30s or 2m, not `" + text + "`"));
    }
}
