package dev.plumbline.intent.firewall;

import dev.plumbline.state.Origin;
import java.util.List;

/** Rules as lines: VNS3's, which are {@code iptables}' without {@code -A} and with some targets more. */
public final class RuleLine {

    private RuleLine() {
    }

    /**
     * Reads a line and checks what it says.
     *
     * @throws MalformedException with the place in the line
     */
    public static FirewallRule parse(String line, Origin origin) throws MalformedException {
        var parser = new LineParser(line);
        var rule = parser.parse();
        if (rule.actions().isEmpty()) {
            throw new MalformedException(line.stripTrailing().length(), "the line does nothing; end it with an action,"
                    + " such as `-j ACCEPT`");
        }
        for (var finding : RuleCheck.findings(rule)) {
            throw new MalformedException(parser.place(finding.at()), finding.message());
        }
        return rule.at(origin);
    }

    /** Whether text is no rule but a blank or a comment. */
    public static boolean isComment(String line) {
        var text = line.strip();
        return text.isEmpty() || text.startsWith("#");
    }

    /** The line of a rule that has one action, and neither end nor switch. */
    public static String text(FirewallRule rule) {
        return LineText.of(rule);
    }

    /** Why no line can say it; empty if one can. */
    public static List<String> obstacles(FirewallRule rule) {
        return LineText.obstacles(rule);
    }
}
