package dev.plumbline.state;

import dev.plumbline.state.LinkChanges.AddressChange;
import dev.plumbline.state.LinkChanges.MasterChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the kernel does by itself as links change ({@code cycle_netdev} in {@code drivers/net/vrf.c}): all routes over a
 * device that enters or leaves a VRF go, in all tables; those that the kernel made for its addresses come again, in the
 * table of the VRF or in main. Their addresses are as before, because what is lost is put back with the same change.
 */
public final class LinkEffects {

    private static final int IFF_UP = 1;

    private LinkEffects() {
    }

    /** The namespace after the changes of links, as far as it was read, before anything else is changed. */
    public static NamespaceState after(NamespaceState live, LinkChanges changes) {
        if (changes.isEmpty()) {
            return live;
        }
        var links = links(live, changes);
        var tables = new TreeMap<TableKey, RouteRows.Builder>();
        var same = new TreeMap<TableKey, RouteRows>();
        var cycled = changes.cycled();
        live.routes().tables().forEach((key, rows) -> {
            if (uses(rows, cycled)) {
                cycle(rows, changes, live, tables);
            } else {
                same.put(key, rows);
            }
        });
        tables.forEach((key, builder) -> {
            var stays = same.get(key);
            if (stays != null) {
                builder.addAll(stays);
            }
            same.put(key, builder.build());
        });
        changes.addresses().forEach(each -> connected(each, changes, live, same));
        same.values().removeIf(RouteRows::isEmpty);
        return live.withLinks(links).withAddresses(addresses(live, changes)).with(new RouteTables(same));
    }

    private static List<LinkAddress> addresses(NamespaceState live, LinkChanges changes) {
        var addresses = new ArrayList<>(live.addresses());
        for (var each : changes.addresses()) {
            addresses.removeIf(each.address()::isOf);
            if (!each.going()) {
                addresses.add(each.address());
            }
        }
        return addresses;
    }

    /** The route that the kernel makes for an IPv6 address, or takes away with the last one in its network. */
    private static void connected(AddressChange change, LinkChanges changes, NamespaceState live,
            Map<TableKey, RouteRows> tables) {
        var address = change.address();
        boolean shared = live.addresses().stream().anyMatch(each -> each.device().equals(address.device())
                && !each.isOf(address) && !each.hasNoPrefixRoute() && each.network().equals(address.network()));
        if (address.hasNoPrefixRoute() || shared) {
            return;
        }
        var attributes = RouteAttributes.unicast(0, List.of(NextHop.onLink(address.device())))
                .withProtocol(Protocol.KERNEL);
        var route = new Route(tableAfter(address.device(), changes, live), address.network(), 0,
                Route.IPV6_CONNECTED_METRIC, attributes);
        var key = new TableKey(route.family(), route.table());
        var builder = builder(key);
        var rows = tables.getOrDefault(key, RouteRows.empty(key.family(), key.table()));
        builder.addAll(rows.filter(row -> !rows.route(row).sameIdentity(route)
                || !rows.attributes(row).uses(address.device())));
        if (!change.going()) {
            builder.add(route);
        }
        tables.put(key, builder.build());
    }

    /** The routes that the kernel drops and does not make again. */
    public static Map<TableKey, RouteRows> lost(NamespaceState live, LinkChanges changes) {
        var cycled = changes.cycled();
        var lost = new TreeMap<TableKey, RouteRows>();
        live.routes().tables().forEach((key, rows) -> {
            if (uses(rows, cycled)) {
                var some = rows.filter(row -> isDropped(rows.attributes(row), cycled)
                        && !isKernels(rows.attributes(row)));
                if (!some.isEmpty()) {
                    lost.put(key, some);
                }
            }
        });
        return lost;
    }

    private static boolean uses(RouteRows rows, Set<String> devices) {
        return rows.pool().stream().anyMatch(each -> isDropped(each, devices));
    }

    /** A multipath stays while one of its hops does. */
    private static boolean isDropped(RouteAttributes attributes, Set<String> devices) {
        return !attributes.nextHops().isEmpty()
                && attributes.nextHops().stream().allMatch(hop -> devices.contains(hop.device()));
    }

    private static boolean isKernels(RouteAttributes attributes) {
        return attributes.protocol() == Protocol.KERNEL && attributes.expires() == 0;
    }

    private static void cycle(RouteRows rows, LinkChanges changes, NamespaceState live,
            Map<TableKey, RouteRows.Builder> into) {
        var cycled = changes.cycled();
        into.computeIfAbsent(new TableKey(rows.family(), rows.table()), LinkEffects::builder);
        for (int row = 0; row < rows.size(); row++) {
            var attributes = rows.attributes(row);
            if (!isDropped(attributes, cycled)) {
                into.get(new TableKey(rows.family(), rows.table())).addRow(rows, row);
            } else if (isKernels(attributes) && attributes.type() == RouteType.UNICAST) {
                long table = tableAfter(attributes.nextHops().getFirst().device(), changes, live);
                into.computeIfAbsent(new TableKey(rows.family(), table), LinkEffects::builder)
                        .add(rows.route(row).inTable(table));
            }
        }
    }

    private static RouteRows.Builder builder(TableKey key) {
        return new RouteRows.Builder(key.family(), key.table());
    }

    private static long tableAfter(String device, LinkChanges changes, NamespaceState live) {
        var master = changes.masters().stream().filter(each -> each.device().equals(device)).findFirst()
                .map(MasterChange::after)
                .or(() -> live.link(device).flatMap(live::master).map(Link::name)).orElse("");
        return changes.vrfs().stream().flatMap(each -> each.after().stream()).filter(each -> each.name().equals(master))
                .map(Vrf::table).findFirst()
                .or(() -> live.link(master).flatMap(Link::vrfTable)).orElse(Route.TABLE_MAIN);
    }

    private static List<Link> links(NamespaceState live, LinkChanges changes) {
        var links = new ArrayList<Link>();
        Map<String, Vrf> wanted = new HashMap<>();
        changes.vrfs().forEach(each -> each.after().ifPresent(vrf -> wanted.put(vrf.name(), vrf)));
        for (var link : live.links()) {
            var vrf = wanted.remove(link.name());
            boolean goes = vrf == null && changes.vrfs().stream().anyMatch(each -> each.isGoing()
                    && each.before().orElseThrow().name().equals(link.name()));
            if (!goes) {
                links.add(vrf == null ? link : link(vrf, link.index()));
            }
        }
        int index = live.links().stream().mapToInt(Link::index).max().orElse(0);
        for (var vrf : wanted.values()) {
            links.add(link(vrf, ++index));
        }
        links.replaceAll(link -> changes.masters().stream().filter(each -> each.device().equals(link.name()))
                .findFirst().map(each -> link.withMaster(index(links, each.after()))).orElse(link));
        return links;
    }

    private static OptionalInt index(List<Link> links, String name) {
        return links.stream().filter(link -> link.name().equals(name)).mapToInt(Link::index).findFirst();
    }

    private static Link link(Vrf vrf, int index) {
        return new Link(index, vrf.name(), Link.VRF, vrf.up() ? IFF_UP : 0, 0, OptionalInt.empty(), vrf.alias(), "",
                Optional.of(vrf.table()));
    }
}
