package dev.plumbline.json;

import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * plumbline's nftables. A rule has its text as {@code nft} writes it, for people, and its expressions; a set's elements
 * are columns of bytes in Base64, sorted by key.
 */
public final class FirewallJson {

    private FirewallJson() {
    }

    /** A table with all that is in it. */
    public static ObjectNode toJson(Table table) {
        var node = JsonNodeFactory.instance.objectNode().put("family", table.family().toString())
                .put("name", Table.NAME).put("flags", table.flags());
        var sets = node.putArray("sets");
        table.sets().forEach(set -> sets.add(toJson(set)));
        var chains = node.putArray("chains");
        table.chains().forEach(chain -> {
            var each = toJson(chain.name(), chain.base());
            var rules = each.putArray("rules");
            chain.rules().forEach(rule -> rules.add(toJson(rule).put("nft", NftText.of(table.family(), rule))));
            chains.add(each);
        });
        return node;
    }

    /**
     * Reads what {@link #toJson(Table)} made.
     *
     * @throws IllegalArgumentException if the tree is no such table
     */
    public static Table table(JsonNode node) {
        var fields = new Fields("a table", node);
        var family = family(fields.text("family"));
        fields.text("name");
        var table = new Table(family, (int) fields.number("flags"),
                fields.list("chains").stream().map(FirewallJson::chain).toList(),
                fields.list("sets").stream().map(FirewallJson::set).toList());
        fields.end();
        return table;
    }

    /** A chain without its rules. */
    public static ObjectNode toJson(String name, Optional<Chain.Base> base) {
        var node = JsonNodeFactory.instance.objectNode().put("name", name);
        base.ifPresent(each -> {
            node.put("type", each.type()).put("hook", each.hook().toString())
                    .put("priority", each.priority())
                    .put("policy", each.policy() == Verdict.Code.DROP ? "drop" : "accept");
            if (!each.devices().isEmpty()) {
                each.devices().forEach(node.putArray("devices")::add);
            }
        });
        return node;
    }

    /**
     * Reads what {@link #toJson(String, Optional)} made, with the rules that are there.
     *
     * @throws IllegalArgumentException if the tree is no such chain
     */
    public static Chain chain(JsonNode node) {
        var fields = new Fields("a chain", node);
        var name = fields.text("name");
        var type = fields.optionalText("type");
        var hook = fields.optional("hook", "a hook", FirewallJson::hook);
        int priority = (int) fields.optionalNumber("priority").orElse(0);
        var policy = fields.optionalText("policy").orElse("accept").equals("drop") ? Verdict.Code.DROP
                : Verdict.Code.ACCEPT;
        var devices = fields.texts("devices");
        var base = type.map(each -> new Chain.Base(each, hook.orElseThrow(
                () -> new IllegalArgumentException("a base chain has no hook: " + node)), priority, policy, devices));
        var chain = new Chain(name, base, fields.list("rules").stream().map(FirewallJson::rule).toList());
        fields.end();
        return chain;
    }

    private static Optional<Hook> hook(String text) {
        for (var hook : Hook.values()) {
            if (hook.toString().equals(text)) {
                return Optional.of(hook);
            }
        }
        return Optional.empty();
    }

    static TableFamily family(String text) {
        for (var family : TableFamily.values()) {
            if (family.toString().equals(text)) {
                return family;
            }
        }
        throw new IllegalArgumentException("no family of tables: " + text);
    }

    /** A rule. */
    public static ObjectNode toJson(Rule rule) {
        var node = JsonNodeFactory.instance.objectNode();
        rule.key().ifPresent(key -> node.put("key", key.toString()));
        if (!rule.comment().isEmpty()) {
            node.put("comment", rule.comment());
        }
        var expressions = node.putArray("expressions");
        rule.expressions().forEach(each -> expressions.add(ExpressionJson.toJson(each)));
        return node;
    }

    /**
     * Reads what {@link #toJson(Rule)} made.
     *
     * @throws IllegalArgumentException if the tree is no such rule
     */
    public static Rule rule(JsonNode node) {
        var fields = new Fields("a rule of a chain", node);
        fields.optionalText("nft");
        var key = fields.optionalText("key").map(text -> new RuleKey(Long.parseUnsignedLong(text, 16)));
        var comment = fields.optionalText("comment").orElse("");
        List<Expression> expressions = fields.list("expressions").stream().map(ExpressionJson::fromJson).toList();
        fields.end();
        return new Rule(key, comment, expressions);
    }

    /** A set, or a map; its name is empty for one that belongs to a rule. */
    public static ObjectNode toJson(NftSet set) {
        var node = JsonNodeFactory.instance.objectNode().put("name", set.name());
        types(node.putArray("key"), set.key());
        flag(node, "interval", set.interval());
        flag(node, "constant", set.constant());
        flag(node, "dynamic", set.dynamic());
        set.mapping().ifPresent(mapping -> {
            switch (mapping) {
                case NftSet.Mapping.Verdicts _ -> node.put("verdicts", true);
                case NftSet.Mapping.Values values -> types(node.putArray("values"), values.types());
            }
        });
        set.timeout().ifPresent(timeout -> node.put("timeout", timeout));
        set.size().ifPresent(size -> node.put("size", size));
        if (!set.elements().isEmpty()) {
            node.set("elements", toJson(set.elements()));
        }
        Words.putOther(node, set.other());
        return node;
    }

    private static void types(ArrayNode out, List<DataType> types) {
        types.forEach(type -> out.add(type.toString()));
    }

    private static void flag(ObjectNode node, String name, boolean value) {
        if (value) {
            node.put(name, true);
        }
    }

    /**
     * Reads what {@link #toJson(NftSet)} made.
     *
     * @throws IllegalArgumentException if the tree is no such set
     */
    public static NftSet set(JsonNode node) {
        var fields = new Fields("a set", node);
        var name = fields.text("name");
        var key = types(fields.texts("key"));
        boolean interval = fields.flag("interval");
        boolean constant = fields.flag("constant");
        boolean dynamic = fields.flag("dynamic");
        var values = fields.texts("values");
        Optional<NftSet.Mapping> mapping = fields.flag("verdicts") ? Optional.of(new NftSet.Mapping.Verdicts())
                : values.isEmpty() ? Optional.empty() : Optional.of(new NftSet.Mapping.Values(types(values)));
        OptionalLong timeout = fields.optionalNumber("timeout");
        OptionalLong size = fields.optionalNumber("size");
        var elements = fields.object("elements").map(FirewallJson::elements).orElse(SetElements.NONE);
        var set = new NftSet(name, key, interval, constant, dynamic, mapping, timeout, size, elements,
                Words.other(fields));
        fields.end();
        return set;
    }

    private static List<DataType> types(List<String> texts) {
        return texts.stream().map(text -> {
            for (var type : DataType.values()) {
                if (type.toString().equals(text)) {
                    return type;
                }
            }
            throw new IllegalArgumentException("no type of elements: " + text);
        }).toList();
    }

    /** Elements as columns. */
    public static ObjectNode toJson(SetElements elements) {
        var node = JsonNodeFactory.instance.objectNode();
        int count = elements.size();
        int width = count == 0 ? 0 : elements.key(0).length();
        int valueWidth = count == 0 ? 0 : elements.value(0).map(Bytes::length).orElse(0);
        var keys = new byte[count * width];
        var ends = new byte[elements.isInterval() ? count * width : 0];
        var values = new byte[count * valueWidth];
        var verdicts = JsonNodeFactory.instance.arrayNode();
        for (int row = 0; row < count; row++) {
            elements.key(row).copyTo(keys, row * width);
            if (elements.isInterval()) {
                elements.end(row).copyTo(ends, row * width);
            }
            int at = row * valueWidth;
            elements.value(row).ifPresent(value -> value.copyTo(values, at));
            elements.verdict(row).ifPresent(each -> verdicts.add(each.code().name()
                    + (each.chain().isEmpty() ? "" : " " + each.chain())));
        }
        node.put("width", width).put("keys", Base64.getEncoder().encodeToString(keys));
        if (elements.isInterval()) {
            node.put("ends", Base64.getEncoder().encodeToString(ends));
        }
        if (valueWidth > 0) {
            node.put("valueWidth", valueWidth).put("values", Base64.getEncoder().encodeToString(values));
        }
        if (!verdicts.isEmpty()) {
            node.set("verdicts", verdicts);
        }
        return node;
    }

    /**
     * Reads what {@link #toJson(SetElements)} made.
     *
     * @throws IllegalArgumentException if the tree is no such list
     */
    public static SetElements elements(JsonNode node) {
        var fields = new Fields("elements", node);
        int width = (int) fields.number("width");
        var keys = Base64.getDecoder().decode(fields.text("keys"));
        var ends = fields.optionalText("ends").map(Base64.getDecoder()::decode);
        int valueWidth = fields.optionalInt("valueWidth").orElse(0);
        var values = fields.optionalText("values").map(Base64.getDecoder()::decode).orElse(new byte[0]);
        var verdicts = fields.texts("verdicts");
        fields.end();
        int count = width == 0 ? 0 : keys.length / width;
        if (keys.length != count * width || ends.isPresent() && ends.get().length != keys.length
                || values.length != count * valueWidth || !verdicts.isEmpty() && verdicts.size() != count) {
            throw new IllegalArgumentException("columns of elements differ in length");
        }
        var builder = new SetElements.Builder(width, ends.isPresent()).expect(count);
        for (int row = 0; row < count; row++) {
            var from = Bytes.of(keys, row * width, (row + 1) * width);
            var to = ends.isPresent() ? Bytes.of(ends.get(), row * width, (row + 1) * width) : from;
            if (!verdicts.isEmpty()) {
                builder.add(from, to, verdict(verdicts.get(row)));
            } else if (valueWidth > 0) {
                builder.add(from, to, Bytes.of(values, row * valueWidth, (row + 1) * valueWidth));
            } else {
                builder.add(from, to);
            }
        }
        return builder.build();
    }

    private static Verdict verdict(String text) {
        int space = text.indexOf(' ');
        return new Verdict(Verdict.Code.valueOf(space < 0 ? text : text.substring(0, space)),
                space < 0 ? "" : text.substring(space + 1));
    }
}
