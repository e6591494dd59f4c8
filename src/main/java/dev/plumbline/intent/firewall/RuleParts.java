package dev.plumbline.intent.firewall;

import dev.plumbline.state.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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

    /** What {@link #action} said. */
    public static Action action(String text) throws MalformedException {
        return new LineParser("MACRO " + text).parse().actions().getFirst();
    }

    /** The rule of what {@link #conditions} said and of the rest. */
    public static FirewallRule rule(String conditions, List<Action> actions, String comment, Optional<Instant> expires,
            boolean disabled, Origin origin) throws MalformedException {
        var parsed = new LineParser(conditions).parse();
        return new FirewallRule(parsed.chain(), parsed.stage(), parsed.conditions(), actions, comment, expires,
                disabled, origin);
    }
}
