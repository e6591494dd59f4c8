package dev.plumbline.netlink;

import java.util.List;

/** Addresses: {@code struct ifaddrmsg} and {@code IFA_*} ({@code linux/if_addr.h}). */
public final class AddressMessages {
    /** {@code struct ifaddrmsg}. */
    public static final int HEADER = 8;

    public static final int FAMILY = 0;
    public static final int PREFIXLEN = 1;
    public static final int FLAGS = 2;
    public static final int SCOPE = 3;
    public static final int INDEX = 4;

    public static final int IFA_F_NODAD = 2;
    public static final int IFA_F_NOPREFIXROUTE = 0x200;

    public static final int IFA_ADDRESS = 1;
    public static final int IFA_LOCAL = 2;
    public static final int IFA_LABEL = 3;
    public static final int IFA_BROADCAST = 4;
    public static final int IFA_ANYCAST = 5;
    public static final int IFA_CACHEINFO = 6;
    public static final int IFA_MULTICAST = 7;
    public static final int IFA_FLAGS = 8;
    public static final int IFA_RT_PRIORITY = 9;
    public static final int IFA_TARGET_NETNSID = 10;
    public static final int IFA_PROTO = 11;

    private static final List<String> NAMES = List.of(
            "", "IFA_ADDRESS", "IFA_LOCAL", "IFA_LABEL", "IFA_BROADCAST", "IFA_ANYCAST", "IFA_CACHEINFO",
            "IFA_MULTICAST", "IFA_FLAGS", "IFA_RT_PRIORITY", "IFA_TARGET_NETNSID", "IFA_PROTO");

    private AddressMessages() {
    }

    /** The attribute's name in the kernel's header, or its number. */
    public static String name(int attribute) {
        boolean known = attribute >= 0 && attribute < NAMES.size() && !NAMES.get(attribute).isEmpty();
        return known ? NAMES.get(attribute) : Integer.toString(attribute);
    }
}
