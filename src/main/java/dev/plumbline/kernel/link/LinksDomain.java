package dev.plumbline.kernel.link;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.state.Change;
import dev.plumbline.state.Domain;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkChanges.MasterChange;
import dev.plumbline.state.LinkChanges.VrfChange;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Progress;
import dev.plumbline.state.Vrf;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes links. {@link Phase#LINKS}: VRF devices that are made anew go, others come and are changed; then devices leave
 * and enter, and after each the addresses that the kernel dropped are put back with all that they were; then addresses
 * that were lost before. {@link Phase#OLD_LINKS}: VRF devices that nothing is in any more. Ends at the first refusal.
 */
public final class LinksDomain implements Domain<LinkChanges> {

    private final NetlinkSocket socket;
    private final LinkWriter writer;

    /** Over a socket in the namespace to change; whoever else uses it synchronizes on it. */
    public LinksDomain(NetlinkSocket socket) {
        this.socket = socket;
        this.writer = new LinkWriter(socket);
    }

    @Override
    public String name() {
        return "links";
    }

    @Override
    public Class<LinkChanges> changes() {
        return LinkChanges.class;
    }

    private record Step(Change change, Runnable work) {
    }

    @Override
    public Outcome execute(LinkChanges changes, Phase phase, Progress progress) {
        var steps = switch (phase) {
            case LINKS -> make(changes);
            case OLD_LINKS -> changes.vrfs().stream().filter(VrfChange::isGoing)
                    .map(each -> new Step(each.change(), () -> writer.delete(each.before().orElseThrow().name())))
                    .toList();
            default -> List.<Step>of();
        };
        int done = 0;
        for (var step : steps) {
            try {
                step.work().run();
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof NetlinkException refusal) {
                    return new Outcome.Failed(List.of(new Outcome.Failure(step.change(), refusal.errno(),
                            refusal.getMessage())));
                }
                throw e;
            }
            progress.at(++done, steps.size());
        }
        return new Outcome.Done();
    }

    private List<Step> make(LinkChanges changes) {
        var steps = new ArrayList<Step>();
        if (changes.isEmpty()) {
            return steps;
        }
        // Before a VRF device goes, which takes those in it down.
        var kept = keep(changes.masters());
        for (var each : changes.vrfs()) {
            if (!each.isGoing()) {
                steps.add(new Step(each.change(), () -> vrf(each)));
            }
        }
        for (int i = 0; i < changes.masters().size(); i++) {
            var each = changes.masters().get(i);
            var addresses = kept.get(i);
            steps.add(new Step(each.change(), () -> master(each, addresses)));
        }
        changes.addresses().forEach(each -> steps.add(new Step(each.change(),
                () -> {
                    if (each.going()) {
                        takeAway(each.address());
                    } else {
                        putBack(each.address());
                    }
                })));
        return steps;
    }

    private List<List<KeptAddress>> keep(List<MasterChange> masters) {
        synchronized (socket) {
            try {
                var kept = new ArrayList<List<KeptAddress>>();
                for (var each : masters) {
                    kept.add(KeptAddress.of(socket, each.device()));
                }
                return kept;
            } catch (NetlinkException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    private void vrf(VrfChange change) {
        Vrf after = change.after().orElseThrow();
        if (change.isAnew()) {
            writer.delete(after.name());
        }
        if (change.before().isEmpty() || change.isAnew()) {
            writer.vrf(after.name(), after.table());
        }
        writer.alias(after.name(), after.alias());
        if (after.up()) {
            writer.up(after.name());
        } else {
            writer.down(after.name());
        }
    }

    private void master(MasterChange change, List<KeptAddress> kept) {
        if (change.after().isEmpty()) {
            writer.noMaster(change.device());
        } else {
            writer.master(change.device(), change.after());
        }
        kept.forEach(each -> tolerate(Errno.EEXIST, () -> each.putBack(writer)));
        change.addresses().stream().filter(each -> kept.stream().noneMatch(one -> one.isOf(each)))
                .forEach(this::putBack);
    }

    /** As far as plumbline reads addresses: the one in the kernel is gone. */
    private void putBack(LinkAddress address) {
        // Where keep_addr_on_down is set the kernel keeps it by itself.
        tolerate(Errno.EEXIST, () -> writer.address(address));
    }

    private void takeAway(LinkAddress address) {
        tolerate(Errno.EADDRNOTAVAIL, () -> writer.deleteAddress(address.device(), new Prefix(address.local(),
                address.peer().length())));
    }

    private static void tolerate(int errno, Runnable work) {
        try {
            work.run();
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NetlinkException refusal) || refusal.errno() != errno) {
                throw e;
            }
        }
    }
}
