package dev.plumbline.intent.firewall;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
        var text = new StringBuilder();
        rule.stage().ifPresent(stage -> text.append("-t ").append(stage).append(' '));
        text.append(rule.baseChain().isPresent() ? rule.chain().toUpperCase(Locale.ROOT) : rule.chain());
        for (var condition : rule.conditions()) {
            condition(condition, text.append(' '));
        }
        return text.toString();
    }

    private static void condition(Condition condition, StringBuilder text) {
        var not = condition.negated() ? "! " : "";
        var first = condition.operands().getFirst();
        switch (condition.subject()) {
            case FAMILY -> text.append(first.toString().equals("ipv4") ? "-4" : "-6");
            case IN_INTERFACE -> values(text.append(not).append("-i "), condition);
            case OUT_INTERFACE -> values(text.append(not).append("-o "), condition);
            case SOURCE -> values(text.append(not).append("-s "), condition);
            case DESTINATION -> values(text.append(not).append("-d "), condition);
            case PROTOCOL -> values(text.append(not).append("-p "), condition);
            case SOURCE_PORT -> values(text.append(not).append("--sport "), condition);
            case DESTINATION_PORT -> values(text.append(not).append("--dport "), condition);
            case ICMP_TYPE -> values(text.append(not).append("--icmp-type "), condition);
            case ICMPV6_TYPE -> values(text.append(not).append("--icmpv6-type "), condition);
            case TCP_FLAGS -> text.append(not).append(tcpFlags(first));
            case MARK -> values(text.append("-m mark ").append(not).append("--mark "), condition);
            case CT_STATE -> values(text.append("-m conntrack ").append(not).append("--ctstate "), condition);
            case CT_MARK -> values(text.append("-m connmark ").append(not).append("--mark "), condition);
            case PACKET_TYPE -> values(text.append("-m pkttype ").append(not).append("--pkt-type "), condition);
            case SOURCE_MAC -> values(text.append("-m mac ").append(not).append("--mac-source "), condition);
            case DESTINATION_TYPE -> values(text.append("-m addrtype ").append(not).append("--dst-type "), condition);
            case REVERSE_PATH -> text.append("-m rpfilter")
                    .append(first.toString().startsWith("missing") ? " --invert" : "")
                    .append(first.toString().endsWith("with mark") ? " --validmark" : "");
            case SET -> values(text.append("-m set ").append(not).append("--match-set "), condition);
            case LIMIT -> text.append("-m limit ").append(not).append(limit(first));
        }
    }

    private static void values(StringBuilder text, Condition condition) {
        boolean capitals = condition.subject() == Subject.CT_STATE || condition.subject() == Subject.DESTINATION_TYPE;
        var comma = "";
        for (var each : condition.operands()) {
            text.append(comma).append(capitals && each instanceof Operand.Word
                    ? each.toString().toUpperCase(Locale.ROOT) : each);
            comma = ",";
        }
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
