package dev.plumbline.intent.firewall;

import java.util.Optional;

/** At which stage of its chain a rule stands that names none. */
public final class Stages {

    private Stages() {
    }

    /**
     * The stage that the rule's action has. In input, forward and output it is the filter for all that no other stage
     * is made for. In prerouting and postrouting what only ends the way through the rules (accept, return, a jump)
     * stands at every stage: a packet that it lets go meets no later rule of that chain, whatever its stage.
     *
     * @return absent for every stage, and for rules of sub-chains
     */
    public static Optional<Stage> natural(FirewallRule rule) {
        if (rule.baseChain().isEmpty()) {
            return Optional.empty();
        }
        var chain = rule.baseChain().get();
        boolean filtered = chain == BaseChain.INPUT || chain == BaseChain.FORWARD || chain == BaseChain.OUTPUT;
        var deciding = rule.ending().orElse(rule.actions().getFirst());
        return switch (deciding) {
            case Action.Notrack it -> Optional.of(Stage.RAW);
            case Action.Dnat it -> Optional.of(Stage.NAT);
            case Action.Snat it -> Optional.of(Stage.NAT);
            case Action.Masquerade it -> Optional.of(Stage.NAT);
            case Action.Redirect it -> Optional.of(Stage.NAT);
            case Action.Accept it -> filtered ? Optional.of(Stage.FILTER) : Optional.empty();
            case Action.Return it -> filtered ? Optional.of(Stage.FILTER) : Optional.empty();
            case Action.Jump it -> filtered ? Optional.of(Stage.FILTER) : Optional.empty();
            case Action.Drop it -> Optional.of(filtered ? Stage.FILTER : Stage.MANGLE);
            case Action.Reject it -> Optional.of(filtered ? Stage.FILTER : Stage.MANGLE);
            case Action.Log it -> Optional.of(filtered ? Stage.FILTER : Stage.MANGLE);
            case Action.Count it -> Optional.of(filtered ? Stage.FILTER : Stage.MANGLE);
            default -> Optional.of(Stage.MANGLE);
        };
    }
}
