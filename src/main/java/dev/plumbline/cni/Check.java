package dev.plumbline.cni;

import dev.plumbline.host.StoredJournal;
import dev.plumbline.intent.Attachment;
import dev.plumbline.plan.Plan;
import dev.plumbline.state.Change;
import dev.plumbline.state.Origin;
import dev.plumbline.store.StoreView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares what an attachment wants with what is there. What is missing or different is a fault; what others added is
 * none: plugins that come later in the chain may add routes, and the next run takes those over.
 */
final class Check {

    /** Between two looks: a run that is at work just now is no fault. */
    private static final Duration SECOND_LOOK = Duration.ofMillis(200);

    private final StoreView store;
    private final CniSettings settings;
    private final Attachment attachment;
    private final String netns;

    Check(StoreView store, CniSettings settings, Attachment attachment, String netns) {
        this.store = store;
        this.settings = settings;
        this.attachment = attachment;
        this.netns = netns;
    }

    /** @throws CniException with all that is wrong, twice in a row */
    void run(CniLog log) {
        var faults = faults();
        if (!faults.isEmpty()) {
            log.debug("looking again: " + String.join("; ", faults));
            try {
                Thread.sleep(SECOND_LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            faults = faults();
        }
        if (!faults.isEmpty()) {
            throw new CniException(CniException.DRIFTED, "attachment " + attachment.key() + " is not as it was made: "
                    + faults.getFirst(), String.join("; ", faults));
        }
    }

    private List<String> faults() {
        var journal = new StoredJournal.Reading(store, settings.stateDirectory());
        try (var session = NamespaceLoop.of(store, settings.stateDirectory(), netns, journal).prepare()) {
            return faults(session.plan());
        }
    }

    private List<String> faults(Plan plan) {
        var faults = new ArrayList<String>();
        var changes = new ArrayList<Change>();
        for (var namespace : plan.namespaces()) {
            namespace.notices().stream()
                    .filter(each -> each.kind() == Plan.Notice.Kind.WAITING && isOurs(each.origin()))
                    .forEach(each -> faults.add(each.text()));
            namespace.changes().forEach(each -> each.pending().map(pending -> pending.change())
                    .filter(change -> isOurs(change.origin())).forEach(changes::add));
        }
        var added = addedByOthers(changes);
        for (var change : changes) {
            var object = change.resource() + " `" + change.subject() + "`";
            switch (change.action()) {
                case CREATE -> {
                    if (!added.contains(destination(change))) {
                        faults.add(object + " is missing");
                    }
                }
                case CHANGE, RECREATE -> faults.add(object + " is different");
                case DELETE -> { }
            }
        }
        return faults;
    }

    private boolean isOurs(Optional<Origin> origin) {
        return origin.equals(Optional.of(attachment.origin()));
    }

    /** Destinations in main that the next run would take over, and that were never taken over before. */
    private Set<String> addedByOthers(List<Change> changes) {
        var added = new HashSet<String>();
        changes.stream().filter(each -> each.action() == Change.Action.DELETE).map(Check::destination)
                .forEach(added::add);
        var ledger = store.find(netns, attachment.namespace()).ledger();
        ledger.routes().forEach(each -> added.remove("route " + each.route().destination().destinationText()));
        if (attachment.addresses().stream().anyMatch(each -> each.gateway().isPresent())) {
            added.remove("route default");
        }
        return added;
    }

    private static String destination(Change change) {
        return change.resource() + " " + change.subject().split(" ", 2)[0];
    }
}
