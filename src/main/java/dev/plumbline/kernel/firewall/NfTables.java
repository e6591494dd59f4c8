package dev.plumbline.kernel.firewall;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.Gate;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.netlink.NfnetlinkBatch.Result;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.LiveFirewall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * nf_tables of one namespace: snapshots of plumbline's tables, and transactions. Both need CAP_NET_ADMIN.
 *
 * <p>The generation is the namespace's: others move it on all the time. It guards the moment between a last look at
 * what they changed and the commit; what they changed is known from the kernel's announcements.
 */
public final class NfTables implements AutoCloseable {

    private static final int READ_TRIES = 10;
    private static final int COMMIT_TRIES = 10;
    /** A batch whose announcement costs less than to watch anew if it has to be sent again. */
    private static final int SMALL_BYTES = 64 * 1024;
    private static final int FEW_DELETES = 256;

    private final NetlinkSocket socket;
    private final TableWatch watch;
    private @Nullable LiveFirewall last;

    private NfTables(NetlinkSocket socket, TableWatch watch) {
        this.socket = socket;
        this.watch = watch;
    }

    /**
     * Opens nf_tables of a namespace.
     *
     * @throws NetlinkException if the kernel lacks it, or the namespace may not be entered
     */
    public static NfTables open(NetworkNamespace namespace) throws NetlinkException {
        var socket = NetlinkSocket.open(namespace, Nfnetlink.PROTOCOL);
        try {
            return new NfTables(socket,
                    new TableWatch(socket, NetlinkSocket.open(namespace, Nfnetlink.PROTOCOL)));
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
    }

    /** Puts a gate before every request that changes something. */
    public void gate(Gate gate) {
        socket.gate(gate);
    }

    /**
     * Reads our tables as they were at one moment.
     *
     * @throws UncheckedIOException if they cannot be read, or somebody changed them during each of several reads
     */
    public synchronized LiveFirewall read() {
        try {
            watch.look();
            for (int attempt = 0; attempt < READ_TRIES; attempt++) {
                var read = once();
                if (watch.look() && read != null) {
                    last = read;
                    return read;
                }
            }
        } catch (NetlinkException e) {
            throw new UncheckedIOException("nftables cannot be read: " + e.getMessage(), e);
        }
        throw new UncheckedIOException(new IOException("the nftables of plumbline changed during each of " + READ_TRIES
                + " reads: something writes them without a pause; try again later"));
    }

    /** One pass; null if something went away under it. */
    private @Nullable LiveFirewall once() throws NetlinkException {
        try {
            return new FirewallReader(socket).read();
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    /**
     * Carries changes out in one transaction, if our tables are still what the changes were made from; tables of others
     * may change meanwhile.
     *
     * @return {@link Outcome.Unknown} if ours are not what they were: nothing was done then, and a new plan is due
     * @throws UncheckedIOException if the kernel cannot be reached at all
     */
    public synchronized Outcome commit(FirewallChanges changes, Progress progress) {
        if (changes.isEmpty()) {
            return new Outcome.Done();
        }
        try {
            var transaction = Transaction.of(socket, changes);
            // Each rule that goes with its table is announced, too.
            boolean large = transaction.batch().bytes() > SMALL_BYTES || changes.toDestroy() > FEW_DELETES;
            for (int attempt = 0; attempt < COMMIT_TRIES; attempt++) {
                if (!unchanged(changes.live())) {
                    return new Outcome.Unknown("somebody changed the nftables of plumbline meanwhile");
                }
                // From here on the generation guards.
                if (large) {
                    watch.pause();
                }
                var result = transaction.batch().commit(watch.generation());
                if (!(result instanceof Result.Stale)) {
                    last = null;
                    progress.at(transaction.batch().size(), transaction.batch().size());
                    return outcome(result, transaction);
                }
                if (!watch.await()) {
                    last = null;
                }
            }
            return new Outcome.Failed(List.of(new Outcome.Failure(transaction.change(0), Errno.ERESTART,
                    "others changed nftables between each of " + COMMIT_TRIES + " attempts")));
        } catch (NetlinkException e) {
            throw new UncheckedIOException("nftables cannot be written: " + e.getMessage(), e);
        }
    }

    /** Whether our tables are still what they were, without reading them again if nobody touched them. */
    private boolean unchanged(LiveFirewall made) throws NetlinkException {
        if (last == made && watch.glance()) {
            return true;
        }
        last = null;
        watch.look();
        for (int attempt = 0; attempt < READ_TRIES; attempt++) {
            var read = once();
            if (watch.look() && read != null) {
                boolean same = read.equals(made);
                last = same ? made : read;
                return same;
            }
        }
        return false;
    }

    private static Outcome outcome(Result result, Transaction transaction) {
        return switch (result) {
            case Result.Committed committed -> new Outcome.Done();
            case Result.Refused refused -> {
                var failures = new ArrayList<Outcome.Failure>();
                refused.refusals().forEach(each -> failures.add(new Outcome.Failure(transaction.change(each.tag()),
                        each.cause().errno(), each.cause().getMessage())));
                yield new Outcome.Failed(failures);
            }
            case Result.Stale stale -> throw new IllegalStateException("a stale batch is sent again");
            case Result.Unknown unknown -> new Outcome.Unknown("answers of nftables were lost");
        };
    }

    @Override
    public void close() {
        watch.close();
        socket.close();
    }
}
