package dev.plumbline.state.firewall;

import dev.plumbline.state.Family;
import dev.plumbline.state.firewall.Expression.Bitwise;
import dev.plumbline.state.firewall.Expression.Cmp;
import dev.plumbline.state.firewall.Expression.Comparison;
import dev.plumbline.state.firewall.Expression.Fib;
import dev.plumbline.state.firewall.Expression.FibResult;
import dev.plumbline.state.firewall.Expression.Header;
import dev.plumbline.state.firewall.Expression.Lookup;
import dev.plumbline.state.firewall.Expression.Payload;
import dev.plumbline.state.firewall.Expression.SetReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes the expressions of a rule from conditions and statements, as {@code nft} makes them: what a header's bytes
 * mean hangs on the protocol, so a test of it is put before the first match that needs it.
 */
public final class RuleBuilder {

    private static final int REGISTER = Register.FIRST;

    private final TableFamily family;
    private final List<Expression> expressions = new ArrayList<>();
    private Protocols protocols;
    private boolean ethernet;

    /** A rule of a table of this family. */
    public RuleBuilder(TableFamily family) {
        this.family = family;
        protocols = Protocols.of(family);
    }

    /** All at once. */
    public static List<Expression> expressions(TableFamily family, List<Match> matches, List<Statement> statements) {
        var builder = new RuleBuilder(family);
        matches.forEach(builder::match);
        statements.forEach(builder::then);
        return builder.expressions();
    }

    /** What was made so far. */
    public List<Expression> expressions() {
        return List.copyOf(expressions);
    }

    /**
     * Adds a condition.
     *
     * @throws IllegalArgumentException if it contradicts one before: IPv4 and IPv6, or two protocols
     */
    public RuleBuilder match(Match match) {
        switch (match) {
            case Match.Is it -> is(it);
            case Match.Together it -> together(it.fields(), it.set(), OptionalInt.empty(), it.negated());
            case Match.MarkBits it -> masked(it.ofConnection() ? Field.CT_MARK : Field.MARK, Bytes.host32(it.mask()),
                    it.negated(), Bytes.host32(it.value()));
            case Match.CtState it -> masked(Field.CT_STATE, Bytes.host32(it.states()), !it.negated(), Bytes.zeros(4));
            case Match.CtStatus it -> {
                add(new Expression.Ct(CtKey.STATUS, REGISTER));
                maskAndCompare(Bytes.host32(it.status()), !it.negated(), Bytes.zeros(4));
            }
            case Match.TcpFlags it -> {
                transport(Protocols.TCP);
                add(new Payload(Header.TRANSPORT, 13, 1, REGISTER));
                maskAndCompare(Bytes.u8(it.of()), it.negated(), Bytes.u8(it.set()));
            }
            case Match.Icmp it -> icmp(it);
            case Match.NetworkFamily it -> network(it.family());
            case Match.ReversePath it -> {
                add(new Fib(Fib.SADDR | Fib.IIF | Fib.PRESENT | (it.withMark() ? Fib.MARK : 0), FibResult.OIF,
                        REGISTER));
                compare(false, Bytes.host32(it.exists() ? 1 : 0));
            }
            case Match.DestinationType it -> {
                add(new Fib(Fib.DADDR, FibResult.ADDRTYPE, REGISTER));
                compare(it.negated(), Bytes.host32(it.type()));
            }
        }
        return this;
    }

    private void is(Match.Is it) {
        needs(it.field());
        int length = it.field().type().length();
        switch (it.values()) {
            case Match.Values.One one -> {
                add(it.field().load(REGISTER, length));
                compare(it.negated(), one.value());
                if (it.field() == Field.PROTOCOL && !it.negated()) {
                    knows(one.value().at(0));
                }
            }
            case Match.Values.Prefixed prefix -> prefix(it.field(), prefix, it.negated());
            case Match.Values.Span span -> {
                if (!it.field().type().isNetworkOrder()) {
                    throw new IllegalArgumentException("no ranges of " + it.field().type());
                }
                add(it.field().load(REGISTER, length));
                range(it.negated(), span.from(), span.to());
            }
            case Match.Values.Beginning beginning -> {
                add(it.field().load(REGISTER, length));
                compare(it.negated(), beginning.with());
            }
            case Match.Values.Several several -> {
                add(it.field().load(REGISTER, length));
                add(new Lookup(new SetReference.Anonymous(anonymous(it.field().type(), several.elements())), REGISTER,
                        OptionalInt.empty(), it.negated()));
            }
            case Match.Values.InSet set -> {
                add(it.field().load(REGISTER, length));
                add(new Lookup(new SetReference.Named(set.name()), REGISTER, OptionalInt.empty(), it.negated()));
            }
        }
    }

    /** Of whole bytes only those are loaded; else bits are cut off. */
    private void prefix(Field field, Match.Values.Prefixed prefix, boolean negated) {
        int length = field.type().length();
        if (prefix.bits() == 0) {
            if (negated) {
                throw new IllegalArgumentException("nothing lies outside of a prefix of length 0");
            }
            return;
        }
        if (prefix.bits() % 8 == 0) {
            add(field.load(REGISTER, prefix.bits() / 8));
            compare(negated, prefix.first().first(prefix.bits() / 8));
        } else {
            add(field.load(REGISTER, length));
            maskAndCompare(Bytes.mask(prefix.bits(), length), negated, prefix.first());
        }
    }

    private static NftSet anonymous(DataType type, List<Match.Values> values) {
        boolean interval = values.stream().anyMatch(each -> !(each instanceof Match.Values.One));
        if (interval && !type.isNetworkOrder()) {
            throw new IllegalArgumentException("no ranges of " + type);
        }
        var elements = new SetElements.Builder(type.length(), interval);
        for (var each : values) {
            switch (each) {
                case Match.Values.One one -> elements.add(one.value());
                case Match.Values.Prefixed prefix -> elements.add(prefix.first(),
                        Keys.lastOf(prefix.first(), prefix.bits()));
                case Match.Values.Span span -> elements.add(span.from(), span.to());
                default -> throw new IllegalArgumentException("a list holds values, prefixes and ranges alone");
            }
        }
        return NftSet.anonymous(List.of(type), interval, Optional.empty(),
                interval ? elements.merged() : elements.build());
    }

    private void together(List<Field> fields, String set, OptionalInt target, boolean negated) {
        fields.forEach(this::needs);
        int word = 0;
        for (var field : fields) {
            add(field.load(Register.word(word), field.type().length()));
            word += (field.type().length() + 3) / 4;
        }
        add(new Lookup(new SetReference.Named(set), REGISTER, target, negated));
    }

    private void icmp(Match.Icmp it) {
        boolean v6 = it.family() == Family.IPV6;
        needs(v6 ? Field.ICMPV6_TYPE : Field.ICMP_TYPE);
        add(new Payload(Header.TRANSPORT, 0, it.code().isPresent() ? 2 : 1, REGISTER));
        var type = Bytes.u8(it.type());
        compare(it.negated(), it.code().map(code -> type.and(Bytes.u8(code))).orElse(type));
    }

    /** Adds what the rule does. */
    public RuleBuilder then(Statement statement) {
        switch (statement) {
            case Statement.Plain it -> add(it.expression());
            case Statement.Nat it -> nat(it);
            case Statement.Masquerade it -> {
                var ports = ports(it.ports(), 0);
                add(new Expression.Masquerade(ports.min, ports.max, it.options()));
            }
            case Statement.Redirect it -> {
                var ports = ports(it.ports(), 0);
                add(new Expression.Redirect(ports.min, ports.max, it.options()));
            }
            case Statement.SetMark it -> setMark(it);
            case Statement.CopyMark it -> {
                add(it.toConnection() ? Field.MARK.load(REGISTER, 4) : Field.CT_MARK.load(REGISTER, 4));
                add(it.toConnection() ? new Expression.CtSet(CtKey.MARK, REGISTER)
                        : new Expression.MetaSet(MetaKey.MARK, REGISTER));
            }
            case Statement.Reject it -> {
                it.family().ifPresent(this::network);
                if (it.type() == Expression.RejectType.TCP_RESET) {
                    transport(Protocols.TCP);
                }
                add(new Expression.Reject(it.type(), it.code()));
            }
            case Statement.Copy it -> copy(it);
            case Statement.ClampMss it -> clamp(it);
            case Statement.VerdictMap it -> together(it.fields(), it.map(), OptionalInt.of(Register.VERDICT), false);
        }
        return this;
    }

    private record Pair(OptionalInt min, OptionalInt max) {
    }

    private void nat(Statement.Nat it) {
        var addresses = new Pair(OptionalInt.empty(), OptionalInt.empty());
        var nat = protocols.network().orElse(TableFamily.IP);
        int next = REGISTER;
        if (it.addresses().isPresent()) {
            var range = it.addresses().get();
            nat = range.from().family() == Family.IPV4 ? TableFamily.IP : TableFamily.IP6;
            addresses = pair(next, Bytes.of(range.from()), Bytes.of(range.to()));
            next = addresses.max.orElseThrow() + 1;
        }
        var ports = ports(it.ports(), next - REGISTER);
        add(new Expression.Nat(it.source(), nat, addresses.min, addresses.max, ports.min, ports.max, it.options()));
    }

    private Pair ports(Optional<Statement.Ports> ports, int used) {
        return ports.map(range -> pair(REGISTER + used, Bytes.u16(range.from()), Bytes.u16(range.to())))
                .orElse(new Pair(OptionalInt.empty(), OptionalInt.empty()));
    }

    /** One value, or two, in registers from one on. */
    private Pair pair(int register, Bytes from, Bytes to) {
        add(new Expression.Immediate(register, from));
        if (from.equals(to)) {
            return new Pair(OptionalInt.of(register), OptionalInt.of(register));
        }
        add(new Expression.Immediate(register + 1, to));
        return new Pair(OptionalInt.of(register), OptionalInt.of(register + 1));
    }

    private void setMark(Statement.SetMark it) {
        if (it.mask() == 0xffffffffL) {
            add(new Expression.Immediate(REGISTER, Bytes.host32(it.value())));
        } else {
            add((it.ofConnection() ? Field.CT_MARK : Field.MARK).load(REGISTER, 4));
            add(new Bitwise(REGISTER, REGISTER, Bytes.host32(~it.mask()), Bytes.host32(it.value())));
        }
        add(it.ofConnection() ? new Expression.CtSet(CtKey.MARK, REGISTER)
                : new Expression.MetaSet(MetaKey.MARK, REGISTER));
    }

    private void copy(Statement.Copy it) {
        it.gateway().ifPresent(gateway -> add(new Expression.Immediate(REGISTER, Bytes.of(gateway))));
        var address = it.gateway().isPresent() ? OptionalInt.of(REGISTER) : OptionalInt.empty();
        var device = OptionalInt.empty();
        if (it.device().isPresent()) {
            device = OptionalInt.of(REGISTER + (it.gateway().isPresent() ? 1 : 0));
            add(new Expression.Immediate(device.getAsInt(), Bytes.host32(it.device().getAsInt())));
        }
        add(new Expression.Dup(address, device));
    }

    private void clamp(Statement.ClampMss it) {
        transport(Protocols.TCP);
        if (it.bytes().isPresent()) {
            add(new Expression.Immediate(REGISTER, Bytes.u16(it.bytes().getAsInt())));
        } else {
            add(new Expression.Rt(Expression.RtKey.TCPMSS, REGISTER));
            add(new Expression.Byteorder(true, REGISTER, REGISTER, 2, 2));
        }
        add(new Expression.TcpOptionSet(Expression.TcpOptionSet.MAXSEG, 2, 2, REGISTER));
    }

    /** Puts the test of the protocol that a field's bytes hang on before it, where it is not known yet. */
    private void needs(Field field) {
        switch (field) {
            case SOURCE_IPV4, DESTINATION_IPV4 -> network(Family.IPV4);
            case SOURCE_IPV6, DESTINATION_IPV6 -> network(Family.IPV6);
            case ICMP_TYPE -> {
                network(Family.IPV4);
                transport(Protocols.ICMP);
            }
            case ICMPV6_TYPE -> {
                network(Family.IPV6);
                transport(Protocols.ICMPV6);
            }
            case SOURCE_MAC, DESTINATION_MAC -> ethernet();
            default -> { }
        }
    }

    private void network(Family wanted) {
        var network = wanted == Family.IPV4 ? TableFamily.IP : TableFamily.IP6;
        if (protocols.network().isPresent()) {
            if (protocols.network().get() != network) {
                throw new IllegalArgumentException(family == network || family == TableFamily.INET
                        || family == TableFamily.NETDEV ? "a rule matches IPv4 or IPv6, not both"
                        : "a table of family " + family + " has no packets of " + network);
            }
            return;
        }
        if (family == TableFamily.NETDEV) {
            add(new Expression.Meta(MetaKey.PROTOCOL, REGISTER));
            compare(false, Bytes.u16(wanted == Family.IPV4 ? 0x0800 : 0x86dd));
        } else {
            add(new Expression.Meta(MetaKey.NFPROTO, REGISTER));
            compare(false, Bytes.u8(network.number()));
        }
        protocols = protocols.with(network);
    }

    private void transport(int wanted) {
        if (!protocols.knowsTransport()) {
            add(new Expression.Meta(MetaKey.L4PROTO, REGISTER));
            compare(false, Bytes.u8(wanted));
        }
        knows(wanted);
    }

    private void knows(int transport) {
        if (protocols.knowsTransport() && protocols.transport().getAsInt() != transport) {
            throw new IllegalArgumentException("a rule matches one protocol: " + protocols.transport().getAsInt()
                    + " or " + transport);
        }
        protocols = protocols.with(transport);
    }

    private void ethernet() {
        if (!ethernet) {
            add(new Expression.Meta(MetaKey.IIFTYPE, REGISTER));
            compare(false, Bytes.host16(Protocols.ETHERNET));
            ethernet = true;
        }
    }

    private void masked(Field field, Bytes mask, boolean negated, Bytes value) {
        add(field.load(REGISTER, field.type().length()));
        maskAndCompare(mask, negated, value);
    }

    private void maskAndCompare(Bytes mask, boolean negated, Bytes value) {
        add(new Bitwise(REGISTER, REGISTER, mask, Bytes.zeros(mask.length())));
        compare(negated, value);
    }

    private void compare(boolean negated, Bytes value) {
        add(new Cmp(negated ? Comparison.NEQ : Comparison.EQ, REGISTER, value));
    }

    private void range(boolean negated, Bytes from, Bytes to) {
        if (negated) {
            add(new Expression.Range(true, REGISTER, from, to));
        } else {
            add(new Cmp(Comparison.GTE, REGISTER, from));
            add(new Cmp(Comparison.LTE, REGISTER, to));
        }
    }

    private void add(Expression expression) {
        expressions.add(expression);
    }
}
