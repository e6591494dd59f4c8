package dev.plumbline.netlink;

/**
 * nf_tables: message types and attributes ({@code linux/netfilter/nf_tables.h}). Numbers in attributes are big-endian.
 */
public final class Nftables {
    private static final int SUBSYSTEM = 10 << 8;
    public static final int NFT_MSG_NEWTABLE = SUBSYSTEM;
    public static final int NFT_MSG_NEWCHAIN = SUBSYSTEM | 3;
    public static final int NFT_MSG_GETCHAIN = SUBSYSTEM | 4;
    public static final int NFT_MSG_NEWRULE = SUBSYSTEM | 6;

    /** {@code struct nfgenmsg}: family (8 bits), version (8 bits), resource (16 bits). */
    public static final int HEADER = 4;

    public static final int NFPROTO_UNSPEC = 0;
    public static final int NFPROTO_INET = 1;
    public static final int NFPROTO_IPV4 = 2;
    public static final int NFPROTO_NETDEV = 5;
    public static final int NFPROTO_IPV6 = 10;

    public static final int NF_INET_FORWARD = 2;
    public static final int NF_INET_POST_ROUTING = 4;
    /** A base chain's policy: drop. */
    public static final int NF_DROP = 0;

    public static final int NFTA_TABLE_NAME = 1;
    public static final int NFTA_CHAIN_TABLE = 1;
    public static final int NFTA_CHAIN_NAME = 3;
    public static final int NFTA_CHAIN_HOOK = 4;
    public static final int NFTA_CHAIN_POLICY = 5;
    public static final int NFTA_CHAIN_TYPE = 7;
    public static final int NFTA_HOOK_HOOKNUM = 1;
    public static final int NFTA_HOOK_PRIORITY = 2;
    public static final int NFTA_RULE_TABLE = 1;
    public static final int NFTA_RULE_CHAIN = 2;
    public static final int NFTA_RULE_EXPRESSIONS = 4;
    public static final int NFTA_LIST_ELEM = 1;
    public static final int NFTA_EXPR_NAME = 1;
    public static final int NLA_F_NESTED = Netlink.NLA_F_NESTED;

    /** {@code NETLINK_NETFILTER}. */
    public static final NetlinkProtocol PROTOCOL = new NetlinkProtocol(12, false, new Messages());

    static final int NFNL_MSG_BATCH_BEGIN = 0x10;
    static final int NFNL_MSG_BATCH_END = 0x11;
    static final int NFNL_SUBSYS_NFTABLES = 10;

    private Nftables() {
    }

    /** Writes {@code struct nfgenmsg}. */
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
            return Integer.toString(attribute);
        }
    }
}
