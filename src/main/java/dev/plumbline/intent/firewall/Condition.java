package dev.plumbline.intent.firewall;

import java.util.List;

/**
 * One condition of a rule.
 *
 * @param operands any of them suits; at least one, and just one of what is no {@linkplain Subject#isList list}
 */
public record Condition(Subject subject, boolean negated, List<Operand> operands) {

    public Condition {
        operands = List.copyOf(operands);
    }
}
