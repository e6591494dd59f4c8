package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import dev.plumbline.state.RoutingRule;
import java.util.List;
import java.util.Optional;

/**
 * Rules of the routing policy database.
 *
 * @param adopt equal rules of others are taken over
 * @param manageSysctls what the rules need of sysctls (forwarding, reverse-path filtering) is set
 * @param rules in the order of the document; a rule for both families stands here twice
 */
public record RoutingRulesSpec(boolean adopt, boolean manageSysctls, List<RuleSpec> rules) implements Spec {

    public RoutingRulesSpec {
        rules = List.copyOf(rules);
    }

    /** Rules whose sysctls are left to others. */
    public RoutingRulesSpec(boolean adopt, List<RuleSpec> rules) {
        this(adopt, false, rules);
    }

    /**
     * One rule.
     *
     * @param rule looks up table 0 where {@code table} names one
     * @param table the name that {@code lookup} gives, where it is no number
     * @param origin the line of the rule
     */
    public record RuleSpec(RoutingRule rule, Optional<String> table, Origin origin) {
    }
}
