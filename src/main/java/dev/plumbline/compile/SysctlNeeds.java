package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.RoutingRulesSpec.RuleSpec;
import dev.plumbline.state.Family;
import dev.plumbline.state.Link;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.Sysctl;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which sysctls a document depends on: a pure function of the document and what surrounds it.
 *
 * <p>{@code SourceRouting} needs none. A reverse-path filter looks up the way back from the packet's destination, which
 * is the bound address, so that it follows the address's own rule into its own table and finds the device that the
 * packet came by; that holds for strict filters too. {@code RouteTable} needs forwarding where it is a device's own,
 * and else none: what leads packets into the table does. Of {@code RoutingRules} those do that the way back does not
 * follow, and those for packets of others.
 *
 * <p>{@code src_valid_mark} is never asked for: a loose filter asks for any way back, and without marks finds the one
 * in main; with them it would follow tables that lead but one way, and drop what these refuse.
 */
final class SysctlNeeds {

    private static final String LOOPBACK = "lo";
    private static final String OFF = "0";
    private static final String ON = "1";
    private static final String STRICT = "1";
    private static final String LOOSE = "2";

    private final Surroundings around;

    /** What a document does not say itself. */
    interface Surroundings {

        NamespaceState live();

        /** The devices that routes of documents in a table lead over; none for main, default and local. */
        Set<String> devices(Family family, long table);

        /** The same by a number or name as documents give it. */
        Set<String> devices(Family family, String table);

        /** Devices that take their IPv6 routes from router advertisements. */
        Set<String> advertised();
    }

    /** What one document needs, as it is gathered. */
    final class Gathering {
        private final List<SysctlNeed> needs = new ArrayList<>();

        Surroundings around() {
            return around;
        }

        /**
         * Packets of others pass.
         *
         * @param devices that they come in by, as far as it is said
         */
        void forwards(Family family, Set<String> devices, Origin origin, String what) {
            var why = what + (family == Family.IPV4 ? " are not forwarded" : " are not forwarded (IPv6)");
            if (family == Family.IPV6) {
                around.advertised().forEach(device -> add(Sysctl.path(Family.IPV6, device, Sysctl.ACCEPT_RA),
                        Set.of(ON), LOOSE, origin, device + " takes its IPv6 routes from router advertisements, which"
                                + " a host that forwards ignores"));
            }
            add(Sysctl.forwarding(family), Set.of(OFF), ON, origin, why);
            if (family == Family.IPV4 && !OFF.equals(value(Sysctl.IPV4_FORWARD))) {
                devices.stream().filter(this::isThere).forEach(device -> add(
                        Sysctl.path(Family.IPV4, device, Sysctl.FORWARDING), Set.of(OFF), ON, origin, why));
            }
        }

        /** IPv4 packets come in by a device that the way back, as far as the filter sees it, does not lead over. */
        void loose(String device, Origin origin, String why) {
            if (!isThere(device)) {
                return;
            }
            // The higher of all and the device's own counts.
            var unfit = switch (value(Sysctl.path(Family.IPV4, Sysctl.ALL, Sysctl.RP_FILTER))) {
                case OFF -> Set.of(STRICT);
                case STRICT -> Set.of(OFF, STRICT);
                default -> Set.<String>of();
            };
            add(Sysctl.path(Family.IPV4, device, Sysctl.RP_FILTER), unfit, LOOSE, origin, why);
        }

        /** The same for every device. */
        void looseEverywhere(Origin origin, String why) {
            boolean strict = around.live().links().stream().map(Link::name)
                    .anyMatch(device -> value(Sysctl.path(Family.IPV4, device, Sysctl.RP_FILTER)).equals(STRICT));
            add(Sysctl.path(Family.IPV4, Sysctl.ALL, Sysctl.RP_FILTER), strict ? Set.of(OFF, STRICT) : Set.of(STRICT),
                    LOOSE, origin, why);
        }

        /** Packets for 127.0.0.0/8 come in by these devices; by any if none is named. */
        void loopback(Set<String> devices, Origin origin, String why) {
            var everywhere = Sysctl.path(Family.IPV4, Sysctl.ALL, Sysctl.ROUTE_LOCALNET);
            if (devices.isEmpty()) {
                add(everywhere, Set.of(OFF), ON, origin, why);
            }
            devices.stream().filter(this::isThere).forEach(device -> add(
                    Sysctl.path(Family.IPV4, device, Sysctl.ROUTE_LOCALNET),
                    value(everywhere).equals(OFF) ? Set.of(OFF) : Set.of(), ON, origin, why));
        }

        private boolean isThere(String device) {
            return around.live().link(device).isPresent();
        }

        private String value(String path) {
            return around.live().sysctls().getOrDefault(path, OFF);
        }

        private void add(String path, Set<String> unfit, String wanted, Origin origin, String why) {
            if (needs.stream().noneMatch(each -> each.path().equals(path))) {
                needs.add(new SysctlNeed(path, unfit, wanted, origin, why));
            }
        }
    }

    SysctlNeeds(Surroundings around) {
        this.around = around;
    }

    /** Whether the document may need any, whatever the network is like. */
    static boolean mayNeedAny(Document document) {
        return switch (document.spec()) {
            case RoutingRulesSpec spec -> spec.rules().stream().anyMatch(each -> isLookup(each)
                    && (isForOthers(each) || isOneWay(each)));
            case FirewallSpec spec -> FirewallSysctls.mayNeedAny(spec);
            case RouteTableSpec spec -> isForOthers(spec);
            default -> false;
        };
    }

    /** Whether the document may need forwarding of IPv6. */
    static boolean mayForwardIpv6(Document document) {
        return switch (document.spec()) {
            case RoutingRulesSpec spec -> spec.rules().stream().anyMatch(each ->
                    each.rule().family() == Family.IPV6 && isLookup(each) && isForOthers(each));
            case FirewallSpec spec -> FirewallSysctls.mayForwardIpv6(spec);
            case RouteTableSpec spec -> isForOthers(spec) && !spec.ipv6().isEmpty();
            default -> false;
        };
    }

    /** Whether what the document needs is set, or only warned of. */
    static boolean manages(Document document) {
        return switch (document.spec()) {
            case RoutingRulesSpec spec -> spec.manageSysctls();
            case FirewallSpec spec -> spec.manageSysctls();
            case RouteTableSpec spec -> spec.manageSysctls();
            default -> false;
        };
    }

    /** At most one a path. */
    List<SysctlNeed> of(Document document) {
        var gathering = new Gathering();
        switch (document.spec()) {
            case RoutingRulesSpec spec -> spec.rules().stream().filter(each -> isMeant(each, spec))
                    .forEach(each -> rule(each, gathering));
            case FirewallSpec spec -> new FirewallSysctls(spec, gathering).gather();
            case RouteTableSpec spec when isForOthers(spec) -> table(spec, gathering);
            default -> { }
        }
        return List.copyOf(gathering.needs);
    }

    /** A rule that names no family is one for IPv6 where its table has routes for that. */
    private boolean isMeant(RuleSpec each, RoutingRulesSpec spec) {
        return each.rule().family() == Family.IPV4 || !devices(each).isEmpty() || spec.rules().stream()
                .noneMatch(other -> other.rule().family() == Family.IPV4 && other.origin().equals(each.origin()));
    }

    private static void table(RouteTableSpec spec, Gathering gathering) {
        var device = spec.device().orElseThrow();
        for (var rows : List.of(spec.ipv4(), spec.ipv6())) {
            if (!rows.isEmpty()) {
                gathering.forwards(rows.family(), Set.of(device.value()), device.origin(),
                        "packets that come in by " + device.value());
            }
        }
    }

    private static boolean isForOthers(RouteTableSpec spec) {
        return spec.device().filter(device -> !device.value().equals(LOOPBACK)).isPresent();
    }

    private void rule(RuleSpec each, Gathering gathering) {
        if (!isLookup(each)) {
            return;
        }
        var rule = each.rule();
        if (isForOthers(each)) {
            var device = rule.iif();
            gathering.forwards(rule.family(), Set.of(device), each.origin(), "packets that come in by " + device);
        }
        if (rule.family() == Family.IPV4 && isOneWay(each)) {
            devices(each).forEach(device -> gathering.loose(device, each.origin(), "answers to what `"
                    + rule.selector() + "` leads over " + device + " come in there, and a strict reverse-path filter"
                    + " drops them, for it does not follow that rule"));
        }
    }

    private Set<String> devices(RuleSpec each) {
        if (each.table().isPresent()) {
            return around.devices(each.rule().family(), each.table().get());
        }
        return each.rule().action() instanceof RuleAction.Lookup(long table)
                ? around.devices(each.rule().family(), table) : Set.of();
    }

    private static boolean isLookup(RuleSpec each) {
        return each.table().isPresent() || each.rule().action() instanceof RuleAction.Lookup;
    }

    /** What comes in by a device and gets as far as rules behind that of table local is not for this host. */
    private static boolean isForOthers(RuleSpec each) {
        return !each.rule().not() && !each.rule().iif().isEmpty() && !each.rule().iif().equals(LOOPBACK);
    }

    /**
     * Whether the filter's own lookup passes it by: that one is without mark and bound device, and root's. A rule for
     * an incoming device it does follow: it asks as if the packet came by the device that this one leaves by
     * ({@code __mkroute_input}, {@code __fib_validate_source}).
     */
    private static boolean isOneWay(RuleSpec each) {
        var rule = each.rule();
        return !rule.not() && (!rule.oif().isEmpty() || rule.mark().isPresent() || rule.uids().isPresent());
    }
}
