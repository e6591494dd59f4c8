package dev.plumbline.netlink;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Requests that an nfnetlink subsystem carries out as one transaction: all of them or none. They go in one send, and
 * the kernel is done with them when that returns. A batch may be {@linkplain #commit committed} again after the
 * subsystem refused its generation.
 */
public final class NfnetlinkBatch {

    private static final int GENERATION_AT = Netlink.HEADER + Nfnetlink.HEADER + 4;

    private final NetlinkSocket socket;
    private final MessageWriter writer;
    private final int subsystem;
    private final int firstSequence;
    private long[] tags = new long[1024];
    private int[] starts = new int[1024];
    private int count;
    private boolean ended;

    /** What the kernel made of a batch. */
    public sealed interface Result {

        /** All requests were carried out. */
        record Committed() implements Result {
        }

        /** The generation is not the subsystem's any more: nothing was done. */
        record Stale() implements Result {
        }

        /** Nothing was done, because of these requests. */
        record Refused(List<Refusal> refusals) implements Result {
            public Refused {
                refusals = List.copyOf(refusals);
            }
        }

        /** Answers were lost: what was done is known only by reading again. */
        record Unknown() implements Result {
        }
    }

    /**
     * One request that was refused.
     *
     * @param tag of the request; -1 for the batch as a whole
     */
    public record Refusal(long tag, NetlinkException cause) {
    }

    /**
     * An empty batch.
     *
     * @param subsystem {@code NFNL_SUBSYS_*}
     */
    public NfnetlinkBatch(NetlinkSocket socket, int subsystem) {
        this(socket, subsystem, NetlinkSocket.SEND_SIZE);
        bracket(Nfnetlink.NFNL_MSG_BATCH_BEGIN, firstSequence).u32be(Nfnetlink.NFNL_BATCH_GENID, 0).end();
    }

    private NfnetlinkBatch(NetlinkSocket socket, int subsystem, int capacity) {
        this.socket = socket;
        this.subsystem = subsystem;
        writer = new MessageWriter(capacity);
        firstSequence = socket.nextSequence();
    }

    /**
     * Waits until every transaction of others that has begun is over and announced: the subsystem does one at a time,
     * and this is one without requests.
     */
    public static void barrier(NetlinkSocket socket, int subsystem) throws NetlinkException {
        var empty = new NfnetlinkBatch(socket, subsystem, 64);
        empty.bracket(Nfnetlink.NFNL_MSG_BATCH_BEGIN, socket.nextSequence()).end();
        empty.bracket(Nfnetlink.NFNL_MSG_BATCH_END, socket.nextSequence()).end();
        socket.send(empty.writer.buffer(), empty.writer.size());
    }

    private MessageWriter bracket(int type, int sequence) {
        // The resource id, which says whose batch it is, is in network order.
        return writer.begin(type, 0, sequence).u8(0).u8(0).u8(subsystem >>> 8).u8(subsystem);
    }

    /**
     * Begins a request; the caller writes attributes, then calls {@link #end}.
     *
     * @param type with the subsystem in its high byte
     * @param tag by which a refusal names it; 0 or more
     */
    public MessageWriter begin(int type, int flags, int family, long tag) {
        int sent = socket.gate().pass(type);
        if (count == tags.length) {
            tags = Arrays.copyOf(tags, count * 2);
            starts = Arrays.copyOf(starts, count * 2);
        }
        tags[count] = tag;
        starts[count++] = writer.size();
        return Nfnetlink.header(writer.begin(sent, flags, socket.nextSequence()), family);
    }

    /** Ends the request. */
    public void end() {
        writer.end();
    }

    /** Requests so far, without the brackets. */
    public int size() {
        return count;
    }

    /** Bytes so far. */
    public int bytes() {
        return writer.size();
    }

    /**
     * Sends all, and says what became of it.
     *
     * @param generation of the subsystem, to which the batch is bound
     * @throws NetlinkException {@link Errno#EMSGSIZE} if it is longer than this process may send at once
     */
    public Result commit(long generation) throws NetlinkException {
        if (count == 0) {
            return new Result.Committed();
        }
        var buffer = writer.buffer();
        if (!ended) {
            // One ack says that all is well; one each would overflow the queue of answers.
            int flagsAt = starts[count - 1] + 6;
            buffer.putShort(flagsAt, (short) (buffer.getShort(flagsAt) | Netlink.NLM_F_ACK));
            bracket(Nfnetlink.NFNL_MSG_BATCH_END, socket.nextSequence()).end();
            buffer = writer.buffer();
            ended = true;
        }
        boolean bigEndian = buffer.order() == ByteOrder.BIG_ENDIAN;
        buffer.putInt(GENERATION_AT, bigEndian ? (int) generation : Integer.reverseBytes((int) generation));
        socket.allowSend(writer.size());
        socket.send(buffer, writer.size());
        return new Answers().taken();
    }

    /** What came back. The kernel queued all of it before the send returned. */
    private final class Answers {
        private final List<Refusal> refusals = new ArrayList<>();
        private boolean acknowledged;
        private boolean stale;

        Result taken() throws NetlinkException {
            boolean complete = socket.notifications(this::take);
            if (stale) {
                return new Result.Stale();
            }
            if (!refusals.isEmpty()) {
                return new Result.Refused(refusals);
            }
            return complete && acknowledged ? new Result.Committed() : new Result.Unknown();
        }

        private void take(MessageReader answer) {
            int request = answer.sequence() - firstSequence - 1;
            if (answer.type() != Netlink.NLMSG_ERROR || answer.portId() != socket.portId() || request < -1
                    || request > count) {
                return;
            }
            int code = ExtendedAck.code(answer);
            if (code == 0) {
                acknowledged |= request == count - 1;
            } else if (request == -1 && code == -Errno.ERESTART) {
                stale = true;
            } else {
                boolean own = request >= 0 && request < count;
                refusals.add(new Refusal(own ? tags[request] : -1, ExtendedAck.ofError(answer,
                        socket.protocol().layout(), writer.buffer(), own ? starts[request] : -1)));
            }
        }
    }
}
