package dev.plumbline.kernel.rule;

import static dev.plumbline.netlink.RuleMessages.*;

import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.RouteMessages;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RoutingRule.Mark;
import dev.plumbline.state.RoutingRule.Range;
import dev.plumbline.state.RuleAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One rule, to and from {@code struct fib_rule_hdr} and {@code FRA_*}. */
final class RuleCodec {

    private static final long NONE = 0xffffffffL;
    private static final int WHOLE_PORT = 0xffff;

    private RuleCodec() {
    }

    /** The rule of an {@code RTM_NEWRULE}, in canonical form. */
    static RoutingRule decode(MessageReader message) {
        return new Decoding(message).rule();
    }

    private static final class Decoding {
        private final MessageReader message;
        private final Family family;
        private long priority;
        private Optional<Prefix> from = Optional.empty();
        private Optional<Prefix> to = Optional.empty();
        private String iif = "";
        private String oif = "";
        private OptionalLong mark = OptionalLong.empty();
        private OptionalLong mask = OptionalLong.empty();
        private OptionalInt ipProtocol = OptionalInt.empty();
        private Optional<Range> sourcePort = Optional.empty();
        private Optional<Range> destinationPort = Optional.empty();
        private Optional<Range> uids = Optional.empty();
        private long table;
        private long target;
        private boolean l3mdev;
        private OptionalInt suppressPrefixLength = OptionalInt.empty();
        private OptionalLong suppressInterfaceGroup = OptionalLong.empty();
        private int protocol;
        private final List<RawAttribute> other = new ArrayList<>();

        Decoding(MessageReader message) {
            this.message = message;
            family = Family.of(message.u8(FAMILY));
            table = message.u8(TABLE);
        }

        RoutingRule rule() {
            var attributes = message.attributes(HEADER);
            while (attributes.next()) {
                take(attributes);
            }
            return new RoutingRule(family, priority, (message.u32(FLAGS) & FIB_RULE_INVERT) != 0, from, to, iif, oif,
                    mark(), message.u8(TOS), ipProtocol, sourcePort, destinationPort, uids, action(),
                    suppressPrefixLength, suppressInterfaceGroup, protocol, other);
        }

        private void take(AttributeReader attribute) {
            switch (attribute.type()) {
                case FRA_DST -> to = Optional.of(prefix(attribute, message.u8(DST_LEN)));
                case FRA_SRC -> from = Optional.of(prefix(attribute, message.u8(SRC_LEN)));
                case FRA_IIFNAME -> iif = attribute.string();
                case FRA_OIFNAME -> oif = attribute.string();
                case FRA_GOTO -> target = attribute.u32();
                case FRA_PRIORITY -> priority = attribute.u32();
                case FRA_FWMARK -> mark = OptionalLong.of(attribute.u32());
                case FRA_FWMASK -> mask = OptionalLong.of(attribute.u32());
                case FRA_SUPPRESS_IFGROUP -> suppressInterfaceGroup = optional(attribute.u32());
                case FRA_SUPPRESS_PREFIXLEN -> suppressPrefixLength = attribute.u32() == NONE
                        ? OptionalInt.empty() : OptionalInt.of(attribute.s32());
                case FRA_TABLE -> table = attribute.u32();
                case FRA_L3MDEV -> l3mdev = attribute.u8() != 0;
                case FRA_UID_RANGE -> uids = Optional.of(new Range(attribute.u32(0), attribute.u32(4)));
                case FRA_PROTOCOL -> protocol = attribute.u8();
                case FRA_IP_PROTO -> ipProtocol = OptionalInt.of(attribute.u8());
                case FRA_SPORT_RANGE -> sourcePort = Optional.of(new Range(attribute.u16(0), attribute.u16(2)));
                case FRA_DPORT_RANGE -> destinationPort = Optional.of(new Range(attribute.u16(0), attribute.u16(2)));
                case FRA_PAD -> { }
                case FRA_SPORT_MASK, FRA_DPORT_MASK -> portMask(attribute);
                default -> other.add(RawAttribute.of(attribute.rawType(), attribute.bytes()));
            }
        }

        /** Newer kernels (Linux 6.15) say of every single port that all its bits count, which no request has to say. */
        private void portMask(AttributeReader attribute) {
            if (attribute.u16() != WHOLE_PORT) {
                other.add(RawAttribute.of(attribute.rawType(), attribute.bytes()));
            }
        }

        private Prefix prefix(AttributeReader attribute, int length) {
            return new Prefix(IpAddress.of(attribute.bytes()), length);
        }

        private static OptionalLong optional(long value) {
            return value == NONE ? OptionalLong.empty() : OptionalLong.of(value);
        }

        /** A mask without a mark says: these bits are zero. */
        private Optional<Mark> mark() {
            return mark.isPresent() || mask.isPresent() ? Optional.of(new Mark(mark.orElse(0), mask.orElse(NONE)))
                    : Optional.empty();
        }

        private RuleAction action() {
            int number = message.u8(ACTION);
            return switch (number) {
                case FR_ACT_TO_TBL -> l3mdev ? new RuleAction.L3mdev() : new RuleAction.Lookup(table);
                case FR_ACT_GOTO -> new RuleAction.Goto(target);
                case FR_ACT_NOP -> new RuleAction.Nop();
                case FR_ACT_BLACKHOLE -> new RuleAction.Blackhole();
                case FR_ACT_UNREACHABLE -> new RuleAction.Unreachable();
                case FR_ACT_PROHIBIT -> new RuleAction.Prohibit();
                default -> new RuleAction.Unknown(number);
            };
        }
    }

    /** Header and all attributes: what makes the rule, and what makes a delete hit no other one than can be helped. */
    static void encode(MessageWriter writer, RoutingRule rule) {
        long table = rule.table().orElse(0);
        writer.u8(rule.family().number()).u8(length(rule.to())).u8(length(rule.from())).u8(rule.tos());
        writer.u8((int) (table > 255 ? RouteMessages.RT_TABLE_COMPAT : table)).u8(0).u8(0).u8(number(rule.action()));
        writer.u32(rule.not() ? FIB_RULE_INVERT : 0);
        writer.u32(FRA_PRIORITY, rule.priority());
        rule.to().ifPresent(prefix -> address(writer, FRA_DST, prefix.address()));
        rule.from().ifPresent(prefix -> address(writer, FRA_SRC, prefix.address()));
        if (!rule.iif().isEmpty()) {
            writer.string(FRA_IIFNAME, rule.iif());
        }
        if (!rule.oif().isEmpty()) {
            writer.string(FRA_OIFNAME, rule.oif());
        }
        rule.mark().ifPresent(mark -> writer.u32(FRA_FWMARK, mark.value()).u32(FRA_FWMASK, mark.mask()));
        rule.ipProtocol().ifPresent(number -> writer.u8(FRA_IP_PROTO, number));
        rule.sourcePort().ifPresent(range -> ports(writer, FRA_SPORT_RANGE, range));
        rule.destinationPort().ifPresent(range -> ports(writer, FRA_DPORT_RANGE, range));
        rule.uids().ifPresent(range ->
                writer.beginNest(FRA_UID_RANGE).u32(range.first()).u32(range.last()).endNest());
        switch (rule.action()) {
            case RuleAction.Lookup lookup -> writer.u32(FRA_TABLE, lookup.table());
            case RuleAction.L3mdev l3mdev -> writer.u8(FRA_L3MDEV, 1);
            case RuleAction.Goto jump -> writer.u32(FRA_GOTO, jump.priority());
            default -> { }
        }
        rule.suppressPrefixLength().ifPresent(length -> writer.u32(FRA_SUPPRESS_PREFIXLEN, length));
        rule.suppressInterfaceGroup().ifPresent(group -> writer.u32(FRA_SUPPRESS_IFGROUP, group));
        writer.u8(FRA_PROTOCOL, rule.protocol());
        for (var raw : rule.other()) {
            writer.bytes(raw.type(), raw.payload());
        }
    }

    private static int length(Optional<Prefix> prefix) {
        return prefix.map(Prefix::length).orElse(0);
    }

    private static void address(MessageWriter writer, int type, IpAddress address) {
        if (address.family() == Family.IPV4) {
            writer.u32be(type, address.lo());
        } else {
            writer.u128be(type, address.hi(), address.lo());
        }
    }

    private static void ports(MessageWriter writer, int type, Range range) {
        writer.beginNest(type).u16((int) range.first()).u16((int) range.last()).endNest();
    }

    private static int number(RuleAction action) {
        return switch (action) {
            case RuleAction.Lookup lookup -> FR_ACT_TO_TBL;
            case RuleAction.L3mdev l3mdev -> FR_ACT_TO_TBL;
            case RuleAction.Goto jump -> FR_ACT_GOTO;
            case RuleAction.Nop nop -> FR_ACT_NOP;
            case RuleAction.Blackhole blackhole -> FR_ACT_BLACKHOLE;
            case RuleAction.Unreachable unreachable -> FR_ACT_UNREACHABLE;
            case RuleAction.Prohibit prohibit -> FR_ACT_PROHIBIT;
            case RuleAction.Unknown unknown -> unknown.number();
        };
    }
}
