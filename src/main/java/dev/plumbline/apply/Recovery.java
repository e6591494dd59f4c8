package dev.plumbline.apply;

import dev.plumbline.history.Event;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.intent.Document;
import dev.plumbline.state.LiveNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Ends applies that died, wherever they were. */
final class Recovery {

    private final Namespaces namespaces;
    private final Ledgers ledgers;
    private final Journal journal;

    Recovery(Namespaces namespaces, Ledgers ledgers, Journal journal) {
        this.namespaces = namespaces;
        this.ledgers = ledgers;
        this.journal = journal;
    }

    /**
     * Those that died, those whose time to be confirmed is over, and those that waited for it when the machine went
     * down: what they had written is gone, so there is nothing left to confirm.
     */
    List<Event> all() {
        var now = Rollback.now();
        return settle(each -> !each.isAwaiting(now) || isOfFormerBoot(each));
    }

    /** Those that a boot ended. */
    List<Event> ofFormerBoots() {
        return settle(this::isOfFormerBoot);
    }

    private boolean isOfFormerBoot(UnfinishedApply apply) {
        try (var host = namespaces.open(Document.HOST).orElseThrow()) {
            return !host.id().bootId().equals(apply.id().bootId());
        }
    }

    /** Those that wait to be confirmed: they are not going to be. */
    List<Event> awaiting() {
        return settle(UnfinishedApply::isAwaiting);
    }

    private List<Event> settle(Predicate<UnfinishedApply> due) {
        var events = new ArrayList<Event>();
        for (var each : journal.unfinished().stream().filter(due).toList()) {
            journal.tryClaim(each.label(), each.id()).ifPresent(claim -> {
                try (claim) {
                    // Another run may have ended it meanwhile.
                    claim.left().ifPresent(inverse -> events.add(settled(each, claim, inverse)));
                }
            });
        }
        return events;
    }

    /**
     * The namespace's state decides, not the journal: what was made in a namespace that is gone is gone too, and the
     * one of that name now owes nothing.
     */
    private Event settled(UnfinishedApply apply, Journal.Claim claim, Inverse inverse) {
        var now = namespaces.open(apply.label());
        try {
            var same = now.filter(each -> each.id().equals(apply.id()));
            if (same.isPresent()) {
                return new Rollback(same.get(), apply.label(), ledgers, journal).ofDead(claim, inverse);
            }
            // Refuses if it is the host's, and this process merely runs in another one.
            now.ifPresent(each -> ledgers.read(apply.label(), each.id()));
            return Rollback.dropped(journal, claim, apply, inverse, reason(apply, now));
        } finally {
            now.ifPresent(LiveNamespace::close);
        }
    }

    private static String reason(UnfinishedApply apply, Optional<LiveNamespace> now) {
        if (now.isEmpty()) {
            return "there is no network namespace " + apply.label() + " any more";
        }
        boolean booted = !now.get().id().bootId().equals(apply.id().bootId());
        return booted ? "the machine was booted since: what was written is gone"
                : "the network namespace " + apply.label() + " was made anew since: what was written is gone";
    }
}
