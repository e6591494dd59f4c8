package dev.plumbline.netlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A few nf_tables requests in one transaction: all are carried out, or none. Every request asks for an ack, so it is
 * for small ones: the acks of all must fit in the receive queue.
 */
public final class NftablesTransaction {

    private final List<Request> requests = new ArrayList<>();

    private record Request(int type, int flags, NetlinkSocket.Request content) {
    }

    /** Adds a request; {@code content} writes header and attributes. */
    public NftablesTransaction add(int type, int flags, NetlinkSocket.Request content) {
        requests.add(new Request(type, flags, content));
        return this;
    }

    /**
     * Carries it out.
     *
     * @throws NetlinkException the first refusal; nothing is done then
     */
    public void commit(NetlinkSocket socket) throws NetlinkException {
        var writer = socket.writer();
        writer.clear();
        int first = bracket(socket, Nftables.NFNL_MSG_BATCH_BEGIN);
        var starts = new int[requests.size() + 1];
        for (int i = 0; i < requests.size(); i++) {
            var request = requests.get(i);
            starts[i + 1] = writer.size();
            writer.begin(request.type(), request.flags() | Netlink.NLM_F_ACK, socket.nextSequence());
            request.content().write(writer);
            writer.end();
        }
        bracket(socket, Nftables.NFNL_MSG_BATCH_END);
        socket.send(writer.buffer(), writer.size());
        var refusal = answers(socket, first, starts);
        if (refusal != null) {
            throw refusal;
        }
    }

    private static int bracket(NetlinkSocket socket, int type) {
        int sequence = socket.nextSequence();
        // The resource is big-endian.
        socket.writer().begin(type, 0, sequence).u8(Nftables.NFPROTO_UNSPEC).u8(0)
                .u8(0).u8(Nftables.NFNL_SUBSYS_NFTABLES).end();
        return sequence;
    }

    /** Each request is answered once, even if another one fails; an error of the bracket itself stands for all. */
    private @Nullable NetlinkException answers(NetlinkSocket socket, int first, int[] starts) throws NetlinkException {
        NetlinkException refusal = null;
        int answered = 0;
        while (answered < requests.size()) {
            if (!socket.receive(NetlinkSocket.PATIENCE)) {
                continue;
            }
            var reader = socket.reader();
            while (reader.next()) {
                int index = reader.sequence() - first;
                if (reader.type() != Netlink.NLMSG_ERROR || reader.portId() != socket.portId() || index < 0
                        || index > requests.size()) {
                    continue;
                }
                if (ExtendedAck.code(reader) != 0 && refusal == null) {
                    refusal = ExtendedAck.ofError(reader, socket.protocol().layout(), socket.writer().buffer(),
                            starts[index]);
                }
                answered += index == 0 ? requests.size() : 1;
            }
        }
        return refusal;
    }
}
