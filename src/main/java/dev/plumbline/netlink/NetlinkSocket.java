package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket in one network namespace: dumps, single requests, and (by {@link RequestPipeline}) batches.
 * It belongs to its namespace for ever, whichever thread uses it; one thread at a time may.
 */
public final class NetlinkSocket implements AutoCloseable {

    /** How long an answer may take. The kernel works inside {@code send}, so any wait is out of the ordinary. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Bytes a send: longer ones are no faster, and this bounds the queue of answers. */
    static final int SEND_SIZE = 256 * 1024;
    /** Of sockets at rest, for others: nothing but a garbage collection, which may be far, frees such memory. */
    private static final Queue<ByteBuffer> SPARE = new ConcurrentLinkedQueue<>();
    private static final int MOST_SPARE = 64;
    private static final ByteBuffer NONE = direct(0);
    /** Most sockets ask for a few things: those of a thousand namespaces must not cost what a large apply needs. */
    private static final int FIRST_SEND_SIZE = 4 * 1024;
    private static final int RECEIVE_SIZE = 64 * 1024;
    private static final int SEND_BUFFER = 1024 * 1024;
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;
    private static final int DUMP_RESTARTS = 8;

    private final Descriptor descriptor;
    private final int fd;
    private final int portId;
    private final NetlinkProtocol protocol;
    private int sendLimit;
    private final int receiveLimit;
    private final MessageWriter writer = new MessageWriter(FIRST_SEND_SIZE);
    private final ByteBuffer address = direct(Descriptor.ADDRESS_SIZE);
    private final ByteBuffer addressSize = direct(4);
    private final ByteBuffer pollDescriptor = direct(8);
    private ByteBuffer received = NONE;
    private final MessageReader reader = new MessageReader(received);
    private int sequence;
    private boolean closed;
    private Gate gate = Gate.OPEN;

    /** Writes the family's header and attributes of a request. */
    @FunctionalInterface
    public interface Request {
        void write(MessageWriter writer);
    }

    /** Takes the objects of a dump. */
    @FunctionalInterface
    public interface Visitor {
        /** One object. The reader is valid during the call only. */
        void message(MessageReader message);

        /** The dump begins, or begins again because an answer was longer than the buffer: forget what came before. */
        default void begin() {
        }
    }

    /**
     * How a dump went.
     *
     * @param interrupted the kernel says that the objects changed meanwhile ({@code NLM_F_DUMP_INTR}). Routes and rules
     *     never say so
     * @param datagrams how many brought objects: what came in one datagram was read at one moment
     */
    public record Dump(boolean interrupted, int datagrams) {
    }

    private NetlinkSocket(Descriptor descriptor, NetlinkProtocol protocol, int receiveBuffer) throws NetlinkException {
        this.descriptor = descriptor;
        this.fd = descriptor.fd();
        this.protocol = protocol;
        descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_CAP_ACK, 1);
        descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_EXT_ACK, 1);
        if (protocol.strictChecking()) {
            descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_GET_STRICT_CHK, 1);
        }
        // The kernel leaves room for its bookkeeping: netlink_sendmsg refuses more than the buffer - 32.
        sendLimit = descriptor.buffer(Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, SEND_BUFFER) - 32;
        receiveLimit = descriptor.buffer(Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, receiveBuffer);
        portId = descriptor.bind();
    }

    /**
     * Opens a socket in a namespace.
     *
     * @throws NetlinkException if the namespace cannot be entered, or the kernel lacks the protocol
     */
    public static NetlinkSocket open(NetworkNamespace namespace, NetlinkProtocol protocol) throws NetlinkException {
        return open(namespace, protocol, RECEIVE_BUFFER);
    }

    /** The same with a receive buffer of so many bytes, which the kernel doubles. */
    static NetlinkSocket open(NetworkNamespace namespace, NetlinkProtocol protocol, int receiveBuffer)
            throws NetlinkException {
        var descriptor = Descriptor.open(namespace, protocol);
        try {
            return new NetlinkSocket(descriptor, protocol, receiveBuffer);
        } catch (NetlinkException e) {
            descriptor.close();
            throw e;
        }
    }

    /** Puts a gate before the requests of pipelines that are made over this socket from now on. */
    public void gate(Gate other) {
        gate = other;
    }

    Gate gate() {
        return gate;
    }

    /** The number by which the kernel knows this socket ({@code nl_pid}). */
    public int portId() {
        return portId;
    }

    /** {@code SO_NETNS_COOKIE}: which network namespace this is; never used twice within a boot. */
    public long namespaceCookie() throws NetlinkException {
        var value = direct(8);
        var size = direct(4).putInt(0, 8);
        Libc.check("cannot read the namespace's cookie",
                () -> Libc.c().getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_NETNS_COOKIE, value, size));
        return value.getLong(0);
    }

    /**
     * Lists objects.
     *
     * @param type {@code RTM_GETROUTE} and the like
     * @throws NetlinkException if the kernel refuses, at the start or inside {@code NLMSG_DONE}
     * @throws MalformedMessageException if an answer cannot be read
     */
    public Dump dump(int type, Request request, Visitor visitor) throws NetlinkException {
        for (int attempt = 0; attempt < DUMP_RESTARTS; attempt++) {
            visitor.begin();
            int expected = send(type, Netlink.NLM_F_DUMP, request);
            var state = new DumpState(expected, visitor);
            while (!state.done) {
                state.take();
            }
            if (state.failure != null) {
                throw state.failure;
            }
            if (state.error != null) {
                throw state.error;
            }
            if (!state.truncated) {
                return new Dump(state.interrupted, state.datagrams);
            }
        }
        throw new NetlinkException("answers kept growing", Errno.EMSGSIZE);
    }

    /** One dump's way to its end. After a failure it goes on to the end, so that the socket can be used again. */
    private final class DumpState {
        private final int expected;
        private final Visitor visitor;
        private boolean done;
        private boolean truncated;
        private boolean interrupted;
        private int datagrams;
        private @Nullable RuntimeException failure;
        private @Nullable NetlinkException error;

        DumpState(int expected, Visitor visitor) {
            this.expected = expected;
            this.visitor = visitor;
        }

        void take() throws NetlinkException {
            if (!receive(PATIENCE)) {
                truncated = true;
                return;
            }
            boolean objects = false;
            while (!done && reader.next()) {
                if (reader.sequence() != expected || reader.portId() != portId) {
                    continue;
                }
                interrupted |= (reader.flags() & Netlink.NLM_F_DUMP_INTR) != 0;
                switch (reader.type()) {
                    case Netlink.NLMSG_NOOP -> { }
                    case Netlink.NLMSG_ERROR -> {
                        done = true;
                        error = ExtendedAck.code(reader) == 0 ? null
                                : ExtendedAck.ofError(reader, protocol.layout(), writer.buffer(), 0);
                    }
                    case Netlink.NLMSG_DONE -> {
                        done = true;
                        error = reader.payloadLength() < 4 || ExtendedAck.code(reader) >= 0 ? null
                                : ExtendedAck.ofDone(reader, protocol.layout(), writer.buffer(), 0);
                    }
                    default -> {
                        objects = true;
                        visit();
                    }
                }
            }
            datagrams += objects ? 1 : 0;
        }

        private void visit() {
            if (failure != null || truncated) {
                return;
            }
            try {
                visitor.message(reader);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
    }

    /**
     * One request, carried out when this returns.
     *
     * @param flags {@code NLM_F_CREATE} and the like; {@code NLM_F_ACK} is added
     * @param visitor takes objects that come before the ack
     * @throws NetlinkException if the kernel refuses
     */
    public void request(int type, int flags, Request request, Visitor visitor) throws NetlinkException {
        int expected = send(type, flags | Netlink.NLM_F_ACK, request);
        while (true) {
            if (!receive(PATIENCE)) {
                throw new NetlinkException("an answer is longer than the buffer", Errno.EMSGSIZE);
            }
            while (reader.next()) {
                if (reader.sequence() != expected || reader.portId() != portId) {
                    continue;
                }
                if (reader.type() == Netlink.NLMSG_ERROR) {
                    if (ExtendedAck.code(reader) != 0) {
                        throw ExtendedAck.ofError(reader, protocol.layout(), writer.buffer(), 0);
                    }
                    return;
                }
                visitor.message(reader);
            }
        }
    }

    /** One request without an object in the answer. */
    public void request(int type, int flags, Request request) throws NetlinkException {
        request(type, flags, request, message -> { });
    }

    private int send(int type, int flags, Request request) throws NetlinkException {
        int number = nextSequence();
        writer.clear();
        writer.begin(type, flags, number);
        request.write(writer);
        writer.end();
        send(writer.buffer(), writer.size());
        return number;
    }

    void send(ByteBuffer data, int length) throws NetlinkException {
        var whole = data.duplicate().position(0);
        long sent = Libc.retry(() -> Libc.c().send(fd, whole, length, 0));
        if (sent < 0) {
            throw new NetlinkException("cannot send to the kernel", Libc.errno());
        }
    }

    /**
     * Receives one datagram of the kernel into the reader.
     *
     * @return false if it was longer than the buffer, which has grown since: the datagram is lost
     * @throws NetlinkException {@link Errno#ENOBUFS} if earlier ones were lost, {@link Errno#ETIMEDOUT}
     */
    boolean receive(Duration patience) throws NetlinkException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            int length = receiveNow();
            if (length > received.capacity()) {
                received = direct(Netlink.align(length) * 2);
                return false;
            }
            if (length >= 0) {
                reader.reset(received, 0, length);
                return true;
            }
            await(deadline);
        }
    }

    /** The length of a datagram of the kernel, which may exceed the buffer; -1 if none is there. */
    private int receiveNow() throws NetlinkException {
        if (received == NONE) {
            received = spare();
        }
        while (true) {
            addressSize.putInt(0, Descriptor.ADDRESS_SIZE);
            long length = Libc.retry(() -> Libc.c().recvfrom(fd, received, received.capacity(),
                    Libc.MSG_DONTWAIT | Libc.MSG_TRUNC, address, addressSize));
            if (length < 0) {
                int errno = Libc.errno();
                if (errno == Errno.EAGAIN) {
                    return -1;
                }
                throw new NetlinkException("cannot receive from the kernel", errno);
            }
            // Any process may send to this socket: only port 0 is the kernel.
            if (address.getInt(4) == 0) {
                return (int) length;
            }
        }
    }

    private void await(long deadline) throws NetlinkException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new NetlinkException("the kernel did not answer", Errno.ETIMEDOUT);
        }
        pollDescriptor.putInt(0, fd).putShort(4, Libc.POLLIN).putShort(6, (short) 0);
        Libc.check("cannot wait for the kernel",
                () -> Libc.c().poll(pollDescriptor, 1, (int) Math.min(left, 60_000)));
    }

    /**
     * Joins these multicast groups and leaves all others, in one step.
     *
     * @param groups numbers from 1 to 32
     */
    public void listen(int... groups) throws NetlinkException {
        int bits = 0;
        for (int group : groups) {
            if (group < 1 || group > Integer.SIZE) {
                throw new IllegalArgumentException("a group from 1 to 32: " + group);
            }
            bits |= 1 << group - 1;
        }
        descriptor.groups(portId, bits);
    }

    /** Joins a multicast group ({@code RTNLGRP_*}): its notifications arrive from now on. */
    public void join(int group) throws NetlinkException {
        descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_ADD_MEMBERSHIP, group);
    }

    /** Leaves a multicast group. */
    public void leave(int group) throws NetlinkException {
        descriptor.option(Netlink.SOL_NETLINK, Netlink.NETLINK_DROP_MEMBERSHIP, group);
    }

    /**
     * Takes all notifications that have arrived, without waiting.
     *
     * @return false if some were lost, because the buffer ran over or was too short for one
     */
    public boolean notifications(Consumer<MessageReader> consumer) throws NetlinkException {
        boolean complete = true;
        while (true) {
            try {
                int length = receiveNow();
                if (length < 0) {
                    return complete;
                }
                if (length > received.capacity()) {
                    received = direct(Netlink.align(length) * 2);
                    complete = false;
                    continue;
                }
                reader.reset(received, 0, length);
                while (reader.next()) {
                    consumer.accept(reader);
                }
            } catch (NetlinkException e) {
                if (e.errno() != Errno.ENOBUFS) {
                    throw e;
                }
                complete = false;
            }
        }
    }

    /** Waits until a notification or an answer is there; false if none came in time. */
    public boolean await(Duration patience) throws NetlinkException {
        pollDescriptor.putInt(0, fd).putShort(4, Libc.POLLIN).putShort(6, (short) 0);
        return Libc.check("cannot wait for the kernel",
                () -> Libc.c().poll(pollDescriptor, 1, (int) Math.min(patience.toMillis(), Integer.MAX_VALUE))) > 0;
    }

    MessageReader reader() {
        return reader;
    }

    MessageWriter writer() {
        return writer;
    }

    NetlinkProtocol protocol() {
        return protocol;
    }

    int nextSequence() {
        return ++sequence;
    }

    /** The longest send that the kernel takes. */
    int sendLimit() {
        return sendLimit;
    }

    /**
     * Sees to it that the kernel takes a send of so many bytes: what cannot be cut into several.
     *
     * @throws NetlinkException {@link Errno#EMSGSIZE} if this process may not have so long a buffer
     */
    void allowSend(int bytes) throws NetlinkException {
        if (bytes > sendLimit) {
            // The kernel doubles what it is asked for.
            sendLimit = descriptor.buffer(Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, bytes / 2 + 4096) - 32;
        }
        if (bytes > sendLimit) {
            throw new NetlinkException("cannot send " + bytes + " bytes at once", Errno.EMSGSIZE);
        }
    }

    /** {@code SO_RCVBUF} as the kernel counts it. */
    int receiveLimit() {
        return receiveLimit;
    }

    private static ByteBuffer direct(int size) {
        return Descriptor.direct(size);
    }

    /**
     * Gives back the memory for answers until there is another: of a thousand sockets that are held open, few are at
     * work. What a reader has shown is gone.
     */
    public void rest() {
        if (received.capacity() == RECEIVE_SIZE && SPARE.size() < MOST_SPARE) {
            SPARE.add(received);
        }
        received = NONE;
    }

    private static ByteBuffer spare() {
        var spare = SPARE.poll();
        return spare == null ? direct(RECEIVE_SIZE) : spare.clear();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            descriptor.close();
            rest();
        }
    }
}
