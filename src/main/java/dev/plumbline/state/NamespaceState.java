package dev.plumbline.state;

import dev.plumbline.state.firewall.LiveFirewall;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was read of one network namespace, at one moment.
 *
 * @param links all devices
 * @param addresses all addresses, in the kernel's order
 * @param routes those that were asked for by a {@link ReadScope}
 * @param rules all rules of both families, in the order in which the kernel tries them
 * @param firewall the tables of plumbline, if they were asked for
 * @param sysctls values of those that were asked for, by their paths below {@code /proc/sys}; what this kernel or
 *     namespace does not have is absent
 */
public record NamespaceState(NamespaceId id, List<Link> links, List<LinkAddress> addresses, RouteTables routes,
        List<RoutingRule> rules, LiveFirewall firewall, Map<String, String> sysctls) {

    public NamespaceState {
        links = List.copyOf(links);
        addresses = List.copyOf(addresses);
        rules = List.copyOf(rules);
        sysctls = Map.copyOf(sysctls);
    }

    /** A namespace of which neither the firewall nor sysctls were read. */
    public NamespaceState(NamespaceId id, List<Link> links, List<LinkAddress> addresses, RouteTables routes,
            List<RoutingRule> rules) {
        this(id, links, addresses, routes, rules, LiveFirewall.NONE, Map.of());
    }

    /** The same with other routes. */
    public NamespaceState with(RouteTables others) {
        return new NamespaceState(id, links, addresses, others, rules, firewall, sysctls);
    }

    /** The same with other links. */
    NamespaceState withLinks(List<Link> others) {
        return new NamespaceState(id, others, addresses, routes, rules, firewall, sysctls);
    }

    /** The same with other addresses. */
    NamespaceState withAddresses(List<LinkAddress> others) {
        return new NamespaceState(id, links, others, routes, rules, firewall, sysctls);
    }

    /** Whether the device has this address, whatever else is said of it. */
    public boolean has(LinkAddress address) {
        return addresses.stream().anyMatch(address::isOf);
    }

    /** The VRF device that a link is. */
    public Optional<Vrf> vrf(Link link) {
        return link.vrfTable().map(table -> new Vrf(link.name(), table, link.alias(), link.isUp()));
    }

    /** The link that a link is a port of. */
    public Optional<Link> master(Link port) {
        return port.master().isEmpty() ? Optional.empty()
                : links.stream().filter(link -> link.index() == port.master().getAsInt()).findFirst();
    }

    /** The same with other rules. */
    public NamespaceState with(List<RoutingRule> others) {
        return new NamespaceState(id, links, addresses, routes, others, firewall, sysctls);
    }

    /** The same with other tables of plumbline. */
    public NamespaceState with(LiveFirewall others) {
        return new NamespaceState(id, links, addresses, routes, rules, others, sysctls);
    }

    /** The same with other sysctls. */
    public NamespaceState with(Map<String, String> others) {
        return new NamespaceState(id, links, addresses, routes, rules, firewall, others);
    }

    public Optional<Link> link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }
}
