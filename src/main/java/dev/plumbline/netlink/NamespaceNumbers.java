package dev.plumbline.netlink;

import java.util.OptionalInt;

/**
 * The numbers by which one network namespace knows others ({@code linux/net_namespace.h}; {@code ip netns list-id}).
 * A number ends with its namespace and is given again; it keeps no namespace alive.
 */
public final class NamespaceNumbers {

    /** {@code struct rtgenmsg}, padded. */
    static final int HEADER = 4;

    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    private static final int NOT_ASSIGNED = -1;

    private NamespaceNumbers() {
    }

    /**
     * The number of another namespace in the socket's one.
     *
     * @throws NetlinkException if the kernel refuses
     */
    public static OptionalInt find(NetlinkSocket socket, NetworkNamespace other) throws NetlinkException {
        var number = new int[] {NOT_ASSIGNED};
        socket.request(Rtnetlink.RTM_GETNSID, 0, writer -> writer.u32(0).u32(NETNSA_FD, other.descriptor()),
                answer -> number[0] = number(answer));
        return number[0] == NOT_ASSIGNED ? OptionalInt.empty() : OptionalInt.of(number[0]);
    }

    /**
     * The number of another namespace, which the kernel gives it now if it has none.
     *
     * @throws NetlinkException if the kernel refuses; {@link Errno#EPERM} without CAP_NET_ADMIN where one is to be given
     */
    public static int findOrAssign(NetlinkSocket socket, NetworkNamespace other) throws NetlinkException {
        var found = find(socket, other);
        if (found.isPresent()) {
            return found.getAsInt();
        }
        try {
            socket.request(Rtnetlink.RTM_NEWNSID, 0,
                    writer -> writer.u32(0).u32(NETNSA_NSID, NOT_ASSIGNED).u32(NETNSA_FD, other.descriptor()));
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        return find(socket, other).orElseThrow(() ->
                new NetlinkException("network namespace " + other.label() + " got no number", Errno.ENOENT));
    }

    /** The number that an {@code RTM_NEWNSID} or {@code RTM_DELNSID} tells of. */
    public static int number(MessageReader message) {
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            if (attributes.type() == NETNSA_NSID) {
                return attributes.s32();
            }
        }
        return NOT_ASSIGNED;
    }
}
