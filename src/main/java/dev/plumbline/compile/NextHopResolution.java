package dev.plumbline.compile;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives the routes of one document and family their devices, and finds what the kernel would refuse
 * ({@code fib_check_nh}, {@code ip6_route_check_nh}) before it is asked. Works on distinct attributes, never on rows.
 */
final class NextHopResolution {

    /** {@code fib_metrics}: what the kernel cuts larger values to. */
    private static final int RTAX_HOPLIMIT = 10;
    private static final Map<Integer, Long> LARGEST_METRICS =
            Map.of(RouteAttributes.RTAX_MTU, 65_520L, RouteAttributes.RTAX_ADVMSS, 65_495L, RTAX_HOPLIMIT, 255L);

    private final Interfaces interfaces;
    private final RouteRows rows;
    private final RouteTables live;
    private final ConnectedRoutes connected;
    private final boolean optional;
    private final Map<RouteAttributes, Obstacle> obstacles = new HashMap<>();

    /** Whether the connected routes of a device can be used from the table that is worked on. */
    interface ConnectedRoutes {
        /** Who took them out of main; empty if they are there, or in this table. */
        Optional<String> movedBy(String device, Family family);
    }

    /**
     * @param rows the document's routes of one family: its device routes make gateways reachable
     * @param live main routes over devices make gateways reachable too
     */
    NextHopResolution(Interfaces interfaces, RouteRows rows, RouteTables live, ConnectedRoutes connected,
            boolean optional) {
        this.interfaces = interfaces;
        this.rows = rows;
        this.live = live;
        this.connected = connected;
        this.optional = optional;
    }

    /** What is wrong with which attributes, as the document has them. */
    Map<RouteAttributes, Obstacle> obstacles() {
        return obstacles;
    }

    /** The attributes with devices, in the kernel's form. Unchanged if there is an obstacle. */
    RouteAttributes resolve(RouteAttributes attributes) {
        try {
            attributes.source().filter(source -> !interfaces.canBeSource(source)).ifPresent(source -> {
                throw new Blocked(new Obstacle(Obstacle.ADDRESS, interfaces.isOwn(source)
                        ? "address " + source + " cannot be a source yet: duplicate address detection has not passed"
                        : "`src` " + source + " is not an address of this host now"));
            });
            var hops = new ArrayList<NextHop>(attributes.nextHops().size());
            for (var hop : attributes.nextHops()) {
                hops.add(resolved(hop));
            }
            return clamped(attributes.withNextHops(hops));
        } catch (Blocked blocked) {
            obstacles.put(attributes, blocked.obstacle);
            return attributes;
        }
    }

    private NextHop resolved(NextHop hop) throws Blocked {
        if (hop.gateway().isEmpty()) {
            checkDevice(hop.device());
            return hop;
        }
        var gateway = hop.gateway().get();
        if (interfaces.isOwn(gateway)) {
            throw new Blocked(Obstacle.error("gateway " + gateway + " is an address of this host itself"));
        }
        if (!hop.device().isEmpty()) {
            checkDevice(hop.device());
            checkReach(gateway, hop);
            return hop;
        }
        if (hop.onlink()) {
            throw new Blocked(Obstacle.error("`onlink` needs `dev`"));
        }
        if (gateway.family() == Family.IPV6 && gateway.isLinkLocal()) {
            throw new Blocked(Obstacle.error("gateway " + gateway + " is link-local: say which `dev` it is on"));
        }
        var device = deviceTowards(gateway);
        checkDevice(device);
        return new NextHop(hop.gateway(), device, hop.weight(), false);
    }

    private void checkDevice(String device) throws Blocked {
        var obstacle = interfaces.obstacle(device, optional);
        if (obstacle.isPresent()) {
            throw new Blocked(obstacle.get());
        }
    }

    /** The device of the most specific network or device route that holds the gateway. */
    private String deviceTowards(IpAddress gateway) throws Blocked {
        int row = CoveringRoutes.longest(rows, gateway, CoveringRoutes::isOnLink);
        int ownLength = row < 0 ? -1 : rows.prefixLength(row);
        int length = -1;
        List<String> devices = List.of();
        for (LinkAddress address : interfaces.connecting(gateway)) {
            if (connected.movedBy(address.device(), gateway.family()).isPresent()) {
                continue;
            }
            int each = address.network().length();
            if (each > length) {
                length = each;
                devices = new ArrayList<>(List.of(address.device()));
            } else if (each == length && !devices.contains(address.device())) {
                devices.add(address.device());
            }
        }
        if (ownLength >= 0 && ownLength >= length) {
            return rows.attributes(row).nextHops().getFirst().device();
        }
        if (devices.size() > 1) {
            throw new Blocked(Obstacle.error("gateway " + gateway + " is on " + String.join(" and on ", devices)
                    + ": say which `dev`"));
        }
        if (devices.isEmpty()) {
            throw new Blocked(unreachable("gateway " + gateway
                    + " is not reachable: no address or device route covers it"
                    + interfaces.connecting(gateway).stream().findFirst().map(each -> movedHint(each.device(),
                            each.network(), gateway.family())).orElse("; say `dev`, or add a device route to it")));
        }
        return devices.getFirst();
    }

    private void checkReach(IpAddress gateway, NextHop hop) throws Blocked {
        var device = hop.device();
        var mover = connected.movedBy(device, gateway.family());
        boolean reached = hop.onlink() || gateway.family() == Family.IPV6 && gateway.isLinkLocal()
                || CoveringRoutes.reach(rows, gateway, device)
                || mover.isEmpty() && (interfaces.isConnected(device, gateway) || CoveringRoutes.reach(
                        live.rows(new TableKey(gateway.family(), Route.TABLE_MAIN)), gateway, device));
        if (reached) {
            return;
        }
        if (interfaces.addresses(device, gateway.family()).isEmpty()) {
            throw new Blocked(new Obstacle(Obstacle.GATEWAY, "gateway " + gateway + " is not reachable: " + device
                    + " has no " + (gateway.family() == Family.IPV4 ? "IPv4" : "IPv6") + " address now"));
        }
        var network = interfaces.addresses(device, gateway.family()).stream().map(LinkAddress::network)
                .filter(each -> each.contains(gateway)).findFirst();
        throw new Blocked(unreachable("gateway " + gateway + " is not reachable: no address or device route of "
                + device + " covers it" + network.map(each -> movedHint(device, each, gateway.family()))
                        .orElse("; add a device route to it, or `onlink: true`")));
    }

    private String movedHint(String device, Prefix network, Family family) {
        return connected.movedBy(device, family).map(mover -> ": " + mover + " moves the routes of " + device
                + " out of main; add {to: " + network + ", dev: " + device + "} to this table, or `onlink: true`")
                .orElse("; add a device route to it, or `onlink: true`");
    }

    /** Addresses come and go: only a person who waits for the answer is told that it is an error. */
    private Obstacle unreachable(String message) {
        return interfaces.isAttended() && !optional ? Obstacle.error(message) : new Obstacle(Obstacle.GATEWAY, message);
    }

    private static RouteAttributes clamped(RouteAttributes attributes) {
        if (attributes.metrics().isEmpty()) {
            return attributes;
        }
        SortedMap<Integer, Long> metrics = new TreeMap<>(attributes.metrics());
        metrics.replaceAll((number, value) ->
                Math.min(value, LARGEST_METRICS.getOrDefault(number, Long.MAX_VALUE)));
        return new RouteAttributes(attributes.type(), attributes.scope(), attributes.protocol(), attributes.source(),
                attributes.from(), attributes.nextHops(), metrics, attributes.expires(), attributes.other());
    }

    /** Leaves {@link #resolve} at the first obstacle. */
    private static final class Blocked extends RuntimeException {
        private final transient Obstacle obstacle;

        Blocked(Obstacle obstacle) {
            super(obstacle.message(), null, false, false);
            this.obstacle = obstacle;
        }
    }
}
