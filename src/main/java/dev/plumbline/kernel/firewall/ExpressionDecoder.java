package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesExpressions.*;
import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.AttributeCache;
import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.CtKey;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.*;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.MetaKey;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Register;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads the expressions of rules. One that has an attribute or a value that the model does not have becomes
 * {@link Raw}. Equal expressions of many rules are one object.
 */
final class ExpressionDecoder {

    private static final Expression COUNTER = new Counter();
    /** Most distinct expressions to remember: more of them would cost more than they save. */
    private static final int MOST_KNOWN = 20_000;
    /** Words of the longest expression to remember. */
    private static final int LONGEST_KNOWN = 64;

    private final Map<String, NftSet> anonymous;
    private final AttributeCache cache = new AttributeCache();
    private final int[] words = new int[LONGEST_KNOWN];
    private final List<Known> known = new ArrayList<>();
    private final List<Count> counts = new ArrayList<>();
    private @Nullable Count count;

    /**
     * An expression that was decoded.
     *
     * @param count what it has counted, if it is a counter
     */
    private record Known(Expression expression, @Nullable Count count) {
    }

    /**
     * For rules of one table.
     *
     * @param anonymous its anonymous sets by the names that the kernel gave them
     */
    ExpressionDecoder(Map<String, NftSet> anonymous) {
        this.anonymous = anonymous;
    }

    /** What the counters of the rule that was read last have counted. */
    List<Count> counts() {
        return counts.isEmpty() ? List.of() : List.copyOf(counts);
    }

    /** The elements of {@code NFTA_RULE_EXPRESSIONS}. */
    List<Expression> read(AttributeReader list) {
        counts.clear();
        var expressions = new ArrayList<Expression>(8);
        while (list.next()) {
            var each = known(list);
            if (each.count() != null) {
                counts.add(each.count());
            }
            expressions.add(each.expression());
        }
        return expressions;
    }

    private Known known(AttributeReader element) {
        int length = element.words(words, 0);
        int found = length < 0 ? -1 : cache.find(words, length);
        if (found >= 0) {
            return known.get(found);
        }
        count = null;
        var decoded = new Known(expression(element.nested()), count);
        if (length >= 0 && known.size() < MOST_KNOWN) {
            cache.put(words, length, known.size());
            known.add(decoded);
        }
        return decoded;
    }

    private Expression expression(AttributeReader attributes) {
        var name = "";
        AttributeReader data = null;
        Bytes bytes = null;
        while (attributes.next()) {
            switch (attributes.type()) {
                case NFTA_EXPR_NAME -> name = attributes.string();
                case NFTA_EXPR_DATA -> {
                    data = attributes.nested();
                    bytes = Bytes.of(attributes.bytes());
                }
                default -> { }
            }
        }
        var expression = decoded(name, data == null ? new AttributeReader() : data);
        return expression == null ? new Raw(name, Optional.ofNullable(bytes)) : expression;
    }

    /** Null if the model does not have it in this form. */
    private @Nullable Expression decoded(String name, AttributeReader data) {
        try {
            var fields = new Fields(data);
            var expression = of(name, fields);
            return fields.isSpent() ? expression : null;
        } catch (MalformedMessageException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private @Nullable Expression of(String name, Fields in) {
        return switch (name) {
            case "payload" -> new Payload(one(Header.values(), in.number(NFTA_PAYLOAD_BASE)),
                    in.number(NFTA_PAYLOAD_OFFSET), in.number(NFTA_PAYLOAD_LEN), in.number(NFTA_PAYLOAD_DREG));
            case "meta" -> meta(in);
            case "ct" -> ct(in);
            case "rt" -> in.number(NFTA_RT_KEY) == NFT_RT_TCPMSS
                    ? new Rt(RtKey.TCPMSS, in.number(NFTA_RT_DREG)) : null;
            case "fib" -> new Fib(in.number(NFTA_FIB_FLAGS),
                    one(FibResult.values(), in.number(NFTA_FIB_RESULT) - 1), in.number(NFTA_FIB_DREG));
            case "exthdr" -> in.number(NFTA_EXTHDR_OP) == NFT_EXTHDR_OP_TCPOPT && in.number(NFTA_EXTHDR_FLAGS, 0) == 0
                    ? new TcpOptionSet(in.number(NFTA_EXTHDR_TYPE), in.number(NFTA_EXTHDR_OFFSET),
                            in.number(NFTA_EXTHDR_LEN), in.number(NFTA_EXTHDR_SREG)) : null;
            case "cmp" -> new Cmp(one(Comparison.values(), in.number(NFTA_CMP_OP)), in.number(NFTA_CMP_SREG),
                    in.data(NFTA_CMP_DATA));
            case "range" -> new Range(flag(in.number(NFTA_RANGE_OP)), in.number(NFTA_RANGE_SREG),
                    in.data(NFTA_RANGE_FROM_DATA), in.data(NFTA_RANGE_TO_DATA));
            case "bitwise" -> in.number(NFTA_BITWISE_OP, 0) == 0 && in.number(NFTA_BITWISE_LEN) > 0
                    ? new Bitwise(in.number(NFTA_BITWISE_SREG), in.number(NFTA_BITWISE_DREG),
                            in.data(NFTA_BITWISE_MASK), in.data(NFTA_BITWISE_XOR)) : null;
            case "byteorder" -> new Byteorder(flag(in.number(NFTA_BYTEORDER_OP)), in.number(NFTA_BYTEORDER_SREG),
                    in.number(NFTA_BYTEORDER_DREG), in.number(NFTA_BYTEORDER_LEN), in.number(NFTA_BYTEORDER_SIZE));
            case "lookup" -> lookup(in);
            default -> statement(name, in);
        };
    }

    private @Nullable Expression statement(String name, Fields in) {
        return switch (name) {
            case "immediate" -> immediate(in);
            case "nat" -> nat(in);
            case "masq" -> {
                var min = in.register(NFTA_MASQ_REG_PROTO_MIN);
                yield new Masquerade(min, in.register(NFTA_MASQ_REG_PROTO_MAX),
                        options(in.number(NFTA_MASQ_FLAGS, 0), portFlag(min)));
            }
            case "redir" -> {
                var min = in.register(NFTA_REDIR_REG_PROTO_MIN);
                yield new Redirect(min, in.register(NFTA_REDIR_REG_PROTO_MAX),
                        options(in.number(NFTA_REDIR_FLAGS, 0), portFlag(min)));
            }
            case "limit" -> new Limit(in.wide(NFTA_LIMIT_RATE), in.wide(NFTA_LIMIT_UNIT),
                    in.number(NFTA_LIMIT_BURST, 0) & 0xffffffffL, flag(in.number(NFTA_LIMIT_TYPE, 0)),
                    flag(in.number(NFTA_LIMIT_FLAGS, 0)));
            case "log" -> new Log(in.text(NFTA_LOG_PREFIX), in.optional(NFTA_LOG_GROUP),
                    in.number(NFTA_LOG_LEVEL, Log.DEFAULT_LEVEL), in.number(NFTA_LOG_FLAGS, 0),
                    in.number(NFTA_LOG_SNAPLEN, 0) & 0xffffffffL, in.number(NFTA_LOG_QTHRESHOLD, 0));
            case "counter" -> {
                count = new Count(in.wide(NFTA_COUNTER_PACKETS), in.wide(NFTA_COUNTER_BYTES));
                yield COUNTER;
            }
            case "reject" -> new Reject(one(RejectType.values(), in.number(NFTA_REJECT_TYPE)),
                    in.number(NFTA_REJECT_ICMP_CODE, 0));
            case "notrack" -> new Notrack();
            case "dup" -> new Dup(in.register(NFTA_DUP_SREG_ADDR), in.register(NFTA_DUP_SREG_DEV));
            default -> null;
        };
    }

    private static @Nullable Expression meta(Fields in) {
        var key = MetaKey.of(in.number(NFTA_META_KEY));
        var source = in.register(NFTA_META_SREG);
        if (key.isEmpty()) {
            return null;
        }
        return source.isPresent() ? new MetaSet(key.get(), source.getAsInt())
                : new Meta(key.get(), in.number(NFTA_META_DREG));
    }

    private static @Nullable Expression ct(Fields in) {
        var key = CtKey.of(in.number(NFTA_CT_KEY));
        var source = in.register(NFTA_CT_SREG);
        if (key.isEmpty()) {
            return null;
        }
        return source.isPresent() ? new CtSet(key.get(), source.getAsInt())
                : new Ct(key.get(), in.number(NFTA_CT_DREG));
    }

    private Expression lookup(Fields in) {
        var name = in.text(NFTA_LOOKUP_SET);
        var set = anonymous.get(name);
        var reference = set == null ? new SetReference.Named(name) : new SetReference.Anonymous(set);
        return new Lookup(reference, in.number(NFTA_LOOKUP_SREG), in.register(NFTA_LOOKUP_DREG),
                flag(in.number(NFTA_LOOKUP_FLAGS, 0)));
    }

    private static @Nullable Expression immediate(Fields in) {
        int register = in.number(NFTA_IMMEDIATE_DREG);
        if (register == Register.VERDICT) {
            return in.verdict(NFTA_IMMEDIATE_DATA).map(Decide::new).orElse(null);
        }
        return new Immediate(register, in.data(NFTA_IMMEDIATE_DATA));
    }

    private static @Nullable Expression nat(Fields in) {
        var family = TableFamily.of(in.number(NFTA_NAT_FAMILY));
        var address = in.register(NFTA_NAT_REG_ADDR_MIN);
        var port = in.register(NFTA_NAT_REG_PROTO_MIN);
        int implied = portFlag(port) | (address.isPresent() ? NF_NAT_RANGE_MAP_IPS : 0);
        return family.isEmpty() ? null : new Nat(!flag(in.number(NFTA_NAT_TYPE)), family.get(), address,
                in.register(NFTA_NAT_REG_ADDR_MAX), port, in.register(NFTA_NAT_REG_PROTO_MAX),
                options(in.number(NFTA_NAT_FLAGS, 0), implied));
    }

    private static int portFlag(OptionalInt port) {
        return port.isPresent() ? NF_NAT_RANGE_PROTO_SPECIFIED : 0;
    }

    /** The flags without those that say what is there, which must say just that. */
    private static int options(int flags, int implied) {
        if ((flags & (NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED)) != implied) {
            throw new IllegalArgumentException("flags that do not fit");
        }
        return flags & ~implied;
    }

    private static <E extends Enum<E>> E one(E[] values, int number) {
        return values[number];
    }

    private static boolean flag(int number) {
        if (number != 0 && number != 1) {
            throw new IllegalArgumentException("not a flag");
        }
        return number == 1;
    }

    /** A verdict in a nest of {@code NFTA_DATA_*}; empty if it is not one that the model has. */
    static Optional<Verdict> verdict(AttributeReader data) {
        while (data.next()) {
            if (data.type() != NFTA_DATA_VERDICT) {
                continue;
            }
            int code = 0;
            var chain = "";
            var attributes = data.nested();
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NFTA_VERDICT_CODE -> code = (int) attributes.u32be();
                    case NFTA_VERDICT_CHAIN -> chain = attributes.string();
                    default -> { }
                }
            }
            var target = chain;
            return Verdict.Code.of(code).map(each -> new Verdict(each, target));
        }
        return Optional.empty();
    }
}
