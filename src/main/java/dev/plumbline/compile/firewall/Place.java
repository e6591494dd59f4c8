package dev.plumbline.compile.firewall;

import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A stage of a chain: a base chain of nftables. */
public record Place(BaseChain chain, Stage stage) {

    private static final int RAW = -300;
    private static final int MANGLE = -150;
    private static final int DSTNAT = -100;
    private static final int FILTER = 0;
    private static final int SRCNAT = 100;

    /** The stages that a chain has, in the order in which a packet meets them. */
    public static List<Stage> stages(BaseChain chain) {
        return switch (chain) {
            case PREROUTING -> List.of(Stage.RAW, Stage.MANGLE, Stage.NAT);
            case INPUT -> List.of(Stage.MANGLE, Stage.FILTER, Stage.NAT);
            case FORWARD -> List.of(Stage.MANGLE, Stage.FILTER);
            case OUTPUT -> List.of(Stage.RAW, Stage.MANGLE, Stage.NAT, Stage.FILTER);
            case POSTROUTING -> List.of(Stage.MANGLE, Stage.NAT);
            case MACRO -> List.of();
        };
    }

    /** Where the policy of a chain is kept: where it filters. */
    public static Place ofPolicy(BaseChain chain) {
        return new Place(chain, stages(chain).contains(Stage.FILTER) ? Stage.FILTER : Stage.MANGLE);
    }

    /** The place whose chain has this name. */
    public static Optional<Place> named(String name) {
        return Arrays.stream(BaseChain.values())
                .flatMap(chain -> stages(chain).stream().map(stage -> new Place(chain, stage)))
                .filter(place -> place.name().equals(name)).findFirst();
    }

    /** The name of the base chain: no sub-chain has one like it. */
    public String name() {
        return chain + "-" + stage;
    }

    /** Where packets enter it. What changes marks in output has them routed once more. */
    public Chain.Base base(Verdict.Code policy) {
        var type = stage == Stage.NAT ? "nat" : chain == BaseChain.OUTPUT && stage == Stage.MANGLE ? "route" : "filter";
        return new Chain.Base(type, hook(), priority(), policy, List.of());
    }

    private Hook hook() {
        return switch (chain) {
            case PREROUTING -> Hook.PREROUTING;
            case INPUT -> Hook.INPUT;
            case FORWARD -> Hook.FORWARD;
            case OUTPUT -> Hook.OUTPUT;
            case POSTROUTING -> Hook.POSTROUTING;
            case MACRO -> throw new IllegalStateException("a copy has a place of its own");
        };
    }

    /** As iptables has them. */
    private int priority() {
        return switch (stage) {
            case RAW -> RAW;
            case MANGLE -> MANGLE;
            case NAT -> chain == BaseChain.PREROUTING || chain == BaseChain.OUTPUT ? DSTNAT : SRCNAT;
            case FILTER -> FILTER;
        };
    }
}
