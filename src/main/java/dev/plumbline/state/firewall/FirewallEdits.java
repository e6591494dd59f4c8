package dev.plumbline.state.firewall;

import java.util.List;

/** What must change in one table, in the model's own terms: rules by their place in a chain, elements by row. */
public final class FirewallEdits {

    private FirewallEdits() {
    }

    /**
     * The changes of a table.
     *
     * @param before empty for one that is made
     * @param after empty for one that goes, with all that is in it
     */
    public record TableEdit(Action action, Table before, Table after, List<SetEdit> sets, List<ChainEdit> chains) {

        public TableEdit {
            sets = List.copyOf(sets);
            chains = List.copyOf(chains);
        }

        public TableFamily family() {
            return before.family();
        }
    }

    /** What happens to a table; {@code KEEP}: to things in it alone. */
    public enum Action { CREATE, CHANGE, KEEP, DELETE }

    /** What happens to a set. */
    public sealed interface SetEdit {

        record Create(NftSet set) implements SetEdit {
        }

        record Delete(NftSet set) implements SetEdit {
        }

        /** The definition changes: the set, and the rules that use it, are made anew. */
        record Recreate(NftSet before, NftSet after) implements SetEdit {
        }

        /** Elements come and go. */
        record Change(NftSet before, NftSet after, SetElements.Difference elements) implements SetEdit {
        }
    }

    /** What happens to a chain. */
    public sealed interface ChainEdit {

        record Create(Chain chain) implements ChainEdit {
        }

        record Delete(Chain chain) implements ChainEdit {
        }

        /** What makes it a base chain changes: it is made anew with all its rules. */
        record Recreate(Chain before, Chain after) implements ChainEdit {
        }

        /** The policy, or rules of it, change. */
        record Change(Chain before, Chain after, boolean policy, List<RuleEdit> rules) implements ChainEdit {
            public Change {
                rules = List.copyOf(rules);
            }
        }
    }

    /** What happens to a rule of a chain. Places are indexes in the chain before and after. */
    public sealed interface RuleEdit {

        /**
         * A rule comes.
         *
         * @param after its place
         * @param before the place of the rule in front of which it goes, which stays; -1 for the end
         * @param from the place at which it was; -1 if it was nowhere
         */
        record Insert(int after, int before, int from) implements RuleEdit {
        }

        /**
         * A rule takes another's place.
         *
         * @param before the place of the one that goes
         * @param after the place of the one that comes
         * @param from the place at which that one was; -1 if it was nowhere
         * @param moves the one that goes comes again at another place
         */
        record Replace(int before, int after, int from, boolean moves) implements RuleEdit {
        }

        /**
         * A rule goes.
         *
         * @param moves it comes again at another place
         */
        record Delete(int before, boolean moves) implements RuleEdit {
        }
    }
}
