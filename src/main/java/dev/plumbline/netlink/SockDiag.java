package dev.plumbline.netlink;

/** sock_diag for TCP: message type and offsets ({@code linux/sock_diag.h}, {@code linux/inet_diag.h}). */
public final class SockDiag {
    public static final int SOCK_DIAG_BY_FAMILY = 20;

    /** {@code struct inet_diag_req_v2}. */
    public static final int REQUEST = 56;

    /** {@code struct inet_diag_msg}. */
    public static final int HEADER = 72;
    public static final int FAMILY = 0;
    public static final int STATE = 1;
    public static final int SOURCE_PORT = 4;
    public static final int DESTINATION_PORT = 6;
    public static final int SOURCE = 8;
    public static final int DESTINATION = 24;
    public static final int INTERFACE = 40;
    public static final int UID = 64;
    public static final int INODE = 68;

    public static final int INET_DIAG_TOS = 5;
    public static final int INET_DIAG_TCLASS = 6;
    /** Given to callers with CAP_NET_ADMIN only. */
    public static final int INET_DIAG_MARK = 15;

    public static final int TCP_ESTABLISHED = 1;
    public static final int TCP_LISTEN = 10;

    /** {@code NETLINK_SOCK_DIAG}. */
    public static final NetlinkProtocol PROTOCOL = new NetlinkProtocol(4, false, new Messages());

    private SockDiag() {
    }

    private static final class Messages implements NetlinkProtocol.Layout {
        @Override
        public int headerLength(int messageType) {
            return REQUEST;
        }

        @Override
        public String attributeName(int messageType, int attribute) {
            return Integer.toString(attribute);
        }
    }
}
