package dev.plumbline.store;

import dev.plumbline.state.Ledger;
import java.util.Optional;

/**
 * What the store knows of a namespace.
 *
 * @param key absent where nothing is recorded yet, or where what is recorded must be bound anew first
 * @param ledger what still holds: see {@link Standing}
 */
public record NamespaceRecord(Optional<NamespaceKey> key, Ledger ledger, Standing standing) {

    /** Never seen. */
    public static final NamespaceRecord UNKNOWN = new NamespaceRecord(Optional.empty(), Ledger.EMPTY, Standing.NEW);

    /** How the namespace of now stands to the one on record. */
    public enum Standing {
        /** Nothing is recorded under this label. */
        NEW,
        /** The recorded one. */
        SAME,
        /**
         * The machine was booted since: allotted numbers and device names hold; what was moved or adopted is forgotten,
         * for the kernel's objects are gone, and whoever configures the network makes its routes anew.
         */
        REBOOTED,
        /** A named namespace was deleted and made again: as after a reboot. */
        REMADE
    }
}
