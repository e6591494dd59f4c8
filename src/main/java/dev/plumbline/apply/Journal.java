package dev.plumbline.apply;

import dev.plumbline.history.Event;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import java.util.List;
import java.util.Optional;

/**
 * Where an apply writes down how to undo it before it writes anything else, and what became of it. Who wants to write
 * in a namespace claims it first: one apply at a time.
 */
public interface Journal {

    /** Who writes here. */
    Initiator initiator();

    /** Applies that began and did not end, in all namespaces, those at work now included. */
    List<UnfinishedApply> unfinished();

    /**
     * Claims a namespace for this run, until closed. A claim of a process that died is free.
     *
     * @throws LockedException if another run holds it, longer than this one cares to wait
     */
    Claim claim(String label, NamespaceId id);

    /** The same without waiting; empty if another run holds it. */
    Optional<Claim> tryClaim(String label, NamespaceId id);

    /** The right to write in one namespace. */
    interface Claim extends AutoCloseable {

        /** What an apply that died left: to be undone before anything else is done. */
        Optional<Inverse> left();

        /** Records how to undo what is about to be done; on disk when it returns. */
        void begin(Inverse inverse);

        /**
         * Ends what {@link #begin} began, now or in a run that died: records the ledger and the event, and forgets the
         * inverse, all at once.
         */
        void finish(Ledger ledger, Event event);

        /** What {@link #begin} began is written and verified, and awaits confirmation: its inverse stays. */
        void await(Event event);

        /** Ends it without a ledger: the namespace, and all that was done there, is gone. */
        void drop(Event event);

        @Override
        void close();
    }
}
