package dev.plumbline.intent.firewall;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** At which of its stages a chain holds a rule: what iptables calls a table. */
public enum Stage {
    /** Before connection tracking. */
    RAW,
    MANGLE,
    /** Sees the first packet of a connection alone. */
    NAT,
    FILTER;

    private final String word = name().toLowerCase(Locale.ROOT);

    public static Optional<Stage> of(String word) {
        return Arrays.stream(values()).filter(each -> each.toString().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Stage::toString).toList();
    }

    @Override
    public String toString() {
        return word;
    }
}
