package dev.plumbline.netlink;

import java.util.List;

/** Routes: {@code struct rtmsg}, {@code RTA_*} and {@code RTAX_*} ({@code linux/rtnetlink.h}). */
public final class RouteMessages {
    /** {@code struct rtmsg}. */
    public static final int HEADER = 12;

    public static final int FAMILY = 0;
    public static final int DST_LEN = 1;
    public static final int SRC_LEN = 2;
    public static final int TOS = 3;
    public static final int TABLE = 4;
    public static final int PROTOCOL = 5;
    public static final int SCOPE = 6;
    public static final int TYPE = 7;
    public static final int FLAGS = 8;

    /** {@code rtm_table} where the number does not fit: {@code RTA_TABLE} has it. */
    public static final int RT_TABLE_COMPAT = 252;
    public static final int RTNH_F_ONLINK = 4;
    public static final int RTM_F_CLONED = 0x200;
    /** Answer with the table that the route is in, not with main. */
    public static final int RTM_F_LOOKUP_TABLE = 0x1000;
    /** Answer with the entry itself, not with what it resolves to. */
    public static final int RTM_F_FIB_MATCH = 0x2000;
    /** The only {@code RTAX_*} that is a string: the congestion control algorithm. */
    public static final int RTAX_CC_ALGO = 16;
    /** {@code struct rtnexthop}: length (16 bits), flags, hops (8 bits each), index (32 bits). */
    public static final int RTNEXTHOP = 8;

    public static final int RTA_DST = 1;
    public static final int RTA_SRC = 2;
    public static final int RTA_IIF = 3;
    public static final int RTA_OIF = 4;
    public static final int RTA_GATEWAY = 5;
    public static final int RTA_PRIORITY = 6;
    public static final int RTA_PREFSRC = 7;
    public static final int RTA_METRICS = 8;
    public static final int RTA_MULTIPATH = 9;
    public static final int RTA_PROTOINFO = 10;
    public static final int RTA_FLOW = 11;
    public static final int RTA_CACHEINFO = 12;
    public static final int RTA_SESSION = 13;
    public static final int RTA_MP_ALGO = 14;
    public static final int RTA_TABLE = 15;
    public static final int RTA_MARK = 16;
    public static final int RTA_MFC_STATS = 17;
    public static final int RTA_VIA = 18;
    public static final int RTA_NEWDST = 19;
    public static final int RTA_PREF = 20;
    public static final int RTA_ENCAP_TYPE = 21;
    public static final int RTA_ENCAP = 22;
    public static final int RTA_EXPIRES = 23;
    public static final int RTA_PAD = 24;
    public static final int RTA_UID = 25;
    public static final int RTA_TTL_PROPAGATE = 26;
    public static final int RTA_IP_PROTO = 27;
    public static final int RTA_SPORT = 28;
    public static final int RTA_DPORT = 29;
    public static final int RTA_NH_ID = 30;

    private static final List<String> NAMES = List.of(
            "", "RTA_DST", "RTA_SRC", "RTA_IIF", "RTA_OIF", "RTA_GATEWAY", "RTA_PRIORITY", "RTA_PREFSRC",
            "RTA_METRICS", "RTA_MULTIPATH", "RTA_PROTOINFO", "RTA_FLOW", "RTA_CACHEINFO", "RTA_SESSION",
            "RTA_MP_ALGO", "RTA_TABLE", "RTA_MARK", "RTA_MFC_STATS", "RTA_VIA", "RTA_NEWDST", "RTA_PREF",
            "RTA_ENCAP_TYPE", "RTA_ENCAP", "RTA_EXPIRES", "RTA_PAD", "RTA_UID", "RTA_TTL_PROPAGATE",
            "RTA_IP_PROTO", "RTA_SPORT", "RTA_DPORT", "RTA_NH_ID");

    private RouteMessages() {
    }

    /** The attribute's name in the kernel's header, or its number. */
    public static String name(int attribute) {
        boolean known = attribute >= 0 && attribute < NAMES.size() && !NAMES.get(attribute).isEmpty();
        return known ? NAMES.get(attribute) : Integer.toString(attribute);
    }
}
