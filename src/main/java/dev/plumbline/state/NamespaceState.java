package dev.plumbline.state;

import java.util.List;
import java.util.Optional;

/**
 * What was read of one network namespace, at one moment.
 *
 * @param links all devices
 * @param addresses all addresses, in the kernel's order
 * @param routes those that were asked for by a {@link ReadScope}
 * @param rules all rules of both families, in the order in which the kernel tries them
 */
public record NamespaceState(NamespaceId id, List<Link> links, List<LinkAddress> addresses, RouteTables routes,
        List<RoutingRule> rules) {

    public NamespaceState {
        links = List.copyOf(links);
        addresses = List.copyOf(addresses);
        rules = List.copyOf(rules);
    }

    public Optional<Link> link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }
}
