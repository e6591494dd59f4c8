package dev.plumbline.state.firewall;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A table of plumbline's own. It is known by its family: all have the same name.
 *
 * @param flags {@code NFT_TABLE_F_*}; 0 for what plumbline makes
 * @param chains by name
 * @param sets the named ones, by name
 */
public record Table(TableFamily family, int flags, List<Chain> chains, List<NftSet> sets) {

    /** The name of every table of plumbline: what is in a table of another name is never touched. */
    public static final String NAME = "plumbline";

    private static final Comparator<Chain> BY_CHAIN = (one, two) -> one.name().compareTo(two.name());
    private static final Comparator<NftSet> BY_SET = (one, two) -> one.name().compareTo(two.name());

    public Table {
        chains = chains.stream().sorted(BY_CHAIN).toList();
        sets = sets.stream().sorted(BY_SET).toList();
    }

    public Optional<Chain> chain(String name) {
        return chains.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    public Optional<NftSet> set(String name) {
        return sets.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** A table with nothing in it. */
    public static Table empty(TableFamily family) {
        return new Table(family, 0, List.of(), List.of());
    }
}
