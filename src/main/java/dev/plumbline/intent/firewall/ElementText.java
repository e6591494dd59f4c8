package dev.plumbline.intent.firewall;

import dev.plumbline.intent.IpProtocol;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Keys;
import dev.plumbline.state.firewall.SetElements;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The elements of a set as text, in nft's form: {@code 10.0.0.0/8}, {@code 192.0.2.1 . tcp . 1000-2000}. */
public final class ElementText {

    private static final int COMPARISONS = 20_000_000;
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");

    private final List<DataType> types;

    /** @param types of the set's fields */
    public ElementText(List<DataType> types) {
        this.types = types;
    }

    /** A range of keys, ends included; of a single key both are the same. */
    public record Span(Bytes from, Bytes to) {
        public boolean isRange() {
            return !from.equals(to);
        }
    }

    /**
     * Two elements that a set whose fields are ranges cannot both hold: an end of one lies in the other. Elements of
     * one field are merged instead, and equal ones count once.
     *
     * @return their indexes, the lower one first; empty if there are none, or it would take too long to find out
     */
    public Optional<int[]> collision(List<Span> spans) {
        if (types.size() == 1 || spans.stream().noneMatch(Span::isRange)) {
            return Optional.empty();
        }
        int first = (types.getFirst().length() + 3) & ~3;
        var order = IntStream.range(0, spans.size()).boxed()
                .sorted((one, two) -> spans.get(one).from.compareTo(spans.get(two).from)).toList();
        var open = new ArrayDeque<Integer>();
        int left = COMPARISONS;
        for (int index : order) {
            var span = spans.get(index);
            open.removeIf(each -> spans.get(each).to.first(first).compareTo(span.from.first(first)) < 0);
            for (int other : open) {
                var before = spans.get(other);
                boolean collide = !before.equals(span) && (holds(before, span.from) || holds(before, span.to)
                        || holds(span, before.from) || holds(span, before.to));
                if (collide) {
                    return Optional.of(new int[] {Math.min(index, other), Math.max(index, other)});
                }
            }
            left -= open.size();
            if (left < 0) {
                return Optional.empty();
            }
            open.add(index);
        }
        return Optional.empty();
    }

    /** Field by field. */
    private boolean holds(Span span, Bytes key) {
        int at = 0;
        for (var type : types) {
            var field = key.part(at, at + type.length());
            if (field.compareTo(span.from.part(at, at + type.length())) < 0
                    || field.compareTo(span.to.part(at, at + type.length())) > 0) {
                return false;
            }
            at += type.length() + 3 & ~3;
        }
        return true;
    }

    /** @throws MalformedException with the place in the text */
    public Span parse(String text) throws MalformedException {
        if (types.size() == 1) {
            return field(types.getFirst(), text);
        }
        var from = Bytes.zeros(0);
        var to = from;
        int at = 0;
        for (int i = 0; i < types.size(); i++) {
            int end = text.indexOf(" . ", at);
            boolean last = i == types.size() - 1;
            if (last != end < 0) {
                throw new MalformedException(last ? end : text.length(), "an element of this set has " + types.size()
                        + " fields with ` . ` between them: " + String.join(" . ", types.stream()
                                .map(DataType::toString).toList()));
            }
            try {
                var span = field(types.get(i), text.substring(at, last ? text.length() : end).strip());
                from = from.and(span.from.padded());
                to = to.and(span.to.padded());
            } catch (MalformedException e) {
                throw e.shifted(at);
            }
            at = end + 3;
        }
        return new Span(from, to);
    }

    private static Span field(DataType type, String text) throws MalformedException {
        return switch (type) {
            case IPV4_ADDR -> address(text, Family.IPV4);
            case IPV6_ADDR -> address(text, Family.IPV6);
            case INET_SERVICE -> {
                var ports = OperandParser.ports(text);
                yield new Span(Bytes.u16(ports.from()), Bytes.u16(ports.to()));
            }
            case INET_PROTO -> {
                var number = OperandParser.protocolNumber(text);
                if (number.isEmpty()) {
                    throw new MalformedException(0, "expected a protocol by name or number; found `"
                            + OperandParser.shown(text) + "`");
                }
                yield single(Bytes.u8(number.getAsInt()));
            }
            case MARK -> {
                long number = OperandParser.number(text);
                if (number < 0 || number > Operand.Masked.ALL) {
                    throw new MalformedException(0, "expected a mark of 32 bits; found `" + OperandParser.shown(text)
                            + "`");
                }
                yield single(Bytes.host32(number));
            }
            case ETHER_ADDR -> single(Bytes.of(MAC.parseHex(OperandParser.list(Subject.SOURCE_MAC, text).getFirst()
                    .toString())));
            case IFNAME -> {
                var name = OperandParser.device(text).toString();
                if (name.endsWith("*") || name.isEmpty()) {
                    throw new MalformedException(0, "expected the name of one device; found `"
                            + OperandParser.shown(text) + "`");
                }
                yield single(Bytes.text(name, DataType.IFNAME.length()));
            }
            default -> throw new IllegalArgumentException("no set of " + type);
        };
    }

    private static Span single(Bytes key) {
        return new Span(key, key);
    }

    private static Span address(String text, Family family) throws MalformedException {
        var prefix = Prefix.parse(text).map(Prefix::masked);
        int dash = text.indexOf('-');
        if (prefix.isPresent() && prefix.get().family() == family) {
            var first = Bytes.of(prefix.get().address());
            return new Span(first, Keys.lastOf(first, prefix.get().length()));
        }
        var from = dash < 0 ? Optional.<IpAddress>empty() : IpAddress.parse(text.substring(0, dash));
        var to = dash < 0 ? from : IpAddress.parse(text.substring(dash + 1));
        if (from.isEmpty() || to.isEmpty() || from.get().family() != family || to.get().family() != family) {
            throw new MalformedException(0, "expected an " + (family == Family.IPV4 ? "IPv4" : "IPv6")
                    + " address, prefix or range; found `" + OperandParser.shown(text) + "`");
        }
        if (from.get().compareTo(to.get()) > 0) {
            throw new MalformedException(dash + 1, "the range ends before it begins; write " + to.get() + "-"
                    + from.get());
        }
        return new Span(Bytes.of(from.get()), Bytes.of(to.get()));
    }

    /** The text of an element. */
    public String text(SetElements elements, int row) {
        var from = elements.key(row);
        var to = elements.end(row);
        if (types.size() == 1) {
            return field(types.getFirst(), from, to);
        }
        var text = new StringBuilder();
        int at = 0;
        for (var type : types) {
            text.append(at == 0 ? "" : " . ").append(field(type, from.part(at, at + type.length()),
                    to.part(at, at + type.length())));
            at += type.length() + 3 & ~3;
        }
        return text.toString();
    }

    private static String field(DataType type, Bytes from, Bytes to) {
        if (from.equals(to)) {
            return value(type, from);
        }
        var length = type == DataType.INET_SERVICE ? Optional.<Integer>empty() : Keys.prefixLength(from, to);
        return length.map(bits -> value(type, from) + "/" + bits).orElseGet(() -> value(type, from) + "-"
                + value(type, to));
    }

    private static String value(DataType type, Bytes value) {
        return switch (type) {
            case IPV4_ADDR, IPV6_ADDR -> IpAddress.of(value.toArray()).toString();
            case INET_SERVICE -> Long.toString(value.number());
            case INET_PROTO -> IpProtocol.name((int) value.number());
            case MARK -> "0x" + Long.toHexString(value.hostNumber());
            case ETHER_ADDR -> MAC.formatHex(value.toArray());
            case IFNAME -> value.text();
            default -> throw new IllegalArgumentException("no set of " + type);
        };
    }
}
