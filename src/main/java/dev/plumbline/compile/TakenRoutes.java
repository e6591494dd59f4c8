package dev.plumbline.compile;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Link;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Whether what the ledger says was taken can still be true of the network as it is now. */
final class TakenRoutes {

    private TakenRoutes() {
    }

    /** The record of a route that is taken now. */
    static TakenRoute record(String document, Route route, Interfaces interfaces, boolean adopted) {
        int index = route.attributes().nextHops().stream().findFirst()
                .flatMap(hop -> interfaces.link(hop.device())).map(Link::index).orElse(0);
        return new TakenRoute(document, route, index, adopted);
    }

    /**
     * Why the kernel itself would have removed the route by now: its device is gone or was made anew, its source, its
     * prefix or its gateway's network is gone. Empty while it holds.
     *
     * @param reaching routes that make gateways reachable
     */
    static Optional<String> obsolete(TakenRoute taken, Interfaces interfaces, List<RouteRows> reaching) {
        var route = taken.route();
        var hops = route.attributes().nextHops();
        for (var hop : hops) {
            if (interfaces.link(hop.device()).isEmpty()) {
                return Optional.of(hop.device() + " is gone");
            }
        }
        if (hops.isEmpty()) {
            return Optional.empty();
        }
        var device = hops.getFirst().device();
        if (interfaces.link(device).orElseThrow().index() != taken.deviceIndex()) {
            return Optional.of(device + " was made anew");
        }
        var source = route.attributes().source();
        if (source.isPresent() && !interfaces.isOwn(source.get())) {
            return Optional.of("address " + source.get() + " is gone");
        }
        if (interfaces.addresses(device, route.family()).isEmpty() && route.family() == Family.IPV4
                && !viaOtherFamily(route)) {
            return Optional.of(device + " has no address any more");
        }
        if (isKernelsOwn(route) && interfaces.addresses(device, route.family()).stream()
                .noneMatch(each -> each.network().equals(route.destination()))) {
            return Optional.of("no address of " + device + " is in " + route.destination() + " any more");
        }
        return hops.stream().filter(hop -> !isReachable(hop, interfaces, reaching)).findFirst()
                .map(hop -> "gateway " + hop.gateway().orElseThrow() + " is not on " + hop.device() + " any more");
    }

    /** Made for an address; what a router advertisement made has a lifetime and no address that it depends on. */
    private static boolean isKernelsOwn(Route route) {
        var attributes = route.attributes();
        return attributes.protocol() == Protocol.KERNEL && CoveringRoutes.isOnLink(attributes)
                && attributes.expires() == 0;
    }

    private static boolean viaOtherFamily(Route route) {
        return route.attributes().nextHops().stream()
                .anyMatch(hop -> hop.gateway().filter(each -> each.family() != route.family()).isPresent());
    }

    private static boolean isReachable(NextHop hop, Interfaces interfaces, List<RouteRows> reaching) {
        if (hop.gateway().isEmpty() || hop.onlink()) {
            return true;
        }
        IpAddress gateway = hop.gateway().get();
        return gateway.family() == Family.IPV6 && gateway.isLinkLocal()
                || interfaces.isNeighbour(hop.device(), gateway)
                || reaching.stream().anyMatch(each -> CoveringRoutes.reach(each, gateway, hop.device()));
    }

    /**
     * The device routes among some taken ones that still hold: gateways may be reachable by them alone.
     *
     * @return one set a family
     */
    static List<RouteRows> reaching(Collection<TakenRoute> taken, Interfaces interfaces) {
        var reaching = new ArrayList<RouteRows>();
        for (var family : Family.values()) {
            var rows = new RouteRows.Builder(family, Route.TABLE_MAIN);
            taken.stream().filter(each -> each.route().family() == family
                    && CoveringRoutes.isOnLink(each.route().attributes())
                    && obsolete(each, interfaces, List.of()).isEmpty()).forEach(each -> rows.add(each.route()));
            reaching.add(rows.build());
        }
        return reaching;
    }
}
