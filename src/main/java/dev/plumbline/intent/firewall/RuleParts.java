package dev.plumbline.intent.firewall;

import java.util.ArrayList;
import java.util.List;

/** The parts of a rule as canonical text: for keys, and to be kept. They are read back without being checked. */
public final class RuleParts {

    private RuleParts() {
    }

    /** Table, chain and conditions, as a line begins. */
    public static String conditions(FirewallRule rule) {
        return LineText.conditions(rule);
    }

    /** What stands from {@code -j} on. */
    public static String action(Action action) {
        return LineText.jump(action).strip();
    }

    /** The rule of these parts, without comment, end and place. */
    public static FirewallRule rule(String conditions, List<String> actions) throws MalformedException {
        var parsed = new LineParser(conditions).parse();
        var read = new ArrayList<Action>();
        for (var action : actions) {
            read.addAll(new LineParser("MACRO " + action).parse().actions());
        }
        return FirewallRule.of(parsed.chain(), parsed.stage(), parsed.conditions(), read);
    }
}
