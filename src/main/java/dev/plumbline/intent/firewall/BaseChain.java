package dev.plumbline.intent.firewall;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where a packet's way leads through rules: what VNS3 calls a table. */
public enum BaseChain {
    PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING,
    /** Of VNS3: for rules that become several, of which each knows its chain. Copies alone stay there. */
    MACRO;

    private final String word = name().toLowerCase(Locale.ROOT);

    private static final List<String> WORDS = Arrays.stream(values()).map(BaseChain::toString).toList();

    private static final BaseChain[] CHAINS = values();

    /** The chain of a lower-case name. */
    public static Optional<BaseChain> of(String name) {
        int index = WORDS.indexOf(name);
        return index < 0 ? Optional.empty() : Optional.of(CHAINS[index]);
    }

    public static List<String> words() {
        return WORDS;
    }

    /** Whether a packet has no outgoing device yet. */
    boolean isBeforeRouting() {
        return this == PREROUTING || this == INPUT;
    }

    /** Whether a packet has no incoming device, or not any more. */
    boolean isAfterRouting() {
        return this == OUTPUT || this == POSTROUTING;
    }

    @Override
    public String toString() {
        return word;
    }
}
