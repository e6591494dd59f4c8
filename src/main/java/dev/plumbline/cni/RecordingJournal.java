package dev.plumbline.cni;

import dev.plumbline.apply.Journal;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.NamespaceId;
import java.util.List;
import java.util.Optional;

/**
 * A journal for a run that begins with a record of its own: written once the namespace is claimed, so that no other run
 * sees the record without what follows from it.
 *
 * @param record must be harmless when repeated
 */
record RecordingJournal(Journal journal, Runnable record) implements Journal {

    @Override
    public Initiator initiator() {
        return journal.initiator();
    }

    @Override
    public List<UnfinishedApply> unfinished() {
        return journal.unfinished();
    }

    @Override
    public Claim claim(String label, NamespaceId id) {
        return recorded(journal.claim(label, id));
    }

    @Override
    public Optional<Claim> tryClaim(String label, NamespaceId id) {
        return journal.tryClaim(label, id).map(this::recorded);
    }

    private Claim recorded(Claim claim) {
        try {
            record.run();
            return claim;
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }
}
