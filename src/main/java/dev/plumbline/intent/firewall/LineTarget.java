package dev.plumbline.intent.firewall;

import dev.plumbline.intent.Spelling;
import dev.plumbline.intent.firewall.Action.CopyDirection;
import dev.plumbline.intent.firewall.Action.NatOptions;
import dev.plumbline.intent.firewall.LineTokens.Token;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads what stands behind {@code -j}. */
final class LineTarget {

    private static final Map<String, List<String>> OPTIONS = Map.ofEntries(
            Map.entry("REJECT", List.of("--reject-with")),
            Map.entry("LOG", List.of("--log-prefix", "--log-level")),
            Map.entry("NFLOG", List.of("--nflog-group", "--nflog-prefix")),
            Map.entry("DNAT", List.of("--to", "--to-destination", "--random", "--persistent")),
            Map.entry("SNAT", List.of("--to", "--to-source", "--random", "--random-fully", "--persistent")),
            Map.entry("MASQUERADE", List.of("--to-ports", "--random", "--random-fully")),
            Map.entry("MASQUERADE-ONCE", List.of("--to-ports", "--random", "--random-fully")),
            Map.entry("REDIRECT", List.of("--to-ports", "--random")),
            Map.entry("CT", List.of("--notrack")),
            Map.entry("MARK", List.of("--set-mark", "--set-xmark", "--or-mark", "--and-mark")),
            Map.entry("CONNMARK", List.of("--set-mark", "--set-xmark", "--or-mark", "--and-mark", "--save-mark",
                    "--restore-mark")),
            Map.entry("TCPMSS", List.of("--clamp-mss-to-pmtu", "--set-mss")),
            Map.entry("LOOKUP", List.of("--table", "--through", "--from")),
            Map.entry("COPY", List.of("--inbound", "--outbound", "--bidirectional", "--to", "--from")));
    private static final List<String> FLAGS = List.of("--random", "--random-fully", "--persistent", "--notrack",
            "--save-mark", "--restore-mark", "--clamp-mss-to-pmtu", "--through", "--inbound", "--outbound",
            "--bidirectional");

    private final LineTokens tokens;
    private final Token name;
    private final boolean go;
    private final Map<String, Token> given = new HashMap<>();
    private int place;

    LineTarget(LineTokens tokens, Token name, boolean go) {
        this.tokens = tokens;
        this.name = name;
        this.go = go;
        place = name.start();
    }

    /** Where the action, or what it leads to, stands. */
    int place() {
        return place;
    }

    List<String> options() {
        return OPTIONS.getOrDefault(name.text(), List.of());
    }

    Action read() throws MalformedException {
        if (go) {
            return jump();
        }
        readOptions();
        return switch (name.text()) {
            case "ACCEPT" -> new Action.Accept();
            case "DROP" -> new Action.Drop();
            case "RETURN" -> new Action.Return();
            case "COUNT" -> new Action.Count();
            case "NOTRACK" -> new Action.Notrack();
            case "REJECT" -> reject();
            case "LOG", "NFLOG" -> log();
            case "DNAT" -> new Action.Dnat(endpoint("198.51.100.3:22"), natOptions());
            case "SNAT" -> new Action.Snat(endpoint("192.0.2.1"), natOptions());
            case "MASQUERADE", "MASQUERADE-ONCE" -> new Action.Masquerade(ports(), natOptions(),
                    name.text().equals("MASQUERADE-ONCE"));
            case "REDIRECT" -> new Action.Redirect(ports(), natOptions());
            case "CT" -> {
                needs("--notrack", "");
                yield new Action.Notrack();
            }
            case "MARK" -> new Action.SetMark(mark());
            case "CONNMARK" -> connectionMark();
            case "TCPMSS" -> clamp();
            case "LOOKUP" -> lookup();
            case "COPY" -> copy();
            default -> jump();
        };
    }

    private Action jump() throws MalformedException {
        var problem = ChainNames.problem(name.text());
        if (problem.isPresent()) {
            throw new MalformedException(name.start(), problem.get());
        }
        return new Action.Jump(name.text(), go);
    }

    private void readOptions() throws MalformedException {
        while (tokens.hasNext() && options().contains(tokens.peek().text())) {
            var option = tokens.next();
            boolean flag = FLAGS.contains(option.text());
            if (given.put(option.text(), flag ? option : tokens.value(option, example(option.text()))) != null) {
                throw new MalformedException(option.start(), "`" + option.text() + "` stands twice");
            }
        }
    }

    private String example(String option) {
        return switch (option) {
            case "--to", "--to-destination" -> name.text().equals("COPY") ? "198.51.100.3" : "198.51.100.3:22";
            case "--to-source" -> "192.0.2.1";
            case "--to-ports" -> "8080";
            case "--reject-with" -> "port-unreachable";
            case "--log-prefix", "--nflog-prefix" -> "\"dropped: \"";
            case "--log-level" -> "info";
            case "--nflog-group" -> "1";
            case "--table" -> "plugin0";
            case "--from" -> "tun0";
            case "--set-mss" -> "1360";
            default -> "0x10/0xff";
        };
    }

    private boolean has(String option) {
        return given.containsKey(option);
    }

    private Token needs(String option, String example) throws MalformedException {
        var value = given.get(option);
        var behind = tokens.peek();
        if (value == null && tokens.hasNext()) {
            throw new MalformedException(behind.start(), "`" + OperandParser.shown(behind.text())
                    + "` is no option of " + name.text() + Spelling.hint(behind.text(), options()));
        }
        if (value == null) {
            throw new MalformedException(behind.start(), name.text() + " needs `" + (option + " " + example).strip()
                    + "`");
        }
        return value;
    }

    /** Reads a value at its place. */
    private interface Read<T> {
        T read(String text) throws MalformedException;
    }

    private static <T> T at(Token value, Read<T> read) throws MalformedException {
        try {
            return read.read(value.text());
        } catch (MalformedException e) {
            throw e.shifted(value.start());
        }
    }

    private Action reject() throws MalformedException {
        var value = given.get("--reject-with");
        if (value == null) {
            return new Action.Reject(RejectType.PORT_UNREACHABLE);
        }
        place = value.start();
        return new Action.Reject(RejectType.of(value.text()).orElseThrow(() -> new MalformedException(value.start(),
                "unknown answer `" + OperandParser.shown(value.text()) + "`"
                        + Spelling.hint(value.text(), RejectType.words()))));
    }

    private Action log() throws MalformedException {
        boolean grouped = name.text().equals("NFLOG");
        var prefix = given.get(grouped ? "--nflog-prefix" : "--log-prefix");
        var level = given.get("--log-level");
        var group = given.get("--nflog-group");
        int number = level == null ? Action.Log.LEVEL : at(level, ActionValues::level);
        return new Action.Log(prefix == null ? "" : at(prefix, ActionValues::prefix), number,
                grouped ? OptionalInt.of(group == null ? 0 : at(group, ActionValues::group)) : OptionalInt.empty());
    }

    private NatOptions natOptions() {
        return new NatOptions(has("--random"), has("--random-fully"), has("--persistent"));
    }

    private Operand endpoint(String example) throws MalformedException {
        var spelt = name.text().equals("DNAT") ? "--to-destination" : "--to-source";
        var value = has(spelt) ? Objects.requireNonNull(given.get(spelt)) : needs("--to", example);
        place = value.start();
        return at(value, ActionValues::endpoint);
    }

    private Optional<Operand> ports() throws MalformedException {
        var value = given.get("--to-ports");
        if (value != null) {
            place = value.start();
        }
        return value == null ? Optional.empty() : Optional.of(at(value, ActionValues::portsOrName));
    }

    private Operand mark() throws MalformedException {
        for (var option : List.of("--set-mark", "--set-xmark")) {
            var value = given.get(option);
            if (value != null) {
                return at(value, ActionValues::mark);
            }
        }
        var or = given.get("--or-mark");
        if (or != null) {
            long bits = at(or, OperandParser::masked).value();
            return new Operand.Masked(bits, bits);
        }
        var and = given.get("--and-mark");
        if (and != null) {
            return new Operand.Masked(0, ~at(and, OperandParser::masked).value() & Operand.Masked.ALL);
        }
        needs("--set-mark", "0x10/0xff");
        throw new AssertionError("the mark was there");
    }

    private Action connectionMark() throws MalformedException {
        return has("--save-mark") ? new Action.SaveMark() : has("--restore-mark") ? new Action.RestoreMark()
                : new Action.SetCtMark(mark());
    }

    private Action clamp() throws MalformedException {
        var bytes = given.get("--set-mss");
        if (bytes == null) {
            needs("--clamp-mss-to-pmtu", "");
        }
        return new Action.ClampMss(bytes == null ? OptionalInt.empty() : OptionalInt.of(at(bytes, ActionValues::mss)));
    }

    private Action lookup() throws MalformedException {
        var table = needs("--table", "plugin0");
        var from = given.get("--from");
        return new Action.Lookup(at(table, ActionValues::table), has("--through"), from == null ? Optional.empty()
                : Optional.of(at(from, ActionValues::device)));
    }

    private Action copy() throws MalformedException {
        @Nullable CopyDirection direction = null;
        for (var each : CopyDirection.values()) {
            var option = given.get("--" + each.toString().toLowerCase(Locale.ROOT));
            if (option != null && direction != null) {
                throw new MalformedException(option.start(), "COPY has one of --inbound, --outbound, --bidirectional");
            }
            direction = option == null ? direction : each;
        }
        if (direction == null) {
            throw new MalformedException(name.start(), "COPY needs one of --inbound, --outbound, --bidirectional");
        }
        var to = needs("--to", "198.51.100.3");
        var from = needs("--from", "tun0");
        return new Action.Copy(direction, at(to, ActionValues::host), at(from, ActionValues::device));
    }
}
