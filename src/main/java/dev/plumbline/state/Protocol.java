package dev.plumbline.state;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Who made a route or a rule: {@code rtm_protocol} and {@code FRA_PROTOCOL} ({@code linux/rtnetlink.h}).
 * Names as in {@code /etc/iproute2/rt_protos}.
 */
public final class Protocol {
    public static final int UNSPECIFIED = 0;
    public static final int REDIRECT = 1;
    public static final int KERNEL = 2;
    public static final int BOOT = 3;
    public static final int STATIC = 4;
    public static final int RA = 9;
    public static final int DHCP = 16;
    public static final int BABEL = 42;
    /** The first of the routing daemons' numbers (bgp); all above are daemons too. */
    public static final int FIRST_DAEMON = 186;
    /** plumbline's own mark: what carries it is ours, what does not is not. */
    public static final int PLUMBLINE = 157;

    private static final Map<Integer, String> NAMES = new TreeMap<>(Map.ofEntries(
            Map.entry(0, "unspec"), Map.entry(1, "redirect"), Map.entry(2, "kernel"), Map.entry(3, "boot"),
            Map.entry(4, "static"), Map.entry(8, "gated"), Map.entry(9, "ra"), Map.entry(10, "mrt"),
            Map.entry(11, "zebra"), Map.entry(12, "bird"), Map.entry(13, "dnrouted"), Map.entry(14, "xorp"),
            Map.entry(15, "ntk"), Map.entry(16, "dhcp"), Map.entry(17, "mrouted"), Map.entry(18, "keepalived"),
            Map.entry(42, "babel"), Map.entry(99, "openr"), Map.entry(157, "plumbline"), Map.entry(186, "bgp"),
            Map.entry(187, "isis"), Map.entry(188, "ospf"), Map.entry(189, "rip"), Map.entry(192, "eigrp")));

    private Protocol() {
    }

    /** The protocol's name, or its number. */
    public static String name(int protocol) {
        return NAMES.getOrDefault(protocol, Integer.toString(protocol));
    }

    /** The protocol with this name or decimal number. */
    public static OptionalInt number(String text) {
        for (var entry : NAMES.entrySet()) {
            if (entry.getValue().equals(text)) {
                return OptionalInt.of(entry.getKey());
            }
        }
        return text.matches("[0-9]{1,3}") && Integer.parseInt(text) < 256
                ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }
}
