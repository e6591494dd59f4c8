package dev.plumbline.intent;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Spans of time as people write them: {@code 0s}, {@code 30s}, {@code 2m}, {@code 1h}; a number alone is seconds. */
public final class TimeSpan {

    private static final Pattern SPAN = Pattern.compile("([0-9]{1,9})(s|m|h|)");

    private TimeSpan() {
    }

    /** Empty if the text is none. */
    public static Optional<Duration> parse(String text) {
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
}
