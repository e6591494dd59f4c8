package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Many requests in few sends. The kernel carries the requests of a send out one after the other, and goes on behind a
 * refused one; only the last of a send asks for an ack, so no error up to that ack is success. Never more requests
 * a send than the receive queue can hold answers for.
 */
public final class RequestPipeline {

    /** What one queued answer costs of {@code SO_RCVBUF}, rounded up (830 bytes seen). */
    private static final int ANSWER_COST = 1024;
    private static final int LONGEST_MESSAGE = 0x10000 + 1024;

    private final NetlinkSocket socket;
    private final Listener listener;
    private final MessageWriter writer;
    private final int mostRequests;
    private final int mostBytes;
    private long[] tags = new long[1024];
    private int[] starts = new int[1024];
    private int count;
    private int firstSequence;
    private long completed;
    private boolean failed;

    /** Hears what became of requests. */
    public interface Listener {
        /** A request was refused; those behind it in the same send were carried out all the same. */
        void refused(long tag, NetlinkException refusal);

        /** A send is settled; so many requests in all were carried out or refused. */
        default void settled(long requests) {
        }
    }

    /** A pipeline over a socket, which must not be used otherwise until {@link #flush}. */
    public RequestPipeline(NetlinkSocket socket, Listener listener) {
        this(socket, listener, socket.gate().oneByOne() ? 1 : Math.max(1, socket.receiveLimit() / ANSWER_COST));
    }

    RequestPipeline(NetlinkSocket socket, Listener listener, int mostRequests) {
        this.socket = socket;
        this.listener = listener;
        this.mostRequests = mostRequests;
        writer = socket.writer();
        writer.clear();
        mostBytes = Math.max(1, Math.min(NetlinkSocket.SEND_SIZE, socket.sendLimit()) - LONGEST_MESSAGE);
    }

    /**
     * Begins a request; the caller writes header and attributes, then calls {@link #end}.
     *
     * @param tag by which the listener knows it
     */
    public MessageWriter begin(int type, int flags, long tag) {
        int sent = socket.gate().pass(type);
        if (count == tags.length) {
            tags = Arrays.copyOf(tags, count * 2);
            starts = Arrays.copyOf(starts, count * 2);
        }
        int sequence = socket.nextSequence();
        if (count == 0) {
            firstSequence = sequence;
        }
        tags[count] = tag;
        starts[count++] = writer.size();
        return writer.begin(sent, flags, sequence);
    }

    /**
     * Ends the request, and sends if there is enough for a send.
     *
     * @throws NetlinkException {@link Errno#ENOBUFS} if answers were lost: what was carried out is unknown
     */
    public void end() throws NetlinkException {
        writer.end();
        if (writer.size() >= mostBytes || count >= mostRequests) {
            flush();
        }
    }

    /** Whether a request was refused so far. */
    public boolean hasFailed() {
        return failed;
    }

    /**
     * Sends what is left, and waits for all answers.
     *
     * @throws NetlinkException {@link Errno#ENOBUFS} if answers were lost: what was carried out is unknown
     */
    public void flush() throws NetlinkException {
        if (count == 0) {
            return;
        }
        var buffer = writer.buffer();
        int flagsAt = starts[count - 1] + 6;
        buffer.putShort(flagsAt, (short) (buffer.getShort(flagsAt) | Netlink.NLM_F_ACK));
        int requests = count;
        try {
            socket.send(buffer, writer.size());
            drain(buffer);
        } finally {
            count = 0;
            writer.clear();
        }
        completed += requests;
        listener.settled(completed);
    }

    private void drain(ByteBuffer sent) throws NetlinkException {
        var reader = socket.reader();
        int last = firstSequence + count - 1;
        while (true) {
            if (!receive()) {
                continue;
            }
            boolean settled = false;
            while (reader.next()) {
                int request = reader.sequence() - firstSequence;
                if (reader.type() != Netlink.NLMSG_ERROR || reader.portId() != socket.portId()
                        || request < 0 || request >= count) {
                    continue;
                }
                if (ExtendedAck.code(reader) != 0) {
                    failed = true;
                    listener.refused(tags[request],
                            ExtendedAck.ofError(reader, socket.protocol().layout(), sent, starts[request]));
                }
                settled |= reader.sequence() == last;
            }
            if (settled) {
                return;
            }
        }
    }

    private boolean receive() throws NetlinkException {
        try {
            return socket.receive(NetlinkSocket.PATIENCE);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOBUFS) {
                // The kernel was done before send returned, so all answers that will ever come are here.
                socket.notifications(message -> { });
            }
            throw e;
        }
    }
}
