package dev.plumbline.netlink;

/** IPsec in the kernel: message types, sizes and attributes ({@code linux/xfrm.h}). */
public final class Xfrm {
    public static final int XFRM_MSG_NEWSA = 0x10;

    /** {@code struct xfrm_usersa_info} where 64-bit fields are aligned to 8 bytes: on all 64-bit architectures. */
    public static final int SA_INFO = 224;
    /** Offsets in it. */
    public static final int SA_DADDR = 56;
    public static final int SA_SPI = 72;
    public static final int SA_PROTO = 76;
    public static final int SA_SADDR = 80;
    /** Four limits of 64 bits: bytes and packets, soft and hard. */
    public static final int SA_LIMITS = 96;
    public static final int SA_FAMILY = 212;
    public static final int SA_MODE = 214;

    public static final int IPPROTO_ESP = 50;
    public static final int XFRM_MODE_TUNNEL = 1;

    public static final int XFRMA_ALG_CRYPT = 2;
    public static final int XFRMA_ALG_AEAD = 18;
    public static final int XFRMA_ALG_AUTH_TRUNC = 20;
    /** Bytes of an algorithm's name in its attribute. */
    public static final int ALG_NAME = 64;

    /** {@code NETLINK_XFRM}. */
    public static final NetlinkProtocol PROTOCOL = new NetlinkProtocol(6, false, new Messages());

    private Xfrm() {
    }

    private static final class Messages implements NetlinkProtocol.Layout {
        @Override
        public int headerLength(int messageType) {
            return SA_INFO;
        }

        @Override
        public String attributeName(int messageType, int attribute) {
            return Integer.toString(attribute);
        }
    }
}
