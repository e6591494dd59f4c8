package dev.plumbline.intent.firewall;

import dev.plumbline.state.Origin;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One rule.
 *
 * @param chain the word of a {@link BaseChain}, or the name of a sub-chain
 * @param stage absent: as the action has it
 * @param conditions all must hold; in the order of {@link Subject}, what is negated behind what is not; but for sets no
 *     two alike
 * @param actions those that go on, in the order in which {@link Action} has them, then at most one that ends; never
 *     empty
 * @param comment empty for none
 * @param expires from when on the rule is not there
 * @param disabled the rule is not there
 * @param origin where it stands
 */
public record FirewallRule(String chain, Optional<Stage> stage, List<Condition> conditions, List<Action> actions,
        String comment, Optional<Instant> expires, boolean disabled, Origin origin) {

    static final Origin NOWHERE = new Origin("", "", 0, 0);
    private static final Comparator<Condition> ORDER = (one, two) -> {
        int bySubject = one.subject().compareTo(two.subject());
        return bySubject != 0 ? bySubject : Boolean.compare(one.negated(), two.negated());
    };
    private static final List<Class<? extends Action>> ACTIONS = List.of(Action.Count.class, Action.Log.class,
            Action.RestoreMark.class, Action.SetMark.class, Action.SetCtMark.class, Action.SaveMark.class,
            Action.ClampMss.class);

    public FirewallRule {
        conditions = ordered(conditions, ORDER);
        actions = ordered(actions, Comparator.comparingInt(FirewallRule::order));
    }

    /** Nearly all are in order already, and a firewall may have a hundred thousand rules. */
    private static <T> List<T> ordered(List<T> some, Comparator<T> order) {
        for (int i = 1; i < some.size(); i++) {
            if (order.compare(some.get(i - 1), some.get(i)) > 0) {
                return some.stream().sorted(order).toList();
            }
        }
        return List.copyOf(some);
    }

    /** Without comment, end and place. */
    public static FirewallRule of(String chain, Optional<Stage> stage, List<Condition> conditions,
            List<Action> actions) {
        return new FirewallRule(chain, stage, conditions, actions, "", Optional.empty(), false, NOWHERE);
    }

    private static int order(Action action) {
        int index = ACTIONS.indexOf(action.getClass());
        return index < 0 ? ACTIONS.size() : index;
    }

    /** The base chain; empty for a sub-chain. */
    public Optional<BaseChain> baseChain() {
        return BaseChain.of(chain);
    }

    /** The action that ends, if there is one. */
    public Optional<Action> ending() {
        return Optional.of(actions.getLast()).filter(Action::isFinal);
    }

    /** Whether there is a condition on a subject. */
    public boolean speaksOf(Subject subject) {
        for (var each : conditions) {
            if (each.subject() == subject) {
                return true;
            }
        }
        return false;
    }

    /** The conditions on a subject. */
    public Stream<Condition> on(Subject subject) {
        return conditions.stream().filter(each -> each.subject() == subject);
    }

    public FirewallRule at(Origin place) {
        return new FirewallRule(chain, stage, conditions, actions, comment, expires, disabled, place);
    }

    public FirewallRule with(String otherComment, Optional<Instant> end, boolean off) {
        return new FirewallRule(chain, stage, conditions, actions, otherComment, end, off, origin);
    }
}
