package dev.plumbline.state.firewall;

import java.util.Optional;

/** What is known of a packet beside its bytes ({@code enum nft_meta_keys}). */
public enum MetaKey {
    PROTOCOL(1, "meta protocol"),
    MARK(3, "meta mark"),
    IIF(4, "iif"),
    OIF(5, "oif"),
    IIFNAME(6, "iifname"),
    OIFNAME(7, "oifname"),
    IIFTYPE(8, "iiftype"),
    NFPROTO(15, "meta nfproto"),
    L4PROTO(16, "meta l4proto"),
    PKTTYPE(19, "meta pkttype");

    private final int number;
    private final String text;

    MetaKey(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public int number() {
        return number;
    }

    public static Optional<MetaKey> of(long number) {
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
