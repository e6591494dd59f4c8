package dev.plumbline.json;

import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.CtKey;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.MetaKey;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Expressions of rules as lists: the expression's name, then its values in the order of {@link Expression}'s records.
 * Bytes are hexadecimal; an absent register is -1, an absent number or text is left out at the end.
 */
final class ExpressionJson {

    private ExpressionJson() {
    }

    static ArrayNode toJson(Expression expression) {
        var out = JsonNodeFactory.instance.arrayNode();
        return switch (expression) {
            case Expression.Payload it -> out.add("payload").add(it.header().name()).add(it.offset()).add(it.length())
                    .add(it.register());
            case Expression.Meta it -> out.add("meta").add(it.key().name()).add(it.register());
            case Expression.MetaSet it -> out.add("metaSet").add(it.key().name()).add(it.register());
            case Expression.Ct it -> out.add("ct").add(it.key().name()).add(it.register());
            case Expression.CtSet it -> out.add("ctSet").add(it.key().name()).add(it.register());
            case Expression.Rt it -> out.add("rt").add(it.key().name()).add(it.register());
            case Expression.Fib it -> out.add("fib").add(it.flags()).add(it.result().name()).add(it.register());
            case Expression.TcpOptionSet it -> out.add("tcpOptionSet").add(it.option()).add(it.offset())
                    .add(it.length()).add(it.register());
            case Expression.Cmp it -> out.add("cmp").add(it.comparison().name()).add(it.register())
                    .add(hex(it.data()));
            case Expression.Range it -> out.add("range").add(it.negated()).add(it.register()).add(hex(it.from()))
                    .add(hex(it.to()));
            case Expression.Bitwise it -> out.add("bitwise").add(it.source()).add(it.target()).add(hex(it.mask()))
                    .add(hex(it.xor()));
            case Expression.Byteorder it -> out.add("byteorder").add(it.toNetwork()).add(it.source()).add(it.target())
                    .add(it.length()).add(it.size());
            case Expression.Lookup it -> lookup(out, it);
            case Expression.Immediate it -> out.add("immediate").add(it.register()).add(hex(it.data()));
            case Expression.Decide it -> out.add("decide").add(it.verdict().code().name()).add(it.verdict().chain());
            case Expression.Nat it -> out.add("nat").add(it.source()).add(it.family().toString())
                    .add(it.addressMin().orElse(-1)).add(it.addressMax().orElse(-1)).add(it.portMin().orElse(-1))
                    .add(it.portMax().orElse(-1)).add(it.options());
            case Expression.Masquerade it -> out.add("masquerade").add(it.portMin().orElse(-1))
                    .add(it.portMax().orElse(-1)).add(it.options());
            case Expression.Redirect it -> out.add("redirect").add(it.portMin().orElse(-1))
                    .add(it.portMax().orElse(-1)).add(it.options());
            case Expression.Limit it -> out.add("limit").add(it.rate()).add(it.seconds()).add(it.burst())
                    .add(it.bytes()).add(it.over());
            case Expression.Log it -> out.add("log").add(it.prefix()).add(it.group().orElse(-1)).add(it.level())
                    .add(it.flags()).add(it.snaplen()).add(it.queueThreshold());
            case Expression.Counter _ -> out.add("counter");
            case Expression.Reject it -> out.add("reject").add(it.type().name()).add(it.code());
            case Expression.Notrack _ -> out.add("notrack");
            case Expression.Dup it -> out.add("dup").add(it.address().orElse(-1)).add(it.device().orElse(-1));
            case Expression.Raw it -> {
                out.add("raw").add(it.name());
                it.data().ifPresent(data -> out.add(hex(data)));
                yield out;
            }
        };
    }

    private static ArrayNode lookup(ArrayNode out, Expression.Lookup it) {
        out.add("lookup").add(it.source()).add(it.target().orElse(-1)).add(it.negated());
        return switch (it.set()) {
            case Expression.SetReference.Named named -> out.add(named.name());
            case Expression.SetReference.Anonymous anonymous -> out.add(FirewallJson.toJson(anonymous.set()));
        };
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @throws IllegalArgumentException if the list is no such expression
     */
    static Expression fromJson(JsonNode node) {
        var in = new Items(node);
        var expression = read(in);
        in.end();
        return expression;
    }

    private static Expression read(Items in) {
        var name = in.text();
        return switch (name) {
            case "payload" -> new Expression.Payload(in.constant(Expression.Header.class), in.integer(), in.integer(),
                    in.integer());
            case "meta" -> new Expression.Meta(in.constant(MetaKey.class), in.integer());
            case "metaSet" -> new Expression.MetaSet(in.constant(MetaKey.class), in.integer());
            case "ct" -> new Expression.Ct(in.constant(CtKey.class), in.integer());
            case "ctSet" -> new Expression.CtSet(in.constant(CtKey.class), in.integer());
            case "rt" -> new Expression.Rt(in.constant(Expression.RtKey.class), in.integer());
            case "fib" -> new Expression.Fib(in.integer(), in.constant(Expression.FibResult.class), in.integer());
            case "tcpOptionSet" -> new Expression.TcpOptionSet(in.integer(), in.integer(), in.integer(), in.integer());
            case "cmp" -> new Expression.Cmp(in.constant(Expression.Comparison.class), in.integer(), in.bytes());
            case "range" -> new Expression.Range(in.flag(), in.integer(), in.bytes(), in.bytes());
            case "bitwise" -> new Expression.Bitwise(in.integer(), in.integer(), in.bytes(), in.bytes());
            case "byteorder" -> new Expression.Byteorder(in.flag(), in.integer(), in.integer(), in.integer(),
                    in.integer());
            case "lookup" -> lookup(in);
            case "immediate" -> new Expression.Immediate(in.integer(), in.bytes());
            case "decide" -> new Expression.Decide(new Verdict(in.constant(Verdict.Code.class), in.text()));
            case "nat" -> new Expression.Nat(in.flag(), in.family(), in.register(), in.register(), in.register(),
                    in.register(), in.integer());
            case "masquerade" -> new Expression.Masquerade(in.register(), in.register(), in.integer());
            case "redirect" -> new Expression.Redirect(in.register(), in.register(), in.integer());
            case "limit" -> new Expression.Limit(in.number(), in.number(), in.number(), in.flag(), in.flag());
            case "log" -> new Expression.Log(in.text(), in.register(), in.integer(), in.integer(), in.number(),
                    in.integer());
            case "counter" -> new Expression.Counter();
            case "reject" -> new Expression.Reject(in.constant(Expression.RejectType.class), in.integer());
            case "notrack" -> new Expression.Notrack();
            case "dup" -> new Expression.Dup(in.register(), in.register());
            case "raw" -> new Expression.Raw(in.text(), in.isEnd() ? Optional.empty() : Optional.of(in.bytes()));
            default -> throw new IllegalArgumentException("no expression is called " + name);
        };
    }

    private static Expression lookup(Items in) {
        int source = in.integer();
        var target = in.register();
        boolean negated = in.flag();
        var set = in.next();
        return new Expression.Lookup(set.isString() ? new Expression.SetReference.Named(set.stringValue())
                : new Expression.SetReference.Anonymous(FirewallJson.set(set)), source, target, negated);
    }

    static String hex(Bytes bytes) {
        return HexFormat.of().formatHex(bytes.toArray());
    }

    /** The values of a list, one after the other. */
    private static final class Items {
        private final JsonNode list;
        private int at;

        Items(JsonNode list) {
            this.list = list;
            if (!list.isArray()) {
                throw new IllegalArgumentException("an expression is not a list: " + list);
            }
        }

        boolean isEnd() {
            return at == list.size();
        }

        JsonNode next() {
            if (isEnd()) {
                throw new IllegalArgumentException("an expression lacks a value: " + list);
            }
            return list.get(at++);
        }

        String text() {
            return next().asString();
        }

        int integer() {
            return Math.toIntExact(number());
        }

        long number() {
            var value = next();
            if (!value.isIntegralNumber()) {
                throw new IllegalArgumentException("not a whole number in " + list + ": " + value);
            }
            return value.longValue();
        }

        boolean flag() {
            return next().asBoolean();
        }

        Bytes bytes() {
            return Bytes.of(HexFormat.of().parseHex(text()));
        }

        OptionalInt register() {
            int number = integer();
            return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
        }

        TableFamily family() {
            return FirewallJson.family(text());
        }

        <T extends Enum<T>> T constant(Class<T> type) {
            return Enum.valueOf(type, text());
        }

        void end() {
            if (!isEnd()) {
                throw new IllegalArgumentException("an expression has too many values: " + list);
            }
        }
    }
}
