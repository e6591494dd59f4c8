package dev.plumbline.compile;

import dev.plumbline.compile.BoundDevice.BoundTable;
import dev.plumbline.intent.Located;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the routes of one family in one table of a bound device: copies, listed gateways, extra routes. */
final class PrivateTable {

    private final Draft draft;
    private final BoundDevice bound;
    private final BoundTable table;
    private final Family family;
    private final List<LinkAddress> addresses;
    /** By identity: an IPv4 group may have several. */
    private final Map<Identity, List<Entry>> entries = new LinkedHashMap<>();

    /** A route; said: the document spells it out, at this line. */
    private record Entry(Route route, boolean said, int line) {
    }

    PrivateTable(Draft draft, BoundDevice bound, BoundTable table, Family family) {
        this.draft = draft;
        this.bound = bound;
        this.table = table;
        this.family = family;
        this.addresses = table.of(family);
    }

    /** The routes; problems are in the draft. */
    RouteRows rows(SourceRoutes input, List<Located<IpAddress>> gateways, RouteRows extra) {
        boolean ownGateway = !gateways.isEmpty();
        for (var route : input.all()) {
            if (isMeantForHere(route) && !(ownGateway && route.destination().isDefault())) {
                var copy = copy(route);
                var group = entries.computeIfAbsent(Identity.of(copy), key -> new ArrayList<>());
                if (group.stream().noneMatch(each -> each.route().equals(copy))) {
                    group.add(new Entry(copy, false, 0));
                }
            }
        }
        gateways.forEach(each -> addGateway(each, isOnlink(input, each.value())));
        addExtra(extra);
        return reachable();
    }

    /** Meant for an address of this table, or for none of all addresses: then every table has it. */
    private boolean isMeantForHere(Route route) {
        return addresses.stream().anyMatch(each -> BoundDevice.belongs(route, each))
                || bound.addresses(family).stream().noneMatch(each -> BoundDevice.belongs(route, each));
    }

    /** As the kernel will echo it, ours, and with the source of this table's address. */
    private Route copy(Route route) {
        var attributes = route.attributes().withoutExpiry().withProtocol(Protocol.PLUMBLINE);
        var source = attributes.source();
        if (source.isPresent() && addresses.stream().noneMatch(each -> each.local().equals(source.get()))) {
            var own = addresses.stream().filter(each -> each.network().contains(source.get())).findFirst();
            if (own.isPresent()) {
                attributes = attributes.withSource(Optional.of(own.get().local()));
            }
        }
        if (attributes.source().filter(each -> !canBeSource(each)).isPresent()) {
            attributes = attributes.withSource(Optional.empty());
        }
        return route.inTable(table.number()).withAttributes(attributes);
    }

    /** An address is checked for duplicates again as its device enters a VRF: writing waits for that. */
    private boolean canBeSource(IpAddress address) {
        return draft.interfaces().canBeSource(address)
                || bound.spec().isVrf() && draft.interfaces().isOwn(address);
    }

    /** The device's own default route calls this gateway a neighbour that no network tells of. */
    private static boolean isOnlink(SourceRoutes input, IpAddress gateway) {
        return input.all().stream().filter(each -> each.destination().isDefault())
                .flatMap(each -> each.attributes().nextHops().stream())
                .anyMatch(hop -> hop.onlink() && hop.gateway().equals(Optional.of(gateway)));
    }

    private void addGateway(Located<IpAddress> gateway, boolean onlink) {
        var attributes = RouteAttributes.unicast(Scope.UNIVERSE,
                List.of(new NextHop(Optional.of(gateway.value()), bound.device(), 1, onlink)));
        var route = new Route(table.number(), new Prefix(new IpAddress(family, 0, 0), 0), 0,
                family == Family.IPV6 ? Route.IPV6_DEFAULT_METRIC : 0, attributes);
        entries.put(Identity.of(route), new ArrayList<>(List.of(new Entry(route, true, gateway.origin().line()))));
    }

    private void addExtra(RouteRows extra) {
        Map<Identity, List<Entry>> own = new LinkedHashMap<>();
        for (int row = 0; row < extra.size(); row++) {
            var route = extra.route(row).inTable(table.number());
            var hops = route.attributes().nextHops().stream().map(hop -> hop.device().isEmpty()
                    ? new NextHop(hop.gateway(), bound.device(), hop.weight(), hop.onlink()) : hop).toList();
            own.computeIfAbsent(Identity.of(route), key -> new ArrayList<>()).add(new Entry(
                    route.withAttributes(route.attributes().withNextHops(hops)), true, extra.line(row)));
        }
        entries.putAll(own);
    }

    /** Checks what the document says, and makes gateways reachable that only another table has the route to. */
    private RouteRows reachable() {
        var device = new RouteRows.Builder(family, table.number());
        entries.values().forEach(group -> group.stream().map(Entry::route)
                .filter(each -> CoveringRoutes.isOnLink(each.attributes())).forEach(device::add));
        if (bound.spec().isVrf()) {
            var onLink = RouteAttributes.unicast(Scope.LINK, List.of(NextHop.onLink(bound.device())));
            draft.interfaces().addresses(bound.device(), family).stream().filter(each -> !each.hasNoPrefixRoute())
                    .map(LinkAddress::network).distinct()
                    .forEach(each -> device.add(new Route(table.number(), each, 0, 0, onLink)));
        }
        var here = device.build();
        var resolution = new NextHopResolution(draft.interfaces(), here, draft.facts().live().routes(),
                (name, other) -> name.equals(bound.device()) && bound.moves() && !bound.spec().sourceHints()
                        && other == family ? Optional.of(bound.document().id()) : Optional.empty(), false);
        var rows = new RouteRows.Builder(family, table.number());
        int document = rows.document(bound.document().origin());
        for (var group : entries.values()) {
            for (var entry : group) {
                var attributes = onlink(entry.route().attributes(), here, !entry.said());
                if (entry.said()) {
                    attributes = checked(resolution, attributes, entry.line());
                }
                var to = entry.route().destination();
                rows.add(to.address().hi(), to.address().lo(), to.length(), entry.route().tos(),
                        entry.route().metric(), rows.intern(attributes), document, entry.line());
            }
        }
        return rows.build();
    }

    private RouteAttributes checked(NextHopResolution resolution, RouteAttributes attributes, int line) {
        var resolved = resolution.resolve(attributes);
        var obstacle = resolution.obstacles().get(attributes);
        if (obstacle != null) {
            draft.report(bound.document(), line == 0 ? bound.document().origin()
                    : bound.document().origin().atLine(line), "spec", obstacle);
        }
        return resolved;
    }

    /**
     * With {@code onlink} where this table has no route to the gateway. The kernel looks into the route's own table and
     * then where the rules lead; the connected route may be in another address's table, gone with its address, or in
     * main, but put back there later than this route is written.
     */
    private RouteAttributes onlink(RouteAttributes attributes, RouteRows here, boolean copied) {
        if (!attributes.hasGateway()) {
            return attributes;
        }
        var hops = attributes.nextHops().stream().map(hop -> needsOnlink(hop, here, copied)
                ? new NextHop(hop.gateway(), hop.device(), hop.weight(), true) : hop).toList();
        return attributes.withNextHops(hops);
    }

    private boolean needsOnlink(NextHop hop, RouteRows here, boolean copied) {
        if (hop.gateway().isEmpty() || hop.onlink() || !hop.device().equals(bound.device())) {
            return false;
        }
        var gateway = hop.gateway().get();
        return gateway.family() == family && !(gateway.family() == Family.IPV6 && gateway.isLinkLocal())
                && !CoveringRoutes.reach(here, gateway, bound.device())
                && (copied || draft.interfaces().isNeighbour(bound.device(), gateway));
    }
}
