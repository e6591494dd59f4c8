package dev.plumbline.facts;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one network namespace.
 *
 * @param label {@code host}, or as documents and the store name it
 * @param recorded the store has a record of it
 * @param state with the routes of all tables, {@code local} included; whole but for {@code partial}
 */
public record NamespaceFacts(String label, boolean recorded, NamespaceState state, List<PartialTable> partial,
        Ledger ledger) {

    public NamespaceFacts {
        partial = List.copyOf(partial);
    }

    /**
     * A large table of which only our own routes are held, and in main those over some devices.
     *
     * @param routes how many there were
     * @param devices whose routes are held all the same; empty for other tables than main
     */
    public record PartialTable(TableKey key, int routes, Set<String> devices) {
        public PartialTable {
            devices = Set.copyOf(devices);
        }
    }

    /** What is left out of a table; empty where it is held whole. */
    Optional<PartialTable> partial(TableKey key) {
        return partial.stream().filter(each -> each.key().equals(key)).findFirst();
    }
}
