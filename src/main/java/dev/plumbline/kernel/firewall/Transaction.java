package dev.plumbline.kernel.firewall;

import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.netlink.NfnetlinkBatch;
import dev.plumbline.state.Change;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallWords;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Changes as a batch, and which of them each request belongs to. */
final class Transaction {

    private final NfnetlinkBatch batch;
    private final List<Supplier<Change>> changes = new ArrayList<>();
    private int sets;

    private Transaction(NfnetlinkBatch batch) {
        this.batch = batch;
    }

    /** The batch of some changes: at least one. */
    static Transaction of(NetlinkSocket socket, FirewallChanges changes) {
        var transaction = new Transaction(new NfnetlinkBatch(socket, Nfnetlink.NFNL_SUBSYS_NFTABLES));
        for (var table : changes.tables()) {
            var words = new FirewallWords(changes.desired(), table);
            new TableEncoding(transaction, changes.live(), table, words).encode();
        }
        return transaction;
    }

    NfnetlinkBatch batch() {
        return batch;
    }

    /** A set's number in the batch. */
    int nextSet() {
        return ++sets;
    }

    MessageWriter begin(int type, int flags, TableFamily family, Supplier<Change> change) {
        changes.add(change);
        return batch.begin(type, flags, family.number(), changes.size() - 1L);
    }

    /** The change that a request belongs to; the first one for the batch as a whole. */
    Change change(long tag) {
        return changes.get(tag < 0 ? 0 : (int) tag).get();
    }
}
