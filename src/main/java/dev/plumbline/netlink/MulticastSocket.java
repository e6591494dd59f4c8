package dev.plumbline.netlink;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A netlink socket that listens to multicast groups for a long time. One thread waits and receives; any may call
 * {@link #wake}, {@link #filter} and {@link #listenToAllNamespaces}.
 */
public final class MulticastSocket implements AutoCloseable {

    /** The namespace id of messages of the socket's own namespace. */
    public static final int OWN_NAMESPACE = -1;

    /** Bytes, which the kernel doubles: some 2,500 notifications. What does not fit is said by {@link #receive}. */
    private static final int RECEIVE_BUFFER = 1024 * 1024;
    /** The kernel makes no notification longer than this, but for links with very many virtual functions. */
    private static final int RECEIVE_SIZE = 32 * 1024;
    /** {@code struct msghdr} of 64-bit Linux. */
    private static final int MESSAGE_HEADER = 56;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTOR_LENGTH = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    /** {@code struct cmsghdr}: length, level, type. */
    private static final int CONTROL_HEADER = 16;
    private static final int CONTROL_SIZE = 64;
    private static final int POLL_SIZE = 8;
    /** Messages a {@link #receive}: it comes to an end, however fast others send. */
    private static final int MOST = 10_000;

    private final Descriptor descriptor;
    private final int eventFd;
    private final ByteBuffer polled = Descriptor.direct(2 * POLL_SIZE);
    private final ByteBuffer address = Descriptor.direct(Descriptor.ADDRESS_SIZE);
    private final ByteBuffer vector = Descriptor.direct(16);
    private final ByteBuffer control = Descriptor.direct(CONTROL_SIZE);
    private final ByteBuffer header = Descriptor.direct(MESSAGE_HEADER);
    private ByteBuffer data = Descriptor.direct(RECEIVE_SIZE);
    private final MessageReader reader = new MessageReader(data);
    private boolean closed;

    /** Takes notifications. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * One notification; the reader is valid during the call only.
         *
         * @param namespace where it happened: {@link #OWN_NAMESPACE}, or the number that the socket's namespace knows
         *     the other one by ({@link NamespaceNumbers})
         */
        void message(int namespace, MessageReader message);
    }

    private MulticastSocket(Descriptor descriptor, int eventFd) {
        this.descriptor = descriptor;
        this.eventFd = eventFd;
    }

    /**
     * Opens a socket in a namespace, which it keeps alive, and joins groups.
     *
     * @param groups {@code RTNLGRP_*}
     * @throws NetlinkException if the namespace cannot be entered
     */
    public static MulticastSocket open(NetworkNamespace namespace, NetlinkProtocol protocol, int... groups)
            throws NetlinkException {
        var descriptor = Descriptor.open(namespace, protocol);
        int event = -1;
        try {
            descriptor.buffer(Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, RECEIVE_BUFFER);
            descriptor.bind();
            event = Libc.check("cannot make an event descriptor", () -> Libc.c().eventfd(0, Libc.EFD_FLAGS));
            for (int group : groups) {
                descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_ADD_MEMBERSHIP, group);
            }
            return new MulticastSocket(descriptor, event);
        } catch (NetlinkException e) {
            descriptor.close();
            if (event >= 0) {
                Libc.c().close(event);
            }
            throw e;
        }
    }

    /**
     * Whether to hear of every namespace that has a number in this one too ({@code NETLINK_LISTEN_ALL_NSID}).
     *
     * @throws NetlinkException {@link Errno#EPERM} without CAP_NET_BROADCAST
     */
    public void listenToAllNamespaces(boolean all) throws NetlinkException {
        descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_LISTEN_ALL_NSID, all ? 1 : 0);
    }

    /** Drops in the kernel what the program drops. It replaces the one before at once: no message passes unseen. */
    public void filter(SocketFilter filter) throws NetlinkException {
        var instructions = filter.encoded();
        var program = Descriptor.direct(16).putShort(0, (short) filter.length())
                .putLong(8, Libc.c().address(instructions));
        try {
            Libc.check("cannot attach a filter of " + filter.length() + " instructions",
                    () -> Libc.c().setsockopt(descriptor.fd(), Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, program, 16));
        } finally {
            Reference.reachabilityFence(instructions);
        }
    }

    /** Waits for a notification without end: true when one is there, false when {@link #wake} was called. */
    public boolean await() throws NetlinkException {
        descriptorToPoll(0, eventFd);
        descriptorToPoll(POLL_SIZE, descriptor.fd());
        Libc.check("cannot wait for notifications", () -> Libc.c().poll(polled, 2, -1));
        return !woken();
    }

    /** Waits, whatever arrives: true after that time, false when {@link #wake} was called. */
    public boolean pause(Duration time) throws NetlinkException {
        descriptorToPoll(0, eventFd);
        Libc.check("cannot wait", () -> Libc.c().poll(polled, 1, (int) time.toMillis()));
        return !woken();
    }

    private void descriptorToPoll(int at, int fd) {
        polled.putInt(at, fd).putShort(at + 4, Libc.POLLIN).putShort(at + 6, (short) 0);
    }

    /** Whether somebody woke this, who is heard with that. */
    private boolean woken() {
        if (polled.getShort(6) == 0) {
            return false;
        }
        var count = Descriptor.direct(8);
        Libc.c().read(eventFd, count, 8);
        return true;
    }

    /** Ends the {@link #await} or {@link #pause} of now, or the next. */
    public synchronized void wake() {
        if (!closed) {
            var one = Descriptor.direct(8).putLong(0, 1);
            Libc.c().write(eventFd, one, 8);
        }
    }

    /**
     * Takes the notifications that have arrived, without waiting.
     *
     * @return false if some were lost: then anything may have changed
     */
    public boolean receive(Visitor visitor) throws NetlinkException {
        boolean complete = true;
        for (int i = 0; i < MOST; i++) {
            prepare();
            long length = Libc.retry(() -> Libc.c().recvmsg(descriptor.fd(), header, Libc.MSG_DONTWAIT));
            if (length < 0) {
                int errno = Libc.errno();
                if (errno == Errno.EAGAIN) {
                    return complete;
                }
                if (errno != Errno.ENOBUFS) {
                    throw new NetlinkException("cannot receive notifications", errno);
                }
                complete = false;
            } else if ((header.getInt(FLAGS) & Libc.MSG_TRUNC) != 0) {
                data = Descriptor.direct(data.capacity() * 2);
                complete = false;
            } else if (address.getInt(4) == 0) {
                // Any process may send to this socket: only port 0 is the kernel.
                int namespace = namespace();
                reader.reset(data, 0, (int) length);
                while (reader.next()) {
                    visitor.message(namespace, reader);
                }
            }
        }
        return complete;
    }

    private void prepare() {
        vector.putLong(0, Libc.c().address(data)).putLong(8, data.capacity());
        header.putLong(NAME, Libc.c().address(address)).putInt(NAME_LENGTH, Descriptor.ADDRESS_SIZE)
                .putLong(VECTOR, Libc.c().address(vector)).putLong(VECTOR_LENGTH, 1)
                .putLong(CONTROL, Libc.c().address(control)).putLong(CONTROL_LENGTH, CONTROL_SIZE)
                .putInt(FLAGS, 0);
    }

    /** Of the ancillary data; the kernel adds none where it happened in the socket's own namespace. */
    private int namespace() {
        long length = header.getLong(CONTROL_LENGTH);
        for (int at = 0; at + CONTROL_HEADER + 4 <= length;) {
            long one = control.getLong(at);
            if (control.getInt(at + 8) == Netlink.SOL_NETLINK
                    && control.getInt(at + 12) == Netlink.NETLINK_LISTEN_ALL_NSID) {
                return control.getInt(at + CONTROL_HEADER);
            }
            at += (int) Math.max(CONTROL_HEADER, one + 7 & ~7L);
        }
        return OWN_NAMESPACE;
    }

    /** Not while another thread waits or receives: {@link #wake} it first. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            descriptor.close();
            Libc.c().close(eventFd);
        }
    }
}
