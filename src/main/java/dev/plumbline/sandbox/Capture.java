package dev.plumbline.sandbox;

import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.PacketSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What passes the links: every packet of every peer, of which those with a text of ours count. */
final class Capture implements AutoCloseable {

    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;

    private final Map<String, PacketSocket> sockets = new LinkedHashMap<>();

    /**
     * A text that passed a link.
     *
     * @param fromPeer whether the peer sent it, or received it
     */
    record Sighting(String device, boolean fromPeer, String text) {
    }

    /** Looks at the peer of a link from now on. */
    void add(String device, NetworkNamespace peer) throws NetlinkException {
        sockets.put(device, PacketSocket.open(peer));
    }

    /** What has passed since it was last asked, link by link. */
    List<Sighting> take() throws NetlinkException {
        var sightings = new ArrayList<Sighting>();
        for (var each : sockets.entrySet()) {
            each.getValue().drain((outgoing, packet) -> {
                var text = text(packet);
                if (!text.isEmpty()) {
                    sightings.add(new Sighting(each.getKey(), outgoing, text));
                }
            });
        }
        return sightings;
    }

    /** What a datagram or a segment carries; empty for all else. */
    private static String text(ByteBuffer packet) {
        if (packet.remaining() < 1) {
            return "";
        }
        boolean v6 = packet.get(0) >>> 4 == 6;
        int header = v6 ? IPV6_HEADER : (packet.get(0) & 0xf) * 4;
        if (packet.remaining() < header + UDP_HEADER) {
            return "";
        }
        int protocol = packet.get(v6 ? 6 : 9);
        int payload = switch (protocol) {
            case UDP -> header + UDP_HEADER;
            case TCP -> packet.remaining() <= header + 12 ? Integer.MAX_VALUE
                    : header + (packet.get(header + 12) >>> 4 & 0xf) * 4;
            default -> Integer.MAX_VALUE;
        };
        return payload >= packet.remaining() ? ""
                : StandardCharsets.UTF_8.decode(packet.slice(payload, packet.remaining() - payload)).toString();
    }

    @Override
    public void close() {
        sockets.values().forEach(PacketSocket::close);
    }
}
