package dev.plumbline.kernel.route;

import dev.plumbline.kernel.link.LinkReader;
import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.RouteChanges;
import java.io.UncheckedIOException;

/**
 * Writes routes. Within a phase, over all its tables: first what needs no gateway, then what does; each in the order of
 * rows. What is equal in identity stays together and in order: the first is created exclusively, so that a foreign
 * twin shows as a refusal, the others are appended. Groups that are made again go row by row, then come anew. Deletes
 * run from the last row to the first, which is many times faster for adjacent IPv4 prefixes.
 */
public final class RoutesDomain implements Domain<RouteChanges> {

    private final NetlinkSocket socket;

    /** Over a socket in the namespace to change; whoever else uses it synchronizes on it. */
    public RoutesDomain(NetlinkSocket socket) {
        this.socket = socket;
    }

    @Override
    public String name() {
        return "routes";
    }

    @Override
    public Class<RouteChanges> changes() {
        return RouteChanges.class;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A device that does not exist, or a source address that stays tentative, fails before anything is sent. After a
     * refusal the send that it was in is finished, and no more are made.
     */
    @Override
    public Outcome execute(RouteChanges changes, Phase phase, Progress progress) {
        synchronized (socket) {
            try {
                var devices = new Devices(LinkReader.links(socket));
                return new RouteWrites(socket, devices, changes, phase, progress).run();
            } catch (NetlinkException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }
}
