package dev.plumbline.state.firewall;

import java.util.Optional;

/** What is known of a packet's connection ({@code enum nft_ct_keys}). */
public enum CtKey {
    STATE(0, "ct state"),
    STATUS(2, "ct status"),
    MARK(3, "ct mark");

    private final int number;
    private final String text;

    CtKey(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public int number() {
        return number;
    }

    public static Optional<CtKey> of(long number) {
        for (var key : values()) {
            if (key.number == number) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** As {@code nft} writes it. */
    @Override
    public String toString() {
        return text;
    }
}
