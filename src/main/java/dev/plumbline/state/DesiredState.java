package dev.plumbline.state;

import dev.plumbline.state.firewall.DesiredFirewall;
import java.util.List;
import java.util.Set;

/**
 * What one namespace is to look like.
 *
 * @param routes ours, and those to be put back (with their original protocol); each row with its origin
 * @param exclusive tables in which nobody else's routes may stay
 * @param moved foreign routes that must go from where they are, with the documents that moved them
 * @param adopting documents ({@code kind/name}) that take over equal objects of others
 * @param rules ours, and those to be put back, in the order of documents
 * @param keptTables tables of waiting documents: our routes in them, and our rules that look them up, stay as they are
 * @param firewall plumbline's tables
 * @param sysctls what documents want of them, and former values to be put back
 * @param vrfs VRF devices, and the device in each
 * @param addresses that devices in VRFs had, and that are to be there again if the kernel has dropped them
 * @param held what stays as it is whatever is wanted
 */
public record DesiredState(RouteTables routes, Set<TableKey> exclusive, RouteTables moved, Set<String> adopting,
        List<DesiredRule> rules, Set<Long> keptTables, DesiredFirewall firewall, List<DesiredSysctl> sysctls,
        List<DesiredVrf> vrfs, List<DesiredAddress> addresses, Held held) {

    /** Nothing wanted: all that is ours goes. */
    public static final DesiredState NOTHING = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(),
            List.of(), Set.of());

    public DesiredState {
        exclusive = Set.copyOf(exclusive);
        adopting = Set.copyOf(adopting);
        rules = List.copyOf(rules);
        keptTables = Set.copyOf(keptTables);
        sysctls = List.copyOf(sysctls);
        vrfs = List.copyOf(vrfs);
        addresses = List.copyOf(addresses);
    }

    /** A state of routes and rules in which nothing is held. */
    public DesiredState(RouteTables routes, Set<TableKey> exclusive, RouteTables moved, Set<String> adopting,
            List<DesiredRule> rules, Set<Long> keptTables) {
        this(routes, exclusive, moved, adopting, rules, keptTables, DesiredFirewall.NONE, List.of(), List.of(),
                List.of(), Held.NOTHING);
    }

    /** A rule with the document that wants it. */
    public record DesiredRule(RoutingRule rule, Origin origin) {
    }

    /**
     * A VRF device with the document that wants it.
     *
     * @param document {@code kind/name}: what its alias names
     * @param device what is to be in it
     */
    public record DesiredVrf(String name, long table, String document, String device, Origin origin) {
        public Vrf vrf() {
            return new Vrf(name, table, Link.aliasFor(document), true);
        }
    }

    /** An address with the document whose device it is of. */
    public record DesiredAddress(LinkAddress address, Origin origin) {
    }

    /**
     * A sysctl with the document that wants it.
     *
     * @param path below {@code /proc/sys}, such as {@code net/ipv4/ip_forward}; nothing is wanted while it is absent
     * @param putBack no document wants it any more, and this is what it was before
     */
    public record DesiredSysctl(String path, String value, boolean putBack, Origin origin) {
    }
}
