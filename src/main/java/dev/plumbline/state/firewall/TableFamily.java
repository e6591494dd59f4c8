package dev.plumbline.state.firewall;

import java.util.Optional;

/** The family of a table: which packets its chains see ({@code NFPROTO_*}, {@code linux/netfilter.h}). */
public enum TableFamily {
    /** IPv4 and IPv6. */
    INET(1),
    IP(2),
    IP6(10),
    /** What a device receives or sends, before and after the IP stack. */
    NETDEV(5);

    private final int number;

    TableFamily(int number) {
        this.number = number;
    }

    /** The kernel's number, as in {@code nfgenmsg}. */
    public int number() {
        return number;
    }

    /** The family with this number; empty for those in which plumbline has no tables (arp, bridge). */
    public static Optional<TableFamily> of(int number) {
        for (var family : values()) {
            if (family.number == number) {
                return Optional.of(family);
            }
        }
        return Optional.empty();
    }

    /** As {@code nft} writes it. */
    @Override
    public String toString() {
        return switch (this) {
            case INET -> "inet";
            case IP -> "ip";
            case IP6 -> "ip6";
            case NETDEV -> "netdev";
        };
    }
}
