package dev.plumbline.intent;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.RouteRows;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Binds a device's addresses to routing tables of their own: packets from an address take the routes in its table.
 *
 * @param addresses absent = {@code auto}: the device's usable global addresses
 * @param gateways absent = {@code auto}: from the default routes on the device
 * @param priority of the rules, 1 to 32765
 * @param sourceHints connected prefixes stay in main, with {@code src}
 * @param optional a device that this host has never had is no error
 * @param ipv4Routes extra routes for every table of the family; their table is 0, {@code dev} is empty where the
 *     document leaves it out, and means the bound device then
 * @param ipv6Routes likewise
 * @param gatewayOf the gateway of one address each, which goes before {@code gateways}: attachments tell these
 */
public record SourceRoutingSpec(Located<String> device, Optional<List<Located<IpAddress>>> addresses,
        Optional<List<Located<IpAddress>>> gateways, Located<TableChoice> table, RoutesMode routes, long priority,
        boolean sourceHints, boolean optional, RouteRows ipv4Routes, RouteRows ipv6Routes,
        Map<IpAddress, IpAddress> gatewayOf) implements Spec {

    /** The priority of rules whose document names none. */
    public static final long DEFAULT_PRIORITY = 20000;

    public SourceRoutingSpec {
        gatewayOf = Map.copyOf(gatewayOf);
    }

    /** As people write it. */
    public SourceRoutingSpec(Located<String> device, Optional<List<Located<IpAddress>>> addresses,
            Optional<List<Located<IpAddress>>> gateways, Located<TableChoice> table, RoutesMode routes, long priority,
            boolean sourceHints, boolean optional, RouteRows ipv4Routes, RouteRows ipv6Routes) {
        this(device, addresses, gateways, table, routes, priority, sourceHints, optional, ipv4Routes, ipv6Routes,
                Map.of());
    }

    /** Whether the document itself names a gateway of this family. */
    public boolean namesGateway(Family family) {
        return gateways.stream().flatMap(List::stream).anyMatch(each -> each.value().family() == family)
                || gatewayOf.values().stream().anyMatch(each -> each.family() == family);
    }

    /** What becomes of the device's routes in main. */
    public enum RoutesMode { MOVE, COPY, LEAVE }
}
