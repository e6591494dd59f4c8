package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Binds the spec of RoutingRules. */
final class RoutingRulesBinder implements DocumentBinder.SpecBinder, YamlReader.Items {

    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    private static final FieldPath RULES = SPEC.field("rules");

    private static final List<String> FIELDS = List.of("adopt", "sysctls", "rules");
    private static final List<String> KNOWN = DocumentBinder.withShared(FIELDS);

    private final Values values;
    private final RuleBinder binder;
    private final List<RuleBinder.Parsed> rules = new ArrayList<>();

    RoutingRulesBinder(Values values) {
        this.values = values;
        binder = new RuleBinder(values);
    }

    @Override
    public List<String> fields() {
        return FIELDS;
    }

    @Override
    public YamlReader.@Nullable Items stream(String field) {
        return field.equals("rules") ? this : null;
    }

    @Override
    public void item(Node item, int index) {
        rules.addAll(binder.bind(item, RULES.item(index)));
    }

    @Override
    public boolean line(byte[] content, int from, int to, int line) {
        return false;
    }

    @Override
    public Spec finish(Node.Mapping spec, String name, Origin document) {
        boolean adopt = values.flag(spec, "adopt", SPEC, false);
        boolean manage = values.managesSysctls(spec, SPEC);
        var list = values.required(spec, "rules", SPEC, KNOWN,
                "rules: [{priority: 1000, from: 192.0.2.1, lookup: uplink}]");
        if (list instanceof Node.Sequence sequence) {
            for (int i = 0; !sequence.streamed() && i < sequence.items().size(); i++) {
                item(sequence.items().get(i), i);
            }
        } else if (list != null) {
            values.error(list, RULES, "expected a list of rules; found " + list);
        }
        var bound = new ArrayList<RoutingRulesSpec.RuleSpec>(rules.size());
        for (var rule : rules) {
            bound.add(new RoutingRulesSpec.RuleSpec(rule.rule(), rule.table(),
                    new Origin(document.document(), document.file(), rule.line(), rule.column())));
        }
        return new RoutingRulesSpec(adopt, manage, bound);
    }
}
