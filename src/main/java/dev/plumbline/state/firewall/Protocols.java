package dev.plumbline.state.firewall;

import dev.plumbline.state.firewall.Expression.Payload;
import dev.plumbline.state.firewall.NftWords.Kind;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of a packet's protocols at some place of a rule, and so what its bytes mean there.
 *
 * @param network {@code IP} or {@code IP6}; absent where it may be either
 * @param transport its number; absent where it may be any
 */
record Protocols(TableFamily family, Optional<TableFamily> network, OptionalInt transport) {

    static final int ICMP = 1;
    static final int TCP = 6;
    static final int ICMPV6 = 58;
    static final int ETHERNET = 1;

    private static final Map<Integer, String> WITH_PORTS = Map.of(TCP, "tcp", 17, "udp", 33, "dccp", 132, "sctp", 136,
            "udplite");

    static Protocols of(TableFamily family) {
        return new Protocols(family, family == TableFamily.IP || family == TableFamily.IP6 ? Optional.of(family)
                : Optional.empty(), OptionalInt.empty());
    }

    boolean isIpv6() {
        return network.isPresent() && network.get() == TableFamily.IP6;
    }

    boolean knowsTransport() {
        return transport.isPresent();
    }

    boolean isIcmp() {
        return transport.isPresent() && (transport.getAsInt() == ICMP || transport.getAsInt() == ICMPV6);
    }

    Protocols with(TableFamily network) {
        return new Protocols(family, Optional.of(network), transport);
    }

    Protocols with(int transport) {
        return new Protocols(family, network, OptionalInt.of(transport));
    }

    /** What is known after a test that such a selector equals a value; empty if that says nothing of protocols. */
    Optional<Protocols> after(String selector, Bytes value) {
        return switch (selector) {
            case "meta nfproto" -> value.number() == TableFamily.IP.number() ? Optional.of(with(TableFamily.IP))
                    : value.number() == TableFamily.IP6.number() ? Optional.of(with(TableFamily.IP6))
                    : Optional.empty();
            case "meta protocol" -> value.number() == 0x0800 ? Optional.of(with(TableFamily.IP))
                    : value.number() == 0x86dd ? Optional.of(with(TableFamily.IP6)) : Optional.empty();
            case "meta l4proto" -> Optional.of(with((int) value.number()));
            case "iiftype" -> value.hostNumber() == ETHERNET ? Optional.of(this) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** What a load of the packet means. */
    Selector selector(Payload load) {
        return switch (load.header()) {
            case NETWORK -> network(load);
            case TRANSPORT -> transport(load);
            case LINK -> load.length() == 6 && load.offset() == 6 ? new Selector("ether saddr", Kind.MAC, 6, -1)
                    : load.length() == 6 && load.offset() == 0 ? new Selector("ether daddr", Kind.MAC, 6, -1)
                    : raw("ll", load);
        };
    }

    private Selector network(Payload load) {
        boolean v6 = isIpv6();
        int width = v6 ? 16 : 4;
        int source = v6 ? 8 : 12;
        if (network.isEmpty()) {
            return raw("nh", load);
        }
        for (var side : new String[] {"saddr", "daddr"}) {
            if (load.offset() == (side.equals("saddr") ? source : source + width) && load.length() <= width) {
                return new Selector((v6 ? "ip6 " : "ip ") + side, Kind.ADDRESS, width,
                        load.length() == width ? -1 : load.length() * 8);
            }
        }
        if (load.length() == 1 && load.offset() == (v6 ? 6 : 9)) {
            return new Selector(v6 ? "ip6 nexthdr" : "ip protocol", Kind.PROTOCOL, 1, -1);
        }
        return raw("nh", load);
    }

    private Selector transport(Payload load) {
        if (isIcmp()) {
            boolean v6 = transport.getAsInt() == ICMPV6;
            var name = v6 ? "icmpv6 " : "icmp ";
            if (load.offset() == 0 && load.length() <= 2) {
                // Two bytes are type and code at once.
                return new Selector(name + "type", v6 && load.length() == 1 ? Kind.ICMPV6_TYPE : Kind.ICMP_TYPE, 1, -1);
            }
            return load.offset() == 1 && load.length() == 1
                    ? new Selector(name + "code", v6 ? Kind.ICMPV6_CODE : Kind.ICMP_CODE, 1, -1) : raw("th", load);
        }
        var protocol = transport.isEmpty() ? "th" : WITH_PORTS.get(transport.getAsInt());
        if (protocol != null && load.length() == 2 && load.offset() <= 2 && load.offset() % 2 == 0) {
            return new Selector(protocol + (load.offset() == 0 ? " sport" : " dport"), Kind.PORT, 2, -1);
        }
        boolean flags = transport.isPresent() && transport.getAsInt() == TCP && load.offset() == 13
                && load.length() == 1;
        return flags ? new Selector("tcp flags", Kind.TCP_FLAGS, 1, -1) : raw("th", load);
    }

    private static Selector raw(String header, Payload load) {
        return new Selector("@" + header + "," + load.offset() * 8 + "," + load.length() * 8, Kind.INTEGER,
                load.length(), -1);
    }

}
