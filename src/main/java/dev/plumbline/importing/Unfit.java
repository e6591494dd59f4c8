package dev.plumbline.importing;

import dev.plumbline.state.Family;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteMetric;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.Optional;
import java.util.Set;

/** Why a route or a rule cannot be an intent. Empty where it can. */
final class Unfit {

    /**
     * Programs that keep their routes themselves, below the range of newer daemons ({@code linux/rtnetlink.h}): gated,
     * mrt, zebra, bird, dnrouted, xorp, ntk, mrouted, keepalived, babel, openr.
     */
    private static final Set<Integer> DAEMONS = Set.of(8, 10, 11, 12, 13, 14, 15, 17, 18, 42, 99);
    private static final Set<RouteType> TYPES = Set.of(RouteType.UNICAST, RouteType.BLACKHOLE, RouteType.UNREACHABLE,
            RouteType.PROHIBIT, RouteType.THROW);
    private static final Set<Integer> METRICS = Set.of(RouteAttributes.RTAX_MTU, RouteAttributes.RTAX_ADVMSS);
    /** The priorities of the three rules that every namespace begins with. */
    private static final Set<Long> DEFAULT_PRIORITIES = Set.of(0L, 32766L, 32767L);

    private Unfit() {
    }

    /** Why nothing of a table can be an intent. */
    static Optional<String> table(long table) {
        if (table == Route.TABLE_LOCAL) {
            return Optional.of("the kernel keeps the local table");
        }
        return table == Route.TABLE_DEFAULT ? Optional.of("table 253 (default) is reserved") : Optional.empty();
    }

    static Optional<String> route(Route route) {
        return owner(route.attributes().protocol()).or(() -> form(route));
    }

    private static Optional<String> form(Route route) {
        var attributes = route.attributes();
        var destination = route.destination().address();
        boolean ipv6 = destination.family() == Family.IPV6;
        if (ipv6 && route.destination().length() >= 8 && (destination.isLinkLocal() || destination.isMulticast())) {
            return Optional.of("IPv6 link-local and multicast routes belong to the kernel");
        }
        if (attributes.expires() != 0) {
            return Optional.of("it expires in " + attributes.expires() + " s: whoever made it will renew it");
        }
        if (!TYPES.contains(attributes.type())) {
            return Optional.of("a RouteTable has no routes of type " + attributes.type());
        }
        if (attributes.from().isPresent()) {
            return Optional.of("a RouteTable has no routes with a source prefix");
        }
        if (!attributes.other().isEmpty()) {
            return Optional.of("it has encapsulation, a next-hop object or other attributes"
                    + " that a RouteTable cannot say");
        }
        for (int number : attributes.metrics().keySet()) {
            if (!METRICS.contains(number)) {
                return Optional.of("a RouteTable cannot say " + RouteMetric.name(number));
            }
        }
        return attributes.nextHops().stream().map(NextHop::device).anyMatch(String::isEmpty)
                ? Optional.of("its device has vanished") : Optional.empty();
    }

    /** Whose it is by its mark, if that is somebody who looks after it. */
    private static Optional<String> owner(int protocol) {
        return Optional.ofNullable(switch (protocol) {
            case Protocol.KERNEL -> "the kernel made it";
            case Protocol.REDIRECT -> "an ICMP redirect made it";
            case Protocol.RA -> "a router advertisement made it, and will again";
            case Protocol.DHCP -> "a DHCP client made it, and will again";
            case Protocol.PLUMBLINE -> "plumbline's own: an intent asks for it already";
            default -> DAEMONS.contains(protocol) || protocol >= Protocol.FIRST_DAEMON
                    ? "a routing daemon (" + Protocol.name(protocol) + ") looks after it" : null;
        });
    }

    static Optional<String> rule(RoutingRule rule) {
        if (DEFAULT_PRIORITIES.contains(rule.priority())) {
            return Optional.of("priorities 0, 32766 and 32767 are the kernel's own");
        }
        return owner(rule.protocol()).or(() -> switch (rule.action()) {
            case RuleAction.Nop() -> Optional.of("RoutingRules has no action nop");
            case RuleAction.Unknown(int number) -> Optional.of("RoutingRules has no action " + number);
            case RuleAction.Lookup(long table) when table == 0 -> Optional.of("it looks up no table");
            default -> Optional.empty();
        }).or(() -> rule.other().isEmpty() ? Optional.empty()
                : Optional.of("it has attributes that RoutingRules cannot say"));
    }
}
