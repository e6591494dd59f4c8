package dev.plumbline.state.firewall;

import dev.plumbline.state.Origin;
import java.util.Map;
import java.util.Optional;

/**
 * What the tables of plumbline are to be, and which documents want it.
 *
 * @param rules the origins of rules by their keys
 * @param objects the origins of chains and sets; those that serve several documents are absent
 */
public record DesiredFirewall(FirewallState state, Map<RuleKey, Origin> rules, Map<Name, Origin> objects) {

    public static final DesiredFirewall NONE = new DesiredFirewall(FirewallState.NONE, Map.of(), Map.of());

    public DesiredFirewall {
        rules = Map.copyOf(rules);
        objects = Map.copyOf(objects);
    }

    /** A state that no document stands behind: one to go back to. */
    public static DesiredFirewall of(FirewallState state) {
        return new DesiredFirewall(state, Map.of(), Map.of());
    }

    /**
     * A chain or a set among all tables.
     *
     * @param kind {@code chain} or {@code set}
     */
    public record Name(TableFamily family, String kind, String name) {
    }

    /** The document that wants a rule. */
    public Optional<Origin> origin(Rule rule) {
        return rule.key().flatMap(key -> Optional.ofNullable(rules.get(key)));
    }

    /** The document that wants a chain or a set ({@link Name}). */
    public Optional<Origin> origin(TableFamily family, String kind, String name) {
        return Optional.ofNullable(objects.get(new Name(family, kind, name)));
    }
}
