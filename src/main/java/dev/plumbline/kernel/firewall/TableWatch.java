package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.netlink.NfnetlinkBatch;
import dev.plumbline.state.firewall.Table;
import java.time.Duration;

/**
 * Says whether somebody changed plumbline's tables since the last look. The generation cannot: it is the namespace's,
 * and every change of anybody's tables moves it on.
 */
final class TableWatch implements AutoCloseable {

    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(1);

    private final NetlinkSocket requests;
    private final NetlinkSocket notifications;
    private boolean joined;
    private boolean touched;
    private long generation;

    /**
     * A watch that begins at the first {@link #look}.
     *
     * @param notifications a socket of its own, which is closed with this
     */
    TableWatch(NetlinkSocket requests, NetlinkSocket notifications) {
        this.requests = requests;
        this.notifications = notifications;
    }

    /**
     * Looks at all that happened up to now.
     *
     * @return whether nobody touched our tables since the look before; false for the first, and after a pause
     */
    boolean look() throws NetlinkException {
        boolean first = !joined;
        if (first) {
            notifications.join(Nfnetlink.NFNLGRP_NFTABLES);
            joined = true;
        }
        generation = current();
        // A transaction shows in the generation before it shows in dumps, and is announced last of all.
        NfnetlinkBatch.barrier(requests, Nfnetlink.NFNL_SUBSYS_NFTABLES);
        return announced() && !first;
    }

    /** The same for what was announced by now alone: a transaction that is being carried out may be missing. */
    boolean glance() throws NetlinkException {
        return joined && announced();
    }

    /** Waits until somebody's transaction is announced; false if that is not to be heard of. */
    boolean await() throws NetlinkException {
        return joined && notifications.await(ANNOUNCEMENT);
    }

    /** The generation of nf_tables up to which the last look, or glance, saw everything. */
    long generation() {
        return generation;
    }

    /** Stops watching until the next look: whoever commits need not hear of it, and the kernel need not tell. */
    void pause() throws NetlinkException {
        if (joined) {
            notifications.leave(Nfnetlink.NFNLGRP_NFTABLES);
            joined = false;
        }
    }

    private long current() throws NetlinkException {
        long[] current = {0};
        requests.request(NFT_MSG_GETGEN, 0, writer -> Nfnetlink.header(writer, 0),
                message -> current[0] = generationOf(message));
        return current[0];
    }

    private static long generationOf(MessageReader message) {
        var attributes = message.attributes(Nfnetlink.HEADER);
        while (attributes.next()) {
            if (attributes.type() == NFTA_GEN_ID) {
                return attributes.u32be();
            }
        }
        return 0;
    }

    private boolean announced() throws NetlinkException {
        touched = false;
        return notifications.notifications(this::take) && !touched;
    }

    private void take(MessageReader message) {
        int type = message.type();
        if (type == NFT_MSG_NEWGEN) {
            long announced = generationOf(message);
            // One from before a pause may be left in the queue. The number wraps at 32 bits.
            generation = (int) (announced - generation) > 0 ? announced : generation;
            return;
        }
        // The first attribute of tables, chains, rules, sets, elements, objects and flow tables is the table's name.
        var attributes = message.attributes(Nfnetlink.HEADER);
        while (attributes.next()) {
            if (attributes.type() == NFTA_TABLE_NAME) {
                touched |= attributes.string().equals(Table.NAME);
                return;
            }
        }
        touched = true;
    }

    @Override
    public void close() {
        notifications.close();
    }
}
