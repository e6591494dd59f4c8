package dev.plumbline.state.firewall;

import java.util.List;
import java.util.Optional;

/**
 * A chain.
 *
 * @param base where packets enter it; absent for one that rules jump to
 * @param rules in the order in which they are tried
 */
public record Chain(String name, Optional<Base> base, List<Rule> rules) {

    public Chain {
        rules = List.copyOf(rules);
    }

    /**
     * What makes a chain a base chain.
     *
     * @param type {@code filter}, {@code nat} or {@code route}
     * @param priority chains of a hook run in ascending order
     * @param policy what becomes of packets that no rule decides on: accept or drop
     * @param devices whose packets it sees; empty but for ingress and egress
     */
    public record Base(String type, Hook hook, int priority, Verdict.Code policy, List<String> devices) {

        public Base {
            devices = List.copyOf(devices);
        }

        /** Whether the kernel can make one into the other in place. */
        boolean differsInPolicyAlone(Base other) {
            return new Base(type, hook, priority, other.policy, devices).equals(other);
        }
    }

    /** A chain that rules jump to. */
    public static Chain regular(String name, List<Rule> rules) {
        return new Chain(name, Optional.empty(), rules);
    }

    /** Whether the chain can become the other in place: both regular, or base chains that differ in policy alone. */
    public boolean canBecome(Chain other) {
        return base.isPresent() == other.base.isPresent()
                && (base.isEmpty() || base.get().differsInPolicyAlone(other.base.get()));
    }
}
