package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesExpressions.*;
import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.*;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.Register;
import dev.plumbline.state.firewall.Verdict;
import java.util.List;
import java.util.OptionalInt;

/** Writes the expressions of rules as elements of {@code NFTA_RULE_EXPRESSIONS}. */
final class ExpressionEncoder {

    /** A nest, with the flag by which strict parsers know it. */
    private static final int NESTED = 0x8000;

    private final MessageWriter writer;
    private final SetNames sets;

    /** How anonymous sets are named in the message that makes their rule. */
    interface SetNames {
        /** The number of the set in its batch. */
        int id(Lookup lookup);
    }

    ExpressionEncoder(MessageWriter writer, SetNames sets) {
        this.writer = writer;
        this.sets = sets;
    }

    /**
     * All expressions of a rule.
     *
     * @param counts at which its counters begin, in their order; those beyond begin at zero
     */
    void write(List<Expression> expressions, List<Count> counts) {
        int counter = 0;
        for (var expression : expressions) {
            writer.beginNest(NFTA_LIST_ELEM | NESTED);
            if (expression instanceof Counter) {
                count(counter < counts.size() ? counts.get(counter) : new Count(0, 0));
                counter++;
            } else {
                write(expression);
            }
            writer.endNest();
        }
    }

    private void write(Expression expression) {
        switch (expression) {
            case Payload it -> of("payload", () -> writer.u32be(NFTA_PAYLOAD_DREG, it.register())
                    .u32be(NFTA_PAYLOAD_BASE, it.header().ordinal()).u32be(NFTA_PAYLOAD_OFFSET, it.offset())
                    .u32be(NFTA_PAYLOAD_LEN, it.length()));
            case Meta it -> of("meta", () -> writer.u32be(NFTA_META_DREG, it.register())
                    .u32be(NFTA_META_KEY, it.key().number()));
            case MetaSet it -> of("meta", () -> writer.u32be(NFTA_META_KEY, it.key().number())
                    .u32be(NFTA_META_SREG, it.register()));
            case Ct it -> of("ct", () -> writer.u32be(NFTA_CT_DREG, it.register())
                    .u32be(NFTA_CT_KEY, it.key().number()));
            case CtSet it -> of("ct", () -> writer.u32be(NFTA_CT_KEY, it.key().number())
                    .u32be(NFTA_CT_SREG, it.register()));
            case Rt it -> of("rt", () -> writer.u32be(NFTA_RT_DREG, it.register()).u32be(NFTA_RT_KEY, NFT_RT_TCPMSS));
            case Fib it -> of("fib", () -> writer.u32be(NFTA_FIB_DREG, it.register())
                    .u32be(NFTA_FIB_RESULT, it.result().ordinal() + 1L).u32be(NFTA_FIB_FLAGS, it.flags()));
            case TcpOptionSet it -> of("exthdr", () -> writer.u8(NFTA_EXTHDR_TYPE, it.option())
                    .u32be(NFTA_EXTHDR_OFFSET, it.offset()).u32be(NFTA_EXTHDR_LEN, it.length())
                    .u32be(NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT).u32be(NFTA_EXTHDR_SREG, it.register()));
            case Cmp it -> of("cmp", () -> {
                writer.u32be(NFTA_CMP_SREG, it.register()).u32be(NFTA_CMP_OP, it.comparison().ordinal());
                data(NFTA_CMP_DATA, it.data());
            });
            case Range it -> of("range", () -> {
                writer.u32be(NFTA_RANGE_SREG, it.register()).u32be(NFTA_RANGE_OP, it.negated() ? 1 : 0);
                data(NFTA_RANGE_FROM_DATA, it.from());
                data(NFTA_RANGE_TO_DATA, it.to());
            });
            case Bitwise it -> of("bitwise", () -> {
                writer.u32be(NFTA_BITWISE_SREG, it.source()).u32be(NFTA_BITWISE_DREG, it.target());
                writer.u32be(NFTA_BITWISE_LEN, it.mask().length()).u32be(NFTA_BITWISE_OP, 0);
                data(NFTA_BITWISE_MASK, it.mask());
                data(NFTA_BITWISE_XOR, it.xor());
            });
            case Byteorder it -> of("byteorder", () -> writer.u32be(NFTA_BYTEORDER_SREG, it.source())
                    .u32be(NFTA_BYTEORDER_DREG, it.target()).u32be(NFTA_BYTEORDER_OP, it.toNetwork() ? 1 : 0)
                    .u32be(NFTA_BYTEORDER_LEN, it.length()).u32be(NFTA_BYTEORDER_SIZE, it.size()));
            case Lookup it -> of("lookup", () -> lookup(it));
            default -> statement(expression);
        }
    }

    private void statement(Expression expression) {
        switch (expression) {
            case Immediate it -> of("immediate", () -> {
                writer.u32be(NFTA_IMMEDIATE_DREG, it.register());
                data(NFTA_IMMEDIATE_DATA, it.data());
            });
            case Decide it -> of("immediate", () -> {
                writer.u32be(NFTA_IMMEDIATE_DREG, Register.VERDICT);
                verdict(writer, NFTA_IMMEDIATE_DATA, it.verdict());
            });
            case Nat it -> of("nat", () -> nat(it));
            case Masquerade it -> of("masq", () -> {
                flags(NFTA_MASQ_FLAGS, it.options() | portFlag(it.portMin()));
                register(NFTA_MASQ_REG_PROTO_MIN, it.portMin());
                register(NFTA_MASQ_REG_PROTO_MAX, it.portMax());
            });
            case Redirect it -> of("redir", () -> {
                register(NFTA_REDIR_REG_PROTO_MIN, it.portMin());
                register(NFTA_REDIR_REG_PROTO_MAX, it.portMax());
                flags(NFTA_REDIR_FLAGS, it.options() | portFlag(it.portMin()));
            });
            case Limit it -> of("limit", () -> writer.u64be(NFTA_LIMIT_RATE, it.rate())
                    .u64be(NFTA_LIMIT_UNIT, it.seconds()).u32be(NFTA_LIMIT_BURST, it.burst())
                    .u32be(NFTA_LIMIT_TYPE, it.bytes() ? 1 : 0).u32be(NFTA_LIMIT_FLAGS, it.over() ? 1 : 0));
            case Log it -> of("log", () -> log(it));
            case Reject it -> of("reject", () -> writer.u32be(NFTA_REJECT_TYPE, it.type().ordinal())
                    .u8(NFTA_REJECT_ICMP_CODE, it.code()));
            case Notrack it -> of("notrack", () -> { });
            case Dup it -> of("dup", () -> {
                register(NFTA_DUP_SREG_ADDR, it.address());
                register(NFTA_DUP_SREG_DEV, it.device());
            });
            case Raw it -> {
                writer.string(NFTA_EXPR_NAME, it.name());
                it.data().ifPresent(data -> writer.bytes(NFTA_EXPR_DATA | NESTED, data.toArray()));
            }
            default -> throw new IllegalArgumentException("no form of " + expression.getClass().getSimpleName());
        }
    }

    private void of(String name, Runnable attributes) {
        writer.string(NFTA_EXPR_NAME, name);
        writer.beginNest(NFTA_EXPR_DATA | NESTED);
        attributes.run();
        writer.endNest();
    }

    private void count(Count count) {
        of("counter", () -> writer.u64be(NFTA_COUNTER_BYTES, count.bytes())
                .u64be(NFTA_COUNTER_PACKETS, count.packets()));
    }

    private void lookup(Lookup it) {
        switch (it.set()) {
            case SetReference.Named named -> writer.string(NFTA_LOOKUP_SET, named.name());
            case SetReference.Anonymous anonymous -> writer.string(NFTA_LOOKUP_SET, SetCodec.ANONYMOUS_NAME)
                    .u32be(NFTA_LOOKUP_SET_ID, sets.id(it));
        }
        writer.u32be(NFTA_LOOKUP_SREG, it.source());
        register(NFTA_LOOKUP_DREG, it.target());
        flags(NFTA_LOOKUP_FLAGS, it.negated() ? 1 : 0);
    }

    private void nat(Nat it) {
        writer.u32be(NFTA_NAT_TYPE, it.source() ? 0 : 1).u32be(NFTA_NAT_FAMILY, it.family().number());
        register(NFTA_NAT_REG_ADDR_MIN, it.addressMin());
        register(NFTA_NAT_REG_ADDR_MAX, it.addressMax());
        register(NFTA_NAT_REG_PROTO_MIN, it.portMin());
        register(NFTA_NAT_REG_PROTO_MAX, it.portMax());
        flags(NFTA_NAT_FLAGS, it.options() | portFlag(it.portMin())
                | (it.addressMin().isPresent() ? NF_NAT_RANGE_MAP_IPS : 0));
    }

    private void log(Log it) {
        if (it.group().isPresent()) {
            writer.u16be(NFTA_LOG_GROUP, it.group().getAsInt());
        }
        if (!it.prefix().isEmpty()) {
            writer.string(NFTA_LOG_PREFIX, it.prefix());
        }
        if (it.group().isPresent()) {
            flags(NFTA_LOG_SNAPLEN, it.snaplen());
            if (it.queueThreshold() != 0) {
                writer.u16be(NFTA_LOG_QTHRESHOLD, it.queueThreshold());
            }
        } else {
            writer.u32be(NFTA_LOG_LEVEL, it.level());
            flags(NFTA_LOG_FLAGS, it.flags());
        }
    }

    private static int portFlag(OptionalInt port) {
        return port.isPresent() ? NF_NAT_RANGE_PROTO_SPECIFIED : 0;
    }

    private void register(int attribute, OptionalInt register) {
        if (register.isPresent()) {
            writer.u32be(attribute, register.getAsInt());
        }
    }

    private void flags(int attribute, long flags) {
        if (flags != 0) {
            writer.u32be(attribute, flags);
        }
    }

    private void data(int attribute, Bytes data) {
        writer.beginNest(attribute | NESTED).bytes(NFTA_DATA_VALUE, data.toArray()).endNest();
    }

    static void verdict(MessageWriter writer, int attribute, Verdict verdict) {
        writer.beginNest(attribute | NESTED).beginNest(NFTA_DATA_VERDICT | NESTED)
                .u32be(NFTA_VERDICT_CODE, verdict.code().number());
        if (!verdict.chain().isEmpty()) {
            writer.string(NFTA_VERDICT_CHAIN, verdict.chain());
        }
        writer.endNest().endNest();
    }
}
