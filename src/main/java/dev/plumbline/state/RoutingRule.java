package dev.plumbline.state;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.StringJoiner;

/**
 * One rule of the routing policy database ({@code man ip-rule}, {@code linux/fib_rules.h}), in the form in which the
 * kernel echoes it.
 *
 * @param priority 0 to 4294967295; rules are tried in ascending order
 * @param not the selectors are inverted ({@code FIB_RULE_INVERT})
 * @param from source prefix; host bits are kept, a prefix of length 0 is the same as none
 * @param iif name of the incoming device; empty for any
 * @param oif name of the device that the socket is bound to; empty for any
 * @param tos 0 for any, else without the two ECN bits
 * @param ipProtocol 1 to 255
 * @param sourcePort ports, TCP, UDP and others that have them
 * @param suppressPrefixLength refuse a found route whose prefix is this long or shorter
 * @param suppressInterfaceGroup refuse a found route over a device of this group
 * @param protocol who made it: {@link Protocol#PLUMBLINE} marks a rule as ours
 * @param other attributes that plumbline does not model
 */
public record RoutingRule(Family family, long priority, boolean not, Optional<Prefix> from, Optional<Prefix> to,
        String iif, String oif, Optional<Mark> mark, int tos, OptionalInt ipProtocol, Optional<Range> sourcePort,
        Optional<Range> destinationPort, Optional<Range> uids, RuleAction action, OptionalInt suppressPrefixLength,
        OptionalLong suppressInterfaceGroup, int protocol, List<RawAttribute> other) {

    public RoutingRule {
        from = from.filter(prefix -> !prefix.isDefault());
        to = to.filter(prefix -> !prefix.isDefault());
        other = List.copyOf(other);
    }

    /** A firewall mark and the bits of it that count. */
    public record Mark(long value, long mask) {
        @Override
        public String toString() {
            return "0x" + Long.toHexString(value) + (mask == 0xffffffffL ? "" : "/0x" + Long.toHexString(mask));
        }
    }

    /** An inclusive range of ports or user ids. */
    public record Range(long first, long last) {
        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + "-" + last;
        }
    }

    /** A rule of ours that sends a source to a table: what source routing needs. */
    public static RoutingRule from(long priority, Prefix source, long table) {
        return new RoutingRule(source.family(), priority, false, Optional.of(source), Optional.empty(), "", "",
                Optional.empty(), 0, OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                new RuleAction.Lookup(table), OptionalInt.empty(), OptionalLong.empty(), Protocol.PLUMBLINE, List.of());
    }

    /** Carries plumbline's mark. */
    public boolean isOurs() {
        return protocol == Protocol.PLUMBLINE;
    }

    public RoutingRule withProtocol(int other) {
        return new RoutingRule(family, priority, not, from, to, iif, oif, mark, tos, ipProtocol, sourcePort,
                destinationPort, uids, action, suppressPrefixLength, suppressInterfaceGroup, other, this.other);
    }

    public RoutingRule withNot(boolean other) {
        return new RoutingRule(family, priority, other, from, to, iif, oif, mark, tos, ipProtocol, sourcePort,
                destinationPort, uids, action, suppressPrefixLength, suppressInterfaceGroup, protocol, this.other);
    }

    public RoutingRule withAction(RuleAction other) {
        return new RoutingRule(family, priority, not, from, to, iif, oif, mark, tos, ipProtocol, sourcePort,
                destinationPort, uids, other, suppressPrefixLength, suppressInterfaceGroup, protocol, this.other);
    }

    /** The table that it looks up, if it does. */
    public OptionalLong table() {
        return action instanceof RuleAction.Lookup lookup ? OptionalLong.of(lookup.table()) : OptionalLong.empty();
    }

    /** The selectors alone, in the words of {@code ip rule}: {@code from all} if there are none. */
    public String selector() {
        var text = new StringJoiner(" ");
        if (not) {
            text.add("not");
        }
        text.add("from " + from.map(RoutingRule::prefixText).orElse("all"));
        to.ifPresent(prefix -> text.add("to " + prefixText(prefix)));
        if (tos != 0) {
            text.add("tos 0x" + Integer.toHexString(tos));
        }
        mark.ifPresent(value -> text.add("fwmark " + value));
        if (!iif.isEmpty()) {
            text.add("iif " + iif);
        }
        if (!oif.isEmpty()) {
            text.add("oif " + oif);
        }
        uids.ifPresent(range -> text.add("uidrange " + range.first() + "-" + range.last()));
        ipProtocol.ifPresent(number -> text.add("ipproto " + number));
        sourcePort.ifPresent(range -> text.add("sport " + range));
        destinationPort.ifPresent(range -> text.add("dport " + range));
        return text.toString();
    }

    private static String prefixText(Prefix prefix) {
        return prefix.isHost() ? prefix.address().toString() : prefix.toString();
    }

    /** In the words of {@code ip rule}: priority, selectors, action, suppressors. */
    @Override
    public String toString() {
        var text = new StringJoiner(" ").add(priority + ":").add(selector()).add(action.toString());
        suppressPrefixLength.ifPresent(length -> text.add("suppress_prefixlength " + length));
        suppressInterfaceGroup.ifPresent(group -> text.add("suppress_ifgroup " + group));
        if (!isOurs()) {
            text.add("proto " + Protocol.name(protocol));
        }
        return text.toString();
    }
}
