package dev.plumbline.kernel.socket;

import static dev.plumbline.netlink.SockDiag.*;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP socket as sock_diag lists it.
 *
 * @param local {@code ::ffff:} addresses are IPv4
 * @param device index of the device that it is bound to; 0 for none
 * @param inode number by which {@code /proc/PID/fd} names it
 */
record TcpSocket(int state, IpAddress local, int localPort, IpAddress remote, int remotePort, int device, long uid,
        long inode, long mark, int tos) {

    private static final int IPPROTO_TCP = 6;
    private static final int COOKIE = -1;

    /**
     * All sockets of both families in these states.
     *
     * @param states bits {@code 1 << TCP_*}
     * @throws NetlinkException {@code ENOENT} if the kernel lacks tcp_diag
     */
    static List<TcpSocket> list(NetlinkSocket socket, int states) throws NetlinkException {
        var sockets = new ArrayList<TcpSocket>();
        for (var family : Family.values()) {
            var some = new ArrayList<TcpSocket>();
            socket.dump(SOCK_DIAG_BY_FAMILY, writer -> {
                writer.u8(family.number()).u8(IPPROTO_TCP);
                writer.u8(1 << INET_DIAG_TOS - 1 | 1 << INET_DIAG_TCLASS - 1).u8(0).u32(states);
                // struct inet_diag_sockid: ports, addresses and interface zero, no cookie.
                writer.u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u32(COOKIE).u32(COOKIE);
            }, new NetlinkSocket.Visitor() {
                @Override
                public void begin() {
                    some.clear();
                }

                @Override
                public void message(MessageReader message) {
                    if (message.u8(FAMILY) == family.number()) {
                        some.add(decode(message, family));
                    }
                }
            });
            sockets.addAll(some);
        }
        return sockets;
    }

    private static TcpSocket decode(MessageReader message, Family family) {
        var local = address(message, SOURCE, family);
        long mark = 0;
        int tos = 0;
        int trafficClass = 0;
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case INET_DIAG_MARK -> mark = attributes.u32();
                case INET_DIAG_TOS -> tos = attributes.u8();
                case INET_DIAG_TCLASS -> trafficClass = attributes.u8();
                default -> { }
            }
        }
        return new TcpSocket(message.u8(STATE), local, port(message, SOURCE_PORT),
                address(message, DESTINATION, family), port(message, DESTINATION_PORT), message.s32(INTERFACE),
                message.u32(UID), message.u32(INODE), mark, local.family() == Family.IPV4 ? tos : trafficClass);
    }

    private static int port(MessageReader message, int offset) {
        return message.u8(offset) << 8 | message.u8(offset + 1);
    }

    private static IpAddress address(MessageReader message, int offset, Family family) {
        var bytes = new byte[family.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) message.u8(offset + i);
        }
        var address = IpAddress.of(bytes);
        boolean mapped = family == Family.IPV6 && address.hi() == 0 && address.lo() >>> 32 == 0xffff;
        return mapped ? new IpAddress(Family.IPV4, 0, address.lo() & 0xffffffffL) : address;
    }
}
