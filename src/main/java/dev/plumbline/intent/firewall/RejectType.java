package dev.plumbline.intent.firewall;

import dev.plumbline.state.Family;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The errors that a rejected packet is answered with, in nft's words. Those without a family answer either
 * ({@code icmpx}).
 */
public enum RejectType {
    PORT_UNREACHABLE("port-unreachable", Optional.empty(), 1, ""),
    ADMIN_PROHIBITED("admin-prohibited", Optional.empty(), 3, ""),
    NO_ROUTE("no-route", Optional.empty(), 0, ""),
    HOST_UNREACHABLE("host-unreachable", Optional.empty(), 2, ""),
    TCP_RESET("tcp-reset", Optional.empty(), 0, ""),
    ICMP_NET_UNREACHABLE("icmp-net-unreachable", Optional.of(Family.IPV4), 0, "net-unreach"),
    ICMP_HOST_UNREACHABLE("icmp-host-unreachable", Optional.of(Family.IPV4), 1, "host-unreach"),
    ICMP_PROTO_UNREACHABLE("icmp-proto-unreachable", Optional.of(Family.IPV4), 2, "proto-unreach"),
    ICMP_PORT_UNREACHABLE("icmp-port-unreachable", Optional.of(Family.IPV4), 3, "port-unreach"),
    ICMP_NET_PROHIBITED("icmp-net-prohibited", Optional.of(Family.IPV4), 9, "net-prohib"),
    ICMP_HOST_PROHIBITED("icmp-host-prohibited", Optional.of(Family.IPV4), 10, "host-prohib"),
    ICMP_ADMIN_PROHIBITED("icmp-admin-prohibited", Optional.of(Family.IPV4), 13, "admin-prohib"),
    ICMP6_NO_ROUTE("icmp6-no-route", Optional.of(Family.IPV6), 0, ""),
    ICMP6_ADM_PROHIBITED("icmp6-adm-prohibited", Optional.of(Family.IPV6), 1, ""),
    ICMP6_ADDR_UNREACHABLE("icmp6-addr-unreachable", Optional.of(Family.IPV6), 3, ""),
    ICMP6_PORT_UNREACHABLE("icmp6-port-unreachable", Optional.of(Family.IPV6), 4, "");

    private final String word;
    private final Optional<Family> family;
    private final int code;
    private final String alias;

    RejectType(String word, Optional<Family> family, int code, String alias) {
        this.word = word;
        this.family = family;
        this.code = code;
        this.alias = alias;
    }

    /** Of whose packets alone this is an answer. */
    public Optional<Family> family() {
        return family;
    }

    /** The code of ICMP, of ICMPv6, or nft's own for either; 0 for a TCP reset. */
    public int code() {
        return code;
    }

    /** In iptables' words too. */
    public static Optional<RejectType> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)
                || !each.alias.isEmpty() && each.alias.equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(RejectType::toString).toList();
    }

    @Override
    public String toString() {
        return word;
    }
}
