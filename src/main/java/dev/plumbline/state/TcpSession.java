package dev.plumbline.state;

import java.util.Optional;

/**
 * An established TCP connection of this host.
 *
 * @param remote of the same family as {@code local}: {@code ::ffff:} addresses count as IPv4
 * @param device that the socket is bound to; empty for none
 * @param mark {@code SO_MARK}; 0 for none, or where it may not be read (CAP_NET_ADMIN)
 * @param tos of what the host sends; for IPv6 the traffic class
 * @param uid who owns the socket
 */
public record TcpSession(IpAddress local, int localPort, IpAddress remote, int remotePort, String device, long mark,
        int tos, long uid) {

    private static final int IPPROTO_TCP = 6;
    private static final int ECN = 3;

    /** What the host sends in it. */
    public Flow flow() {
        return new Flow(remote, Optional.of(local), mark, "", device, tos & ~ECN, uid, IPPROTO_TCP, localPort,
                remotePort);
    }
}
