package dev.plumbline.intent;

import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.FirewallSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The edge firewall.
 *
 * @param policies what becomes of packets that no rule decides on; a chain that is missing here accepts
 * @param manageSysctls what the rules need of sysctls (forwarding, reverse-path filtering) is set
 * @param variables the document's own, by name
 * @param sets by their own names
 * @param chains sub-chains that are there even without rules; every other that has rules is there too
 * @param rules those of one chain in the order in which they are tried
 */
public record FirewallSpec(SortedMap<BaseChain, Policy> policies, boolean manageSysctls,
        SortedMap<String, String> variables, List<FirewallSet> sets, SortedSet<String> chains, List<FirewallRule> rules)
        implements Spec {

    /** What becomes of a packet in the end. */
    public enum Policy { ACCEPT, DROP }

    public FirewallSpec {
        policies = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(policies));
        variables = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(variables));
        chains = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(chains));
        sets = List.copyOf(sets);
        rules = List.copyOf(rules);
    }

    /** Rules and nothing else. */
    public static FirewallSpec of(List<FirewallRule> rules) {
        return new FirewallSpec(new TreeMap<>(), false, new TreeMap<>(Map.of()), List.of(), new TreeSet<>(), rules);
    }
}
