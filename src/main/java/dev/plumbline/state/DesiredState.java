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
 * @param held what stays as it is whatever is wanted
 * @param firewall plumbline's tables of nftables
 */
public record DesiredState(RouteTables routes, Set<TableKey> exclusive, RouteTables moved, Set<String> adopting,
        List<DesiredRule> rules, Set<Long> keptTables, Held held, DesiredFirewall firewall) {

    /** Nothing wanted: all that is ours goes. */
    public static final DesiredState NOTHING = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(),
            List.of(), Set.of());

    public DesiredState {
        exclusive = Set.copyOf(exclusive);
        adopting = Set.copyOf(adopting);
        rules = List.copyOf(rules);
        keptTables = Set.copyOf(keptTables);
    }

    /** A state in which nothing is held, without tables of nftables. */
    public DesiredState(RouteTables routes, Set<TableKey> exclusive, RouteTables moved, Set<String> adopting,
            List<DesiredRule> rules, Set<Long> keptTables) {
        this(routes, exclusive, moved, adopting, rules, keptTables, Held.NOTHING,
                DesiredFirewall.NONE);
    }

    /** A rule with the document that wants it. */
    public record DesiredRule(RoutingRule rule, Origin origin) {
    }
}
