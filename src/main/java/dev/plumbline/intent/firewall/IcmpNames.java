package dev.plumbline.intent.firewall;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The names that {@code iptables} and {@code nft} have for types of ICMP and ICMPv6. */
final class IcmpNames {

    private static final Map<String, Operand.Icmp> V4 = new LinkedHashMap<>();
    private static final Map<String, Operand.Icmp> V6 = new LinkedHashMap<>();

    static {
        List.of("echo-reply 0", "pong 0", "destination-unreachable 3", "network-unreachable 3/0",
                "host-unreachable 3/1", "protocol-unreachable 3/2", "port-unreachable 3/3", "fragmentation-needed 3/4",
                "communication-prohibited 3/13", "source-quench 4", "redirect 5", "echo-request 8", "ping 8",
                "router-advertisement 9", "router-solicitation 10", "time-exceeded 11", "ttl-exceeded 11",
                "ttl-zero-during-transit 11/0", "parameter-problem 12", "timestamp-request 13", "timestamp-reply 14",
                "info-request 15", "info-reply 16", "address-mask-request 17", "address-mask-reply 18")
                .forEach(line -> add(V4, line, false));
        List.of("destination-unreachable 1", "no-route 1/0", "communication-prohibited 1/1",
                "address-unreachable 1/3", "port-unreachable 1/4", "packet-too-big 2", "time-exceeded 3",
                "parameter-problem 4", "echo-request 128", "ping 128", "echo-reply 129", "pong 129",
                "mld-listener-query 130", "mld-listener-report 131", "mld-listener-done 132",
                "router-solicitation 133", "router-advertisement 134", "neighbour-solicitation 135",
                "neighbor-solicitation 135", "nd-neighbor-solicit 135", "neighbour-advertisement 136",
                "neighbor-advertisement 136", "nd-neighbor-advert 136", "redirect 137", "nd-redirect 137",
                "mld2-listener-report 143").forEach(line -> add(V6, line, true));
    }

    private IcmpNames() {
    }

    private static void add(Map<String, Operand.Icmp> names, String line, boolean v6) {
        var parts = line.split("[ /]");
        names.put(parts[0], new Operand.Icmp(Integer.parseInt(parts[1]),
                parts.length > 2 ? OptionalInt.of(Integer.parseInt(parts[2])) : OptionalInt.empty(), v6));
    }

    static Operand.@Nullable Icmp named(String name, boolean v6) {
        return (v6 ? V6 : V4).get(name);
    }

    static List<String> names(boolean v6) {
        return List.copyOf((v6 ? V6 : V4).keySet());
    }

    static String text(Operand.Icmp icmp) {
        for (var entry : (icmp.v6() ? V6 : V4).entrySet()) {
            if (entry.getValue().equals(icmp)) {
                return entry.getKey();
            }
        }
        return icmp.type() + (icmp.code().isPresent() ? "/" + icmp.code().getAsInt() : "");
    }
}
