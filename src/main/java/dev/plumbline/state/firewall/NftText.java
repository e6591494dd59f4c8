package dev.plumbline.state.firewall;

import dev.plumbline.state.firewall.Expression.*;
import dev.plumbline.state.firewall.NftWords.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A rule as {@code nft} prints it, as far as the model goes. A test of the protocol that a later match implies is left
 * out, as nft does. What it has no words for is the expression's name in brackets.
 */
public final class NftText {

    private static final int MOST_ELEMENTS = 10;
    private static final List<String> LEVELS = List.of("emerg", "alert", "crit", "err", "warn", "notice", "info",
            "debug", "audit");

    private final TableFamily family;
    private final List<Word> words = new ArrayList<>();
    private final Map<Integer, Source> registers = new HashMap<>();
    private Protocols protocols;
    private @Nullable Word network;
    private @Nullable Word transport;
    private @Nullable Word link;
    private @Nullable Cmp lower;

    private NftText(TableFamily family) {
        this.family = family;
        protocols = Protocols.of(family);
    }

    /** The rule without its comment. */
    public static String of(TableFamily family, Rule rule) {
        return of(family, rule.expressions());
    }

    /** The expressions of a rule. */
    public static String of(TableFamily family, List<Expression> expressions) {
        var text = new NftText(family);
        expressions.forEach(text::take);
        var line = new StringJoiner(" ");
        text.words.stream().filter(word -> !word.implied).forEach(word -> line.add(word.text));
        return line.toString();
    }

    private static final class Word {
        private final String text;
        private boolean implied;

        Word(String text) {
            this.text = text;
        }
    }

    /**
     * What a register holds.
     *
     * @param text how it is named
     * @param bits of the value that count; -1 for all
     */
    private record Source(String text, Kind kind, int length, int bits, Optional<Bytes> value,
            Optional<Bitwise> masked) {

        static Source of(Selector selector) {
            return new Source(selector.text(), selector.kind(), selector.length(), selector.bits(), Optional.empty(),
                    Optional.empty());
        }

        Source with(Bitwise bitwise) {
            return new Source(text, kind, length, bits, value, Optional.of(bitwise));
        }
    }

    private void add(String text) {
        words.add(new Word(text));
    }

    private void take(Expression expression) {
        switch (expression) {
            case Payload it -> load(it.register(), payload(it));
            case Meta it -> load(it.register(), Selector.of(it.key()));
            case Ct it -> load(it.register(), Selector.of(it.key()));
            case Rt it -> load(it.register(), new Selector("rt mtu", Kind.INTEGER, 2, -1));
            case Fib it -> load(it.register(), Selector.of(it));
            case Cmp it -> compare(it);
            case Range it -> test(source(it.register()), it.negated(),
                    NftWords.range(source(it.register()).kind(), it.from(), it.to()));
            case Bitwise it -> registers.put(it.target(), source(it.source()).with(it));
            case Byteorder it -> registers.put(it.target(), source(it.source()));
            case Lookup it -> lookup(it);
            case Immediate it -> registers.put(it.register(), new Source("", Kind.INTEGER, it.data().length(), -1,
                    Optional.of(it.data()), Optional.empty()));
            case MetaSet it -> add(it.key() + " set " + operand(source(it.register()), Kind.MARK));
            case CtSet it -> add(it.key() + " set " + operand(source(it.register()), Kind.MARK));
            case TcpOptionSet it -> add("tcp option " + (it.option() == TcpOptionSet.MAXSEG ? "maxseg size"
                    : "@" + it.option() + "," + it.offset() * 8 + "," + it.length() * 8) + " set "
                    + operand(source(it.register()), Kind.PORT));
            case Decide it -> add(it.verdict().toString());
            case Nat it -> nat(it);
            case Masquerade it -> add("masquerade" + ports(it.portMin(), it.portMax(), " to :")
                    + options(it.options()));
            case Redirect it -> add("redirect" + ports(it.portMin(), it.portMax(), " to :") + options(it.options()));
            case Limit it -> limit(it);
            case Log it -> log(it);
            case Counter it -> add("counter");
            case Reject it -> reject(it);
            case Notrack it -> add("notrack");
            case Dup it -> dup(it);
            case Raw it -> add("[" + it.name() + "]");
        }
    }

    private void load(int register, Selector selector) {
        registers.put(register, Source.of(selector));
    }

    private Source source(int register) {
        return registers.getOrDefault(register, new Source("[register " + register + "]", Kind.INTEGER, 0, -1,
                Optional.empty(), Optional.empty()));
    }

    /** What a load of the packet means, with the tests that it makes superfluous. */
    private Selector payload(Payload load) {
        var selector = protocols.selector(load);
        switch (load.header()) {
            case NETWORK -> implied(network);
            case TRANSPORT -> {
                if (protocols.knowsTransport()) {
                    implied(transport);
                }
                if (protocols.isIcmp()) {
                    implied(network);
                }
            }
            case LINK -> implied(link);
        }
        return selector;
    }

    private static void implied(@Nullable Word word) {
        if (word != null) {
            word.implied = true;
        }
    }

    private void compare(Cmp it) {
        if (it.comparison() == Comparison.GTE) {
            lower = it;
            return;
        }
        var source = source(it.register());
        if (it.comparison() == Comparison.LTE && lower != null && lower.register() == it.register()) {
            add(source.text() + " " + NftWords.range(source.kind(), lower.data(), it.data()));
            lower = null;
            return;
        }
        boolean negated = it.comparison() == Comparison.NEQ;
        if (source.masked().isPresent()) {
            masked(source, source.masked().get(), negated, it.data());
        } else if (it.comparison() == Comparison.EQ && protocol(source, it.data())) {
            return;
        } else if (source.kind() == Kind.ICMP_TYPE && it.data().length() == 2 && !negated) {
            boolean v6 = source.text().startsWith("icmpv6");
            add(source.text() + " " + NftWords.value(v6 ? Kind.ICMPV6_TYPE : Kind.ICMP_TYPE, it.data().first(1)));
            add(source.text().replace("type", "code") + " "
                    + NftWords.value(v6 ? Kind.ICMPV6_CODE : Kind.ICMP_CODE, it.data().part(1, 2)));
        } else {
            var value = value(source, it.data());
            test(source, negated, NftWords.isFlags(source.kind()) && negated ? value.replace(",", " | ") : value);
        }
    }

    /** Notes a test of a protocol, which a later match may make superfluous. */
    private boolean protocol(Source source, Bytes data) {
        var next = protocols.after(source.text(), data);
        if (next.isEmpty()) {
            return false;
        }
        protocols = next.get();
        var word = new Word(source.text() + " " + NftWords.value(source.kind(), data));
        words.add(word);
        switch (source.text()) {
            case "meta nfproto", "meta protocol" -> network = word;
            case "meta l4proto" -> transport = word;
            case "iiftype" -> link = word;
            default -> { }
        }
        return true;
    }

    private static String value(Source source, Bytes data) {
        if (source.bits() >= 0) {
            return NftWords.prefix(data.and(Bytes.zeros(source.length() - data.length())), source.bits());
        }
        if (source.kind() == Kind.INTERFACE && data.length() < source.length()) {
            return "\"" + data.text() + "*\"";
        }
        return NftWords.value(source.kind(), data);
    }

    private void masked(Source source, Bitwise mask, boolean negated, Bytes data) {
        var name = source.text();
        var prefix = Keys.prefixLength(Bytes.zeros(mask.mask().length()), complement(mask.mask()));
        if (source.kind() == Kind.ADDRESS && prefix.isPresent()) {
            test(source, negated, NftWords.prefix(data, prefix.get()));
        } else if (NftWords.isFlags(source.kind()) && data.isZero()) {
            add(name + (negated ? " " : " ! ") + NftWords.value(source.kind(), mask.mask()));
        } else if (source.kind() == Kind.TCP_FLAGS) {
            add(name + (negated ? " != " : " ") + NftWords.value(source.kind(), data) + " / "
                    + NftWords.value(source.kind(), mask.mask()));
        } else {
            add(name + " & " + NftWords.value(source.kind(), mask.mask()) + (negated ? " != " : " == ")
                    + NftWords.value(source.kind(), data));
        }
    }

    private static Bytes complement(Bytes mask) {
        var bytes = mask.toArray();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
        return Bytes.of(bytes);
    }

    private void test(Source source, boolean negated, String value) {
        add(source.text() + (negated ? " != " : " ") + value);
    }

    private void lookup(Lookup it) {
        var name = fields(it);
        var set = switch (it.set()) {
            case SetReference.Named named -> "@" + named.name();
            case SetReference.Anonymous anonymous -> NftWords.elements(anonymous.set(), MOST_ELEMENTS);
        };
        if (it.target().isEmpty()) {
            add(name + (it.negated() ? " != " : " ") + set);
        } else if (it.target().getAsInt() == Register.VERDICT) {
            add(name + " vmap " + set);
        } else {
            registers.put(it.target().getAsInt(), new Source(name + " map " + set, Kind.INTEGER, 0, -1,
                    Optional.empty(), Optional.empty()));
        }
    }

    /** What a key is made of: the loads that fill registers without a gap from its first on. */
    private String fields(Lookup it) {
        var text = new StringJoiner(" . ");
        int word = Register.wordOf(it.source());
        while (word >= 0 && word < 16 && registers.containsKey(Register.word(word))) {
            var field = registers.remove(Register.word(word));
            text.add(field.text());
            word += Math.max(1, (field.length() + 3) / 4);
        }
        return text.toString();
    }

    private static String operand(Source source, Kind kind) {
        if (source.value().isPresent()) {
            return NftWords.value(kind, source.value().get());
        }
        if (source.masked().isEmpty()) {
            return source.text();
        }
        var mask = source.masked().get();
        var bits = mask.mask().hostNumber() | mask.xor().hostNumber();
        return source.text() + " & " + NftWords.value(kind, Bytes.host32(bits))
                + (mask.xor().isZero() ? "" : " | " + NftWords.value(kind, mask.xor()));
    }

    private void nat(Nat it) {
        var text = new StringBuilder(it.source() ? "snat" : "dnat");
        if (family == TableFamily.INET && it.addressMin().isPresent()) {
            text.append(' ').append(it.family());
        }
        text.append(" to ");
        var ports = ports(it.portMin(), it.portMax(), ":");
        if (it.addressMin().isPresent()) {
            var from = address(it.addressMin());
            boolean brackets = it.family() == TableFamily.IP6 && !ports.isEmpty();
            text.append(brackets ? "[" + from + "]" : from);
            if (!it.addressMax().equals(it.addressMin())) {
                var to = address(it.addressMax());
                text.append('-').append(brackets ? "[" + to + "]" : to);
            }
        }
        add(text.append(ports).append(options(it.options())).toString());
    }

    private String address(OptionalInt register) {
        var source = source(register.getAsInt());
        return source.value().map(value -> NftWords.value(Kind.ADDRESS, value)).orElse(source.text());
    }

    private String ports(OptionalInt min, OptionalInt max, String before) {
        if (min.isEmpty()) {
            return "";
        }
        var first = operand(source(min.getAsInt()), Kind.PORT);
        return before + first + (max.equals(min) ? "" : "-" + operand(source(max.getAsInt()), Kind.PORT));
    }

    private static String options(int options) {
        var text = new StringJoiner(",");
        if ((options & Nat.RANDOM) != 0) {
            text.add("random");
        }
        if ((options & Nat.FULLY_RANDOM) != 0) {
            text.add("fully-random");
        }
        if ((options & Nat.PERSISTENT) != 0) {
            text.add("persistent");
        }
        return text.length() == 0 ? "" : " " + text;
    }

    private void limit(Limit it) {
        var unit = switch ((int) it.seconds()) {
            case 1 -> "second";
            case 60 -> "minute";
            case 3600 -> "hour";
            case 86_400 -> "day";
            default -> "week";
        };
        var text = "limit rate " + (it.over() ? "over " : "")
                + (it.bytes() ? bytes(it.rate()) : it.rate()) + "/" + unit;
        if (it.bytes() ? it.burst() != 0 : it.burst() != Limit.PACKET_BURST) {
            text += " burst " + (it.bytes() ? bytes(it.burst()) : it.burst() + " packets");
        }
        add(text);
    }

    private static String bytes(long number) {
        return number % (1 << 20) == 0 ? (number >> 20) + " mbytes"
                : number % (1 << 10) == 0 ? (number >> 10) + " kbytes" : number + " bytes";
    }

    private void log(Log it) {
        var text = new StringBuilder("log");
        if (!it.prefix().isEmpty()) {
            text.append(" prefix \"").append(it.prefix()).append('"');
        }
        if (it.group().isPresent()) {
            text.append(" group ").append(it.group().getAsInt());
            text.append(it.snaplen() == 0 ? "" : " snaplen " + it.snaplen());
            text.append(it.queueThreshold() == 0 ? "" : " queue-threshold " + it.queueThreshold());
        } else {
            text.append(it.level() == Log.DEFAULT_LEVEL ? "" : " level " + LEVELS.get(it.level()));
            text.append(NftWords.logFlags(it.flags()));
        }
        add(text.toString());
    }

    private void reject(Reject it) {
        var with = NftWords.reject(family, it);
        if (it.type() == RejectType.ICMP) {
            implied(network);
        }
        add("reject" + with.map(text -> " with " + (text.isEmpty() ? icmp(it) : text)).orElse(""));
    }

    private String icmp(Reject it) {
        boolean v6 = protocols.isIpv6();
        return (v6 ? "icmpv6 " : "icmp ") + NftWords.icmpCode(v6, it.code());
    }

    private void dup(Dup it) {
        var text = new StringBuilder("dup to ");
        if (it.address().isPresent()) {
            text.append(address(it.address()));
        }
        if (it.device().isPresent()) {
            text.append(it.address().isPresent() ? " device " : "")
                    .append(operand(source(it.device().getAsInt()), Kind.INDEX));
        }
        add(text.toString());
    }
}
