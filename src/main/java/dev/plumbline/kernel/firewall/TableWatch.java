package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.netlink.NfnetlinkBatch;
import dev.plumbline.state.firewall.Table;

/**
 * Says whether somebody changed plumbline's tables since the last look. The generation cannot: it is the namespace's,
 * and every change of anybody's tables moves it on.
 */
final class TableWatch implements AutoCloseable {

    private final NetlinkSocket requests;
    private final NetlinkSocket notifications;
    private boolean joined;
    private boolean touched;

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
        // A transaction shows in the generation before it shows in dumps, and is announced last of all.
        NfnetlinkBatch.barrier(requests, Nfnetlink.NFNL_SUBSYS_NFTABLES);
        touched = first;
        boolean complete = notifications.notifications(this::take);
        return complete && !touched;
    }

    /** Stops watching until the next look: whoever commits need not hear of it, and the kernel need not tell. */
    void pause() throws NetlinkException {
        if (joined) {
            notifications.leave(Nfnetlink.NFNLGRP_NFTABLES);
            joined = false;
        }
    }

    private void take(MessageReader message) {
        int type = message.type();
        if (type == NFT_MSG_NEWGEN || type >>> 8 != Nfnetlink.NFNL_SUBSYS_NFTABLES) {
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
