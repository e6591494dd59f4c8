package dev.plumbline.host;

import dev.plumbline.apply.ApplyException;
import dev.plumbline.apply.GuardedException;
import dev.plumbline.apply.LockedException;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.apply.Uncorrected;
import dev.plumbline.apply.Watched;
import dev.plumbline.history.Commit;
import dev.plumbline.history.EventText;
import dev.plumbline.history.Reason;
import dev.plumbline.history.Run;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.ProblemText;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.PlanText;
import dev.plumbline.source.SourceException;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Progress;
import dev.plumbline.store.OtherSourceException;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One run that nobody watches. */
final class UnattendedRun {

    private final Settings settings;
    private final Invocation invocation;
    private final Duration lockTimeout;
    private final Store store;
    private final Order order;
    private final Instant began;
    private final List<Report.Line> lines = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final Measurements measurements = new Measurements();
    private Optional<List<Watched>> watched = Optional.empty();
    private boolean undone;

    UnattendedRun(Settings settings, Invocation invocation, Duration lockTimeout, Store store, Order order,
            Instant began) {
        this.settings = settings;
        this.invocation = invocation;
        this.lockTimeout = lockTimeout;
        this.store = store;
        this.order = order;
        this.began = began;
    }

    /** Somebody suspended unattended runs after this one had begun. */
    private static final class SuspendedException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        private SuspendedException(String reason) {
            super(reason);
        }
    }

    /** What was done to the network. */
    private record Done(Plan plan, boolean drift, List<String> changes, List<String> waiting,
            List<Uncorrected> uncorrected) {

        /** The network was not looked at. */
        static final Done UNSEEN = new Done(new Plan(List.of()), false, List.of(), List.of(), List.of());
        static final Done NOTHING = new Done(new Plan(List.of()), false, List.of(), List.of(), List.of());

        /** What drifted and is only reported; empty if nothing did. */
        String reported() {
            long count = uncorrected.stream().mapToLong(Uncorrected::count).sum();
            var documents = uncorrected.stream().flatMap(each -> each.documents().stream()).distinct().sorted()
                    .collect(Collectors.joining(", "));
            return count == 0 ? "" : count + (count == 1 ? " difference is" : " differences are") + " left as "
                    + (count == 1 ? "it is" : "they are") + " (drift: report)"
                    + (documents.isEmpty() ? "" : ": " + documents);
        }

        /** What is not as it should be, though nothing failed. */
        String remark() {
            return Stream.concat(Stream.of(reported()), waiting.stream()).filter(each -> !each.isEmpty())
                    .collect(Collectors.joining("; "));
        }

        List<String> differences() {
            return uncorrected.stream().flatMap(each -> each.differences().stream()).limit(Workspace.DETAILS).toList();
        }

        List<String> details() {
            return Stream.concat(changes.stream(), differences().stream()).toList();
        }
    }

    /** What was tried. */
    private record Tried(Optional<Wanted> wanted, Optional<Failure> failure, Done done) {

        static Tried failed(Optional<Wanted> wanted, Failure failure) {
            return new Tried(wanted, Optional.of(failure), Done.NOTHING);
        }
    }

    Report run() {
        try {
            var before = beforehand();
            if (before.isPresent()) {
                return finish(Tried.failed(Optional.empty(), before.get()));
            }
            if (order.onlyApplied()) {
                return finish(stillFailing(applied()));
            }
            var newest = newest();
            boolean keepsOld = newest.failure().filter(each -> each.reason() != Reason.LOCKED
                    && each.reason() != Reason.SUSPENDED).isPresent()
                    && newest.done() == Done.NOTHING;
            return finish(keepsOld ? keepingOld(newest) : newest);
        } catch (StoreException | SourceException | UncheckedIOException e) {
            return finish(Tried.failed(Optional.empty(), new Failure(Reason.FAILED, e.getMessage())));
        }
    }

    /** What comes before all else, and may be all there is to do. */
    private Optional<Failure> beforehand() {
        new Tombstones(settings.stateDirectory()).settle(store);
        store.dropAttachmentsOfOtherBoots(StoredAttached.bootId());
        var journal = journal(Optional.empty());
        var events = new Reconciler(KernelNamespace::find, new StoredLedgers(store), journal, TableNames.read(), false,
                new Timings()).recover();
        events.forEach(each -> EventText.settled(each).forEach(line -> log(Report.Priority.WARNING, line)));
        undone = !events.isEmpty();
        if (events.stream().anyMatch(each -> each.result().isPartly())) {
            return Optional.of(new Failure(Reason.PARTLY_UNDONE, "not all of an apply that died could be undone"));
        }
        var suspension = store.suspension().filter(each -> each.holds(began));
        if (suspension.isPresent()) {
            return suspension.map(each -> new Failure(Reason.SUSPENDED, each.reason()));
        }
        return journal.unfinished().stream().filter(each -> each.isAwaiting()).findFirst().map(each ->
                new Failure(Reason.CONFIRM_PENDING, "an apply by " + each.by().user() + " waits to be confirmed until "
                        + each.confirmation().orElseThrow().by()));
    }

    private StoredJournal journal(Optional<Wanted> wanted) {
        return new StoredJournal(store, settings.stateDirectory(), invocation.initiator(
                wanted.map(each -> each.source().location()).orElse(""), wanted.map(Wanted::revision).orElse("")),
                lockTimeout);
    }

    private Tried newest() {
        var wanted = Optional.<Wanted>empty();
        try {
            var input = settings.place().open(settings.stateDirectory(), invocation.version());
            measurements.fetched(input.fetchedAt());
            input.source().requireSafe();
            if (!order.replaceSource()) {
                store.checkSource(input.id());
            }
            var read = Wanted.read(settings.host(), input, new KeptDocuments(store));
            wanted = Optional.of(read);
            var rejected = store.rejected(read.hash());
            if (rejected.isPresent() && !order.again()) {
                return Tried.failed(wanted, new Failure(Reason.REVERTED, "these intents were reverted at "
                        + rejected.get() + "; change them, or say plumbline apply --again"));
            }
            boolean isNew = store.source().filter(each -> each.id().equals(read.source())
                    && each.contentHash().equals(read.hash())).isEmpty();
            if (order.onlyNew() && !isNew && !undone && input.failure().isEmpty() && hasSucceeded(read)) {
                return new Tried(wanted, Optional.empty(), Done.UNSEEN);
            }
            var tried = reconcile(read, isNew);
            return tried.failure().isPresent() ? tried : new Tried(wanted, input.failure(), tried.done());
        } catch (SourceException e) {
            return Tried.failed(wanted, new Failure(e.refusal().map(Place::reason).orElse(Reason.SOURCE_NOT_FOUND),
                    e.getMessage()));
        } catch (OtherSourceException e) {
            return Tried.failed(wanted, new Failure(Reason.OTHER_SOURCE, e.getMessage()));
        } catch (HostException e) {
            return Tried.failed(wanted, new Failure(Reason.INVALID, e.getMessage(), e.details().lines().toList()));
        }
    }

    private boolean hasSucceeded(Wanted wanted) {
        return store.runs(1).stream().anyMatch(each -> each.reason() == Reason.RECONCILIATION_SUCCEEDED
                && each.contentHash().equals(wanted.hash()));
    }

    /** The network as the last good intents want it, and why it is not the newest ones. */
    private Tried keepingOld(Tried newest) {
        var old = applied();
        var failure = newest.failure().orElseThrow();
        var why = old.failure().filter(each -> each.reason() != Reason.NOT_YET_APPLIED).map(each ->
                new Failure(failure.reason(), failure.message() + "; and what was applied before cannot be kept: "
                        + each.message(), each.details())).orElse(failure);
        return new Tried(newest.wanted(), Optional.of(why), old.done());
    }

    /** That the newest intents could not be had stays true while there is no look at them. */
    private Tried stillFailing(Tried applied) {
        var last = store.runs(1).stream().findFirst().filter(each -> each.reason().isOfInput());
        return applied.failure().isPresent() || last.isEmpty() ? applied
                : new Tried(applied.wanted(), last.map(each -> new Failure(each.reason(), each.message())),
                        applied.done());
    }

    /** Another apply ended between the look at what is on record and the claim. */
    private static final class SupersededException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private Tried applied() {
        while (true) {
            try {
                return recorded();
            } catch (SupersededException e) {
                // What is on record now counts: the intents of before would be put back for drift.
            }
        }
    }

    private Tried recorded() {
        var source = store.source();
        var documents = store.appliedDocuments();
        if (source.isEmpty() || documents.isEmpty()) {
            return attachmentsAlone(new Failure(Reason.NOT_YET_APPLIED, "nothing was ever applied here"));
        }
        try {
            var parsed = DocumentCodec.read(new ByteArrayInputStream(documents.get()));
            var hash = source.get().contentHash();
            var wanted = new Wanted(source.get().id(), source.get().commit(), hash, settings.host(), parsed, false,
                    List::of);
            var work = workspace(wanted);
            return reconcile(wanted, work, () -> {
                var session = work.prepareUnattended();
                if (store.source().filter(each -> each.contentHash().equals(hash)).isEmpty()) {
                    session.close();
                    throw new SupersededException();
                }
                return session;
            }, false);
        } catch (IOException e) {
            return attachmentsAlone(new Failure(Reason.FAILED, "the record of what was applied is of another version"
                    + " of plumbline, or damaged; an apply of the newest intents renews it"));
        }
    }

    /** Containers are kept true whatever is wrong with the intents. */
    private Tried attachmentsAlone(Failure failure) {
        if (store.attachments().isEmpty() && store.labels().isEmpty()) {
            return Tried.failed(Optional.empty(), failure);
        }
        var nothing = new Wanted(settings.place().id(), Optional.empty(), "", settings.host(),
                new ParsedIntents(List.of(), List.of()), false, List::of);
        var work = workspace(nothing);
        var tried = reconcile(nothing, work, work::prepareAttached, false);
        return new Tried(Optional.empty(), tried.failure().or(() -> Optional.of(failure)), tried.done());
    }

    private Workspace workspace(Wanted wanted) {
        return new Workspace(wanted, store, settings.stateDirectory(), journal(Optional.of(wanted)),
                order.replaceSource(), settings.drift(), settings.variables(), new PrintWriter(Writer.nullWriter()));
    }

    /** @param isNew these are not the intents that were applied last: guards watch */
    private Tried reconcile(Wanted wanted, boolean isNew) {
        var work = workspace(wanted);
        return reconcile(wanted, work, work::prepareUnattended, isNew);
    }

    private Tried reconcile(Wanted wanted, Workspace work, Supplier<Reconciler.Session> preparation, boolean isNew) {
        var here = Optional.of(wanted);
        try {
            return new Tried(here, Optional.empty(), carriedOut(work, preparation, isNew));
        } catch (SuspendedException e) {
            return Tried.failed(here, new Failure(Reason.SUSPENDED, e.getMessage()));
        } catch (GuardedException e) {
            return Tried.failed(here, new Failure(Reason.GUARDED, e.getMessage(), e.guards().stream()
                    .map(each -> each.name() + ": " + each.message() + "; " + each.pass()).toList()));
        } catch (LockedException e) {
            return Tried.failed(here, new Failure(Reason.LOCKED, e.getMessage()));
        } catch (ApplyException e) {
            boolean partly = store.history(1).stream().anyMatch(each -> each.event().result().isPartly());
            return Tried.failed(here, new Failure(partly ? Reason.PARTLY_UNDONE : Reason.APPLY_FAILED, e.getMessage(),
                    e.details()));
        } catch (IntentException e) {
            return Tried.failed(here, new Failure(Reason.INVALID, e.getMessage(),
                    ProblemText.render(e.problems(), List.of()).lines().toList()));
        } catch (HostException e) {
            return Tried.failed(here, new Failure(Reason.INVALID, e.getMessage(), e.details().lines().toList()));
        }
    }

    private Done carriedOut(Workspace work, Supplier<Reconciler.Session> preparation, boolean isNew) {
        try (var session = preparation.get()) {
            if (isNew) {
                var allow = new HashSet<>(settings.allow());
                allow.addAll(order.allow());
                work.guard(session, allow);
            }
            watched = Optional.of(session.watched());
            // Somebody who suspends waits for claims: this is the last moment to see it.
            store.suspension().filter(each -> each.holds(Instant.now())).ifPresent(each -> {
                throw new SuspendedException(each.reason());
            });
            var uncorrected = session.uncorrected();
            var plan = session.plan();
            var changes = PlanText.lines(plan, Workspace.DETAILS);
            var waiting = plan.namespaces().stream().flatMap(each -> each.notices().stream())
                    .filter(each -> each.kind() == Plan.Notice.Kind.WAITING).map(Plan.Notice::toString).toList();
            var confirmBy = plan.isEmpty() || !isNew ? Optional.<Instant>empty()
                    : order.confirm().map(each -> Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(each));
            if (confirmBy.isPresent()) {
                session.requireUnguarded();
                work.pend();
                ConfirmGuard.start(settings.stateDirectory());
            }
            session.apply(confirmBy, Progress.SILENT);
            measurements.owned(session.owned());
            measurements.carriedOut(plan, !isNew);
            plan.namespaces().stream().flatMap(each -> each.changes().stream()).flatMap(ChangeSet::pending)
                    .limit(Workspace.DETAILS).map(ChangeSet.Pending::change)
                    .forEach(each -> objects.add(each.resource() + " " + each.subject()));
            if (confirmBy.isEmpty() && isNew) {
                work.recordSource();
            }
            return new Done(plan, !isNew, changes, waiting, uncorrected);
        } catch (IOException e) {
            throw new ApplyException("nothing was changed: the process that would revert cannot be started: "
                    + e.getMessage(), List.of());
        }
    }

    private Report finish(Tried tried) {
        var done = tried.done();
        var reason = tried.failure().map(Failure::reason).orElse(!done.reported().isEmpty() ? Reason.DRIFT_REPORTED
                : done.waiting().isEmpty() ? Reason.RECONCILIATION_SUCCEEDED : Reason.NOT_ALL_READY);
        var message = tried.failure().map(Failure::message).orElseGet(done::remark);
        var run = Run.unrecorded(began, Duration.between(began, Instant.now()), order.trigger(), reason, message,
                tried.wanted().flatMap(Wanted::commit).map(Commit::id), tried.wanted().map(Wanted::hash).orElse(""))
                .changing(done.plan().toAdd(), done.plan().toChange(), done.plan().toDestroy(), done.drift(),
                        done.details());
        var before = store.runs(1).stream().findFirst();
        say(run, tried, before.filter(each -> each.reason() == reason && each.message().equals(message)).isPresent());
        if (done != Done.UNSEEN) {
            measurements.ended(run);
        }
        store.record(run, measurements.counted(), measurements.measured());
        return new Report(run, lines, objects, watched, due());
    }

    /** @param known the run before ended in the same way: what is no failure is not said again */
    private void say(Run run, Tried tried, boolean known) {
        if (run.hasChanges()) {
            log(Report.Priority.NOTICE, (run.drift() ? "drift found and corrected: " : "applied and verified: ")
                    + run.added() + " added, " + run.changed() + " changed, " + run.destroyed() + " destroyed");
            tried.done().changes().forEach(each -> log(Report.Priority.NOTICE, each));
        }
        var reason = run.reason();
        if (reason.isFailure() && !(known && order.onlyApplied())) {
            log(Report.Priority.ERROR, reason.word() + ": " + run.message());
            tried.failure().map(Failure::details).orElse(List.of()).forEach(each -> log(Report.Priority.ERROR, each));
        } else if (!reason.isReady() && !known) {
            log(Report.Priority.WARNING, reason.word() + ": " + run.message());
            tried.done().differences().forEach(each -> log(Report.Priority.WARNING, each));
        }
    }

    private void log(Report.Priority priority, String text) {
        lines.add(new Report.Line(priority, text));
    }

    private Optional<Instant> due() {
        var dates = new ArrayList<Instant>();
        store.suspension().flatMap(each -> each.until()).ifPresent(dates::add);
        store.unfinished().forEach(each -> each.confirmation().ifPresent(open -> dates.add(open.by())));
        return dates.stream().filter(each -> each.isAfter(began)).min(Instant::compareTo);
    }
}
