package dev.plumbline.state.firewall;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The tables of plumbline as they were read, with what names their rules to the kernel.
 *
 * @param rules of each chain of {@code state}
 * @param access whether they could be read at all
 */
public record LiveFirewall(FirewallState state, Map<ChainId, LiveRules> rules, Access access) {

    public static final LiveFirewall NONE = new LiveFirewall(FirewallState.NONE, Map.of());
    /** What is there is not known. */
    public static final LiveFirewall FORBIDDEN = new LiveFirewall(FirewallState.NONE, Map.of(), Access.FORBIDDEN);
    /** Nothing is there, and nothing can be made. */
    public static final LiveFirewall UNSUPPORTED = new LiveFirewall(FirewallState.NONE, Map.of(), Access.UNSUPPORTED);

    public LiveFirewall {
        rules = Map.copyOf(rules);
    }

    /** Tables that were read. */
    public LiveFirewall(FirewallState state, Map<ChainId, LiveRules> rules) {
        this(state, rules, Access.READ);
    }

    /** Whether nf_tables could be read. */
    public enum Access {
        READ,
        /** This process may not (CAP_NET_ADMIN). */
        FORBIDDEN,
        /** The kernel has no nf_tables. */
        UNSUPPORTED
    }

    /** A chain among all tables. */
    public record ChainId(TableFamily family, String chain) {
    }

    /** Handles and counters of a chain's rules. */
    public LiveRules rules(TableFamily family, String chain) {
        return rules.getOrDefault(new ChainId(family, chain), LiveRules.NONE);
    }

    /** What one counter has counted. */
    public record Count(long packets, long bytes) {
    }

    /**
     * Handles and counters of the rules of a chain, in their order. Two of them are equal if the handles are: counters
     * go on.
     */
    public static final class LiveRules {
        static final LiveRules NONE = new LiveRules(new long[0], List.of());

        private final long[] handles;
        private final List<List<Count>> counts;

        /** With as many handles as lists of counts, one count for each counter of a rule. */
        public LiveRules(long[] handles, List<List<Count>> counts) {
            this.handles = handles.clone();
            this.counts = List.copyOf(counts);
        }

        /** The number by which the kernel knows the rule at this place. */
        public long handle(int index) {
            return handles[index];
        }

        /** What the counters of the rule at this place have counted, in the order of its expressions. */
        public List<Count> counts(int index) {
            return counts.get(index);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof LiveRules that && Arrays.equals(handles, that.handles);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(handles);
        }
    }
}
