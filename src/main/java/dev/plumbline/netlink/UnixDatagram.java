package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Datagrams to a Unix domain socket, which Java has streams for only ({@code man 7 unix}). */
public final class UnixDatagram {

    /** {@code sun_path} behind {@code sun_family}. */
    private static final int PATH = 2;
    private static final int LONGEST_PATH = 108;
    private static final int PATIENCE_SECONDS = 5;

    private UnixDatagram() {
    }

    /**
     * Sends one datagram.
     *
     * @param to the socket's path; with {@code @} in front: its name in the abstract namespace
     * @throws NetlinkException if nobody receives there, or the receiver's queue stays full for 5 s
     */
    public static void send(String to, String text) throws NetlinkException {
        var data = text.getBytes(StandardCharsets.UTF_8);
        var buffer = ByteBuffer.allocateDirect(data.length).put(data).flip();
        var address = address(to);
        var patience = Descriptor.direct(16).putLong(0, PATIENCE_SECONDS);
        int fd = Libc.check("cannot open a socket",
                () -> Libc.c().socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0));
        try {
            Libc.check("cannot set a time-out",
                    () -> Libc.c().setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, patience, patience.capacity()));
            Libc.check("cannot reach " + to, () -> Libc.c().connect(fd, address, address.capacity()));
            if (Libc.retry(() -> Libc.c().send(fd, buffer, data.length, 0)) < 0) {
                throw new NetlinkException("cannot send to " + to, Libc.errno());
            }
        } finally {
            Libc.c().close(fd);
        }
    }

    /** {@code struct sockaddr_un}, as long as the name wants: an abstract one has no end of its own. */
    private static ByteBuffer address(String to) throws NetlinkException {
        boolean isAbstract = to.startsWith("@");
        var path = to.getBytes(StandardCharsets.UTF_8);
        if (path.length >= LONGEST_PATH || path.length < 2) {
            throw new NetlinkException("not the path of a socket: " + to, Errno.EINVAL);
        }
        if (isAbstract) {
            path[0] = 0;
        }
        return Descriptor.direct(PATH + path.length + (isAbstract ? 0 : 1)).putShort(0, (short) Libc.AF_UNIX)
                .put(PATH, path);
    }
}
