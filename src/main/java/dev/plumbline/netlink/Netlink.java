package dev.plumbline.netlink;

/** Numbers of every netlink family ({@code linux/netlink.h}). */
public final class Netlink {
    public static final int NLMSG_NOOP = 1;
    public static final int NLMSG_ERROR = 2;
    public static final int NLMSG_DONE = 3;

    public static final int NLM_F_REQUEST = 0x01;
    public static final int NLM_F_MULTI = 0x02;
    public static final int NLM_F_ACK = 0x04;
    public static final int NLM_F_DUMP_INTR = 0x10;
    /** Also {@code NLM_F_ROOT | NLM_F_MATCH}. */
    public static final int NLM_F_DUMP = 0x300;
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;
    /** In an answer: the request is not repeated whole. */
    public static final int NLM_F_CAPPED = 0x100;
    /** In an answer: extended-ack attributes follow. */
    public static final int NLM_F_ACK_TLVS = 0x200;

    static final int HEADER = 16;
    static final int NLA_TYPE_MASK = 0x3fff;
    public static final int NLA_F_NESTED = 0x8000;

    static final int SOL_NETLINK = 270;
    static final int NETLINK_ADD_MEMBERSHIP = 1;
    static final int NETLINK_DROP_MEMBERSHIP = 2;
    static final int NETLINK_LISTEN_ALL_NSID = 8;
    static final int NETLINK_CAP_ACK = 10;
    static final int NETLINK_EXT_ACK = 11;
    static final int NETLINK_GET_STRICT_CHK = 12;

    private Netlink() {
    }

    static int align(int length) {
        return length + 3 & ~3;
    }
}
