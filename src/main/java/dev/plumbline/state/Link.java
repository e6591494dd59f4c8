package dev.plumbline.state;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network device ({@code man ip-link}).
 *
 * @param index the kernel's number, valid only within one snapshot
 * @param kind {@code IFLA_INFO_KIND}, such as {@code veth} or {@code vrf}; empty for hardware and loopback
 * @param flags {@code ifi_flags} ({@code linux/if.h})
 * @param mtu bytes
 * @param master index of the bridge, bond or VRF that it is a port of
 * @param alias {@code IFLA_IFALIAS}; plumbline's own links begin with {@code plumbline:}
 * @param address the link-layer address as {@code ip} prints it; empty if there is none
 * @param vrfTable the table of a VRF device
 */
public record Link(int index, String name, String kind, int flags, int mtu, OptionalInt master, String alias,
        String address, Optional<Long> vrfTable) {

    /** What {@link #kind} is for a VRF device. */
    public static final String VRF = "vrf";
    private static final String OURS = "plumbline:";
    private static final int IFF_UP = 1;
    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_LOWER_UP = 0x10000;

    /** The alias of a link that plumbline makes for a document ({@code kind/name}). */
    public static String aliasFor(String document) {
        return OURS + document;
    }

    /** Carries plumbline's mark. */
    public boolean isOurs() {
        return alias.startsWith(OURS);
    }

    /** The document ({@code kind/name}) that the mark names. */
    public String owner() {
        return isOurs() ? alias.substring(OURS.length()) : "";
    }

    /** A VRF device of ours. */
    public boolean isOurVrf() {
        return isOurs() && kind.equals(VRF) && vrfTable.isPresent();
    }

    Link withMaster(OptionalInt other) {
        return new Link(index, name, kind, flags, mtu, other, alias, address, vrfTable);
    }

    /** Set up by the administrator ({@code IFF_UP}). */
    public boolean isUp() {
        return (flags & IFF_UP) != 0;
    }

    public boolean isLoopback() {
        return (flags & IFF_LOOPBACK) != 0;
    }

    /** Carrier is there ({@code IFF_LOWER_UP}). */
    public boolean hasCarrier() {
        return (flags & IFF_LOWER_UP) != 0;
    }
}
