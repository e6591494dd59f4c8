package dev.plumbline.intent.firewall;

import dev.plumbline.state.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what actions take. All throw what says where in the text it is wrong. */
public final class ActionValues {

    private static final List<String> LEVELS = List.of("emerg", "alert", "crit", "err", "warn", "notice", "info",
            "debug");
    private static final Pattern TABLE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");

    private ActionValues() {
    }

    /** The prefix of a log line. */
    public static String prefix(String text) throws MalformedException {
        if (text.getBytes(StandardCharsets.UTF_8).length > 127 || text.chars().anyMatch(c -> c < 32)) {
            throw new MalformedException(0, "the prefix of a log line has at most 127 bytes and no control characters");
        }
        return text;
    }

    /** A level of the log by name or number. */
    public static int level(String text) throws MalformedException {
        var word = switch (text) {
            case "warning" -> "warn";
            case "error" -> "err";
            case "panic" -> "emerg";
            default -> text;
        };
        long number = LEVELS.contains(word) ? LEVELS.indexOf(word) : OperandParser.number(text);
        if (number < 0 || number > 7) {
            throw new MalformedException(0, "expected a level from 0 to 7 or one of " + String.join(", ", LEVELS)
                    + "; found `" + OperandParser.shown(text) + "`");
        }
        return (int) number;
    }

    /** The name of a level. */
    public static String level(int number) {
        return LEVELS.get(number);
    }

    /** A group of netlink log messages. */
    public static int group(String text) throws MalformedException {
        long number = OperandParser.number(text);
        if (number < 0 || number > 65535) {
            throw new MalformedException(0, "expected a group from 0 to 65535; found `" + OperandParser.shown(text)
                    + "`");
        }
        return (int) number;
    }

    /** An MSS in bytes. */
    public static int mss(String text) throws MalformedException {
        long bytes = OperandParser.number(text);
        if (bytes < 1 || bytes > 65535) {
            throw new MalformedException(0, "expected a number of bytes from 1 to 65535; found `"
                    + OperandParser.shown(text) + "`");
        }
        return (int) bytes;
    }

    /** The name or number of a routing table. */
    public static String table(String text) throws MalformedException {
        if (!TABLE.matcher(text).matches()) {
            throw new MalformedException(0, "expected the name or the number of a routing table; found `"
                    + OperandParser.shown(text) + "`");
        }
        return text;
    }

    /** The name of one device. */
    public static String device(String text) throws MalformedException {
        var device = OperandParser.device(text).toString();
        if (device.endsWith("*")) {
            throw new MalformedException(0, "expected one device; found `" + OperandParser.shown(text) + "`");
        }
        return device;
    }

    /** What an address is rewritten to. */
    public static Operand endpoint(String text) throws MalformedException {
        if (Templates.isTemplate(text)) {
            Templates.check(text);
            return new Operand.Template(text);
        }
        boolean bracketed = text.startsWith("[");
        int colon = bracketed ? text.indexOf("]:") + 1 : text.indexOf(':');
        boolean ported = colon > 0 && bracketed || colon >= 0 && !bracketed && text.indexOf(':', colon + 1) < 0;
        var host = ported ? text.substring(0, colon) : text;
        Optional<Operand.Ports> ports = Optional.empty();
        if (ported) {
            try {
                ports = Optional.of(OperandParser.ports(text.substring(colon + 1)));
            } catch (MalformedException e) {
                throw e.shifted(colon + 1);
            }
        }
        if (host.isEmpty() && ported) {
            return new Operand.Endpoint(Optional.empty(), ports);
        }
        var addresses = OperandParser.addresses(bracketed ? host.replace("[", "").replace("]", "") : host);
        if (addresses == null) {
            throw new MalformedException(0, "expected an address, a range of them, and a port behind a colon, such as"
                    + " 198.51.100.3:22 or [2001:db8::1]:22; found `" + OperandParser.shown(text) + "`");
        }
        return new Operand.Endpoint(Optional.of(addresses), ports);
    }

    /** One address, or a name that stands for one. */
    public static Operand host(String text) throws MalformedException {
        if (Templates.isTemplate(text)) {
            Templates.check(text);
            return new Operand.Template(text);
        }
        var address = IpAddress.parse(text);
        if (address.isEmpty()) {
            throw new MalformedException(0, "expected an address; found `" + OperandParser.shown(text) + "`");
        }
        return new Operand.Network(address.get().host());
    }

    /** Ports, or a name that stands for them. */
    public static Operand portsOrName(String text) throws MalformedException {
        if (Templates.isTemplate(text)) {
            Templates.check(text);
            return new Operand.Template(text);
        }
        return OperandParser.ports(text);
    }

    /** A mark, or a name that stands for one. */
    public static Operand mark(String text) throws MalformedException {
        if (Templates.isTemplate(text)) {
            Templates.check(text);
            return new Operand.Template(text);
        }
        return OperandParser.masked(text);
    }
}
