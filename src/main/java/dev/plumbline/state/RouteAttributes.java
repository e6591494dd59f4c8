package dev.plumbline.state;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a route says beside its identity. Many routes share one value: {@link RouteRows} keeps each once.
 *
 * @param scope {@code rtm_scope}; always 0 for IPv6
 * @param protocol {@code rtm_protocol}: {@link Protocol#PLUMBLINE} marks a route as ours
 * @param source the preferred source address ({@code RTA_PREFSRC})
 * @param from the source prefix of an IPv6 route ({@code RTA_SRC}); part of the identity there
 * @param nextHops one, several for a multipath, none for types without a next hop
 * @param metrics {@code RTAX_*} number → value, such as 2 (mtu) and 8 (advmss)
 * @param expires seconds left, 0 for never; state, so no part of equality in {@link #sameIntent}
 * @param other attributes that plumbline does not model
 */
public record RouteAttributes(RouteType type, int scope, int protocol, Optional<IpAddress> source,
        Optional<Prefix> from, List<NextHop> nextHops, SortedMap<Integer, Long> metrics, int expires,
        List<RawAttribute> other) {

    public static final int RTAX_LOCK = 1;
    public static final int RTAX_MTU = 2;
    public static final int RTAX_ADVMSS = 8;

    public RouteAttributes {
        nextHops = List.copyOf(nextHops);
        metrics = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        other = List.copyOf(other);
    }

    /** A route of ours with next hops and nothing else said. */
    public static RouteAttributes unicast(int scope, List<NextHop> nextHops) {
        return new RouteAttributes(RouteType.UNICAST, scope, Protocol.PLUMBLINE, Optional.empty(), Optional.empty(),
                nextHops, new TreeMap<>(), 0, List.of());
    }

    /** Carries plumbline's mark. */
    public boolean isOurs() {
        return protocol == Protocol.PLUMBLINE;
    }

    /** A way out with a router. */
    public boolean hasGateway() {
        for (var hop : nextHops) {
            if (hop.gateway().isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Uses this device, in whichever next hop. */
    public boolean uses(String device) {
        for (var hop : nextHops) {
            if (hop.device().equals(device)) {
                return true;
            }
        }
        return false;
    }

    public RouteAttributes withProtocol(int other) {
        return new RouteAttributes(type, scope, other, source, from, nextHops, metrics, expires, this.other);
    }

    public RouteAttributes withNextHops(List<NextHop> other) {
        return new RouteAttributes(type, scope, protocol, source, from, other, metrics, expires, this.other);
    }

    public RouteAttributes withSource(Optional<IpAddress> other) {
        return new RouteAttributes(type, scope, protocol, other, from, nextHops, metrics, expires, this.other);
    }

    /** The same without a time to live: what remains is configuration. */
    public RouteAttributes withoutExpiry() {
        return expires == 0 ? this
                : new RouteAttributes(type, scope, protocol, source, from, nextHops, metrics, 0, other);
    }

    /** Equal in all but the remaining lifetime. */
    public boolean sameIntent(RouteAttributes that) {
        return withoutExpiry().equals(that.withoutExpiry());
    }
}
