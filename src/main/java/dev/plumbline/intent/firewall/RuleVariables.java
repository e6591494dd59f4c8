package dev.plumbline.intent.firewall;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Puts values in the place of {@code ${name}} in rules. */
public final class RuleVariables {

    private final Map<String, String> values;

    /** @param values what the names stand for; a list has commas between its items */
    public RuleVariables(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** The names that a rule speaks of. */
    public static SortedSet<String> names(FirewallRule rule) {
        var names = new TreeSet<String>();
        rule.conditions().forEach(each -> each.operands().forEach(operand -> names(operand, names)));
        for (var action : rule.actions()) {
            switch (action) {
                case Action.SetMark it -> names(it.mark(), names);
                case Action.SetCtMark it -> names(it.mark(), names);
                case Action.Dnat it -> names(it.to(), names);
                case Action.Snat it -> names(it.to(), names);
                case Action.Masquerade it -> it.ports().ifPresent(ports -> names(ports, names));
                case Action.Redirect it -> it.ports().ifPresent(ports -> names(ports, names));
                case Action.Copy it -> names(it.to(), names);
                default -> { }
            }
        }
        return names;
    }

    private static void names(Operand operand, SortedSet<String> into) {
        if (operand instanceof Operand.Template template) {
            into.addAll(Templates.names(template.text()));
        }
    }

    /**
     * The rule without names.
     *
     * @throws MalformedException if a value does not suit its place, or does not fit to the rest of the rule; its
     *     message names the value, its offset says nothing
     * @throws IllegalArgumentException if a name has no value
     */
    public FirewallRule resolve(FirewallRule rule) throws MalformedException {
        if (names(rule).isEmpty()) {
            return rule;
        }
        var conditions = new ArrayList<Condition>();
        for (var condition : rule.conditions()) {
            conditions.add(resolve(condition));
        }
        var actions = new ArrayList<Action>();
        for (var action : rule.actions()) {
            actions.add(resolve(action));
        }
        var resolved = new FirewallRule(rule.chain(), rule.stage(), conditions, actions, rule.comment(),
                rule.expires(), rule.disabled(), rule.origin());
        for (var finding : RuleCheck.findings(resolved)) {
            throw new MalformedException(0, "with " + said(names(rule)) + ": " + finding.message());
        }
        return resolved;
    }

    private Condition resolve(Condition condition) throws MalformedException {
        var operands = new ArrayList<Operand>();
        for (var operand : condition.operands()) {
            var read = operand instanceof Operand.Template template
                    ? read(template, text -> OperandParser.list(condition.subject(), text)) : List.of(operand);
            read.stream().filter(each -> !operands.contains(each)).forEach(operands::add);
        }
        return new Condition(condition.subject(), condition.negated(), operands);
    }

    private Action resolve(Action action) throws MalformedException {
        return switch (action) {
            case Action.SetMark it -> new Action.SetMark(one(it.mark(), ActionValues::mark));
            case Action.SetCtMark it -> new Action.SetCtMark(one(it.mark(), ActionValues::mark));
            case Action.Dnat it -> new Action.Dnat(one(it.to(), ActionValues::endpoint), it.options());
            case Action.Snat it -> new Action.Snat(one(it.to(), ActionValues::endpoint), it.options());
            case Action.Masquerade it -> new Action.Masquerade(ports(it.ports()), it.options(), it.once());
            case Action.Redirect it -> new Action.Redirect(ports(it.ports()), it.options());
            case Action.Copy it -> new Action.Copy(it.direction(), one(it.to(), ActionValues::host), it.from());
            default -> action;
        };
    }

    private Optional<Operand> ports(Optional<Operand> ports) throws MalformedException {
        return ports.isEmpty() ? ports : Optional.of(one(ports.get(), ActionValues::portsOrName));
    }

    /** Reads what a text means. */
    private interface Read<T> {
        T read(String text) throws MalformedException;
    }

    private Operand one(Operand operand, Read<Operand> read) throws MalformedException {
        return operand instanceof Operand.Template template ? read(template, read) : operand;
    }

    private <T> T read(Operand.Template template, Read<T> read) throws MalformedException {
        var expanded = Templates.expand(template.text(), this::value);
        try {
            return read.read(expanded);
        } catch (MalformedException e) {
            throw new MalformedException(0, "with " + said(new TreeSet<>(Templates.names(template.text()))) + ": "
                    + e.getMessage());
        }
    }

    private String value(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no value for ${" + name + "}");
        }
        return value;
    }

    private String said(SortedSet<String> names) {
        var said = new LinkedHashMap<String, String>();
        names.forEach(name -> said.put(name, value(name)));
        return String.join(", ", said.entrySet().stream()
                .map(each -> "${" + each.getKey() + "} = `" + OperandParser.shown(each.getValue()) + "`").toList());
    }
}
