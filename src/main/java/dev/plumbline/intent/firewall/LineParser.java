package dev.plumbline.intent.firewall;

import dev.plumbline.intent.Spelling;
import dev.plumbline.intent.firewall.LineTokens.Token;
import dev.plumbline.intent.firewall.Operand.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads one line. Messages are about words; whether they fit together, {@link RuleCheck} says. */
final class LineParser {

    private static final List<String> OPTIONS = List.of("-s", "--source", "--src", "-d", "--destination", "--dst",
            "-i", "--in-interface", "-o", "--out-interface", "-p", "--protocol", "--proto", "--sport", "--source-port",
            "--sports", "--source-ports", "--dport", "--destination-port", "--dports", "--destination-ports", "-m",
            "--match", "--mark", "--ctstate", "--state", "-ctrack", "--match-set", "--icmp-type", "--icmpv6-type",
            "--tcp-flags", "--syn", "--limit", "--limit-burst", "--mac-source", "--pkt-type", "--dst-type",
            "--src-range", "--dst-range", "--comment", "--invert", "--validmark", "-4", "--ipv4", "-6", "--ipv6", "-t",
            "--table", "-j", "--jump", "-g", "--goto");
    private static final List<String> MODULES = List.of("tcp", "udp", "sctp", "dccp", "udplite", "icmp", "icmp6",
            "icmpv6", "multiport", "conntrack", "state", "mark", "connmark", "set", "limit", "mac", "pkttype",
            "addrtype", "iprange", "rpfilter", "comment");

    private final LineTokens tokens;
    private final List<Condition> conditions = new ArrayList<>();
    private final Map<Object, Integer> places = new HashMap<>();
    private String module = "";
    private String comment = "";
    private Optional<Stage> stage = Optional.empty();
    private List<Action> actions = List.of();
    private boolean routing;

    LineParser(String line) throws MalformedException {
        tokens = new LineTokens(line);
    }

    /** Where something stands that {@link RuleCheck} speaks of. */
    int place(Object at) {
        return places.getOrDefault(at, places.getOrDefault("chain", 0));
    }

    /** The rule; its actions are missing where the line has none. */
    FirewallRule parse() throws MalformedException {
        if (tokens.peek().text().equals("-t") || tokens.peek().text().equals("--table")) {
            table(tokens.next());
        }
        if (tokens.peek().text().equals("-A") || tokens.peek().text().equals("--append")) {
            tokens.next();
        }
        var chain = chain(tokens.next());
        while (tokens.hasNext()) {
            var token = tokens.next();
            boolean negated = token.text().equals("!");
            if (negated) {
                token = tokens.next();
            }
            if (isTarget(token)) {
                if (negated) {
                    throw new MalformedException(token.start(), "an action has no contrary");
                }
                target(token);
                break;
            }
            condition(token, negated);
        }
        return new FirewallRule(canonicalChain(chain), stage, conditions, actions, comment, Optional.empty(), false,
                FirewallRule.NOWHERE);
    }

    private static boolean isTarget(Token token) {
        return switch (token.text()) {
            case "-j", "--jump", "-g", "--goto" -> true;
            default -> false;
        };
    }

    private void table(Token option) throws MalformedException {
        var value = tokens.value(option, "nat");
        places.put("table", value.start());
        stage = Optional.of(Stage.of(value.text()).orElseThrow(() -> new MalformedException(value.start(),
                "unknown table `" + OperandParser.shown(value.text()) + "`"
                        + Spelling.hint(value.text(), Stage.words()))));
    }

    /** The chain in lower case without {@code _CUST}, or the sub-chain as it is called. */
    private String chain(Token token) throws MalformedException {
        places.put("chain", token.start());
        var name = token.text();
        var plain = name.endsWith("_CUST") ? name.substring(0, name.length() - "_CUST".length()) : name;
        if (plain.equals("ROUTING")) {
            routing = true;
            return BaseChain.PREROUTING.toString();
        }
        var base = plain.equals(plain.toUpperCase(Locale.ROOT)) ? BaseChain.of(plain.toLowerCase(Locale.ROOT))
                : Optional.<BaseChain>empty();
        if (base.isPresent()) {
            return base.get().toString();
        }
        if (token.isOption() || name.isEmpty()) {
            throw new MalformedException(token.start(), "a line begins with its table: PREROUTING, INPUT, FORWARD,"
                    + " OUTPUT, POSTROUTING, one of these with _CUST, ROUTING_CUST, MACRO_CUST, or a subtable's name");
        }
        var problem = ChainNames.problem(name);
        if (problem.isPresent()) {
            throw new MalformedException(token.start(), problem.get());
        }
        return name;
    }

    /** Macros and lookups stand in the chain that they are of. */
    private String canonicalChain(String chain) throws MalformedException {
        var ending = actions.isEmpty() ? null : actions.getLast();
        if (routing && !(ending instanceof Action.Lookup)) {
            throw new MalformedException(place("chain"), "ROUTING holds rules with `-j LOOKUP` alone");
        }
        if (ending instanceof Action.Copy copy) {
            boolean fits = switch (BaseChain.of(chain).orElse(BaseChain.INPUT)) {
                case MACRO -> true;
                case PREROUTING -> copy.direction() == Action.CopyDirection.INBOUND;
                case POSTROUTING -> copy.direction() == Action.CopyDirection.OUTBOUND;
                default -> false;
            };
            return fits ? BaseChain.MACRO.toString() : chain;
        }
        if (chain.equals(BaseChain.MACRO.toString()) && ending instanceof Action.Masquerade) {
            return BaseChain.POSTROUTING.toString();
        }
        return chain;
    }

    private void condition(Token option, boolean negated) throws MalformedException {
        switch (option.text()) {
            case "-s", "--source", "--src" -> list(Subject.SOURCE, option, negated, "192.0.2.0/24");
            case "-d", "--destination", "--dst" -> list(Subject.DESTINATION, option, negated, "192.0.2.0/24");
            case "-i", "--in-interface" -> list(Subject.IN_INTERFACE, option, negated, "eth0");
            case "-o", "--out-interface" -> list(Subject.OUT_INTERFACE, option, negated, "eth0");
            case "-p", "--protocol", "--proto" -> protocol(option, negated);
            case "--sport", "--source-port", "--sports", "--source-ports" ->
                    list(Subject.SOURCE_PORT, option, negated, "1024:65535");
            case "--dport", "--destination-port", "--dports", "--destination-ports" ->
                    list(Subject.DESTINATION_PORT, option, negated, "22");
            case "--icmp-type" -> icmp(Subject.ICMP_TYPE, option, negated);
            case "--icmpv6-type" -> icmp(Subject.ICMPV6_TYPE, option, negated);
            case "--ctstate", "--state", "-ctrack" -> list(Subject.CT_STATE, option, negated, "NEW,ESTABLISHED");
            case "--mark" -> mark(option, negated);
            case "--match-set" -> matchSet(option, negated);
            case "--tcp-flags" -> tcpFlags(option, negated);
            case "--syn" -> add(Subject.TCP_FLAGS, negated, List.of(new Operand.TcpFlags(2, 2 | 4 | 16 | 1)), option);
            case "--limit" -> list(Subject.LIMIT, option, negated, "10/minute");
            case "--limit-burst" -> burst(option);
            case "--mac-source" -> list(Subject.SOURCE_MAC, option, negated, "52:54:00:12:34:56");
            case "--pkt-type" -> list(Subject.PACKET_TYPE, option, negated, "multicast");
            case "--dst-type" -> list(Subject.DESTINATION_TYPE, option, negated, "LOCAL");
            case "--src-range" -> list(Subject.SOURCE, option, negated, "192.0.2.1-192.0.2.9");
            case "--dst-range" -> list(Subject.DESTINATION, option, negated, "192.0.2.1-192.0.2.9");
            case "-4", "--ipv4" -> add(Subject.FAMILY, negated, List.of(new Word("ipv4")), option);
            case "-6", "--ipv6" -> add(Subject.FAMILY, negated, List.of(new Word("ipv6")), option);
            case "--comment" -> comment = comment(option);
            case "-m", "--match" -> module(option, negated);
            case "--invert", "--validmark" -> reversePath(option);
            default -> throw unknown(option);
        }
    }

    private String comment(Token option) throws MalformedException {
        var value = tokens.value(option, "\"why\"");
        if (value.text().chars().anyMatch(c -> c < 32)) {
            throw new MalformedException(value.start(), "a comment is one line of text");
        }
        return value.text();
    }

    private MalformedException unknown(Token option) {
        return new MalformedException(option.start(), option.isOption() && !option.text().equals("!")
                ? "unknown condition `" + OperandParser.shown(option.text()) + "`" + Spelling.hint(option.text(),
                        OPTIONS)
                : option.text().isEmpty() ? "`!` needs a condition behind it"
                : "expected a condition such as -s or -p, or an action behind -j; found `"
                        + OperandParser.shown(option.text()) + "`");
    }

    private void add(Subject subject, boolean negated, List<Operand> operands, Token option)
            throws MalformedException {
        if (negated && !subject.isNegatable()) {
            throw new MalformedException(option.start(), "`" + option.text() + "` has no contrary");
        }
        if (subject != Subject.SET && conditions.stream().anyMatch(each -> each.subject() == subject
                && each.negated() == negated)) {
            throw new MalformedException(option.start(), "`" + option.text() + "` stands twice; write all values"
                    + " behind one, with commas between them");
        }
        places.put(subject, option.start());
        conditions.add(new Condition(subject, negated, operands));
    }

    private void list(Subject subject, Token option, boolean negated, String example) throws MalformedException {
        var value = subject.isList() ? tokens.list(option, example) : tokens.value(option, example);
        add(subject, negated, read(subject, value), option);
        places.put(subject, value.start());
    }

    private static List<Operand> read(Subject subject, Token value) throws MalformedException {
        try {
            return OperandParser.list(subject, value.text());
        } catch (MalformedException e) {
            throw e.shifted(value.start());
        }
    }

    private void protocol(Token option, boolean negated) throws MalformedException {
        var value = tokens.peek().text();
        if (!negated && (value.equals("all") || value.equals("0"))) {
            tokens.next();
            return;
        }
        list(Subject.PROTOCOL, option, negated, "tcp");
    }

    private void icmp(Subject subject, Token option, boolean negated) throws MalformedException {
        if (tokens.peek().text().equals("any") && !negated) {
            tokens.next();
            return;
        }
        list(subject, option, negated, "echo-request");
    }

    private void mark(Token option, boolean negated) throws MalformedException {
        if (!module.equals("mark") && !module.equals("connmark")) {
            throw new MalformedException(option.start(), "`--mark` needs `-m mark` or `-m connmark` before it");
        }
        list(module.equals("mark") ? Subject.MARK : Subject.CT_MARK, option, negated, "0x10/0xff");
    }

    private void matchSet(Token option, boolean negated) throws MalformedException {
        var name = tokens.value(option, "blocked src");
        if (!tokens.hasNext() || tokens.peek().isOption()) {
            throw new MalformedException(tokens.peek().start(), "behind the set's name stands a side for each of its"
                    + " fields: `--match-set " + OperandParser.shown(name.text()) + " src`");
        }
        var sides = tokens.next();
        int gap = sides.start() - name.start() - name.text().length();
        var both = new Token(name.text() + " ".repeat(Math.max(1, gap)) + sides.text(), name.start());
        add(Subject.SET, negated, read(Subject.SET, both), option);
    }

    private void tcpFlags(Token option, boolean negated) throws MalformedException {
        var of = tokens.value(option, "SYN,RST,ACK,FIN SYN");
        var set = tokens.value(option, "SYN,RST,ACK,FIN SYN");
        int ofBits = OperandParser.flags(of.text(), of.start());
        int setBits = OperandParser.flags(set.text(), set.start());
        if ((setBits & ~ofBits) != 0 || ofBits == 0) {
            throw new MalformedException(set.start(), "the flags that are to be set must be among those that are"
                    + " looked at; found `" + OperandParser.shown(set.text()) + "`");
        }
        add(Subject.TCP_FLAGS, negated, List.of(new Operand.TcpFlags(setBits, ofBits)), option);
    }

    private void burst(Token option) throws MalformedException {
        var value = tokens.value(option, "20");
        long burst = OperandParser.number(value.text());
        if (conditions.isEmpty() || !(conditions.getLast().operands().getFirst() instanceof Operand.Rate rate)) {
            throw new MalformedException(option.start(), "`--limit-burst` stands behind `--limit`");
        }
        if (burst < 1 || burst > Operand.Masked.ALL) {
            throw new MalformedException(value.start(), "expected a number of packets; found `"
                    + OperandParser.shown(value.text()) + "`");
        }
        var last = conditions.removeLast();
        conditions.add(new Condition(last.subject(), last.negated(),
                List.of(new Operand.Rate(rate.packets(), rate.seconds(), burst))));
    }

    private void module(Token option, boolean negated) throws MalformedException {
        var value = tokens.value(option, "conntrack");
        if (negated) {
            throw new MalformedException(option.start(), "the `!` stands before the condition, not before `-m`");
        }
        if (!MODULES.contains(value.text())) {
            throw new MalformedException(value.start(), "unknown match `" + OperandParser.shown(value.text()) + "`"
                    + Spelling.hint(value.text(), MODULES));
        }
        module = value.text();
        if (module.equals("rpfilter")) {
            add(Subject.REVERSE_PATH, false, List.of(new Word("exists")), value);
        }
    }

    private void reversePath(Token option) throws MalformedException {
        if (!module.equals("rpfilter")) {
            throw new MalformedException(option.start(), "`" + option.text() + "` needs `-m rpfilter` before it");
        }
        conditions.replaceAll(each -> each.subject() != Subject.REVERSE_PATH ? each
                : new Condition(each.subject(), false, List.of(new Word(option.text().equals("--invert")
                        ? each.operands().getFirst().toString().replace("exists", "missing")
                        : each.operands().getFirst().toString().replace(" with mark", "") + " with mark"))));
    }

    private void target(Token jump) throws MalformedException {
        var name = tokens.value(jump, "ACCEPT");
        var target = new LineTarget(tokens, name, jump.text().equals("-g") || jump.text().equals("--goto"));
        actions = List.of(target.read());
        places.put(actions.getFirst().getClass(), target.place());
        if (tokens.hasNext()) {
            var left = tokens.peek();
            throw new MalformedException(left.start(), "unexpected `" + OperandParser.shown(left.text()) + "` behind `"
                    + OperandParser.shown(name.text()) + "`" + (isCondition(left) ? "; conditions stand before -j"
                    : target.options().isEmpty() ? ", which takes no options"
                    : Spelling.hint(left.text(), target.options())));
        }
    }

    private static boolean isCondition(Token token) {
        return OPTIONS.contains(token.text()) || token.text().equals("!");
    }
}
