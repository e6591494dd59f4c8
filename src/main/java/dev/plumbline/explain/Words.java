package dev.plumbline.explain;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RoutingRule.Mark;
import dev.plumbline.state.RoutingRule.Range;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the words of {@code ip route} and {@code ip rule}, one after the other. */
final class Words {

    static final long MOST = 0xffffffffL;

    private final Deque<String> left;
    private final Map<String, Long> tables;
    private final Makers makers;

    /**
     * @param tables names of tables beside the kernel's own
     * @param makers names of protocols
     */
    Words(List<String> words, Map<String, Long> tables, Makers makers) {
        left = new ArrayDeque<>(words);
        this.tables = tables;
        this.makers = makers;
    }

    boolean hasNext() {
        return !left.isEmpty();
    }

    String next() {
        return left.pop();
    }

    /** The word behind this one. */
    String after(String word) {
        if (left.isEmpty()) {
            throw new SelectionException("`" + word + "` says nothing: a value is missing behind it");
        }
        return left.pop();
    }

    /** A decimal number, or a hexadecimal one behind {@code 0x}. */
    long number(String word, long most) {
        return number(word, after(word), most);
    }

    private static long number(String word, String text, long most) {
        try {
            long number = Long.decode(text.startsWith("0x") ? text : text.replaceFirst("^0+(?=.)", ""));
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new SelectionException("`" + word + " " + text + "`: expected a number from 0 to " + most);
    }

    /** A table; empty for {@code all}. */
    OptionalLong table(String word) {
        var text = after(word);
        return switch (text) {
            case "all" -> OptionalLong.empty();
            case "main" -> OptionalLong.of(Route.TABLE_MAIN);
            case "local" -> OptionalLong.of(Route.TABLE_LOCAL);
            case "default" -> OptionalLong.of(Route.TABLE_DEFAULT);
            default -> OptionalLong.of(tables.containsKey(text) ? tables.get(text) : tableNumber(word, text));
        };
    }

    private static long tableNumber(String word, String text) {
        if (!text.matches("(0x[0-9a-fA-F]+|[0-9]+)")) {
            throw new SelectionException("`" + word + " " + text + "`: no RouteTable on record and no line of rt_tables"
                    + " is named so");
        }
        return number(word, text, MOST);
    }

    int protocol(String word) {
        var text = after(word);
        for (int number = 0; number < 256; number++) {
            if (makers.name(number).equals(text)) {
                return number;
            }
        }
        return Protocol.number(text).orElseThrow(() -> new SelectionException("`" + word + " " + text
                + "`: no such protocol; rt_protos names them"));
    }

    IpAddress address(String word) {
        return address(word, after(word));
    }

    static IpAddress address(String word, String text) {
        return IpAddress.parse(text).orElseThrow(() -> new SelectionException("`" + word + " " + text
                + "`: expected an IPv4 or IPv6 address"));
    }

    /** A prefix, or an address for one of full length; empty for {@code all}, {@code any} and {@code default}. */
    static Optional<Prefix> prefix(String word, String text) {
        if (text.equals("all") || text.equals("any") || text.equals("default")) {
            return Optional.empty();
        }
        var prefix = text.contains("/") ? Prefix.parse(text) : IpAddress.parse(text).map(IpAddress::host);
        return Optional.of(prefix.orElseThrow(() -> new SelectionException("`" + (word.isEmpty() ? "" : word + " ")
                + text + "`: expected a prefix such as 192.0.2.0/24, an address or `default`")));
    }

    Mark mark(String word) {
        var text = after(word);
        int slash = text.indexOf('/');
        long value = number(word, slash < 0 ? text : text.substring(0, slash), MOST);
        return new Mark(value, slash < 0 ? MOST : number(word, text.substring(slash + 1), MOST));
    }

    /** A number, or two with a dash between. */
    Range range(String word, long most) {
        var parts = after(word).split("-", 2);
        long first = number(word, parts[0], most);
        return new Range(first, parts.length == 1 ? first : number(word, parts[1], most));
    }

    int ipProtocol(String word) {
        var text = after(word);
        return switch (text) {
            case "icmp" -> 1;
            case "tcp" -> 6;
            case "udp" -> 17;
            case "esp" -> 50;
            case "ipv6-icmp", "icmpv6" -> 58;
            case "sctp" -> 132;
            default -> (int) number(word, text, 255);
        };
    }

    /** Of the family that is asked for. */
    static void require(Optional<Family> asked, Family family, String text) {
        if (asked.isPresent() && asked.get() != family) {
            throw new SelectionException("`" + text + "` is not of the family that -4 or -6 asks for");
        }
    }
}
