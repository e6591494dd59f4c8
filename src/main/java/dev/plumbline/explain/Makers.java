package dev.plumbline.explain;

import dev.plumbline.state.Protocol;
import java.util.Map;
import java.util.TreeMap;

/** What a protocol number says about who made a route or a rule. */
public final class Makers {

    private static final Map<Integer, String> WORDS = new TreeMap<>(Map.ofEntries(
            Map.entry(Protocol.UNSPECIFIED, "its maker did not say who it is"),
            Map.entry(Protocol.REDIRECT, "an ICMP redirect of a router"),
            Map.entry(Protocol.KERNEL, "the kernel itself, for an address, a device, or at boot"),
            Map.entry(Protocol.BOOT, "somebody by hand, or a script: what `ip` makes without `proto`"),
            Map.entry(Protocol.STATIC, "the administrator's network configuration: systemd-networkd, NetworkManager,"
                    + " ifupdown and the like"),
            Map.entry(Protocol.RA, "a router advertisement"),
            Map.entry(11, "the zebra daemon of FRR, for a static route"),
            Map.entry(12, "the BIRD routing daemon"),
            Map.entry(Protocol.DHCP, "a DHCP client"),
            Map.entry(18, "keepalived"),
            Map.entry(Protocol.BABEL, "a Babel routing daemon"),
            Map.entry(99, "Open/R"),
            Map.entry(186, "a routing daemon, by BGP"), Map.entry(187, "a routing daemon, by IS-IS"),
            Map.entry(188, "a routing daemon, by OSPF"), Map.entry(189, "a routing daemon, by RIP"),
            Map.entry(192, "a routing daemon, by EIGRP")));

    private final Map<Integer, String> names;

    /** @param names {@code rt_protos} of this host: number → name */
    public Makers(Map<Integer, String> names) {
        this.names = Map.copyOf(names);
    }

    /** The protocol's name here, or its number. */
    public String name(int protocol) {
        return names.getOrDefault(protocol, Protocol.name(protocol));
    }

    /** Who that is, in words. */
    public String words(int protocol) {
        var known = WORDS.get(protocol);
        if (known != null) {
            return known;
        }
        return names.containsKey(protocol) ? "what rt_protos calls " + names.get(protocol)
                : "a program that rt_protos does not name";
    }
}
