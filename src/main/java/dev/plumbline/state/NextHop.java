package dev.plumbline.state;

import java.util.Optional;

/**
 * One way out of a route.
 *
 * @param gateway the router; may be IPv6 on an IPv4 route ({@code RTA_VIA}). Absent for what is on the link itself
 * @param device the link's name; empty only where a link has vanished between two reads
 * @param weight 1 to 256 ({@code rtnh_hops} + 1); 1 for a route with a single next hop
 * @param onlink the gateway is taken to be on the link although no route says so ({@code RTNH_F_ONLINK})
 */
public record NextHop(Optional<IpAddress> gateway, String device, int weight, boolean onlink) {

    public NextHop {
        if (weight < 1 || weight > 256) {
            throw new IllegalArgumentException("a weight is 1 to 256, not " + weight);
        }
    }

    /** A next hop on the link itself. */
    public static NextHop onLink(String device) {
        return new NextHop(Optional.empty(), device, 1, false);
    }

    /** A next hop behind a router. */
    public static NextHop via(IpAddress gateway, String device) {
        return new NextHop(Optional.of(gateway), device, 1, false);
    }
}
