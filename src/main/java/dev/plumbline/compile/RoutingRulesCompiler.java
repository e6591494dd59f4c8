package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.RoutingRulesSpec.RuleSpec;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.Optional;

/** Compiles {@code RoutingRules} documents: the names of tables become numbers. */
final class RoutingRulesCompiler {

    private final Draft draft;
    private final TableNumbers tables;

    RoutingRulesCompiler(Draft draft, TableNumbers tables) {
        this.draft = draft;
        this.tables = tables;
    }

    void compile(Document document, RoutingRulesSpec spec) {
        if (spec.adopt()) {
            draft.adopting(document);
        }
        for (var each : spec.rules()) {
            resolved(each).ifPresent(rule ->
                    draft.wantsRule(document, new DesiredRule(rule, each.origin()), spec.adopt()));
        }
    }

    private Optional<RoutingRule> resolved(RuleSpec each) {
        var rule = each.rule();
        if (each.table().isPresent()) {
            var name = each.table().get();
            var table = tables.named(name);
            if (table.isEmpty()) {
                draft.error(each.origin(), "lookup", "no RouteTable and no line of rt_tables is named " + name
                        + NearestName.hint(name, tables.names()));
                return Optional.empty();
            }
            return Optional.of(rule.withAction(new RuleAction.Lookup(table.getAsLong())));
        }
        if (rule.action() instanceof RuleAction.Lookup(long table) && (table < 1 || table > 0xffffffffL)) {
            draft.error(each.origin(), "lookup", "table " + table + " is not 1 to 4294967295: the kernel would take an "
                    + "empty table of its own choice");
            return Optional.empty();
        }
        if (rule.action() instanceof RuleAction.Goto(long target) && target <= rule.priority()) {
            draft.error(each.origin(), "goto", "goto " + target + " leads backwards: the target must be greater than "
                    + "the rule's own priority " + rule.priority());
            return Optional.empty();
        }
        return Optional.of(rule);
    }
}
