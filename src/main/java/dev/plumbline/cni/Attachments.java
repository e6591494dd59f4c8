package dev.plumbline.cni;

import dev.plumbline.apply.LockedException;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.history.EventText;
import dev.plumbline.history.Initiator;
import dev.plumbline.host.StoredAttached;
import dev.plumbline.host.StoredJournal;
import dev.plumbline.host.Tombstones;
import dev.plumbline.intent.Attachment;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.firewall.RuleVariables;
import dev.plumbline.plan.Plan;
import dev.plumbline.state.Progress;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreException;
import dev.plumbline.store.StorePool;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attachments in the store, and the namespaces that they are for. Once the namespace is claimed, an attachment is
 * recorded, and then the namespace is brought to what is on record: whoever dies between the two leaves it to the next
 * run.
 */
final class Attachments {

    /**
     * How long to wait for others. In all, a call ends before a runtime gives up.
     *
     * @param add ADD for another run in the same namespace
     * @param del DEL and GC for the same, who can leave the rest to the next run
     * @param store for another writer of the store
     */
    record Patience(Duration add, Duration del, Duration store) {

        static final Patience DEFAULT = new Patience(Duration.ofSeconds(20), Duration.ofSeconds(5),
                Duration.ofSeconds(10));
    }

    private final CniSettings settings;
    private final Optional<StorePool> pool;
    private final Patience patience;
    private final String call;
    private final CniLog log;
    private final Tombstones tombstones;

    /**
     * @param pool of stores that stay open between calls
     * @param call for the history
     */
    Attachments(CniSettings settings, Optional<StorePool> pool, Patience patience, String call, CniLog log) {
        this.settings = settings;
        this.pool = pool;
        this.patience = patience;
        this.call = call;
        this.log = log;
        this.tombstones = new Tombstones(settings.stateDirectory());
    }

    private StorePool.Lease open() {
        return pool.map(StorePool::lease).orElseGet(() -> new StorePool.Lease(
                Store.openForThisBoot(settings.stateDirectory(), settings.version(), patience.store()), Store::close));
    }

    /**
     * Records an attachment, and brings it about.
     *
     * @throws RuntimeException if that fails; namespace and store are as they were
     */
    void add(Attachment attachment) {
        try (var lease = open()) {
            var store = lease.store();
            store.dropAttachmentsOfOtherBoots(attachment.namespace().bootId());
            tombstones.settle(store);
            var former = store.attachment(attachment.key())
                    .filter(each -> each.namespace().equals(attachment.namespace()));
            if (former.isEmpty()) {
                leave(store, attachment.key());
            }
            try {
                bringAbout(store, attachment);
            } catch (RuntimeException e) {
                takeBack(store, attachment, former);
                throw e;
            }
        }
    }

    /** The container was started again in another namespace, and no DEL came for the one before. */
    private void leave(Store store, Attachment.Key key) {
        var elsewhere = store.attachment(key);
        elsewhere.ifPresent(each -> takeAway(store, each, Optional.empty()));
    }

    private void bringAbout(Store store, Attachment attachment) {
        try (var session = session(store, attachment.netns(), patience.add(), () -> store.attach(attachment))) {
            say(session);
            waiting(session.plan(), attachment).stream().findFirst().ifPresent(each -> {
                throw new CniException(CniException.NOT_POSSIBLE, each.text());
            });
            session.apply(Optional.empty(), Progress.SILENT);
        }
    }

    /**
     * Brings the host's namespace to what the applied intents say, if these name what a device or a container may have:
     * addresses have come or gone. Nothing of it is an error: the next run makes up for it.
     */
    void followInHost() {
        if (!Files.exists(settings.stateDirectory())) {
            return;
        }
        try (var lease = open()) {
            var store = lease.store();
            var loop = NamespaceLoop.of(store, settings.stateDirectory(), Document.HOST,
                    journal(store, patience.del()));
            boolean suspended = store.suspension().filter(each -> each.holds(Instant.now())).isPresent();
            if (suspended || loop.documents().stream().noneMatch(Attachments::hasVariables)) {
                return;
            }
            try (var session = loop.prepareToApply()) {
                say(session);
                session.apply(Optional.empty(), Progress.SILENT);
            }
        } catch (RuntimeException e) {
            log.error("the host's documents that name containers follow with the next run: "
                    + Failures.of(e).getMessage() + " " + Failures.of(e).details());
        }
    }

    private static boolean hasVariables(Document document) {
        return document.spec() instanceof FirewallSpec firewall
                && firewall.rules().stream().anyMatch(rule -> !RuleVariables.names(rule).isEmpty());
    }

    /** What keeps an attachment from being carried out now. */
    private static List<Plan.Notice> waiting(Plan plan, Attachment attachment) {
        return plan.namespaces().stream().flatMap(each -> each.notices().stream())
                .filter(each -> each.kind() == Plan.Notice.Kind.WAITING
                        && each.origin().equals(Optional.of(attachment.origin()))).toList();
    }

    private void takeBack(Store store, Attachment attachment, Optional<Attachment> former) {
        try {
            // Another process may have recorded it meanwhile, for a caller who gave up on this one.
            boolean isOurs = store.attachment(attachment.key()).map(Attachment::addedAt)
                    .equals(Optional.of(attachment.addedAt()));
            if (isOurs) {
                former.ifPresentOrElse(store::attach, () -> store.detach(attachment.key(), () -> true));
            }
            store.forgetIfVacant(attachment.namespace());
        } catch (StoreException e) {
            log.error("what is on record of the attachment could not be taken back, and goes with DEL: "
                    + e.getMessage());
        }
    }

    /**
     * Claims the namespace, and looks at it.
     *
     * @param record what is recorded first, under the claim: others who look never see a record without what it caused
     * @throws LockedException if another run is at work there; nothing is recorded
     */
    private Reconciler.Session session(Store store, String netns, Duration lockTimeout, Runnable record) {
        return NamespaceLoop.of(store, settings.stateDirectory(), netns,
                new RecordingJournal(journal(store, lockTimeout), record)).prepareToApply();
    }

    private StoredJournal journal(Store store, Duration lockTimeout) {
        return new StoredJournal(store, settings.stateDirectory(), new Initiator(System.getProperty("user.name"),
                ProcessHandle.current().pid(), call, "", ""), lockTimeout);
    }

    private void say(Reconciler.Session session) {
        session.recovered().forEach(each -> EventText.settled(each).forEach(log::error));
        var plan = session.plan();
        plan.namespaces().forEach(each -> each.notices().forEach(notice -> log.verbose(notice.toString())));
        log.verbose(plan.toAdd() + " to add, " + plan.toChange() + " to change, " + plan.toDestroy() + " to destroy");
    }

    /**
     * Forgets an attachment, and takes away what it caused. Nothing of it is an error: what cannot be done now is on
     * record, and the next run does it.
     *
     * @param netns where its namespace may be, if the runtime says
     * @throws IOException if not even that can be recorded
     */
    void remove(Attachment.Key key, Optional<String> netns) throws IOException {
        if (!Files.exists(settings.stateDirectory())) {
            return;
        }
        try (var lease = open()) {
            var store = lease.store();
            var found = store.attachment(key).filter(each -> each.key().equals(key));
            found.ifPresentOrElse(each -> takeAway(store, each, netns),
                    () -> log.verbose("there is no such attachment"));
            tombstones.settle(store);
        } catch (StoreException e) {
            log.error("the store cannot be written; the attachment is marked as deleted: " + e.getMessage());
            tombstones.write(key);
        }
    }

    private void takeAway(Store store, Attachment attachment, Optional<String> netns) {
        var id = attachment.namespace();
        var paths = netns.map(each -> List.of(each, attachment.netns())).orElse(List.of(attachment.netns()));
        Runnable forget = () -> store.detach(attachment.key(), () -> true);
        try {
            var path = Containers.find(id, paths);
            if (path.isEmpty()) {
                log.verbose("its network namespace is gone");
                forget.run();
                store.forgetGone(id, attachment.documents().stream().map(Document::id).toList());
                return;
            }
            try (var session = session(store, path.get(), patience.del(), forget)) {
                say(session);
                session.apply(Optional.empty(), Progress.SILENT);
            }
            store.forgetIfVacant(id);
        } catch (StoreException e) {
            throw e;
        } catch (LockedException e) {
            forget.run();
            log.error("what it caused goes with the next run: " + e.getMessage());
        } catch (RuntimeException e) {
            forget.run();
            log.error("what it caused could not be taken away, and goes with the next run: "
                    + Failures.of(e).getMessage() + " " + Failures.of(e).details());
        }
    }

    /**
     * Forgets the attachments of a network that its runtime does not know any more.
     *
     * @throws CniException with all that failed, once the rest is done
     */
    void collect(String network, String type, List<NetworkConfiguration.Valid> valid) {
        if (!Files.exists(settings.stateDirectory())) {
            return;
        }
        List<Attachment> stale;
        try (var lease = open()) {
            var store = lease.store();
            store.dropAttachmentsOfOtherBoots(StoredAttached.bootId());
            tombstones.settle(store);
            stale = store.attachments().stream().filter(each -> each.key().network().equals(network)
                    && each.key().type().equals(type) && !valid.contains(new NetworkConfiguration.Valid(
                            each.key().container(), each.key().device()))).toList();
        }
        var failures = new ArrayList<String>();
        for (var each : stale) {
            try {
                log.verbose("dropping the attachment " + each.key());
                remove(each.key(), Optional.empty());
            } catch (IOException | RuntimeException e) {
                failures.add(each.key() + ": " + e.getMessage());
            }
        }
        if (!failures.isEmpty()) {
            throw new CniException(CniException.NOT_POSSIBLE, "not all attachments could be dropped",
                    String.join("; ", failures));
        }
    }

    /**
     * Looks whether an attachment is as it should be.
     *
     * @throws CniException with all that is missing or different
     */
    void check(Attachment.Key key, String netns) {
        try (var store = Store.openReadOnly(settings.stateDirectory(), settings.version())) {
            var attachment = store.attachment(key).filter(each -> each.key().equals(key)
                    && !tombstones.all().contains(key)).orElseThrow(() ->
                    new CniException(CniException.UNKNOWN_CONTAINER, "plumbline has no record of this attachment",
                            store.unavailable().orElse("network " + key.network() + ", type " + key.type())));
            if (!Containers.require(netns).equals(attachment.namespace())) {
                throw new CniException(CniException.DRIFTED, netns + " is another network namespace than the one that"
                        + " was attached", "it was " + attachment.netns());
            }
            new Check(store, settings, attachment, netns).run(log);
        }
    }

    /** Whether ADD can be served. */
    void status() {
        try (var lease = open()) {
            var store = lease.store();
            log.debug(store.attachments().size() + " attachments");
        } catch (StoreException e) {
            throw new CniException(CniException.NOT_AVAILABLE, "the store cannot be written", e.getMessage());
        }
    }
}
