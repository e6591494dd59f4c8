package dev.plumbline.state.firewall;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A condition of a rule, before it is expressions ({@link RuleBuilder}). */
public sealed interface Match {

    /** One field is, or is not, among values. */
    record Is(Field field, Values values, boolean negated) implements Match {
    }

    /** What a field is compared with. */
    sealed interface Values {

        record One(Bytes value) implements Values {
        }

        /** All addresses whose first bits are these; bits beyond are zero. */
        record Prefixed(Bytes first, int bits) implements Values {
        }

        /** Both ends included; not for what is in the machine's order (marks, states), nor for names. */
        record Span(Bytes from, Bytes to) implements Values {
        }

        /** Names that begin so: {@code eth*}. */
        record Beginning(Bytes with) implements Values {
        }

        /** Any of several: a set of this rule alone. Not for names that only begin so. */
        record Several(List<Values> elements) implements Values {
            public Several {
                elements = List.copyOf(elements);
            }
        }

        /** The elements of a set of the table. */
        record InSet(String name) implements Values {
        }
    }

    /** Several fields together are, or are not, in a set of the table, whose key is of their types in this order. */
    record Together(List<Field> fields, String set, boolean negated) implements Match {
        public Together {
            fields = List.copyOf(fields);
        }
    }

    /** Some bits of a mark are, or are not, so. */
    record MarkBits(boolean ofConnection, long value, long mask, boolean negated) implements Match {
    }

    /**
     * The connection is in one of these states, or in none of them.
     *
     * @param states {@link #INVALID} and the like, or-ed
     */
    record CtState(int states, boolean negated) implements Match {
        public static final int INVALID = 1;
        public static final int ESTABLISHED = 2;
        public static final int RELATED = 4;
        public static final int NEW = 8;
        public static final int UNTRACKED = 64;
    }

    /** The connection's addresses were, or were not, rewritten: {@code IPS_SRC_NAT} 16, {@code IPS_DST_NAT} 32. */
    record CtStatus(int status, boolean negated) implements Match {
    }

    /** Of these TCP flags exactly those are set; implies TCP. */
    record TcpFlags(int set, int of, boolean negated) implements Match {
        public static final int FIN = 1;
        public static final int SYN = 2;
        public static final int RST = 4;
        public static final int PSH = 8;
        public static final int ACK = 16;
        public static final int URG = 32;
    }

    /** ICMP or ICMPv6 of a type and, where given, a code. */
    record Icmp(Family family, int type, Optional<Integer> code, boolean negated) implements Match {
    }

    /** IPv4 or IPv6 alone. */
    record NetworkFamily(Family family) implements Match {
    }

    /** The route back to the source leaves by the incoming device, or there is none ({@code rp_filter}). */
    record ReversePath(boolean withMark, boolean exists) implements Match {
    }

    /** The destination is an address of this kind: {@code RTN_LOCAL} 2 and the like. */
    record DestinationType(int type, boolean negated) implements Match {
    }

    /** The interface that a packet comes by; a trailing {@code *} stands for anything. */
    static Match in(String name, boolean negated) {
        return new Is(Field.IN_INTERFACE, interfaceName(name), negated);
    }

    /** The interface that a packet leaves by; a trailing {@code *} stands for anything. */
    static Match out(String name, boolean negated) {
        return new Is(Field.OUT_INTERFACE, interfaceName(name), negated);
    }

    private static Values interfaceName(String name) {
        return name.endsWith("*") ? new Values.Beginning(Bytes.text(name.substring(0, name.length() - 1), 0))
                : new Values.One(Bytes.text(name, DataType.IFNAME.length()));
    }

    /** The source lies in a prefix. */
    static Match source(Prefix prefix, boolean negated) {
        return new Is(Field.source(prefix.family()), values(prefix), negated);
    }

    /** The destination lies in a prefix. */
    static Match destination(Prefix prefix, boolean negated) {
        return new Is(Field.destination(prefix.family()), values(prefix), negated);
    }

    /** The addresses of a prefix; the bits beyond its length do not count. */
    static Values values(Prefix prefix) {
        var masked = prefix.masked();
        return masked.isHost() ? new Values.One(Bytes.of(masked.address()))
                : new Values.Prefixed(Bytes.of(masked.address()), masked.length());
    }

    /** The addresses from one to another. */
    static Values values(IpAddress from, IpAddress to) {
        return from.equals(to) ? new Values.One(Bytes.of(from)) : new Values.Span(Bytes.of(from), Bytes.of(to));
    }

    /** A TCP, UDP, … port, or a range of them. */
    static Values ports(int from, int to) {
        return from == to ? new Values.One(Bytes.u16(from)) : new Values.Span(Bytes.u16(from), Bytes.u16(to));
    }

    /** Any of several, or the one. */
    static Values any(List<Values> some) {
        return some.size() == 1 ? some.getFirst() : new Values.Several(some);
    }

    /** The protocol behind IP. */
    static Match protocol(int number, boolean negated) {
        return new Is(Field.PROTOCOL, new Values.One(Bytes.u8(number)), negated);
    }

    /** One of some protocols behind IP. */
    static Match protocols(List<Integer> numbers, boolean negated) {
        var values = new ArrayList<Values>();
        numbers.forEach(number -> values.add(new Values.One(Bytes.u8(number))));
        return new Is(Field.PROTOCOL, any(values), negated);
    }

    /** A mark as a whole. */
    static Match mark(long value, boolean negated) {
        return new Is(Field.MARK, new Values.One(Bytes.host32(value)), negated);
    }
}
