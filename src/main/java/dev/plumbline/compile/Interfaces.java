package dev.plumbline.compile;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The devices and addresses of a namespace, by name. */
final class Interfaces {

    private final Map<String, Link> links = new LinkedHashMap<>();
    private final List<LinkAddress> addresses;
    private final Set<String> everSeen;
    private final boolean attended;

    /**
     * @param everSeen devices that this namespace is known to have had
     * @param attended a person waits: a name that was never seen is an error
     */
    Interfaces(NamespaceState live, Set<String> everSeen, boolean attended) {
        live.links().forEach(link -> links.put(link.name(), link));
        this.addresses = live.addresses();
        this.everSeen = everSeen;
        this.attended = attended;
    }

    Optional<Link> link(String device) {
        return Optional.ofNullable(links.get(device));
    }

    boolean isAttended() {
        return attended;
    }

    /** All devices seen so far, those of now included. */
    Set<String> devices() {
        var all = new TreeSet<>(everSeen);
        all.addAll(links.keySet());
        return all;
    }

    /** Why nothing can be routed over the device now. */
    Optional<Obstacle> obstacle(String device, boolean optional) {
        var link = link(device);
        if (link.isPresent()) {
            return link.get().isUp() ? Optional.empty()
                    : Optional.of(new Obstacle(Obstacle.DEVICE, "device " + device + " is down"));
        }
        if (optional || !attended || everSeen.contains(device)) {
            return Optional.of(new Obstacle(Obstacle.DEVICE, "device " + device + " is not there now"));
        }
        var hint = NearestName.hint(device, devices());
        return Optional.of(Obstacle.error("this host never had a device " + device + (hint.isEmpty() ? "." : hint)
                + " Say `optional: true` if it comes later"));
    }

    /** The device's addresses in the kernel's order, without those that another host has too. */
    List<LinkAddress> addresses(String device, Family family) {
        return addresses.stream().filter(each -> each.device().equals(device)
                && each.local().family() == family && !each.isFailed()).toList();
    }

    /** The address on this device, whatever its state. */
    Optional<LinkAddress> address(String device, IpAddress address) {
        return addresses.stream()
                .filter(each -> each.device().equals(device) && each.local().equals(address)).findFirst();
    }

    /** The device's addresses that a source can be now. */
    List<LinkAddress> usable(String device) {
        return addresses.stream().filter(each -> each.device().equals(device) && each.isUsable()).toList();
    }

    /** Global addresses whose duplicate address detection still runs. */
    List<LinkAddress> tentative(String device) {
        return addresses.stream().filter(each -> each.device().equals(device) && each.scope() == 0
                && each.isTentative() && !each.isFailed()).toList();
    }

    boolean isOwn(IpAddress address) {
        return address.isLoopback() || addresses.stream().anyMatch(each -> each.local().equals(address));
    }

    /** Whether the kernel takes the address as a source: it is here, and no duplicate detection runs or failed. */
    boolean canBeSource(IpAddress address) {
        return address.isLoopback() || addresses.stream().anyMatch(each ->
                each.local().equals(address) && !each.isTentative() && !each.isFailed());
    }

    /** An address of the device has this one in its network. */
    boolean isNeighbour(String device, IpAddress address) {
        return addresses(device, address.family()).stream().anyMatch(each -> each.network().contains(address));
    }

    /** As {@link #isNeighbour}, and the kernel made the connected route for it. */
    boolean isConnected(String device, IpAddress address) {
        return addresses(device, address.family()).stream()
                .anyMatch(each -> !each.hasNoPrefixRoute() && each.network().contains(address));
    }

    /** All addresses whose connected network holds this one. */
    List<LinkAddress> connecting(IpAddress address) {
        return addresses.stream().filter(each -> !each.isFailed() && !each.hasNoPrefixRoute()
                && each.network().contains(address) && !each.local().isLoopback()).toList();
    }
}
