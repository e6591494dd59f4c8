package dev.plumbline.json;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RoutingRule.Mark;
import dev.plumbline.state.RoutingRule.Range;
import dev.plumbline.state.RuleAction;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rules as {@code ip -j rule} prints them, with {@code family} added. {@code not} and {@code l3mdev} are {@code true}
 * where {@code ip} prints null; {@code ipproto} and {@code suppress_ifgroup} are numbers.
 */
public final class RuleJson {

    private static final String ALL = "all";
    private static final long EVERY_BIT = 0xffffffffL;

    private RuleJson() {
    }

    public static ObjectNode toJson(RoutingRule rule) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("family", Words.family(rule.family()));
        node.put("priority", rule.priority());
        if (rule.not()) {
            node.put("not", true);
        }
        putPrefix(node, "src", rule.from(), true);
        putPrefix(node, "dst", rule.to(), false);
        if (rule.tos() != 0) {
            node.put("tos", Words.hex(rule.tos()));
        }
        rule.mark().ifPresent(mark -> {
            node.put("fwmark", Words.hex(mark.value()));
            if (mark.mask() != EVERY_BIT) {
                node.put("fwmask", Words.hex(mark.mask()));
            }
        });
        if (!rule.iif().isEmpty()) {
            node.put("iif", rule.iif());
        }
        if (!rule.oif().isEmpty()) {
            node.put("oif", rule.oif());
        }
        rule.uids().ifPresent(range -> node.put("uid_start", range.first()).put("uid_end", range.last()));
        rule.ipProtocol().ifPresent(number -> node.put("ipproto", number));
        rule.sourcePort().ifPresent(range -> putPorts(node, "sport", range));
        rule.destinationPort().ifPresent(range -> putPorts(node, "dport", range));
        putAction(node, rule.action());
        rule.suppressPrefixLength().ifPresent(length -> node.put("suppress_prefixlen", length));
        rule.suppressInterfaceGroup().ifPresent(group -> node.put("suppress_ifgroup", group));
        node.put("protocol", Protocol.name(rule.protocol()));
        Words.putOther(node, rule.other());
        return node;
    }

    private static void putPrefix(ObjectNode node, String name, Optional<Prefix> prefix, boolean sayAll) {
        prefix.ifPresentOrElse(value -> {
            node.put(name, value.address().toString());
            if (!value.isHost()) {
                node.put(name + "len", value.length());
            }
        }, () -> {
            if (sayAll) {
                node.put(name, ALL);
            }
        });
    }

    private static void putPorts(ObjectNode node, String name, Range range) {
        if (range.first() == range.last()) {
            node.put(name, range.first());
        } else {
            node.put(name + "_start", range.first()).put(name + "_end", range.last());
        }
    }

    private static void putAction(ObjectNode node, RuleAction action) {
        switch (action) {
            case RuleAction.Lookup(long table) -> node.put("table", Route.tableName(table));
            case RuleAction.L3mdev() -> node.put("l3mdev", true);
            case RuleAction.Goto(long priority) -> node.put("goto", priority);
            case RuleAction.Blackhole(), RuleAction.Unreachable(), RuleAction.Prohibit(), RuleAction.Nop() ->
                    node.put("action", action.toString());
            case RuleAction.Unknown(int number) -> node.put("action", Integer.toString(number));
        }
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @throws IllegalArgumentException if the tree is no such rule
     */
    public static RoutingRule fromJson(JsonNode node) {
        var fields = new Fields("a rule", node);
        var family = fields.parsed("family", "inet or inet6", Words::family);
        var mark = fields.optionalCode("fwmark");
        var mask = fields.optionalCode("fwmask").orElse(EVERY_BIT);
        var uids = fields.optionalNumber("uid_start");
        var lastUid = fields.optionalNumber("uid_end");
        var rule = new RoutingRule(family, fields.number("priority"), fields.flag("not"),
                prefix(fields, "src", family), prefix(fields, "dst", family),
                fields.optionalText("iif").orElse(""), fields.optionalText("oif").orElse(""),
                mark.isEmpty() ? Optional.empty() : Optional.of(new Mark(mark.getAsLong(), mask)),
                (int) fields.optionalCode("tos").orElse(0), fields.optionalInt("ipproto"),
                ports(fields, "sport"), ports(fields, "dport"),
                uids.isEmpty() ? Optional.empty() : Optional.of(new Range(uids.getAsLong(), lastUid.orElseThrow(
                        () -> new IllegalArgumentException("uid_start without uid_end: " + node)))),
                action(fields), fields.optionalInt("suppress_prefixlen"), fields.optionalNumber("suppress_ifgroup"),
                fields.parsed("protocol", "a protocol", Words::protocol), Words.other(fields));
        fields.end();
        return rule;
    }

    private static Optional<Prefix> prefix(Fields fields, String name, Family family) {
        var length = fields.optionalInt(name + "len").orElse(family.bits());
        return fields.optionalText(name).filter(text -> !text.equals(ALL)).map(text -> IpAddress.parse(text)
                .filter(address -> address.family() == family)
                .map(address -> new Prefix(address, length))
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + name + "' is no address of the family: " + text)));
    }

    private static Optional<Range> ports(Fields fields, String name) {
        var one = fields.optionalNumber(name);
        if (one.isPresent()) {
            return Optional.of(new Range(one.getAsLong(), one.getAsLong()));
        }
        var first = fields.optionalNumber(name + "_start");
        var last = fields.optionalNumber(name + "_end");
        return first.isPresent() && last.isPresent()
                ? Optional.of(new Range(first.getAsLong(), last.getAsLong())) : Optional.empty();
    }

    private static RuleAction action(Fields fields) {
        var table = fields.optional("table", "a table", Words::table);
        if (table.isPresent()) {
            return new RuleAction.Lookup(table.get());
        }
        var target = fields.optionalNumber("goto");
        if (target.isPresent()) {
            return new RuleAction.Goto(target.getAsLong());
        }
        if (fields.flag("l3mdev")) {
            return new RuleAction.L3mdev();
        }
        var action = fields.text("action");
        return switch (action) {
            case "blackhole" -> new RuleAction.Blackhole();
            case "unreachable" -> new RuleAction.Unreachable();
            case "prohibit" -> new RuleAction.Prohibit();
            case "nop" -> new RuleAction.Nop();
            default -> new RuleAction.Unknown(Integer.parseInt(action));
        };
    }
}
