package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.RuleParts;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.state.firewall.RuleKey;
import java.util.Optional;

/**
 * A rule that is to be there.
 *
 * @param rule without variables
 * @param form what the document says, with the names of variables: a new value makes no other rule
 * @param occurrence how often the document says that before
 * @param lookup the number of the lookup that it is among those of all documents; -1 for anything else
 */
record FirewallItem(Document document, FirewallRule rule, String form, int occurrence, int lookup) {

    static String form(FirewallRule rule) {
        var form = new StringBuilder(RuleParts.conditions(rule));
        for (var action : rule.actions()) {
            form.append(' ').append(RuleParts.action(action));
        }
        return form.toString();
    }

    /** The key of one of the rules that it becomes. */
    RuleKey key(String part) {
        return RuleKey.of(document.id(), part.isEmpty() ? form : form + "\n" + part, occurrence);
    }

    String comment() {
        return rule.comment().isEmpty() ? document.id() : rule.comment();
    }

    Optional<Action.Lookup> lookupAction() {
        return rule.ending().filter(Action.Lookup.class::isInstance).map(Action.Lookup.class::cast);
    }

    /** The same rule as if it stood in a base chain, at one stage or as its action has it. */
    FirewallRule in(BaseChain chain, Optional<Stage> stage) {
        return new FirewallRule(chain.toString(), stage, rule.conditions(), rule.actions(), rule.comment(),
                rule.expires(), rule.disabled(), rule.origin());
    }

    /** One of the rules that this one stands for. */
    FirewallItem with(FirewallRule part, int number) {
        return new FirewallItem(document, part, form + "\n" + number, occurrence, lookup);
    }
}
