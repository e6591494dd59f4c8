package dev.plumbline.state.firewall;

import java.util.Optional;

/**
 * What the bytes of a set's keys and values mean. The kernel keeps the number and looks at the length alone; the
 * numbers are {@code nft}'s ({@code enum datatypes} in its {@code datatype.h}).
 */
public enum DataType {
    INTEGER(4, 4, "integer", false),
    IPV4_ADDR(7, 4, "ipv4_addr", true),
    IPV6_ADDR(8, 16, "ipv6_addr", true),
    ETHER_ADDR(9, 6, "ether_addr", true),
    INET_PROTO(12, 1, "inet_proto", true),
    INET_SERVICE(13, 2, "inet_service", true),
    ICMP_TYPE(14, 1, "icmp_type", true),
    MARK(19, 4, "mark", false),
    CT_STATE(26, 4, "ct_state", false),
    ICMPV6_TYPE(29, 1, "icmpv6_type", true),
    PKTTYPE(31, 1, "pkt_type", false),
    IFNAME(41, 16, "ifname", false);

    private final int number;
    private final int length;
    private final String text;
    private final boolean network;

    DataType(int number, int length, String text, boolean network) {
        this.number = number;
        this.length = length;
        this.text = text;
        this.network = network;
    }

    public int number() {
        return number;
    }

    /** Bytes of a value. */
    public int length() {
        return length;
    }

    /** Whether values are in network order, so that comparing bytes compares numbers. */
    public boolean isNetworkOrder() {
        return network;
    }

    public static Optional<DataType> of(int number) {
        for (var type : values()) {
            if (type.number == number) {
                return Optional.of(type);
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
