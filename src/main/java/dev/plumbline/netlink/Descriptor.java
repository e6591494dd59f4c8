package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What every netlink socket needs of the system: its descriptor, options and address. */
record Descriptor(int fd) {

    /** {@code struct sockaddr_nl}. */
    static final int ADDRESS_SIZE = 12;

    static Descriptor open(NetworkNamespace namespace, NetlinkProtocol protocol) throws NetlinkException {
        return new Descriptor(namespace.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol.number()));
    }

    void option(int level, int option, int number) throws NetlinkException {
        var value = direct(4).putInt(0, number);
        Libc.check("cannot set socket option " + option, () -> Libc.c().setsockopt(fd, level, option, value, 4));
    }

    /** Sets a buffer's size past the system's limit if that is allowed, else up to it; returns what it is then. */
    int buffer(int forced, int plain, int size) throws NetlinkException {
        var value = direct(4).putInt(0, size);
        if (Libc.c().setsockopt(fd, Libc.SOL_SOCKET, forced, value, 4) < 0) {
            option(Libc.SOL_SOCKET, plain, size);
        }
        var length = direct(4).putInt(0, 4);
        Libc.check("cannot read a socket option",
                () -> Libc.c().getsockopt(fd, Libc.SOL_SOCKET, plain, value, length));
        return value.getInt(0);
    }

    /** Gives the socket a port id of the kernel's choice, and returns it. */
    int bind() throws NetlinkException {
        var address = direct(ADDRESS_SIZE).putShort(0, (short) Libc.AF_NETLINK);
        Libc.check("cannot bind a netlink socket", () -> Libc.c().bind(fd, address, ADDRESS_SIZE));
        var size = direct(4).putInt(0, ADDRESS_SIZE);
        Libc.check("cannot learn the netlink port", () -> Libc.c().getsockname(fd, address, size));
        return address.getInt(4);
    }

    /** Binds it again, to the multicast groups of these bits: {@code netlink_bind} sets all of them at once. */
    void groups(int portId, int groups) throws NetlinkException {
        var address = direct(ADDRESS_SIZE).putShort(0, (short) Libc.AF_NETLINK).putInt(4, portId).putInt(8, groups);
        Libc.check("cannot choose multicast groups", () -> Libc.c().bind(fd, address, ADDRESS_SIZE));
    }

    void close() {
        Libc.c().close(fd);
    }

    static ByteBuffer direct(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }
}
