package dev.plumbline.intent;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.ActionValues;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.ElementText;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.intent.firewall.RejectType;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.firewall.DataType;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Writes the spec of a Firewall. */
final class FirewallWriter {

    /** Addresses, numbers and names, as far as nothing of YAML is in them. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_./:-]*[A-Za-z0-9_*])?");
    private static final Pattern WORD = Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n");

    private final Appendable out;
    private final IntentWriter.Comments comments;

    FirewallWriter(Appendable out, IntentWriter.Comments comments) {
        this.out = out;
        this.comments = comments;
    }

    void write(FirewallSpec spec) throws IOException {
        if (!spec.policies().isEmpty()) {
            var flow = new FlowText();
            spec.policies().forEach((chain, policy) -> flow.raw(chain.toString(),
                    policy.name().toLowerCase(Locale.ROOT)));
            line("  policies: " + flow);
        }
        if (spec.manageSysctls()) {
            line("  sysctls: manage");
        }
        if (!spec.variables().isEmpty()) {
            line("  variables:");
            for (var variable : spec.variables().entrySet()) {
                line("    " + FlowText.quoted(variable.getKey()) + ": " + text(variable.getValue()));
            }
        }
        if (!spec.sets().isEmpty()) {
            line("  sets:");
            for (var set : spec.sets()) {
                set(set);
            }
        }
        if (!spec.chains().isEmpty()) {
            line("  chains: [" + String.join(", ", spec.chains().stream().map(FlowText::quoted).toList()) + "]");
        }
        line(spec.rules().isEmpty() ? "  rules: []" : "  rules:");
        for (var rule : spec.rules()) {
            for (var comment : comments.firewallRule(rule)) {
                line(("    # " + comment.replaceAll("\\p{Cntrl}", "?")).stripTrailing());
            }
            line("    - " + flow(rule));
        }
    }

    private void line(String text) throws IOException {
        out.append(text).append('\n');
    }

    private void set(FirewallSet set) throws IOException {
        line("    - name: " + FlowText.quoted(set.name()));
        var types = set.type().stream().map(DataType::toString).toList();
        line("      type: " + (types.size() == 1 ? types.getFirst() : "[" + String.join(", ", types) + "]"));
        if (set.interval()) {
            line("      interval: true");
        }
        line(set.elements().isEmpty() ? "      elements: []" : "      elements:");
        var words = new ElementText(set.type());
        for (int row = 0; row < set.elements().size(); row++) {
            line("        - " + text(words.text(set.elements(), row)));
        }
    }

    /** Text that is read as text, whatever it looks like. */
    static String text(String value) {
        boolean plain = PLAIN.matcher(value).matches() && !WORD.matcher(value).matches();
        return plain ? value : FlowText.quoted(value);
    }

    /** A rule as an item of {@code rules}. */
    static String flow(FirewallRule rule) {
        var flow = new FlowText();
        if (!rule.chain().equals(BaseChain.MACRO.toString())) {
            flow.text("chain", rule.chain());
        }
        rule.stage().ifPresent(stage -> flow.raw("table", stage));
        conditions(rule.conditions().stream().filter(each -> !each.negated()).toList(), flow);
        var negated = rule.conditions().stream().filter(Condition::negated).toList();
        if (!negated.isEmpty()) {
            var not = new FlowText();
            conditions(negated, not);
            flow.raw("not", not);
        }
        rule.actions().forEach(each -> action(each, flow));
        if (!rule.comment().isEmpty()) {
            flow.text("comment", rule.comment());
        }
        rule.expires().ifPresent(end -> flow.text("expires", end.toString()));
        if (rule.disabled()) {
            flow.raw("disabled", true);
        }
        return flow.toString();
    }

    private static void conditions(List<Condition> conditions, FlowText flow) {
        for (int i = 0; i < conditions.size(); i++) {
            var condition = conditions.get(i);
            if (condition.subject() == Subject.SET) {
                var sets = conditions.stream().filter(each -> each.subject() == Subject.SET)
                        .map(each -> text(each.operands().getFirst().toString())).toList();
                if (i == 0 || conditions.get(i - 1).subject() != Subject.SET) {
                    flow.raw("set", list(sets));
                }
                continue;
            }
            flow.raw(condition.subject().field(), list(condition.operands().stream()
                    .map(operand -> text(operand.toString())).toList()));
        }
    }

    private static String list(List<String> texts) {
        return texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    }

    private static void action(Action action, FlowText flow) {
        switch (action) {
            case Action.Count it -> flow.raw("counter", true);
            case Action.Log it -> flow.raw("log", log(it));
            case Action.RestoreMark it -> flow.raw("restoreMark", true);
            case Action.SaveMark it -> flow.raw("saveMark", true);
            case Action.SetMark it -> flow.raw("setMark", text(it.mark().toString()));
            case Action.SetCtMark it -> flow.raw("setCtMark", text(it.mark().toString()));
            case Action.ClampMss it -> flow.raw("clampMss", it.bytes().isPresent() ? it.bytes().getAsInt() : "pmtu");
            case Action.Accept it -> flow.raw("action", "accept");
            case Action.Drop it -> flow.raw("action", "drop");
            case Action.Return it -> flow.raw("action", "return");
            case Action.Notrack it -> flow.raw("action", "notrack");
            case Action.Reject it -> {
                if (it.type() == RejectType.PORT_UNREACHABLE) {
                    flow.raw("action", "reject");
                } else {
                    flow.raw("reject", it.type());
                }
            }
            case Action.Jump it -> flow.text(it.go() ? "goto" : "jump", it.chain());
            case Action.Dnat it -> flow.raw("dnat", nat(text(it.to().toString()), it.options()));
            case Action.Snat it -> flow.raw("snat", nat(text(it.to().toString()), it.options()));
            case Action.Masquerade it -> masquerade(it, flow);
            case Action.Redirect it -> redirect(it, flow);
            case Action.Lookup it -> lookup(it, flow);
            case Action.Copy it -> flow.raw("copy", new FlowText().raw("to", text(it.to().toString()))
                    .text("from", it.from()).raw("direction", it.direction()));
        }
    }

    private static FlowText log(Action.Log log) {
        var flow = new FlowText();
        if (!log.prefix().isEmpty()) {
            flow.text("prefix", log.prefix());
        }
        if (log.level() != Action.Log.LEVEL) {
            flow.raw("level", ActionValues.level(log.level()));
        }
        log.group().ifPresent(group -> flow.raw("group", group));
        return flow;
    }

    private static Object nat(String to, Action.NatOptions options) {
        return options.equals(Action.NatOptions.NONE) ? to : options(options, new FlowText().raw("to", to));
    }

    private static FlowText options(Action.NatOptions options, FlowText flow) {
        if (options.random()) {
            flow.raw("random", true);
        }
        if (options.fullyRandom()) {
            flow.raw("fullyRandom", true);
        }
        if (options.persistent()) {
            flow.raw("persistent", true);
        }
        return flow;
    }

    private static void masquerade(Action.Masquerade masquerade, FlowText flow) {
        boolean plain = masquerade.ports().isEmpty() && !masquerade.once()
                && masquerade.options().equals(Action.NatOptions.NONE);
        if (plain) {
            flow.raw("action", "masquerade");
            return;
        }
        var inner = new FlowText();
        masquerade.ports().ifPresent(ports -> inner.raw("ports", text(ports.toString())));
        options(masquerade.options(), inner);
        if (masquerade.once()) {
            inner.raw("once", true);
        }
        flow.raw("masquerade", inner);
    }

    private static void redirect(Action.Redirect redirect, FlowText flow) {
        boolean options = !redirect.options().equals(Action.NatOptions.NONE);
        if (!options && redirect.ports().isEmpty()) {
            flow.raw("action", "redirect");
        } else if (!options) {
            flow.raw("redirect", text(redirect.ports().orElseThrow().toString()));
        } else {
            var inner = new FlowText();
            redirect.ports().ifPresent(ports -> inner.raw("ports", text(ports.toString())));
            flow.raw("redirect", options(redirect.options(), inner));
        }
    }

    private static void lookup(Action.Lookup lookup, FlowText flow) {
        if (!lookup.through() && lookup.from().isEmpty()) {
            flow.raw("lookup", text(lookup.table()));
            return;
        }
        var inner = new FlowText().raw("table", text(lookup.table()));
        if (lookup.through()) {
            inner.raw("through", true);
        }
        lookup.from().ifPresent(from -> inner.text("from", from));
        flow.raw("lookup", inner);
    }
}
