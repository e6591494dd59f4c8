package dev.plumbline.netlink;

/** {@code struct netconfmsg} and its attributes ({@code linux/netconf.h}): forwarding and filters of a device. */
public final class NetconfMessages {
    /** {@code struct netconfmsg} is one byte, aligned. */
    public static final int HEADER = 4;
    public static final int FAMILY = 0;

    public static final int NETCONFA_IFINDEX = 1;
    public static final int NETCONFA_FORWARDING = 2;
    public static final int NETCONFA_RP_FILTER = 3;

    /** In place of a device's index. */
    public static final int ALL = -1;
    public static final int DEFAULT = -2;

    private NetconfMessages() {
    }
}
