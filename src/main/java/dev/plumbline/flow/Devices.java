package dev.plumbline.flow;

import dev.plumbline.state.Link;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The devices of one snapshot, by name. */
final class Devices {

    /** What rules call the host itself as a place where packets come from ({@code LOOPBACK_IFINDEX}). */
    static final String LOOPBACK = "lo";
    private static final String VRF = "vrf";

    private final Map<String, Link> byName = new HashMap<>();
    private final Map<Integer, Link> byIndex = new HashMap<>();

    Devices(List<Link> links) {
        for (var link : links) {
            byName.put(link.name(), link);
            byIndex.put(link.index(), link);
        }
    }

    boolean exists(String name) {
        return byName.containsKey(name);
    }

    boolean isUp(String name) {
        var link = byName.get(name);
        return link != null && link.isUp();
    }

    boolean isLoopback(String name) {
        var link = byName.get(name);
        return link != null && link.isLoopback();
    }

    /** A VRF's own device, or a port of one. */
    boolean isInVrf(String name) {
        var link = byName.get(name);
        if (link == null) {
            return false;
        }
        var master = link.master().isPresent() ? byIndex.get(link.master().getAsInt()) : null;
        return link.kind().equals(VRF) || master != null && master.kind().equals(VRF);
    }
}
