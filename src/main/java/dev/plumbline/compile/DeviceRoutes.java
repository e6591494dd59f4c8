package dev.plumbline.compile;

import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the input of source routing: what is in main over the device, together with what was moved out of it before.
 * A fresh route in main takes the place of what was recorded under the same destination and metric, since a DHCP
 * client or a router advertisement has renewed it.
 */
final class DeviceRoutes {

    private static final Prefix IPV6_LINK_LOCAL = Prefix.parse("fe80::/10").orElseThrow();

    private final Draft draft;
    private final PutBack putBack;

    DeviceRoutes(Draft draft, PutBack putBack) {
        this.draft = draft;
        this.putBack = putBack;
    }

    /** The input of one family; what is moved or stays recorded is entered in the draft. */
    SourceRoutes of(BoundDevice bound, Family family) {
        if (bound.spec().routes() == RoutesMode.LEAVE && !bound.spec().isVrf()) {
            return SourceRoutes.NONE;
        }
        var moving = new ArrayList<Route>();
        var staying = new ArrayList<Route>();
        var known = bound.moves() ? known(bound, family) : List.<TakenRoute>of();
        var reaching = reaching(known);
        for (var route : inMain(bound, family)) {
            if (bound.spec().isVrf() && isMadeAgain(bound, route)) {
                continue;
            }
            if (!isWhole(route.attributes(), bound.device())) {
                staying.add(cut(route, bound.device()));
            } else if (!bound.moves() || bound.isHinted(route, draft.interfaces())) {
                staying.add(route);
            } else if (isMovable(bound, route, reaching)) {
                moving.add(route);
            }
        }
        var identities = Stream.concat(moving.stream(), staying.stream()).map(Identity::of)
                .collect(Collectors.toSet());
        var recorded = known.stream()
                .filter(each -> TakenRoutes.obsolete(each, draft.interfaces(), reaching).isEmpty()
                        && !identities.contains(Identity.of(each.route()))
                        && !(bound.spec().isVrf() && isMadeAgain(bound, each.route()))).toList();
        recorded.forEach(each -> identities.add(Identity.of(each.route())));
        var returning = draft.pending().stream()
                .filter(each -> isOfDevice(each, bound, family) && putBack.verdict(each).isBack())
                .map(TakenRoute::route).filter(each -> !identities.contains(Identity.of(each))).toList();
        warnOfOwners(bound, moving);
        for (var route : moving) {
            draft.moves(bound.document(), route);
            draft.takes(new TakenRoute(bound.document().id(), route, bound.link().index(), false));
        }
        recorded.forEach(each -> draft.takes(
                new TakenRoute(bound.document().id(), each.route(), each.deviceIndex(), false)));
        if (bound.spec().routes() == RoutesMode.LEAVE) {
            return SourceRoutes.NONE;
        }
        return new SourceRoutes(moving, staying, recorded, returning);
    }

    /** In the VRF's table by the kernel: prefixes of addresses, and what routers advertise. */
    private boolean isMadeAgain(BoundDevice bound, Route route) {
        var attributes = route.attributes();
        return attributes.protocol() == Protocol.KERNEL && bound.isConnected(route, draft.interfaces())
                || attributes.expires() > 0 && route.family() == Family.IPV6
                        && (attributes.protocol() == Protocol.KERNEL || attributes.protocol() == Protocol.RA);
    }

    /** Foreign unicast routes over the device that no document wants in main itself. */
    private List<Route> inMain(BoundDevice bound, Family family) {
        var rows = draft.live(new TableKey(family, Route.TABLE_MAIN));
        var found = new ArrayList<Route>();
        var concerned = concerned(rows, bound.device());
        for (int row = 0; row < rows.size(); row++) {
            if (concerned[rows.attributesIndex(row)]) {
                var route = rows.route(row);
                if (!isLeftAlone(route) && draft.wanting(route).findAny().isEmpty()) {
                    found.add(route);
                }
            }
        }
        return found;
    }

    private static boolean[] concerned(RouteRows rows, String device) {
        var concerned = new boolean[rows.pool().size()];
        for (int index = 0; index < concerned.length; index++) {
            var attributes = rows.pool().get(index);
            concerned[index] = !attributes.isOurs() && attributes.type() == RouteType.UNICAST
                    && attributes.uses(device);
        }
        return concerned;
    }

    private static boolean isLeftAlone(Route route) {
        return IPV6_LINK_LOCAL.contains(route.destination()) || route.family() == Family.IPV6
                && route.destination().address().isMulticast();
    }

    private static boolean isWhole(RouteAttributes attributes, String device) {
        return attributes.nextHops().stream().allMatch(hop -> hop.device().equals(device));
    }

    /** A multipath that leads over other devices too stays whole in main; the tables get its hops over this one. */
    private static Route cut(Route route, String device) {
        var hops = route.attributes().nextHops().stream().filter(hop -> hop.device().equals(device)).toList();
        var single = hops.size() == 1 ? List.of(new NextHop(hops.getFirst().gateway(), device, 1,
                hops.getFirst().onlink())) : hops;
        return route.withAttributes(route.attributes().withNextHops(single));
    }

    /** What was moved earlier, for whichever document bound the device then; what is hinted now goes back. */
    private List<TakenRoute> known(BoundDevice bound, Family family) {
        var claimed = draft.claim(each -> isOfDevice(each, bound, family)
                && !bound.isHinted(each.route(), draft.interfaces()));
        return isStoreLost(bound) ? fromMarks(bound, family) : claimed;
    }

    private List<RouteRows> reaching(List<TakenRoute> known) {
        var reaching = TakenRoutes.reaching(known, draft.interfaces());
        for (var each : Family.values()) {
            reaching.add(draft.live(new TableKey(each, Route.TABLE_MAIN)));
        }
        return reaching;
    }

    /**
     * Not what the kernel has forgotten to remove, such as a route behind a gateway whose network went with its
     * address: once recorded it would be dropped in the next run, and with it the route.
     */
    private boolean isMovable(BoundDevice bound, Route route, List<RouteRows> reaching) {
        var stale = TakenRoutes.obsolete(new TakenRoute(bound.document().id(), route, bound.link().index(), false),
                draft.interfaces(), reaching);
        stale.ifPresent(why -> draft.note(bound.document().id() + ": `" + route + "` stays in main: " + why));
        return stale.isEmpty();
    }

    private static boolean isOfDevice(TakenRoute taken, BoundDevice bound, Family family) {
        return !taken.adopted() && taken.route().family() == family
                && taken.route().attributes().uses(bound.device());
    }

    /** The ledger knows neither the document nor its tables nor anything of its device. */
    private boolean isStoreLost(BoundDevice bound) {
        var ledger = draft.facts().ledger();
        return ledger.allotments().stream().noneMatch(each -> each.document().equals(bound.document().id())
                        || bound.tables().stream().anyMatch(table -> table.number() == each.table()))
                && ledger.routes().stream().noneMatch(each -> each.route().attributes().uses(bound.device()));
    }

    /** Our marked routes in the device's tables, as if they had been recorded; the tables of the first address win. */
    private List<TakenRoute> fromMarks(BoundDevice bound, Family family) {
        Map<Identity, TakenRoute> found = new LinkedHashMap<>();
        for (var table : bound.tables()) {
            var key = new TableKey(family, table.number());
            for (var route : draft.live(key)) {
                var attributes = route.attributes();
                if (attributes.isOurs() && attributes.type() == RouteType.UNICAST && !attributes.nextHops().isEmpty()
                        && isWhole(attributes, bound.device()) && !isByDocument(bound, route)) {
                    var original = original(bound, route);
                    found.merge(Identity.of(original),
                            new TakenRoute(bound.document().id(), original, bound.link().index(), false),
                            DeviceRoutes::merged);
                }
            }
        }
        if (!found.isEmpty()) {
            draft.note(bound.document().id() + ": the store has no record of what was moved out of main; the marked "
                    + "routes of " + bound.device() + " in its tables stand in for it, and who made them is not known");
        }
        return List.copyOf(found.values());
    }

    /** One route in two tables: {@code onlink} that only one of them has was added there, and is not the original's. */
    private static TakenRoute merged(TakenRoute one, TakenRoute two) {
        var hops = one.route().attributes().nextHops();
        var others = two.route().attributes().nextHops();
        var original = hops.stream().map(hop -> others.stream().anyMatch(other -> !other.onlink()
                && other.gateway().equals(hop.gateway()))
                ? new NextHop(hop.gateway(), hop.device(), hop.weight(), false) : hop).toList();
        return new TakenRoute(one.document(), one.route().withAttributes(
                one.route().attributes().withNextHops(original)), one.deviceIndex(), false);
    }

    /** The document itself says this route, or another document does. */
    private boolean isByDocument(BoundDevice bound, Route route) {
        var extra = route.family() == Family.IPV4 ? bound.spec().ipv4Routes() : bound.spec().ipv6Routes();
        var one = new RouteRows.Builder(route.family(), 0);
        one.add(route);
        boolean listedGateway = route.destination().isDefault() && bound.spec().namesGateway(route.family());
        return listedGateway || extra.find(one.build(), 0) >= 0 || draft.wanting(route).findAny().isPresent();
    }

    /** The protocol is not in the mark: connected prefixes are the kernel's, the rest becomes {@code boot}. */
    private Route original(BoundDevice bound, Route route) {
        boolean kernels = bound.isConnected(route, draft.interfaces())
                && (route.family() == Family.IPV4 ? route.attributes().source().isPresent()
                        : route.metric() == Route.IPV6_CONNECTED_METRIC);
        return route.inTable(Route.TABLE_MAIN).withAttributes(
                route.attributes().withProtocol(kernels ? Protocol.KERNEL : Protocol.BOOT));
    }

    /** Said when such a route is taken for the first time; its return is no news. */
    private void warnOfOwners(BoundDevice bound, List<Route> moving) {
        var known = draft.facts().ledger().routes().stream().map(each -> Identity.of(each.route()))
                .collect(Collectors.toSet());
        for (var route : moving) {
            var attributes = route.attributes();
            int protocol = attributes.protocol();
            boolean owned = attributes.expires() > 0 || protocol == Protocol.RA || protocol == Protocol.DHCP;
            if (!owned || known.contains(Identity.of(route))) {
                continue;
            }
            boolean advertised = route.family() == Family.IPV6 && protocol != Protocol.DHCP;
            draft.warning(bound.spec().device().origin(), "spec.routes", "`" + route + "` is kept in main by "
                    + (advertised ? "router advertisements" : "a DHCP client") + ", which will put it there again"
                    + (attributes.expires() > 0 ? "; the copy does not expire" : "") + ". " + (advertised
                            ? "Stop it with net.ipv6.conf." + bound.device() + ".accept_ra_defrtr=0 or RouteTable= in "
                                    + "[IPv6AcceptRA] of systemd-networkd"
                            : "Stop it with the client's own setting: RouteTable= in [DHCPv4] of systemd-networkd, "
                                    + "ipv4.route-table of NetworkManager")
                    + (bound.spec().isVrf() ? "" : ", or say `routes: copy`"));
        }
    }
}
