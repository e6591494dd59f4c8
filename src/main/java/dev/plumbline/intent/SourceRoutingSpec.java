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
 * @param method by which packets find the table
 */
public record SourceRoutingSpec(Located<String> device, Optional<List<Located<IpAddress>>> addresses,
        Optional<List<Located<IpAddress>>> gateways, Located<TableChoice> table, RoutesMode routes, long priority,
        boolean sourceHints, boolean optional, RouteRows ipv4Routes, RouteRows ipv6Routes,
        Map<IpAddress, IpAddress> gatewayOf, Located<Method> method) implements Spec {

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
                Map.of(), new Located<>(Method.RULE, device.origin()));
    }

    /** The same by another method. */
    public SourceRoutingSpec by(Located<Method> other) {
        return new SourceRoutingSpec(device, addresses, gateways, table, routes, priority, sourceHints, optional,
                ipv4Routes, ipv6Routes, gatewayOf, other);
    }

    public boolean isVrf() {
        return method.value() == Method.VRF;
    }

    /** Whether the document itself names a gateway of this family. */
    public boolean namesGateway(Family family) {
        return gateways.stream().flatMap(List::stream).anyMatch(each -> each.value().family() == family)
                || gatewayOf.values().stream().anyMatch(each -> each.family() == family);
    }

    /** What becomes of the device's routes in main. */
    public enum RoutesMode { MOVE, COPY, LEAVE }

    /** By rules for its addresses, or by a VRF device that it is put into: then all that goes over it does. */
    public enum Method { RULE, VRF }

    /**
     * Why a method cannot be had with the rest: the kernel itself takes the routes of a device away as it enters a VRF.
     *
     * @return field and reason; empty if it can
     */
    public static Optional<Map.Entry<String, String>> contradiction(Method method, RoutesMode routes,
            boolean sourceHints) {
        if (method == Method.VRF && routes == RoutesMode.COPY) {
            return Optional.of(Map.entry("routes", "`copy` cannot be had with `method: vrf`: the kernel takes all"
                    + " routes of a device away as it enters a VRF; say move, or leave"));
        }
        return method == Method.VRF && sourceHints ? Optional.of(Map.entry("sourceHints", "cannot be had with"
                + " `method: vrf`: connected prefixes are in the VRF's table; leave it out")) : Optional.empty();
    }
}
