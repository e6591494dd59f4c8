package dev.plumbline.netlink;

import java.nio.ByteBuffer;

/** Sees the packets of all devices of a namespace, in both directions ({@code man 7 packet}). Needs CAP_NET_RAW. */
public final class PacketSocket implements AutoCloseable {

    private static final int AF_PACKET = 17;
    /** {@code ETH_P_ALL} in network order: what leaves is seen too. */
    private static final int ALL = Short.toUnsignedInt(Short.reverseBytes((short) 3));
    /** {@code struct sockaddr_ll}. */
    private static final int ADDRESS_SIZE = 20;
    private static final int PACKET_TYPE = 10;
    private static final int PACKET_OUTGOING = 4;
    private static final int RECEIVE_BUFFER = 1024 * 1024;
    private static final int LONGEST_PACKET = 65_536;

    private final Descriptor descriptor;
    private final ByteBuffer data = ByteBuffer.allocateDirect(LONGEST_PACKET);
    private final ByteBuffer address = Descriptor.direct(ADDRESS_SIZE);
    private final ByteBuffer size = Descriptor.direct(4);

    private PacketSocket(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Takes packets. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * One packet.
         *
         * @param outgoing whether the namespace sends it
         * @param packet from the network layer's header on, in network order; valid during the call only
         */
        void packet(boolean outgoing, ByteBuffer packet);
    }

    /**
     * Opens a socket in a namespace; from now on its packets wait, up to some hundreds, for {@link #drain}.
     *
     * @throws NetlinkException if the namespace cannot be entered, or the privilege is missing
     */
    public static PacketSocket open(NetworkNamespace namespace) throws NetlinkException {
        var descriptor = new Descriptor(namespace.socket(AF_PACKET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, ALL));
        try {
            descriptor.buffer(Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, RECEIVE_BUFFER);
            return new PacketSocket(descriptor);
        } catch (NetlinkException e) {
            descriptor.close();
            throw e;
        }
    }

    /** Hands out what waits, and comes back at once. */
    public void drain(Visitor visitor) throws NetlinkException {
        while (true) {
            size.putInt(0, ADDRESS_SIZE);
            data.clear();
            long length = Libc.retry(() -> Libc.c().recvfrom(descriptor.fd(), data, data.capacity(),
                    Libc.MSG_DONTWAIT, address, size));
            if (length < 0) {
                if (Libc.errno() == Errno.EAGAIN) {
                    return;
                }
                throw new NetlinkException("cannot receive packets", Libc.errno());
            }
            visitor.packet(address.get(PACKET_TYPE) == PACKET_OUTGOING, data.limit((int) length));
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
