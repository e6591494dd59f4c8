package dev.plumbline.netlink;

/** nfnetlink: its header, batches and multicast groups ({@code linux/netfilter/nfnetlink.h}). */
public final class Nfnetlink {
    /** {@code struct nfgenmsg}. */
    public static final int HEADER = 4;
    public static final int FAMILY = 0;
    public static final int VERSION = 1;
    /** In network order; in dumps of nf_tables the low 16 bits of the generation. */
    public static final int RESOURCE_ID = 2;

    public static final int NFPROTO_UNSPEC = 0;
    public static final int NFPROTO_INET = 1;
    public static final int NFPROTO_IPV4 = 2;
    public static final int NFPROTO_NETDEV = 5;
    public static final int NFPROTO_IPV6 = 10;

    public static final int NF_INET_FORWARD = 2;
    public static final int NF_INET_POST_ROUTING = 4;
    /** A base chain's policy: drop. */
    public static final int NF_DROP = 0;

    /** nf_tables among the subsystems: the high byte of a message's type. */
    public static final int NFNL_SUBSYS_NFTABLES = 10;

    static final int NFNL_MSG_BATCH_BEGIN = 16;
    static final int NFNL_MSG_BATCH_END = 17;
    static final int NFNL_BATCH_GENID = 1;

    /** Changes of nf_tables. */
    public static final int NFNLGRP_NFTABLES = 7;

    /** {@code NETLINK_NETFILTER}. */
    public static final NetlinkProtocol PROTOCOL = new NetlinkProtocol(12, false, new Messages());

    private Nfnetlink() {
    }

    /** Writes the header of a request. */
    public static MessageWriter header(MessageWriter writer, int family) {
        return writer.u8(family).u8(0).u16(0);
    }

    private static final class Messages implements NetlinkProtocol.Layout {
        @Override
        public int headerLength(int messageType) {
            return HEADER;
        }

        @Override
        public String attributeName(int messageType, int attribute) {
            return messageType >>> 8 == NFNL_SUBSYS_NFTABLES ? NfTablesMessages.name(messageType & 0xff, attribute)
                    : Integer.toString(attribute);
        }
    }
}
