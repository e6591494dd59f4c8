package dev.plumbline.state;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which way a flow goes ({@code struct fib_result}). */
public sealed interface FibResult {

    /**
     * A route takes it.
     *
     * @param route with the table that it stands in
     * @param ways where it may leave: several for a multipath, and for equal default routes, among which the kernel
     *     chooses by what it knows of the routers
     */
    record Found(Route route, List<Way> ways) implements FibResult {
        public Found {
            ways = List.copyOf(ways);
        }

        @Override
        public String toString() {
            return ways.stream().map(Way::toString).distinct().collect(Collectors.joining(" or ")) + " (table "
                    + Route.tableName(route.table()) + ", " + route.destination().destinationText() + ")";
        }
    }

    /** There is no way. */
    record Refused(Refusal why) implements FibResult {
        @Override
        public String toString() {
            return why.toString();
        }
    }

    /** It cannot be told. */
    record Unknown(String reason) implements FibResult {
        @Override
        public String toString() {
            return "unknown: " + reason;
        }
    }

    /** A device, and the router behind it unless the destination is on the link. */
    record Way(Optional<IpAddress> gateway, String device) {

        public static Way of(NextHop hop) {
            return new Way(hop.gateway(), hop.device());
        }

        @Override
        public String toString() {
            return gateway.map(address -> "via " + address + " ").orElse("") + "dev " + device;
        }
    }

    /** Why there is no way: a rule or a route says so, or no route fits. */
    enum Refusal {
        BLACKHOLE("blackhole"), UNREACHABLE("unreachable"), PROHIBIT("prohibit"), NO_ROUTE("no route");

        private final String text;

        Refusal(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
