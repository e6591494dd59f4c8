package dev.plumbline.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine;

/** Spans of time as options take them: {@code 0s}, {@code 30s}, {@code 2m}, {@code 1h}; a number alone is seconds. */
final class TimeSpan {

    private static final Pattern SPAN = Pattern.compile("([0-9]{1,9})(s|m|h|)");

    private TimeSpan() {
    }

    /** Empty if the text is none. */
    static Optional<Duration> parse(String text) {
        var matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(switch (matcher.group(2)) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofSeconds(number);
        });
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
        return parse(text).orElseThrow(() -> new CommandLine.ParameterException(command.spec().commandLine(),
                option.longestName() + " takes a number of seconds or minutes, such as 0s, 30s or 2m, not `" + text + "`"));
    }
}
