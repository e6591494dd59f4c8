package dev.plumbline.compile;

import dev.plumbline.state.Family;
import dev.plumbline.state.RoutingRule;

/**
 * What two rules may not share: the kernel tells rules by their selectors, and does not look at {@code not} when it
 * compares or deletes.
 */
record RuleKey(Family family, long priority, String selector) {

    static RuleKey of(RoutingRule rule) {
        return new RuleKey(rule.family(), rule.priority(), rule.withNot(false).selector() + rule.other());
    }
}
