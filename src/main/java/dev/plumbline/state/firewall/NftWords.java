package dev.plumbline.state.firewall;

import dev.plumbline.state.IpAddress;
import dev.plumbline.state.firewall.Expression.Log;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Values as {@code nft} prints them, by what they mean. */
final class NftWords {

    /** What the bytes of a register or of a set's field mean. */
    enum Kind {
        INTEGER, ADDRESS, MAC, PROTOCOL, PORT, ICMP_TYPE, ICMP_CODE, ICMPV6_TYPE, ICMPV6_CODE, MARK, INTERFACE, INDEX,
        CT_STATE, CT_STATUS, PACKET_TYPE, TCP_FLAGS, FAMILY, ETHER_TYPE, ADDRESS_TYPE, PRESENCE
    }

    private static final Map<Integer, String> PROTOCOLS = Map.ofEntries(Map.entry(1, "icmp"), Map.entry(2, "igmp"),
            Map.entry(6, "tcp"), Map.entry(17, "udp"), Map.entry(33, "dccp"), Map.entry(47, "gre"),
            Map.entry(50, "esp"), Map.entry(51, "ah"), Map.entry(58, "ipv6-icmp"), Map.entry(108, "comp"),
            Map.entry(132, "sctp"), Map.entry(136, "udplite"));
    private static final Map<Integer, String> ICMP_TYPES = Map.ofEntries(Map.entry(0, "echo-reply"),
            Map.entry(3, "destination-unreachable"), Map.entry(4, "source-quench"), Map.entry(5, "redirect"),
            Map.entry(8, "echo-request"), Map.entry(9, "router-advertisement"), Map.entry(10, "router-solicitation"),
            Map.entry(11, "time-exceeded"), Map.entry(12, "parameter-problem"), Map.entry(13, "timestamp-request"),
            Map.entry(14, "timestamp-reply"), Map.entry(15, "info-request"), Map.entry(16, "info-reply"),
            Map.entry(17, "address-mask-request"), Map.entry(18, "address-mask-reply"));
    private static final Map<Integer, String> ICMPV6_TYPES = Map.ofEntries(Map.entry(1, "destination-unreachable"),
            Map.entry(2, "packet-too-big"), Map.entry(3, "time-exceeded"), Map.entry(4, "parameter-problem"),
            Map.entry(128, "echo-request"), Map.entry(129, "echo-reply"), Map.entry(130, "mld-listener-query"),
            Map.entry(131, "mld-listener-report"), Map.entry(132, "mld-listener-done"),
            Map.entry(133, "nd-router-solicit"), Map.entry(134, "nd-router-advert"),
            Map.entry(135, "nd-neighbor-solicit"), Map.entry(136, "nd-neighbor-advert"), Map.entry(137, "nd-redirect"),
            Map.entry(138, "router-renumbering"), Map.entry(141, "ind-neighbor-solicit"),
            Map.entry(142, "ind-neighbor-advert"), Map.entry(143, "mld2-listener-report"));
    private static final Map<Integer, String> ICMP_CODES = Map.of(0, "net-unreachable", 1, "host-unreachable", 2,
            "prot-unreachable", 3, "port-unreachable", 4, "frag-needed", 9, "net-prohibited", 10, "host-prohibited",
            13, "admin-prohibited");
    private static final Map<Integer, String> ICMPV6_CODES = Map.of(0, "no-route", 1, "admin-prohibited", 3,
            "addr-unreachable", 4, "port-unreachable", 5, "policy-fail", 6, "reject-route");
    private static final Map<Integer, String> CT_STATES = new TreeMap<>(Map.of(1, "invalid", 2, "established", 4,
            "related", 8, "new", 64, "untracked"));
    private static final Map<Integer, String> CT_STATUS = new TreeMap<>(Map.of(1, "expected", 2, "seen-reply", 4,
            "assured", 8, "confirmed", 16, "snat", 32, "dnat", 512, "dying"));
    private static final Map<Integer, String> TCP_FLAGS = new TreeMap<>(Map.of(1, "fin", 2, "syn", 4, "rst", 8, "psh",
            16, "ack", 32, "urg", 64, "ecn", 128, "cwr"));
    private static final List<String> PACKET_TYPES = List.of("host", "broadcast", "multicast", "other");
    private static final Map<Integer, String> ADDRESS_TYPES = Map.of(0, "unspec", 1, "unicast", 2, "local", 3,
            "broadcast", 4, "anycast", 5, "multicast", 6, "blackhole", 7, "unreachable", 8, "prohibit");
    private static final Map<Integer, String> ETHER_TYPES = Map.of(0x0800, "ip", 0x0806, "arp", 0x86dd, "ip6", 0x8100,
            "8021q");

    private NftWords() {
    }

    static Kind kind(DataType type) {
        return switch (type) {
            case INTEGER -> Kind.INTEGER;
            case IPV4_ADDR, IPV6_ADDR -> Kind.ADDRESS;
            case ETHER_ADDR -> Kind.MAC;
            case INET_PROTO -> Kind.PROTOCOL;
            case INET_SERVICE -> Kind.PORT;
            case ICMP_TYPE -> Kind.ICMP_TYPE;
            case MARK -> Kind.MARK;
            case CT_STATE -> Kind.CT_STATE;
            case ICMPV6_TYPE -> Kind.ICMPV6_TYPE;
            case PKTTYPE -> Kind.PACKET_TYPE;
            case IFNAME -> Kind.INTERFACE;
        };
    }

    /** One value. */
    static String value(Kind kind, Bytes bytes) {
        return switch (kind) {
            case ADDRESS -> bytes.length() == 4 || bytes.length() == 16 ? IpAddress.of(bytes.toArray()).toString()
                    : "0x" + bytes;
            case MAC -> HexFormat.ofDelimiter(":").formatHex(bytes.toArray());
            case PROTOCOL -> named(PROTOCOLS, bytes.number());
            case PORT, INTEGER -> Long.toString(bytes.number());
            case ICMP_TYPE -> named(ICMP_TYPES, bytes.number());
            case ICMP_CODE -> named(ICMP_CODES, bytes.number());
            case ICMPV6_TYPE -> named(ICMPV6_TYPES, bytes.number());
            case ICMPV6_CODE -> named(ICMPV6_CODES, bytes.number());
            case MARK -> "0x" + HexFormat.of().toHexDigits((int) bytes.hostNumber());
            case INTERFACE -> "\"" + bytes.text() + "\"";
            case INDEX -> Long.toString(bytes.hostNumber());
            case CT_STATE -> flags(CT_STATES, bytes.hostNumber(), ",");
            case CT_STATUS -> flags(CT_STATUS, bytes.hostNumber(), ",");
            case TCP_FLAGS -> flags(TCP_FLAGS, bytes.number(), ",");
            case PACKET_TYPE -> bytes.number() < PACKET_TYPES.size() ? PACKET_TYPES.get((int) bytes.number())
                    : Long.toString(bytes.number());
            case FAMILY -> bytes.number() == 2 ? "ipv4" : bytes.number() == 10 ? "ipv6" : Long.toString(bytes.number());
            case ETHER_TYPE -> named(ETHER_TYPES, bytes.number());
            case ADDRESS_TYPE -> named(ADDRESS_TYPES, bytes.hostNumber());
            case PRESENCE -> bytes.isZero() ? "missing" : "exists";
        };
    }

    private static String named(Map<Integer, String> names, long number) {
        return names.getOrDefault((int) number, Long.toString(number));
    }

    /** The names of the bits, lowest first, what has no name as a number. */
    static String flags(Map<Integer, String> names, long bits, String between) {
        var text = new StringJoiner(between);
        long rest = bits;
        for (var entry : names.entrySet()) {
            if ((rest & entry.getKey()) != 0) {
                text.add(entry.getValue());
                rest &= ~(long) entry.getKey();
            }
        }
        return rest == 0 && bits != 0 ? text.toString() : "0x" + Long.toHexString(bits);
    }

    /** Whether several bits may be one value of this kind. */
    static boolean isFlags(Kind kind) {
        return kind == Kind.CT_STATE || kind == Kind.CT_STATUS || kind == Kind.TCP_FLAGS;
    }

    /** A range, as a prefix where it is one of addresses. */
    static String range(Kind kind, Bytes from, Bytes to) {
        if (from.equals(to)) {
            return value(kind, from);
        }
        if (kind == Kind.ADDRESS) {
            var prefix = Keys.prefixLength(from, to);
            if (prefix.isPresent()) {
                return value(kind, from) + "/" + prefix.get();
            }
        }
        return value(kind, from) + "-" + value(kind, to);
    }

    /** An address and how many of its bits count. */
    static String prefix(Bytes address, int bits) {
        return value(Kind.ADDRESS, address) + (bits == address.length() * 8 ? "" : "/" + bits);
    }

    /** One element of a set. */
    static String element(NftSet set, int row) {
        var elements = set.elements();
        var text = new StringJoiner(" . ");
        int at = 0;
        for (var type : set.key()) {
            int from = at;
            text.add(range(kind(type), field(elements.key(row), from, type), field(elements.end(row), from, type)));
            at += type.length() + 3 & ~3;
        }
        return text + data(set, row);
    }

    private static Bytes field(Bytes key, int at, DataType type) {
        return key.part(at, at + type.length());
    }

    private static String data(NftSet set, int row) {
        var elements = set.elements();
        if (set.mapping().isPresent() && set.mapping().get() instanceof NftSet.Mapping.Values values) {
            var text = new StringJoiner(" . ");
            int at = 0;
            for (var type : values.types()) {
                var value = elements.value(row).orElseThrow();
                text.add(value(kind(type), field(value, at, type)));
                at += type.length() + 3 & ~3;
            }
            return " : " + text;
        }
        return elements.verdict(row).map(verdict -> " : " + verdict).orElse("");
    }

    /** A set in braces, its elements in their order; with a limit, how many more there are. */
    static String elements(NftSet set, int most) {
        var words = new ArrayList<String>();
        for (int row = 0; row < Math.min(most, set.elements().size()); row++) {
            words.add(element(set, row));
        }
        int more = set.elements().size() - words.size();
        return "{ " + String.join(", ", words) + (more > 0 ? ", … and " + more + " more" : "") + " }";
    }

    /** What a reject of this type and code says; empty for the family's default. */
    static Optional<String> reject(TableFamily family, Expression.Reject reject) {
        return switch (reject.type()) {
            case TCP_RESET -> Optional.of("tcp reset");
            case ICMPX -> reject.code() == 1 ? Optional.empty() : Optional.of("icmpx " + Map.of(0, "no-route", 2,
                    "host-unreachable", 3, "admin-prohibited").getOrDefault(reject.code(), "" + reject.code()));
            case ICMP -> family == TableFamily.IP && reject.code() == 3 || family == TableFamily.IP6
                    && reject.code() == 4 ? Optional.empty() : Optional.of("");
        };
    }

    /** The flags of a log statement, with the word before each group of them. */
    static String logFlags(int flags) {
        if (flags == Log.ALL) {
            return " flags all";
        }
        var text = new StringBuilder();
        switch (flags & (Log.TCP_SEQUENCE | Log.TCP_OPTIONS)) {
            case Log.TCP_SEQUENCE -> text.append(" flags tcp sequence");
            case Log.TCP_OPTIONS -> text.append(" flags tcp options");
            case Log.TCP_SEQUENCE | Log.TCP_OPTIONS -> text.append(" flags tcp sequence,options");
            default -> { }
        }
        text.append((flags & Log.IP_OPTIONS) != 0 ? " flags ip options" : "");
        text.append((flags & Log.USER) != 0 ? " flags skuid" : "");
        return text.append((flags & Log.ETHERNET) != 0 ? " flags ether" : "").toString();
    }

    static String icmpCode(boolean ipv6, int code) {
        return named(ipv6 ? ICMPV6_CODES : ICMP_CODES, code);
    }
}
