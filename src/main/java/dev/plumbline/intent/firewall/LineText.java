package dev.plumbline.intent.firewall;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Writes rules as lines of VNS3 5.3; what iptables has too is spelt as there. */
final class LineText {

    private LineText() {
    }

    static List<String> obstacles(FirewallRule rule) {
        var obstacles = new ArrayList<String>();
        if (rule.actions().size() > 1) {
            obstacles.add("it does several things");
        }
        if (rule.expires().isPresent()) {
            obstacles.add("it has an end");
        }
        if (rule.disabled()) {
            obstacles.add("it is switched off");
        }
        return obstacles;
    }

    static String of(FirewallRule rule) {
        var obstacles = obstacles(rule);
        if (!obstacles.isEmpty()) {
            throw new IllegalArgumentException("no line can say the rule: " + String.join(", ", obstacles));
        }
        var text = conditions(rule);
        return text + (rule.comment().isEmpty() ? "" : " -m comment --comment " + quoted(rule.comment()))
                + jump(rule.actions().getFirst());
    }

    static String jump(Action action) {
        return (action instanceof Action.Jump jump && jump.go() ? " -g " : " -j ") + action(action);
    }

    /** The line without what it does, and without the comment. */
    static String conditions(FirewallRule rule) {
        var words = new StringJoiner(" ");
        rule.stage().ifPresent(stage -> words.add("-t " + stage));
        words.add(rule.baseChain().map(chain -> chain.toString().toUpperCase(Locale.ROOT)).orElse(rule.chain()));
        rule.conditions().forEach(each -> words.add(condition(each)));
        return words.toString();
    }

    private static String condition(Condition condition) {
        var list = new StringJoiner(",");
        boolean capitals = condition.subject() == Subject.CT_STATE || condition.subject() == Subject.DESTINATION_TYPE;
        condition.operands().forEach(each -> list.add(capitals && each instanceof Operand.Word
                ? each.toString().toUpperCase(Locale.ROOT) : each.toString()));
        var value = list.toString();
        var not = condition.negated() ? "! " : "";
        return switch (condition.subject()) {
            case FAMILY -> value.equals("ipv4") ? "-4" : "-6";
            case IN_INTERFACE -> not + "-i " + value;
            case OUT_INTERFACE -> not + "-o " + value;
            case SOURCE -> not + "-s " + value;
            case DESTINATION -> not + "-d " + value;
            case PROTOCOL -> not + "-p " + value;
            case SOURCE_PORT -> not + "--sport " + value;
            case DESTINATION_PORT -> not + "--dport " + value;
            case ICMP_TYPE -> not + "--icmp-type " + value;
            case ICMPV6_TYPE -> not + "--icmpv6-type " + value;
            case TCP_FLAGS -> not + tcpFlags(condition.operands().getFirst());
            case MARK -> "-m mark " + not + "--mark " + value;
            case CT_STATE -> "-m conntrack " + not + "--ctstate " + value;
            case CT_MARK -> "-m connmark " + not + "--mark " + value;
            case PACKET_TYPE -> "-m pkttype " + not + "--pkt-type " + value;
            case SOURCE_MAC -> "-m mac " + not + "--mac-source " + value;
            case DESTINATION_TYPE -> "-m addrtype " + not + "--dst-type " + value;
            case REVERSE_PATH -> "-m rpfilter" + (value.startsWith("missing") ? " --invert" : "")
                    + (value.endsWith("with mark") ? " --validmark" : "");
            case SET -> "-m set " + not + "--match-set " + value;
            case LIMIT -> "-m limit " + not + limit(condition.operands().getFirst());
        };
    }

    private static String tcpFlags(Operand operand) {
        return operand instanceof Operand.TcpFlags flags
                ? "--tcp-flags " + Operand.TcpFlags.names(flags.of()) + " " + Operand.TcpFlags.names(flags.set())
                : "--tcp-flags " + operand;
    }

    private static String limit(Operand operand) {
        return operand instanceof Operand.Rate rate ? "--limit " + rate.perTime()
                + (rate.burst() == Operand.Rate.BURST ? "" : " --limit-burst " + rate.burst()) : "--limit " + operand;
    }

    /** What stands behind {@code -j}. */
    static String action(Action action) {
        return switch (action) {
            case Action.Count it -> "COUNT";
            case Action.Log it -> log(it);
            case Action.RestoreMark it -> "CONNMARK --restore-mark";
            case Action.SaveMark it -> "CONNMARK --save-mark";
            case Action.SetMark it -> "MARK --set-mark " + it.mark();
            case Action.SetCtMark it -> "CONNMARK --set-mark " + it.mark();
            case Action.ClampMss it -> "TCPMSS " + (it.bytes().isPresent() ? "--set-mss " + it.bytes().getAsInt()
                    : "--clamp-mss-to-pmtu");
            case Action.Accept it -> "ACCEPT";
            case Action.Drop it -> "DROP";
            case Action.Return it -> "RETURN";
            case Action.Notrack it -> "NOTRACK";
            case Action.Reject it -> it.type() == RejectType.PORT_UNREACHABLE ? "REJECT"
                    : "REJECT --reject-with " + it.type();
            case Action.Jump it -> it.chain();
            case Action.Dnat it -> "DNAT --to " + it.to() + options(it.options());
            case Action.Snat it -> "SNAT --to " + it.to() + options(it.options());
            case Action.Masquerade it -> (it.once() ? "MASQUERADE-ONCE" : "MASQUERADE")
                    + it.ports().map(ports -> " --to-ports " + ports).orElse("") + options(it.options());
            case Action.Redirect it -> "REDIRECT" + it.ports().map(ports -> " --to-ports " + ports).orElse("")
                    + options(it.options());
            case Action.Lookup it -> "LOOKUP" + (it.through() ? " --through" : "") + " --table " + it.table()
                    + it.from().map(from -> " --from " + from).orElse("");
            case Action.Copy it -> "COPY --" + it.direction() + " --to " + it.to() + " --from " + it.from();
        };
    }

    private static String log(Action.Log log) {
        boolean grouped = log.group().isPresent();
        return (grouped ? "NFLOG --nflog-group " + log.group().getAsInt() : "LOG")
                + (log.prefix().isEmpty() ? "" : (grouped ? " --nflog-prefix " : " --log-prefix ")
                + quoted(log.prefix()))
                + (grouped || log.level() == Action.Log.LEVEL ? "" : " --log-level " + ActionValues.level(log.level()));
    }

    private static String options(Action.NatOptions options) {
        return (options.random() ? " --random" : "") + (options.fullyRandom() ? " --random-fully" : "")
                + (options.persistent() ? " --persistent" : "");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
