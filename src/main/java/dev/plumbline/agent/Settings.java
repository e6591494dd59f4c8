package dev.plumbline.agent;

import java.time.Duration;

/**
 * When an agent does what.
 *
 * @param poll between two looks for new input; zero: never
 * @param correct between two looks for drift; zero: never
 * @param jitter by which part of itself a time is longer or shorter at random, so that many hosts do not ask one server
 *     together: 0 to 0.5
 * @param firstRetry after a first failure; doubled after each further one
 * @param lastRetry the longest time between two retries, and between two corrections of what somebody fights over
 * @param corrections of one object within {@code window} that count as a fight if there are more; from 1 on
 * @param hung how long one piece of work may take before the watchdog takes the agent for hung
 */
public record Settings(Duration poll, Duration correct, double jitter, Duration firstRetry, Duration lastRetry,
        int corrections, Duration window, Duration hung) {

    public static final Settings DEFAULT = new Settings(Duration.ofMinutes(1), Duration.ofMinutes(10), 0.1,
            Duration.ofSeconds(10), Duration.ofMinutes(10), 5, Duration.ofMinutes(1), Duration.ofMinutes(10));

    public Settings {
        if (jitter < 0 || jitter > 0.5 || corrections < 1 || poll.isNegative() || correct.isNegative()
                || !firstRetry.isPositive() || lastRetry.compareTo(firstRetry) < 0 || !window.isPositive()
                || !hung.isPositive()) {
            throw new IllegalArgumentException("out of range: " + poll + ", " + correct + ", " + jitter + ", "
                    + firstRetry + ", " + lastRetry + ", " + corrections + ", " + window + ", " + hung);
        }
    }

    /**
     * A time moved at random within the jitter.
     *
     * @param random 0 to 1
     */
    Duration spread(Duration time, double random) {
        return Duration.ofNanos((long) (time.toNanos() * (1 + jitter * (2 * random - 1))));
    }

    /**
     * How long to wait after so many failures in a row.
     *
     * @param failures from 1 on
     */
    Duration retry(int failures) {
        double factor = Math.pow(2, Math.min(failures - 1, 40));
        double nanos = Math.min(firstRetry.toNanos() * factor, lastRetry.toNanos());
        return Duration.ofNanos((long) nanos);
    }
}
