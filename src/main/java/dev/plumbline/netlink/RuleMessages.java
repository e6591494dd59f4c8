package dev.plumbline.netlink;

import java.util.List;

/** Rules: {@code struct fib_rule_hdr} and {@code FRA_*} ({@code linux/fib_rules.h}). */
public final class RuleMessages {
    /** {@code struct fib_rule_hdr}. */
    public static final int HEADER = 12;

    public static final int FAMILY = 0;
    public static final int DST_LEN = 1;
    public static final int SRC_LEN = 2;
    public static final int TOS = 3;
    public static final int TABLE = 4;
    public static final int ACTION = 7;
    public static final int FLAGS = 8;

    public static final int FIB_RULE_INVERT = 2;
    public static final int FR_ACT_TO_TBL = 1;
    public static final int FR_ACT_GOTO = 2;
    public static final int FR_ACT_NOP = 3;
    public static final int FR_ACT_BLACKHOLE = 6;
    public static final int FR_ACT_UNREACHABLE = 7;
    public static final int FR_ACT_PROHIBIT = 8;

    public static final int FRA_DST = 1;
    public static final int FRA_SRC = 2;
    public static final int FRA_IIFNAME = 3;
    public static final int FRA_GOTO = 4;
    public static final int FRA_PRIORITY = 6;
    public static final int FRA_FWMARK = 10;
    public static final int FRA_FLOW = 11;
    public static final int FRA_TUN_ID = 12;
    public static final int FRA_SUPPRESS_IFGROUP = 13;
    public static final int FRA_SUPPRESS_PREFIXLEN = 14;
    public static final int FRA_TABLE = 15;
    public static final int FRA_FWMASK = 16;
    public static final int FRA_OIFNAME = 17;
    public static final int FRA_PAD = 18;
    public static final int FRA_L3MDEV = 19;
    public static final int FRA_UID_RANGE = 20;
    public static final int FRA_PROTOCOL = 21;
    public static final int FRA_IP_PROTO = 22;
    public static final int FRA_SPORT_RANGE = 23;
    public static final int FRA_DPORT_RANGE = 24;
    public static final int FRA_DSCP = 25;
    public static final int FRA_FLOWLABEL = 26;
    public static final int FRA_FLOWLABEL_MASK = 27;
    public static final int FRA_SPORT_MASK = 28;
    public static final int FRA_DPORT_MASK = 29;
    public static final int FRA_DSCP_MASK = 30;

    private static final List<String> NAMES = List.of(
            "", "FRA_DST", "FRA_SRC", "FRA_IIFNAME", "FRA_GOTO", "", "FRA_PRIORITY", "", "", "", "FRA_FWMARK",
            "FRA_FLOW", "FRA_TUN_ID", "FRA_SUPPRESS_IFGROUP", "FRA_SUPPRESS_PREFIXLEN", "FRA_TABLE",
            "FRA_FWMASK", "FRA_OIFNAME", "FRA_PAD", "FRA_L3MDEV", "FRA_UID_RANGE", "FRA_PROTOCOL",
            "FRA_IP_PROTO", "FRA_SPORT_RANGE", "FRA_DPORT_RANGE", "FRA_DSCP", "FRA_FLOWLABEL",
            "FRA_FLOWLABEL_MASK", "FRA_SPORT_MASK", "FRA_DPORT_MASK", "FRA_DSCP_MASK");

    private RuleMessages() {
    }

    /** The attribute's name in the kernel's header, or its number. */
    public static String name(int attribute) {
        boolean known = attribute >= 0 && attribute < NAMES.size() && !NAMES.get(attribute).isEmpty();
        return known ? NAMES.get(attribute) : Integer.toString(attribute);
    }
}
