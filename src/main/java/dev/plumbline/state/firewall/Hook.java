package dev.plumbline.state.firewall;

import java.util.Optional;

/** Where in a packet's way a base chain stands ({@code NF_INET_*}, {@code NF_NETDEV_*}). */
public enum Hook {
    PREROUTING("prerouting", 0),
    INPUT("input", 1),
    FORWARD("forward", 2),
    OUTPUT("output", 3),
    POSTROUTING("postrouting", 4),
    INGRESS("ingress", 5),
    EGRESS("egress", 1);

    private final String text;
    private final int number;

    Hook(String text, int number) {
        this.text = text;
        this.number = number;
    }

    /** The kernel's number, which depends on the family. */
    public int number(TableFamily family) {
        return family == TableFamily.NETDEV && this == INGRESS ? 0 : number;
    }

    /** The hook with this number in a family. */
    public static Optional<Hook> of(TableFamily family, int number) {
        for (var hook : values()) {
            boolean device = hook == EGRESS || hook == INGRESS && family == TableFamily.NETDEV;
            if (device == (family == TableFamily.NETDEV) && hook.number(family) == number) {
                return Optional.of(hook);
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
