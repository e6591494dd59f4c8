package dev.plumbline.apply;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import java.util.Set;

/** Where ledgers are kept. */
public interface Ledgers {

    /** Labels of all namespaces that something is recorded of, {@code host} aside. */
    Set<String> labels();

    /**
     * The ledger of a namespace; empty if nothing is recorded of it.
     *
     * @throws RuntimeException if the label belongs to another namespace and must not be bound anew
     */
    Ledger read(String label, NamespaceId id);

    /**
     * The ledger that what is there now was made by: the recorded one, or the one that an apply leads to which waits to
     * be confirmed. A plan starts from this.
     */
    default Ledger reached(String label, NamespaceId id) {
        return read(label, id);
    }

    /** Records the whole ledger in place of the one before, on disk before it returns. */
    void record(String label, NamespaceId id, Ledger ledger);
}
