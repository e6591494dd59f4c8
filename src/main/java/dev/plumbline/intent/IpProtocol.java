package dev.plumbline.intent;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The names of {@code /etc/protocols} that rules are written for. */
public final class IpProtocol {

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(Map.entry("icmp", 1), Map.entry("igmp", 2),
            Map.entry("ipip", 4), Map.entry("tcp", 6), Map.entry("udp", 17), Map.entry("dccp", 33),
            Map.entry("ipv6", 41), Map.entry("gre", 47), Map.entry("esp", 50), Map.entry("ah", 51),
            Map.entry("ipv6-icmp", 58), Map.entry("ospf", 89), Map.entry("pim", 103), Map.entry("vrrp", 112),
            Map.entry("l2tp", 115), Map.entry("sctp", 132), Map.entry("udplite", 136));
    private static final List<Integer> WITH_PORTS = List.of(6, 17, 33, 132, 136);

    private IpProtocol() {
    }

    /** The number of a name; {@code icmpv6} is another word for {@code ipv6-icmp}. */
    public static OptionalInt number(String name) {
        var number = NUMBERS.get(name.equals("icmpv6") ? "ipv6-icmp" : name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** The name of a number, or the number. */
    public static String name(int number) {
        return NUMBERS.entrySet().stream().filter(entry -> entry.getValue() == number).map(Map.Entry::getKey)
                .findFirst().orElse(Integer.toString(number));
    }

    /** All names in their order. */
    public static List<String> names() {
        return NUMBERS.keySet().stream().sorted().toList();
    }

    public static boolean hasPorts(int number) {
        return WITH_PORTS.contains(number);
    }
}
