package dev.plumbline.state.firewall;

import dev.plumbline.state.Family;
import dev.plumbline.state.firewall.Expression.Ct;
import dev.plumbline.state.firewall.Expression.Header;
import dev.plumbline.state.firewall.Expression.Meta;
import dev.plumbline.state.firewall.Expression.Payload;

/** What of a packet can be compared, alone or as a part of a set's key. */
public enum Field {
    IN_INTERFACE(DataType.IFNAME),
    OUT_INTERFACE(DataType.IFNAME),
    SOURCE_IPV4(DataType.IPV4_ADDR),
    DESTINATION_IPV4(DataType.IPV4_ADDR),
    SOURCE_IPV6(DataType.IPV6_ADDR),
    DESTINATION_IPV6(DataType.IPV6_ADDR),
    /** Of IPv4 or IPv6, behind any extension headers. */
    PROTOCOL(DataType.INET_PROTO),
    /** Of TCP, UDP, SCTP, DCCP and UDP-Lite alike: a test of the protocol belongs before it. */
    SOURCE_PORT(DataType.INET_SERVICE),
    DESTINATION_PORT(DataType.INET_SERVICE),
    ICMP_TYPE(DataType.ICMP_TYPE),
    ICMPV6_TYPE(DataType.ICMPV6_TYPE),
    MARK(DataType.MARK),
    CT_MARK(DataType.MARK),
    CT_STATE(DataType.CT_STATE),
    PACKET_TYPE(DataType.PKTTYPE),
    SOURCE_MAC(DataType.ETHER_ADDR),
    DESTINATION_MAC(DataType.ETHER_ADDR);

    private final DataType type;

    Field(DataType type) {
        this.type = type;
    }

    public DataType type() {
        return type;
    }

    /** The source address of a family. */
    public static Field source(Family family) {
        return family == Family.IPV4 ? SOURCE_IPV4 : SOURCE_IPV6;
    }

    /** The destination address of a family. */
    public static Field destination(Family family) {
        return family == Family.IPV4 ? DESTINATION_IPV4 : DESTINATION_IPV6;
    }

    /** The first bytes of it into a register. */
    Expression load(int register, int length) {
        return switch (this) {
            case IN_INTERFACE -> new Meta(MetaKey.IIFNAME, register);
            case OUT_INTERFACE -> new Meta(MetaKey.OIFNAME, register);
            case SOURCE_IPV4 -> new Payload(Header.NETWORK, 12, length, register);
            case DESTINATION_IPV4 -> new Payload(Header.NETWORK, 16, length, register);
            case SOURCE_IPV6 -> new Payload(Header.NETWORK, 8, length, register);
            case DESTINATION_IPV6 -> new Payload(Header.NETWORK, 24, length, register);
            case PROTOCOL -> new Meta(MetaKey.L4PROTO, register);
            case SOURCE_PORT -> new Payload(Header.TRANSPORT, 0, length, register);
            case DESTINATION_PORT -> new Payload(Header.TRANSPORT, 2, length, register);
            case ICMP_TYPE, ICMPV6_TYPE -> new Payload(Header.TRANSPORT, 0, length, register);
            case MARK -> new Meta(MetaKey.MARK, register);
            case CT_MARK -> new Ct(CtKey.MARK, register);
            case CT_STATE -> new Ct(CtKey.STATE, register);
            case PACKET_TYPE -> new Meta(MetaKey.PKTTYPE, register);
            case SOURCE_MAC -> new Payload(Header.LINK, 6, length, register);
            case DESTINATION_MAC -> new Payload(Header.LINK, 0, length, register);
        };
    }
}
