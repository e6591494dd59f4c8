package dev.plumbline.intent;

import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.ChainNames;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.OperandParser;
import dev.plumbline.intent.firewall.RuleCheck;
import dev.plumbline.intent.firewall.RuleLine;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Origin;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds one item of a firewall's rules: a line, text of several lines, or a mapping. */
final class FirewallRuleBinder {

    private static final List<String> COMMON = List.of("comment", "expires", "disabled");
    static final List<String> FIELDS = fields();
    private static final List<String> LINE_FIELDS = List.of("rule", "comment", "expires", "disabled");

    private final Values values;
    private final SourceText source;
    private final FirewallActionBinder actions;

    FirewallRuleBinder(Values values, SourceText source) {
        this.values = values;
        this.source = source;
        actions = new FirewallActionBinder(values, source);
    }

    private static List<String> fields() {
        var fields = new ArrayList<>(List.of("chain", "table"));
        fields.addAll(Subject.fields());
        fields.add("not");
        fields.addAll(FirewallActionBinder.FIELDS);
        fields.addAll(COMMON);
        return List.copyOf(fields);
    }

    /** The rules of an item; none if an error was reported. Their origins name neither file nor document. */
    List<FirewallRule> bind(Node node, FieldPath path) {
        if (node instanceof Node.Scalar scalar && scalar.isText() && !scalar.text().isBlank()) {
            return lines(scalar, path);
        }
        if (node instanceof Node.Mapping mapping && mapping.get("rule") instanceof Node.Scalar line) {
            return extendedLine(mapping, line, path);
        }
        if (!(node instanceof Node.Mapping)) {
            values.error(node, path, "expected a rule: a line such as `INPUT -p tcp --dport 22 -j ACCEPT`, or a mapping"
                    + " such as {chain: input, protocol: tcp, destinationPort: 22, action: accept}; found " + node);
            return List.of();
        }
        int before = values.errors();
        var mapping = values.mapping(node, path, FIELDS);
        var rule = mapping == null ? null : structured(mapping, path);
        return rule == null || values.errors() != before ? List.of() : List.of(rule);
    }

    private List<FirewallRule> lines(Node.Scalar scalar, FieldPath path) {
        var rules = new ArrayList<FirewallRule>();
        int start = 0;
        for (var line : scalar.text().split("\n", -1)) {
            if (!RuleLine.isComment(line)) {
                var rule = line(scalar, line, start, path);
                if (rule != null) {
                    rules.add(rule);
                }
            }
            start += line.length() + 1;
        }
        return rules;
    }

    private @Nullable FirewallRule line(Node.Scalar scalar, String line, int start, FieldPath path) {
        try {
            var place = source.position(scalar, start + line.length() - line.stripLeading().length());
            return RuleLine.parse(line, new Origin("", "", place.line(), place.column()));
        } catch (MalformedException e) {
            error(scalar, start + e.offset(), path, e.getMessage());
            return null;
        }
    }

    private void error(Node.Scalar scalar, int offset, FieldPath path, String message) {
        var place = source.position(scalar, offset);
        values.error(place.line(), place.column(), path, message);
    }

    private List<FirewallRule> extendedLine(Node.Mapping mapping, Node.Scalar line, FieldPath path) {
        int before = values.errors();
        values.mapping(mapping, path, LINE_FIELDS);
        if (line.text().strip().contains("\n") || RuleLine.isComment(line.text())) {
            values.error(line, path.field("rule"), "expected one line");
            return List.of();
        }
        var rule = line(line, line.text(), 0, path.field("rule"));
        var comment = comment(mapping, path);
        var expires = expires(mapping, path);
        boolean disabled = values.flag(mapping, "disabled", path, false);
        if (rule == null || values.errors() != before) {
            return List.of();
        }
        return List.of(rule.with(mapping.get("comment") == null ? rule.comment() : comment, expires, disabled));
    }

    private @Nullable FirewallRule structured(Node.Mapping mapping, FieldPath path) {
        int before = values.errors();
        var places = new HashMap<Object, Node>();
        places.put("chain", mapping);
        var conditions = new ArrayList<Condition>();
        conditions(mapping, path, false, conditions, places);
        var not = mapping.get("not");
        if (not != null) {
            var inner = values.mapping(not, path.field("not"), Subject.fields());
            if (inner != null) {
                conditions(inner, path.field("not"), true, conditions, places);
            }
        }
        var bound = actions.bind(mapping, path, places);
        var stage = stage(mapping, path, places);
        var chain = chain(mapping, path, places);
        var comment = comment(mapping, path);
        var expires = expires(mapping, path);
        boolean disabled = values.flag(mapping, "disabled", path, false);
        if (chain == null || bound.isEmpty() || values.errors() != before) {
            return null;
        }
        var rule = new FirewallRule(chain, stage, conditions, bound, comment, expires, disabled,
                new Origin("", "", mapping.line(), mapping.column()));
        for (var finding : RuleCheck.findings(rule)) {
            values.error(places.getOrDefault(finding.at(), mapping), path.field(field(finding.at())),
                    finding.message());
        }
        return rule;
    }

    private static String field(Object at) {
        return at instanceof Subject subject ? subject.field() : at instanceof String word ? word
                : FirewallActionBinder.field((Class<?>) at);
    }

    private void conditions(Node.Mapping mapping, FieldPath path, boolean negated, List<Condition> into,
            Map<Object, Node> places) {
        for (var entry : mapping.entries()) {
            var subject = Subject.of(entry.key().text());
            if (subject.isEmpty()) {
                continue;
            }
            var field = path.field(entry.key().text());
            if (negated && !subject.get().isNegatable()) {
                values.error(entry.key(), field, "`" + subject.get().field() + "` has no contrary");
                continue;
            }
            places.put(subject.get(), entry.value());
            if (subject.get() == Subject.SET && entry.value() instanceof Node.Sequence) {
                var items = values.list(entry.value(), field, "sets with their sides");
                for (int i = 0; items != null && i < items.size(); i++) {
                    condition(items.get(i), field.item(i), subject.get(), negated, into);
                }
            } else {
                condition(entry.value(), field, subject.get(), negated, into);
            }
        }
    }

    private void condition(Node node, FieldPath path, Subject subject, boolean negated, List<Condition> into) {
        var operands = new ArrayList<Operand>();
        if (node instanceof Node.Sequence && subject.isList()) {
            var items = values.list(node, path, "values");
            for (int i = 0; items != null && i < items.size(); i++) {
                operands.addAll(operands(items.get(i), path.item(i), subject));
            }
        } else {
            operands.addAll(operands(node, path, subject));
        }
        if (!operands.isEmpty()) {
            into.add(new Condition(subject, negated, operands.stream().distinct().toList()));
        }
    }

    private List<Operand> operands(Node node, FieldPath path, Subject subject) {
        if (!(node instanceof Node.Scalar scalar) || scalar.isNothing()) {
            values.error(node, path, "expected a value" + (subject.isList() ? ", or a list of some" : "") + "; found "
                    + node);
            return List.of();
        }
        try {
            return OperandParser.list(subject, scalar.text());
        } catch (MalformedException e) {
            error(scalar, e.offset(), path, e.getMessage());
            return List.of();
        }
    }

    private Optional<Stage> stage(Node.Mapping mapping, FieldPath path, Map<Object, Node> places) {
        var node = mapping.get("table");
        if (node == null) {
            return Optional.empty();
        }
        places.put("table", node);
        var word = values.word(node, path.field("table"), Stage.words());
        return word == null ? Optional.empty() : Stage.of(word);
    }

    /** Copies have their chain by themselves. */
    private @Nullable String chain(Node.Mapping mapping, FieldPath path, Map<Object, Node> places) {
        var node = mapping.get("chain");
        boolean copy = mapping.get("copy") != null;
        if (node == null && copy) {
            return BaseChain.MACRO.toString();
        }
        if (node == null) {
            values.required(mapping, "chain", path, FIELDS, "chain: input");
            return null;
        }
        places.put("chain", node);
        var field = path.field("chain");
        if (copy) {
            values.error(node, field, "a copy is made where its interface says; leave the chain out");
            return null;
        }
        var name = values.text(node, field, "a chain");
        if (name == null || BaseChain.of(name).isPresent() && !name.equals(BaseChain.MACRO.toString())) {
            return name;
        }
        var problem = name.equals(BaseChain.MACRO.toString())
                ? Optional.of("only lines of VNS3 have this chain; write the chain that is meant")
                : BaseChain.of(name.toLowerCase(Locale.ROOT)).map(chain -> "write " + chain)
                .or(() -> ChainNames.problem(name));
        problem.ifPresent(message -> values.error(node, field, message));
        return problem.isPresent() ? null : name;
    }

    private String comment(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("comment");
        var text = node == null ? null : values.text(node, path.field("comment"), "a comment");
        if (text != null && node != null && text.chars().anyMatch(c -> c < 32)) {
            values.error(node, path.field("comment"), "a comment is one line of text");
        }
        return text == null ? "" : text;
    }

    private Optional<Instant> expires(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("expires");
        if (node == null) {
            return Optional.empty();
        }
        var text = values.text(node, path.field("expires"), "a time such as 2026-12-31T18:00:00Z");
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            values.error(node, path.field("expires"), "expected a time with its offset, such as 2026-12-31T18:00:00Z;"
                    + " found " + node);
            return Optional.empty();
        }
    }
}
