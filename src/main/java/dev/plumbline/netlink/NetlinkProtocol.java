package dev.plumbline.netlink;

/**
 * A netlink family, as a socket needs to know it.
 *
 * @param number {@code NETLINK_*}: 0 rtnetlink, 4 sock_diag, 12 netfilter, 16 generic
 * @param strictChecking whether it takes {@code NETLINK_GET_STRICT_CHK}, without which dumps ignore filters
 * @param layout of its messages
 */
public record NetlinkProtocol(int number, boolean strictChecking, Layout layout) {

    /** What it takes to find and name the attribute that an error points at. */
    public interface Layout {
        /** Bytes of the fixed header behind {@code nlmsghdr} for a message type. */
        int headerLength(int messageType);

        /** The name of a top-level attribute, as the kernel's headers have it. */
        String attributeName(int messageType, int attribute);
    }
}
