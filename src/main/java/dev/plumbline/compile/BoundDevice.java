package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Route;
import java.util.List;
import java.util.Optional;

/**
 * A device whose addresses a document binds to tables: ready, and all its tables known.
 *
 * @param tables one an address, or one for all
 */
record BoundDevice(Document document, SourceRoutingSpec spec, Link link, List<BoundTable> tables) {

    /** A table and the addresses whose rules lead into it, in the kernel's order. */
    record BoundTable(long number, List<LinkAddress> addresses) {

        List<LinkAddress> of(Family family) {
            return addresses.stream().filter(each -> each.local().family() == family).toList();
        }
    }

    String device() {
        return link.name();
    }

    boolean moves() {
        return spec.routes() == RoutesMode.MOVE || spec.isVrf();
    }

    /** All bound addresses of a family, in the kernel's order. */
    List<LinkAddress> addresses(Family family) {
        return tables.stream().flatMap(each -> each.of(family).stream()).toList();
    }

    boolean binds(Family family) {
        return tables.stream().anyMatch(each -> !each.of(family).isEmpty());
    }

    /** The prefix of an address of the device, on the link itself. */
    boolean isConnected(Route route, Interfaces interfaces) {
        return CoveringRoutes.isOnLink(route.attributes()) && interfaces.addresses(device(), route.family()).stream()
                .anyMatch(each -> each.network().equals(route.destination()));
    }

    /**
     * Stays in main as it is because of {@code sourceHints}: IPv4 names the source itself, or finds it by the network.
     */
    boolean isHinted(Route route, Interfaces interfaces) {
        return spec.sourceHints() && isConnected(route, interfaces) && !needsHint(route);
    }

    /** The kernel's IPv6 prefix routes name no source: one of ours with a source takes their place. */
    boolean needsHint(Route route) {
        return spec.sourceHints() && route.family() == Family.IPV6 && route.attributes().source().isEmpty();
    }

    /** Whether a route is meant for packets from this address. */
    static boolean belongs(Route route, LinkAddress address) {
        var network = address.network();
        Optional<IpAddress> source = route.attributes().source();
        if (source.isPresent()) {
            return source.get().equals(address.local()) || network.contains(source.get());
        }
        return !route.destination().isDefault() && network.contains(route.destination())
                || route.attributes().nextHops().stream()
                        .anyMatch(hop -> hop.gateway().filter(network::contains).isPresent());
    }
}
