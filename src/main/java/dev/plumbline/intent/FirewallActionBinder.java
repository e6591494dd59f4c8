package dev.plumbline.intent;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.Action.CopyDirection;
import dev.plumbline.intent.firewall.Action.NatOptions;
import dev.plumbline.intent.firewall.ActionValues;
import dev.plumbline.intent.firewall.ChainNames;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.OperandParser;
import dev.plumbline.intent.firewall.RejectType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Binds what a rule in YAML does. */
final class FirewallActionBinder {

    static final List<String> WORDS = List.of("accept", "drop", "return", "notrack", "reject", "masquerade",
            "redirect");
    private static final List<String> ENDINGS = List.of("action", "reject", "dnat", "snat", "masquerade", "redirect",
            "jump", "goto", "lookup", "copy");
    static final List<String> FIELDS = List.of("counter", "log", "restoreMark", "setMark", "setCtMark", "saveMark",
            "clampMss", "action", "reject", "dnat", "snat", "masquerade", "redirect", "jump", "goto", "lookup", "copy");
    static final List<String> LOG = List.of("prefix", "level", "group");
    static final List<String> NAT = List.of("to", "random", "fullyRandom", "persistent");
    static final List<String> MASQUERADE = List.of("ports", "random", "fullyRandom", "once");
    static final List<String> REDIRECT = List.of("ports", "random");
    static final List<String> LOOKUP = List.of("table", "through", "from");
    static final List<String> COPY = List.of("to", "from", "direction");
    private static final List<String> DIRECTIONS = Arrays.stream(CopyDirection.values())
            .map(CopyDirection::toString).toList();

    private final Values values;
    private final SourceText source;

    FirewallActionBinder(Values values, SourceText source) {
        this.values = values;
        this.source = source;
    }

    /** The field that says an action. */
    static String field(Class<?> action) {
        return switch (action.getSimpleName()) {
            case "Count" -> "counter";
            case "Accept", "Drop", "Return", "Notrack" -> "action";
            default -> Character.toLowerCase(action.getSimpleName().charAt(0)) + action.getSimpleName().substring(1);
        };
    }

    /** The actions, at least one; none if an error was reported. */
    List<Action> bind(Node.Mapping rule, FieldPath path, Map<Object, Node> places) {
        int before = values.errors();
        var bound = new ArrayList<Action>();
        Node first = null;
        for (var entry : rule.entries()) {
            var name = entry.key().text();
            if (!FIELDS.contains(name)) {
                continue;
            }
            var action = action(name, entry.value(), path.field(name));
            if (ENDINGS.contains(name)) {
                if (first != null) {
                    values.error(entry.key(), path.field(name), "a rule ends in one way; leave this out, or write a"
                            + " rule more");
                }
                first = entry.key();
            }
            if (action != null) {
                bound.add(action);
                places.put(action.getClass(), entry.value());
            }
        }
        boolean misspelt = values.isMisspelt(rule, FIELDS, FirewallRuleBinder.FIELDS);
        if (bound.isEmpty() && values.errors() == before && !misspelt) {
            values.error(rule, path, "the rule does nothing; write for example `action: accept`");
        }
        return values.errors() == before ? bound : List.of();
    }

    private @Nullable Action action(String name, Node node, FieldPath path) {
        return switch (name) {
            case "counter" -> only(node, path, new Action.Count());
            case "restoreMark" -> only(node, path, new Action.RestoreMark());
            case "saveMark" -> only(node, path, new Action.SaveMark());
            case "log" -> log(node, path);
            case "setMark" -> read(node, path, text -> new Action.SetMark(ActionValues.mark(text)));
            case "setCtMark" -> read(node, path, text -> new Action.SetCtMark(ActionValues.mark(text)));
            case "clampMss" -> read(node, path, text -> new Action.ClampMss(text.equals("pmtu") ? OptionalInt.empty()
                    : OptionalInt.of(ActionValues.mss(text))));
            case "action" -> word(node, path);
            case "reject" -> reject(node, path);
            case "dnat" -> nat(node, path, false);
            case "snat" -> nat(node, path, true);
            case "masquerade" -> masquerade(node, path);
            case "redirect" -> redirect(node, path);
            case "lookup" -> lookup(node, path);
            case "copy" -> copy(node, path);
            default -> jump(node, path, name.equals("goto"));
        };
    }

    /** Reads text, or reports what is wrong with it. */
    private interface Read<T> {
        T read(String text) throws MalformedException;
    }

    private <T> @Nullable T read(Node node, FieldPath path, Read<T> read) {
        if (!(node instanceof Node.Scalar scalar) || scalar.isNothing()) {
            values.error(node, path, "expected a value; found " + node);
            return null;
        }
        try {
            return read.read(scalar.text());
        } catch (MalformedException e) {
            var place = source.position(scalar, e.offset());
            values.error(place.line(), place.column(), path, e.getMessage());
            return null;
        }
    }

    private @Nullable Action only(Node node, FieldPath path, Action action) {
        if (node instanceof Node.Scalar scalar && Boolean.TRUE.equals(scalar.truth())) {
            return action;
        }
        values.error(node, path, "expected true; found " + node + "; leave the field out if it is not meant");
        return null;
    }

    private @Nullable Action word(Node node, FieldPath path) {
        var word = node instanceof Node.Scalar scalar ? scalar.text() : "";
        if (FIELDS.contains(word) && !WORDS.contains(word)) {
            values.error(node, path, "`" + word + "` needs more than a word; write it as a field: `" + word + ": …`");
            return null;
        }
        word = values.word(node, path, WORDS);
        return switch (word) {
            case "accept" -> new Action.Accept();
            case "drop" -> new Action.Drop();
            case "return" -> new Action.Return();
            case "notrack" -> new Action.Notrack();
            case "reject" -> new Action.Reject(RejectType.PORT_UNREACHABLE);
            case "masquerade" -> new Action.Masquerade(Optional.empty(), NatOptions.NONE, false);
            case "redirect" -> new Action.Redirect(Optional.empty(), NatOptions.NONE);
            case null, default -> null;
        };
    }

    private @Nullable Action reject(Node node, FieldPath path) {
        var word = values.word(node, path, RejectType.words());
        return word == null ? null : new Action.Reject(RejectType.of(word).orElseThrow());
    }

    private @Nullable Action log(Node node, FieldPath path) {
        int before = values.errors();
        var mapping = values.mapping(node, path, LOG);
        if (mapping == null) {
            return null;
        }
        var prefix = optional(mapping, "prefix", path, ActionValues::prefix);
        var level = optional(mapping, "level", path, ActionValues::level);
        var group = optional(mapping, "group", path, ActionValues::group);
        if (level.isPresent() && group.isPresent()) {
            values.error(Objects.requireNonNull(mapping.get("level")), path.field("level"),
                    "a log daemon's group has no level; leave one of the two out");
        }
        return values.errors() != before ? null : new Action.Log(prefix.orElse(""), level.orElse(Action.Log.LEVEL),
                group.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    private <T> Optional<T> optional(Node.Mapping mapping, String field, FieldPath path, Read<T> read) {
        var node = mapping.get(field);
        return node == null ? Optional.empty() : Optional.ofNullable(read(node, path.field(field), read));
    }

    private <T> @Nullable T required(Node.Mapping mapping, String field, FieldPath path, List<String> known,
            String example, Read<T> read) {
        var node = values.required(mapping, field, path, known, field + ": " + example);
        return node == null ? null : read(node, path.field(field), read);
    }

    private NatOptions options(Node.Mapping mapping, FieldPath path) {
        return new NatOptions(values.flag(mapping, "random", path, false),
                values.flag(mapping, "fullyRandom", path, false), values.flag(mapping, "persistent", path, false));
    }

    private @Nullable Action nat(Node node, FieldPath path, boolean isSource) {
        Operand to;
        var options = NatOptions.NONE;
        if (node instanceof Node.Mapping) {
            var mapping = values.mapping(node, path, NAT);
            to = mapping == null ? null : required(mapping, "to", path, NAT, "198.51.100.3", ActionValues::endpoint);
            options = mapping == null ? options : options(mapping, path);
        } else {
            to = read(node, path, ActionValues::endpoint);
        }
        if (!isSource && options.fullyRandom()) {
            values.error(node, path, "only ports of the source are chosen fully at random; write random");
        }
        return to == null ? null : isSource ? new Action.Snat(to, options) : new Action.Dnat(to, options);
    }

    private @Nullable Action masquerade(Node node, FieldPath path) {
        var mapping = values.mapping(node, path, MASQUERADE);
        return mapping == null ? null : new Action.Masquerade(optional(mapping, "ports", path,
                ActionValues::portsOrName), options(mapping, path), values.flag(mapping, "once", path, false));
    }

    private @Nullable Action redirect(Node node, FieldPath path) {
        if (!(node instanceof Node.Mapping)) {
            var ports = read(node, path, ActionValues::portsOrName);
            return ports == null ? null : new Action.Redirect(Optional.of(ports), NatOptions.NONE);
        }
        var mapping = values.mapping(node, path, REDIRECT);
        return mapping == null ? null : new Action.Redirect(optional(mapping, "ports", path,
                ActionValues::portsOrName), options(mapping, path));
    }

    private @Nullable Action lookup(Node node, FieldPath path) {
        if (!(node instanceof Node.Mapping)) {
            return read(node, path, text -> new Action.Lookup(ActionValues.table(text), false, Optional.empty()));
        }
        var mapping = values.mapping(node, path, LOOKUP);
        if (mapping == null) {
            return null;
        }
        var table = required(mapping, "table", path, LOOKUP, "plugin0", ActionValues::table);
        var from = optional(mapping, "from", path, ActionValues::device);
        return table == null ? null : new Action.Lookup(table, values.flag(mapping, "through", path, false), from);
    }

    private @Nullable Action copy(Node node, FieldPath path) {
        var mapping = values.mapping(node, path, COPY);
        if (mapping == null) {
            return null;
        }
        var to = required(mapping, "to", path, COPY, "198.51.100.3", ActionValues::host);
        var from = required(mapping, "from", path, COPY, "tun0", ActionValues::device);
        var direction = values.required(mapping, "direction", path, COPY, "direction: bidirectional");
        var word = direction == null ? null : values.word(direction, path.field("direction"), DIRECTIONS);
        return to == null || from == null || word == null ? null
                : new Action.Copy(CopyDirection.values()[DIRECTIONS.indexOf(word)], to, from);
    }

    private @Nullable Action jump(Node node, FieldPath path, boolean go) {
        var chain = values.text(node, path, "the name of a sub-chain");
        var problem = chain == null ? Optional.<String>empty() : ChainNames.problem(chain);
        problem.ifPresent(message -> values.error(node, path, message));
        return chain == null || problem.isPresent() ? null : new Action.Jump(chain, go);
    }
}
