package dev.plumbline.compile;

import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import java.util.function.Predicate;

/** Finds the route that leads to an address, by longest prefix, without walking a table. */
final class CoveringRoutes {

    private CoveringRoutes() {
    }

    /** A route onto the link itself over this device: what makes a gateway reachable ({@code fib_check_nh}). */
    static boolean reach(RouteRows rows, IpAddress gateway, String device) {
        return longest(rows, gateway, each -> isOnLink(each) && each.uses(device)) >= 0;
    }

    /** Unicast, and every next hop without a gateway. */
    static boolean isOnLink(RouteAttributes attributes) {
        return attributes.type() == RouteType.UNICAST && !attributes.nextHops().isEmpty() && !attributes.hasGateway();
    }

    /** The row with the longest prefix that holds the address, among rows that pass; -1 if there is none. */
    static int longest(RouteRows rows, IpAddress address, Predicate<RouteAttributes> passes) {
        if (rows.family() != address.family() || rows.isEmpty()) {
            return -1;
        }
        for (int length = address.family().bits(); length >= 0; length--) {
            var prefix = new Prefix(address, length).masked();
            for (int row = lowerBound(rows, prefix); row < rows.size() && isAt(rows, row, prefix); row++) {
                if (passes.test(rows.attributes(row))) {
                    return row;
                }
            }
        }
        return -1;
    }

    private static boolean isAt(RouteRows rows, int row, Prefix prefix) {
        return compare(rows, row, prefix) == 0;
    }

    private static int lowerBound(RouteRows rows, Prefix prefix) {
        int low = 0;
        int high = rows.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (compare(rows, middle, prefix) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** In the order of rows: by address, then longer prefixes first. */
    private static int compare(RouteRows rows, int row, Prefix prefix) {
        int byHigh = Long.compareUnsigned(rows.hi(row), prefix.address().hi());
        if (byHigh != 0) {
            return byHigh;
        }
        int byLow = Long.compareUnsigned(rows.lo(row), prefix.address().lo());
        return byLow != 0 ? byLow : Integer.compare(prefix.length(), rows.prefixLength(row));
    }
}
