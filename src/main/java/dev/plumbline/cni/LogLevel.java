package dev.plumbline.cni;

import java.util.Locale;
import java.util.Optional;

/** How much is logged, in the words of Multus; each has those before it. */
public enum LogLevel {
    /** What a developer must look at. */
    PANIC,
    /** What failed, and what was found wrong. */
    ERROR,
    /** What was done. */
    VERBOSE,
    /** How. */
    DEBUG;

    /** The level of a word, whatever its case. */
    public static Optional<LogLevel> of(String word) {
        for (var each : values()) {
            if (each.word().equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** As configurations say it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
