package dev.plumbline.intent.firewall;

import dev.plumbline.intent.IpProtocol;
import dev.plumbline.intent.Spelling;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the values of conditions and actions from text, in canonical form and in those of iptables and VNS3. */
public final class OperandParser {

    static final int MAX_PORT = 65535;
    private static final Pattern SET_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,30}");
    private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}");
    /** VNS3's variables that stand for sets. */
    private static final Pattern SET_VARIABLE = Pattern.compile("\\$\\{fwset_([A-Za-z_][A-Za-z0-9_]{0,30})}");
    static final List<String> CT_STATES = List.of("new", "established", "related", "invalid", "untracked");
    static final List<String> PACKET_TYPES = List.of("unicast", "broadcast", "multicast");
    static final List<String> ADDRESS_TYPES = List.of("unicast", "local", "broadcast", "anycast", "multicast",
            "blackhole", "unreachable", "prohibit");
    static final List<String> PATHS = List.of("exists", "missing", "exists with mark", "missing with mark");
    private static final List<String> FAMILIES = List.of("ipv4", "ipv6");
    private static final List<String> UNITS = List.of("second", "minute", "hour", "day", "week");
    private static final long[] SECONDS = {1, 60, 3600, 86400, 604800};

    private OperandParser() {
    }

    /** Whether a set may be called so. */
    public static boolean isSetName(String name) {
        return SET_NAME.matcher(name).matches();
    }

    /**
     * The values of a condition: one, or several with commas between them where the subject has lists.
     *
     * @throws MalformedException with the place in this text
     */
    public static List<Operand> list(Subject subject, String text) throws MalformedException {
        if (!subject.isList()) {
            return List.of(one(subject, text));
        }
        var operands = new ArrayList<Operand>();
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            if (at < text.length() && text.charAt(at) != ',') {
                continue;
            }
            int begin = start;
            while (begin < at && text.charAt(begin) == ' ') {
                begin++;
            }
            try {
                var operand = one(subject, text.substring(begin, at).stripTrailing());
                if (!operands.contains(operand)) {
                    operands.add(operand);
                }
            } catch (MalformedException e) {
                throw e.shifted(begin);
            }
            start = at + 1;
        }
        return operands;
    }

    private static Operand one(Subject subject, String text) throws MalformedException {
        if (text.isEmpty()) {
            throw new MalformedException(0, "a value is missing");
        }
        if (Templates.isTemplate(text)) {
            return template(subject, text);
        }
        return switch (subject) {
            case FAMILY -> word(text, FAMILIES);
            case IN_INTERFACE, OUT_INTERFACE -> device(text);
            case SOURCE, DESTINATION -> address(text);
            case PROTOCOL -> protocol(text);
            case SOURCE_PORT, DESTINATION_PORT -> portsOrSet(text);
            case ICMP_TYPE -> icmp(text, false);
            case ICMPV6_TYPE -> icmp(text, true);
            case TCP_FLAGS -> tcpFlags(text);
            case MARK, CT_MARK -> masked(text);
            case CT_STATE -> word(text.toLowerCase(Locale.ROOT), CT_STATES);
            case PACKET_TYPE -> word(text.toLowerCase(Locale.ROOT), PACKET_TYPES);
            case SOURCE_MAC -> mac(text);
            case DESTINATION_TYPE -> word(text.toLowerCase(Locale.ROOT), ADDRESS_TYPES);
            case REVERSE_PATH -> word(text, PATHS);
            case SET -> setMatch(text);
            case LIMIT -> rate(text);
        };
    }

    private static Operand template(Subject subject, String text) throws MalformedException {
        Templates.check(text);
        boolean fixed = switch (subject) {
            case FAMILY, TCP_FLAGS, REVERSE_PATH, SET -> true;
            default -> false;
        };
        if (fixed) {
            throw new MalformedException(text.indexOf("${"), "no variable can stand here");
        }
        var set = SET_VARIABLE.matcher(text);
        boolean takesSet = switch (subject) {
            case SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT -> true;
            default -> false;
        };
        return set.matches() && takesSet ? new Operand.InSet(set.group(1)) : new Operand.Template(text);
    }

    static Operand.Word word(String text, List<String> words) throws MalformedException {
        if (!words.contains(text)) {
            throw new MalformedException(0, "expected one of " + String.join(", ", words) + "; found `" + shown(text)
                    + "`" + Spelling.nearest(text, words).map(near -> "; did you mean `" + near + "`?").orElse(""));
        }
        return new Operand.Word(text);
    }

    /** A device as in iptables ({@code eth+}) or nft ({@code eth*}). */
    static Operand device(String text) throws MalformedException {
        var name = text.endsWith("+") ? text.substring(0, text.length() - 1) + "*" : text;
        int bytes = name.getBytes(StandardCharsets.UTF_8).length - (name.endsWith("*") ? 1 : 0);
        boolean bad = name.equals(".") || name.equals("..") || name.indexOf('*') >= 0
                && name.indexOf('*') != name.length() - 1 || name.chars().anyMatch(c -> c == '/' || c == ':' || c == ','
                || c == '"' || c == '\'' || c <= ' ' || c == 127 || Character.isWhitespace(c));
        if (bytes > 15 || bad) {
            throw new MalformedException(0, "`" + shown(text) + "` cannot be the name of a device: it has at most 15"
                    + " bytes, no space, slash, colon, comma or quote; a `*` may end it for all that begin so");
        }
        if (name.equals("*")) {
            throw new MalformedException(0, "every device is meant; leave the condition out");
        }
        return new Operand.Interface(name);
    }

    private static Operand address(String text) throws MalformedException {
        var range = addresses(text);
        if (range != null) {
            return range.from().equals(range.to()) ? new Operand.Network(range.from().host()) : range;
        }
        var prefix = Prefix.parse(text).or(() -> netmask(text));
        if (prefix.isPresent()) {
            return new Operand.Network(prefix.get());
        }
        if (SET_NAME.matcher(text).matches()) {
            return new Operand.InSet(text);
        }
        int slash = text.indexOf('/');
        if (slash > 0 && IpAddress.parse(text.substring(0, slash)).isPresent()) {
            int bits = IpAddress.parse(text.substring(0, slash)).get().family().bits();
            throw new MalformedException(slash + 1, "the length after the slash is a number from 0 to " + bits
                    + "; found `" + shown(text.substring(slash + 1)) + "`");
        }
        throw new MalformedException(0, "expected an address, a prefix, a range or the name of a set; found `"
                + shown(text) + "`");
    }

    /** {@code 10.0.0.0/255.255.255.0}. */
    private static Optional<Prefix> netmask(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        var address = IpAddress.parse(text.substring(0, slash));
        var mask = IpAddress.parse(text.substring(slash + 1));
        if (address.isEmpty() || mask.isEmpty() || address.get().family() != mask.get().family()) {
            return Optional.empty();
        }
        int length = Long.bitCount(mask.get().hi()) + Long.bitCount(mask.get().lo());
        var all = new IpAddress(mask.get().family(), mask.get().family().bits() == 32 ? 0 : -1,
                mask.get().family().bits() == 32 ? 0xffffffffL : -1);
        return new Prefix(all, length).masked().address().equals(mask.get())
                ? Optional.of(new Prefix(address.get(), length)) : Optional.empty();
    }

    /** {@code A} or {@code A-B}; nothing if it is neither. */
    static Operand.@Nullable Addresses addresses(String text) throws MalformedException {
        int dash = text.indexOf('-');
        var from = IpAddress.parse(dash < 0 ? text : text.substring(0, dash));
        if (dash < 0) {
            return from.map(address -> new Operand.Addresses(address, address)).orElse(null);
        }
        var to = IpAddress.parse(text.substring(dash + 1));
        if (from.isEmpty() || to.isEmpty()) {
            return null;
        }
        if (from.get().family() != to.get().family()) {
            throw new MalformedException(dash + 1, "a range begins and ends with addresses of one family");
        }
        if (from.get().compareTo(to.get()) > 0) {
            throw new MalformedException(dash + 1, "the range ends before it begins; write " + to.get() + "-"
                    + from.get());
        }
        return new Operand.Addresses(from.get(), to.get());
    }

    private static Operand protocol(String text) throws MalformedException {
        var number = protocolNumber(text);
        if (number.isEmpty()) {
            throw new MalformedException(0, "unknown protocol `" + shown(text) + "`"
                    + Spelling.hint(text, IpProtocol.names()) + "; or write its number");
        }
        return new Operand.Protocol(number.getAsInt());
    }

    static OptionalInt protocolNumber(String text) {
        var named = IpProtocol.number(text.toLowerCase(Locale.ROOT));
        long number = number(text);
        return named.isPresent() ? named : number >= 1 && number <= 255 ? OptionalInt.of((int) number)
                : OptionalInt.empty();
    }

    private static Operand portsOrSet(String text) throws MalformedException {
        return SET_NAME.matcher(text).matches() ? new Operand.InSet(text) : ports(text);
    }

    /** {@code 22}, {@code 1000-2000}, or as in iptables {@code 1000:2000}, {@code :1023}, {@code 1024:}. */
    static Operand.Ports ports(String text) throws MalformedException {
        int middle = Math.max(text.indexOf('-'), text.indexOf(':'));
        boolean open = middle >= 0 && text.charAt(middle) == ':' && text.length() > 1;
        long from = middle < 0 ? number(text) : middle == 0 && open ? 0 : number(text.substring(0, middle));
        long to = middle < 0 ? from : middle == text.length() - 1 && open ? MAX_PORT
                : number(text.substring(middle + 1));
        if (from < 0 || to < 0 || from > MAX_PORT || to > MAX_PORT) {
            int at = from < 0 || from > MAX_PORT || middle < 0 ? 0 : middle + 1;
            throw new MalformedException(at, "expected a port from 0 to 65535 or a range such as 1000-2000; found `"
                    + shown(text) + "`");
        }
        if (from > to) {
            throw new MalformedException(middle + 1, "the range ends before it begins; write " + to + "-" + from);
        }
        return new Operand.Ports((int) from, (int) to);
    }

    private static Operand icmp(String text, boolean v6) throws MalformedException {
        var named = IcmpNames.named(text.toLowerCase(Locale.ROOT), v6);
        if (named != null) {
            return named;
        }
        int slash = text.indexOf('/');
        long type = number(slash < 0 ? text : text.substring(0, slash));
        long code = slash < 0 ? 0 : number(text.substring(slash + 1));
        if (type < 0 || type > 255 || code < 0 || code > 255) {
            throw new MalformedException(0, "expected a type of " + (v6 ? "ICMPv6" : "ICMP")
                    + ", by name, by number or as TYPE/CODE; found `" + shown(text) + "`"
                    + Spelling.nearest(text, IcmpNames.names(v6)).map(near -> "; did you mean `" + near + "`?")
                            .orElse(""));
        }
        return new Operand.Icmp((int) type, slash < 0 ? OptionalInt.empty() : OptionalInt.of((int) code), v6);
    }

    private static Operand tcpFlags(String text) throws MalformedException {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new MalformedException(0, "expected FLAGS/OF, such as syn/fin,syn,rst,ack; found `" + shown(text)
                    + "`");
        }
        int set = flags(text.substring(0, slash), 0);
        int of = flags(text.substring(slash + 1), slash + 1);
        if ((set & ~of) != 0 || of == 0) {
            throw new MalformedException(0, "the flags before the slash must be among those behind it; found `"
                    + shown(text) + "`");
        }
        return new Operand.TcpFlags(set, of);
    }

    /** Names with commas between them; {@code all} and {@code none} as in iptables. */
    static int flags(String text, int offset) throws MalformedException {
        int flags = 0;
        int at = 0;
        for (var part : text.split(",", -1)) {
            var name = part.toLowerCase(Locale.ROOT);
            var bit = Operand.TcpFlags.bit(name);
            boolean whole = text.equals(part) && (name.equals("all") || name.equals("none"));
            if (bit.isEmpty() && !whole) {
                throw new MalformedException(offset + at, "expected TCP flags: fin, syn, rst, psh, ack, urg, or all or"
                        + " none alone; found `" + shown(part) + "`");
            }
            flags |= bit.orElse(name.equals("all") ? 0x3f : 0);
            at += part.length() + 1;
        }
        return flags;
    }

    /** {@code 0x10}, {@code 16} or {@code 0x10/0xff}. */
    static Operand.Masked masked(String text) throws MalformedException {
        int slash = text.indexOf('/');
        long value = number(slash < 0 ? text : text.substring(0, slash));
        long mask = slash < 0 ? Operand.Masked.ALL : number(text.substring(slash + 1));
        if (value < 0 || mask < 0 || value > Operand.Masked.ALL || mask > Operand.Masked.ALL) {
            throw new MalformedException(value < 0 || value > Operand.Masked.ALL ? 0 : slash + 1,
                    "expected a mark of 32 bits, such as 16, 0x10 or 0x10/0xff; found `" + shown(text) + "`");
        }
        if ((value & ~mask) != 0) {
            throw new MalformedException(0, "the mark 0x" + Long.toHexString(value) + " has bits outside of its mask 0x"
                    + Long.toHexString(mask));
        }
        return new Operand.Masked(value, mask);
    }

    private static Operand mac(String text) throws MalformedException {
        if (!MAC.matcher(text).matches()) {
            throw new MalformedException(0, "expected an Ethernet address such as 52:54:00:12:34:56; found `"
                    + shown(text) + "`");
        }
        return new Operand.Mac(text.toLowerCase(Locale.ROOT).replace('-', ':'));
    }

    private static Operand setMatch(String text) throws MalformedException {
        var parts = text.split(" +", -1);
        if (parts.length != 2 || !SET_NAME.matcher(parts[0]).matches()) {
            throw new MalformedException(0, "expected the name of a set and a side for each field, such as"
                    + " `services dst,dst`; found `" + shown(text) + "`");
        }
        var sides = new ArrayList<Operand.Side>();
        int at = text.length() - parts[1].length();
        for (var side : parts[1].split(",", -1)) {
            if (!side.equals("src") && !side.equals("dst")) {
                throw new MalformedException(at, "expected src or dst for each field of the set; found `" + shown(side)
                        + "`");
            }
            sides.add(side.equals("src") ? Operand.Side.SOURCE : Operand.Side.DESTINATION);
            at += side.length() + 1;
        }
        return new Operand.SetMatch(parts[0], sides);
    }

    private static Operand rate(String text) throws MalformedException {
        var parts = text.split(" burst ", -1);
        int slash = parts[0].indexOf('/');
        long packets = number(slash < 0 ? parts[0] : parts[0].substring(0, slash));
        int unit = slash < 0 ? 0 : unit(parts[0].substring(slash + 1));
        long burst = parts.length < 2 ? Operand.Rate.BURST : number(parts[1]);
        if (packets < 1 || packets > Operand.Masked.ALL || unit < 0 || parts.length > 2 || burst < 1
                || burst > Operand.Masked.ALL) {
            int at = packets < 1 || packets > Operand.Masked.ALL ? 0 : unit < 0 ? slash + 1 : parts[0].length() + 1;
            throw new MalformedException(at, "expected packets in a time, such as 10/minute or 10/minute burst 20;"
                    + " found `" + shown(text) + "`");
        }
        return new Operand.Rate(packets, SECONDS[unit], burst);
    }

    /** A unit, or how it begins: {@code sec}, {@code m}. */
    private static int unit(String text) {
        for (int i = 0; i < UNITS.size(); i++) {
            if (!text.isEmpty() && UNITS.get(i).startsWith(text.toLowerCase(Locale.ROOT))) {
                return i;
            }
        }
        return -1;
    }

    /** Decimal or {@code 0x…}; -1 if it is no number or a long one. */
    static long number(String text) {
        boolean hex = text.startsWith("0x") || text.startsWith("0X");
        int start = hex ? 2 : 0;
        if (text.length() == start || text.length() > start + 10) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, hex ? 16 : 10) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * (hex ? 16 : 10) + digit;
        }
        return number;
    }

    /** For messages: short, and without control characters. */
    static String shown(String text) {
        var shown = new StringBuilder();
        text.codePoints().limit(60).forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return shown + (text.codePointCount(0, text.length()) > 60 ? "…" : "");
    }
}
