package dev.plumbline.apply;

import dev.plumbline.history.Event;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A journal that a test can lose, and whose events it can look at. */
final class MemoryJournal implements Journal {

    final Map<String, Inverse> open = new HashMap<>();
    final List<Event> events = new ArrayList<>();
    private final Ledgers ledgers;

    MemoryJournal(Ledgers ledgers) {
        this.ledgers = ledgers;
    }

    @Override
    public Initiator initiator() {
        return new Initiator("root", 1, "test", "", "");
    }

    @Override
    public List<UnfinishedApply> unfinished() {
        return List.of();
    }

    @Override
    public Claim claim(String label, NamespaceId id) {
        return tryClaim(label, id).orElseThrow();
    }

    @Override
    public Optional<Claim> tryClaim(String label, NamespaceId id) {
        return Optional.of(new Claim() {
            @Override
            public Optional<Inverse> left() {
                return Optional.ofNullable(open.get(label));
            }

            @Override
            public void begin(Inverse inverse) {
                open.put(label, inverse);
            }

            @Override
            public void finish(Ledger ledger, Event event) {
                open.remove(label);
                ledgers.record(label, id, ledger);
                events.add(event);
            }

            @Override
            public void await(Event event) {
                events.add(event);
            }

            @Override
            public void drop(Event event) {
                open.remove(label);
                events.add(event);
            }

            @Override
            public void close() {
                // Nobody else claims anything.
            }
        });
    }
}
