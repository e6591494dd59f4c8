package dev.plumbline.netlink;

import java.util.List;

/** Messages of nf_tables and their attributes ({@code linux/netfilter/nf_tables.h}); those of expressions are apart. */
public final class NfTablesMessages {
    private static final int SUBSYSTEM = Nfnetlink.NFNL_SUBSYS_NFTABLES << 8;

    public static final int NFT_MSG_NEWTABLE = SUBSYSTEM;
    public static final int NFT_MSG_GETTABLE = SUBSYSTEM | 1;
    public static final int NFT_MSG_DELTABLE = SUBSYSTEM | 2;
    public static final int NFT_MSG_NEWCHAIN = SUBSYSTEM | 3;
    public static final int NFT_MSG_GETCHAIN = SUBSYSTEM | 4;
    public static final int NFT_MSG_DELCHAIN = SUBSYSTEM | 5;
    public static final int NFT_MSG_NEWRULE = SUBSYSTEM | 6;
    public static final int NFT_MSG_GETRULE = SUBSYSTEM | 7;
    public static final int NFT_MSG_DELRULE = SUBSYSTEM | 8;
    public static final int NFT_MSG_NEWSET = SUBSYSTEM | 9;
    public static final int NFT_MSG_GETSET = SUBSYSTEM | 10;
    public static final int NFT_MSG_DELSET = SUBSYSTEM | 11;
    public static final int NFT_MSG_NEWSETELEM = SUBSYSTEM | 12;
    public static final int NFT_MSG_GETSETELEM = SUBSYSTEM | 13;
    public static final int NFT_MSG_DELSETELEM = SUBSYSTEM | 14;
    public static final int NFT_MSG_NEWGEN = SUBSYSTEM | 15;
    public static final int NFT_MSG_GETGEN = SUBSYSTEM | 16;

    public static final int NFTA_LIST_ELEM = 1;

    public static final int NFTA_TABLE_NAME = 1;
    public static final int NFTA_TABLE_FLAGS = 2;
    public static final int NFTA_TABLE_USE = 3;
    public static final int NFTA_TABLE_HANDLE = 4;
    public static final int NFTA_TABLE_USERDATA = 6;

    public static final int NFTA_CHAIN_TABLE = 1;
    public static final int NFTA_CHAIN_HANDLE = 2;
    public static final int NFTA_CHAIN_NAME = 3;
    public static final int NFTA_CHAIN_HOOK = 4;
    public static final int NFTA_CHAIN_POLICY = 5;
    public static final int NFTA_CHAIN_TYPE = 7;
    public static final int NFTA_CHAIN_FLAGS = 10;
    public static final int NFTA_HOOK_HOOKNUM = 1;
    public static final int NFTA_HOOK_PRIORITY = 2;
    public static final int NFTA_HOOK_DEV = 3;
    public static final int NFTA_HOOK_DEVS = 4;
    public static final int NFTA_DEVICE_NAME = 1;

    public static final int NFTA_RULE_TABLE = 1;
    public static final int NFTA_RULE_CHAIN = 2;
    public static final int NFTA_RULE_HANDLE = 3;
    public static final int NFTA_RULE_EXPRESSIONS = 4;
    public static final int NFTA_RULE_POSITION = 6;
    public static final int NFTA_RULE_USERDATA = 7;

    public static final int NFTA_SET_TABLE = 1;
    public static final int NFTA_SET_NAME = 2;
    public static final int NFTA_SET_FLAGS = 3;
    public static final int NFTA_SET_KEY_TYPE = 4;
    public static final int NFTA_SET_KEY_LEN = 5;
    public static final int NFTA_SET_DATA_TYPE = 6;
    public static final int NFTA_SET_DATA_LEN = 7;
    public static final int NFTA_SET_POLICY = 8;
    public static final int NFTA_SET_DESC = 9;
    public static final int NFTA_SET_ID = 10;
    public static final int NFTA_SET_TIMEOUT = 11;
    public static final int NFTA_SET_GC_INTERVAL = 12;
    public static final int NFTA_SET_USERDATA = 13;
    public static final int NFTA_SET_PAD = 14;
    public static final int NFTA_SET_HANDLE = 16;
    public static final int NFTA_SET_TYPE = 19;
    public static final int NFTA_SET_COUNT = 20;
    public static final int NFTA_SET_DESC_SIZE = 1;
    public static final int NFTA_SET_DESC_CONCAT = 2;
    public static final int NFTA_SET_FIELD_LEN = 1;
    public static final int NFT_SET_ANONYMOUS = 0x1;
    public static final int NFT_SET_CONSTANT = 0x2;
    public static final int NFT_SET_INTERVAL = 0x4;
    public static final int NFT_SET_MAP = 0x8;
    public static final int NFT_SET_TIMEOUT = 0x10;
    public static final int NFT_SET_EVAL = 0x20;
    public static final int NFT_SET_CONCAT = 0x80;

    public static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    public static final int NFTA_SET_ELEM_LIST_SET = 2;
    public static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    public static final int NFTA_SET_ELEM_LIST_SET_ID = 4;
    public static final int NFTA_SET_ELEM_KEY = 1;
    public static final int NFTA_SET_ELEM_DATA = 2;
    public static final int NFTA_SET_ELEM_FLAGS = 3;
    public static final int NFTA_SET_ELEM_TIMEOUT = 4;
    public static final int NFTA_SET_ELEM_EXPIRATION = 5;
    public static final int NFTA_SET_ELEM_USERDATA = 6;
    public static final int NFTA_SET_ELEM_PAD = 8;
    public static final int NFTA_SET_ELEM_KEY_END = 10;
    public static final int NFT_SET_ELEM_INTERVAL_END = 1;

    public static final int NFTA_DATA_VALUE = 1;
    public static final int NFTA_DATA_VERDICT = 2;
    public static final int NFTA_VERDICT_CODE = 1;
    public static final int NFTA_VERDICT_CHAIN = 2;
    public static final long NFT_DATA_VERDICT = 0xffffff00L;

    public static final int NFTA_EXPR_NAME = 1;
    public static final int NFTA_EXPR_DATA = 2;

    public static final int NFTA_GEN_ID = 1;
    public static final int NFTA_GEN_PROC_PID = 2;
    public static final int NFTA_GEN_PROC_NAME = 3;

    private static final List<String> TABLE = List.of("", "NAME", "FLAGS", "USE", "HANDLE", "PAD", "USERDATA", "OWNER");
    private static final List<String> CHAIN = List.of("", "TABLE", "HANDLE", "NAME", "HOOK", "POLICY", "USE", "TYPE",
            "COUNTERS", "PAD", "FLAGS", "ID", "USERDATA");
    private static final List<String> RULE = List.of("", "TABLE", "CHAIN", "HANDLE", "EXPRESSIONS", "COMPAT",
            "POSITION", "USERDATA", "PAD", "ID", "POSITION_ID", "CHAIN_ID");
    private static final List<String> SET = List.of("", "TABLE", "NAME", "FLAGS", "KEY_TYPE", "KEY_LEN", "DATA_TYPE",
            "DATA_LEN", "POLICY", "DESC", "ID", "TIMEOUT", "GC_INTERVAL", "USERDATA", "PAD", "OBJ_TYPE", "HANDLE",
            "EXPR", "EXPRESSIONS");
    private static final List<String> ELEMENTS = List.of("", "TABLE", "SET", "ELEMENTS", "SET_ID");

    private NfTablesMessages() {
    }

    /**
     * The attribute's name in the kernel's header, or its number.
     *
     * @param message the message's number within the subsystem
     */
    static String name(int message, int attribute) {
        return switch (message / 3) {
            case 0 -> name("NFTA_TABLE_", TABLE, attribute);
            case 1 -> name("NFTA_CHAIN_", CHAIN, attribute);
            case 2 -> name("NFTA_RULE_", RULE, attribute);
            case 3 -> name("NFTA_SET_", SET, attribute);
            case 4 -> name("NFTA_SET_ELEM_LIST_", ELEMENTS, attribute);
            default -> Integer.toString(attribute);
        };
    }

    private static String name(String prefix, List<String> names, int attribute) {
        boolean known = attribute > 0 && attribute < names.size();
        return known ? prefix + names.get(attribute) : Integer.toString(attribute);
    }
}
