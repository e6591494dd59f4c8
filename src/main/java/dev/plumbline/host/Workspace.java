package dev.plumbline.host;

import dev.plumbline.apply.Attached;
import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Ledgers;
import dev.plumbline.apply.Namespaces;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.compile.Compiler;
import dev.plumbline.history.Commit;
import dev.plumbline.history.DocumentRecord;
import dev.plumbline.history.Event;
import dev.plumbline.history.EventText;
import dev.plumbline.history.Reason;
import dev.plumbline.history.Run;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.ProblemText;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.plan.PlanText;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.source.SourceContent;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.AppliedSource;
import dev.plumbline.store.OtherSourceException;
import dev.plumbline.store.SourceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What a command works with: the intents of this host, the store, and the loop over both. */
public final class Workspace implements AutoCloseable {

    /** Lines of a plan that are kept of a run. */
    static final int DETAILS = 200;

    private final Wanted wanted;
    private final StoreView store;
    private final Attached attached;
    private final Journal journal;
    private final boolean replaceSource;
    private final DriftPolicy drift;
    private final Map<String, String> variables;
    private final PrintWriter err;
    private final Timings timings;

    /** For a run that nobody watches; the store stays the caller's. */
    Workspace(Wanted wanted, Store store, Path stateDirectory, Journal journal, boolean replaceSource,
            DriftPolicy drift, Map<String, String> variables, PrintWriter err) {
        this(wanted, store, stateDirectory, journal, replaceSource, drift, variables, new Timings(), err);
    }

    private Workspace(Wanted wanted, StoreView store, Path stateDirectory, Journal journal, boolean replaceSource,
            DriftPolicy drift, Map<String, String> variables, Timings timings, PrintWriter err) {
        this.wanted = wanted;
        this.store = store;
        this.attached = new StoredAttached(store, stateDirectory);
        this.journal = journal;
        this.replaceSource = replaceSource;
        this.drift = drift;
        this.variables = variables;
        this.timings = timings;
        this.err = err;
    }

    /** For commands that change nothing: works without root, and says what it could not see. */
    public static Workspace reading(Settings settings, Invocation invocation, PrintWriter err) {
        return reading(settings, invocation, false, err, false);
    }

    /** The same for intents that may come from another place than before. */
    public static Workspace replacing(Settings settings, Invocation invocation, PrintWriter err) {
        return reading(settings, invocation, true, err, false);
    }

    /** For a thorough look at the files: they are parsed anew, and checked against the published schemas too. */
    public static Workspace validating(Settings settings, Invocation invocation, PrintWriter err) {
        return reading(settings, invocation, false, err, true);
    }

    private static Workspace reading(Settings settings, Invocation invocation, boolean replaceSource, PrintWriter err,
            boolean thorough) {
        var timings = new Timings();
        var directory = settings.stateDirectory();
        var store = timings.time("store", () -> Store.openReadOnly(directory, invocation.version()));
        try {
            if (!replaceSource) {
                store.checkSource(settings.place().id());
            }
        } catch (OtherSourceException e) {
            err.println("plumbline: an apply would be refused: " + e.getMessage());
        }
        var journal = new StoredJournal.Reading(store, directory);
        var parser = thorough ? new IntentParser() : IntentParser.withoutSchema();
        var kept = thorough ? ParsedDocuments.NONE : new KeptDocuments(store);
        return opened(() -> timings.time("parse", () -> Wanted.read(settings.host(),
                settings.place().open(directory, invocation.version()), parser, kept)), store, directory,
                _ -> journal, true, settings.drift(), settings.variables(), timings, err);
    }

    /**
     * For commands that write.
     *
     * @param lockTimeout how long to wait for another apply to end
     * @throws RuntimeException if the intents or the store can be written by others, or another source was applied last
     */
    public static Workspace writing(Settings settings, Invocation invocation, boolean replaceSource,
            Duration lockTimeout, PrintWriter err) {
        var timings = new Timings();
        var directory = settings.stateDirectory();
        var input = settings.place().open(directory, invocation.version());
        input.source().requireSafe();
        var store = timings.time("store", () -> Store.open(directory, invocation.version()));
        return opened(() -> timings.time("parse",
                () -> Wanted.read(settings.host(), input, new KeptDocuments(store))), store, directory,
                wanted -> new StoredJournal(store, directory, invocation.initiator(input.words(), wanted.revision()),
                        lockTimeout), replaceSource, settings.drift(), settings.variables(), timings, err);
    }

    /** For an apply of a saved plan. */
    public static Workspace saved(SavedPlan plan, Path stateDirectory, Map<String, String> variables,
            Invocation invocation, boolean replaceSource, Duration lockTimeout, PrintWriter err) {
        var timings = new Timings();
        var store = timings.time("store", () -> Store.open(stateDirectory, invocation.version()));
        return opened(() -> new Wanted(plan.source(), plan.commit(), plan.contentHash(),
                new HostFilter(plan.host(), plan.labels()), plan.intents(), false, List::of), store, stateDirectory,
                wanted -> new StoredJournal(store, stateDirectory,
                        invocation.initiator(plan.source().location(), wanted.revision()), lockTimeout),
                replaceSource, DriftPolicy.DEFAULT, variables, timings, err);
    }

    /** The journal carries the revision of what is read. */
    private static Workspace opened(Supplier<Wanted> reading, StoreView store, Path stateDirectory,
            Function<Wanted, Journal> journal, boolean replaceSource, DriftPolicy drift,
            Map<String, String> variables, Timings timings, PrintWriter err) {
        try {
            var wanted = reading.get();
            if (!replaceSource) {
                store.checkSource(wanted.source());
            }
            return new Workspace(wanted, store, stateDirectory, journal.apply(wanted), replaceSource, drift,
                    variables, timings, err);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * The documents that hold for this host. Warnings are printed.
     *
     * @throws HostException with every problem if one is an error
     */
    public List<Document> documents() {
        return documents(wanted.intents(), wanted.host(), wanted.files(), err);
    }

    /** Of these intents, the documents that hold for a host; as {@link #documents()}. */
    public static List<Document> documents(ParsedIntents intents, HostFilter host, Supplier<List<IntentFile>> files,
            PrintWriter err) {
        var problems = new ArrayList<>(intents.problems());
        problems.addAll(host.duplicates(intents.documents()));
        if (problems.stream().anyMatch(each -> each.severity() == Problem.Severity.ERROR)) {
            throw invalid(problems, files.get());
        }
        if (!problems.isEmpty()) {
            err.print(ProblemText.render(problems, files.get()));
        }
        return host.select(intents.documents());
    }

    /**
     * The same, checked against each other as far as that goes without a network.
     *
     * @throws HostException with every error if there is one
     */
    public List<Document> checkedDocuments() {
        var documents = documents();
        var names = TableNames.read();
        var problems = documents.stream().collect(Collectors.groupingBy(Document::netns)).values().stream()
                .flatMap(each -> Compiler.check(each, names).stream()).toList();
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return documents;
    }

    /** The documents of a folder, whatever host they hold for. */
    public static List<Document> valid(SourceContent content) {
        var parsed = content.parse(IntentParser.withoutSchema(), ParsedDocuments.NONE);
        if (parsed.hasErrors()) {
            throw invalid(parsed.problems(), content.files());
        }
        return parsed.documents();
    }

    private HostException invalid(List<Problem> problems) {
        return invalid(problems, wanted.files().get());
    }

    /** All problems, with excerpts of the files. */
    public static HostException invalid(List<Problem> problems, List<IntentFile> files) {
        long errors = problems.stream().filter(each -> each.severity() == Problem.Severity.ERROR).count();
        return new HostException(errors + (errors == 1 ? " error" : " errors") + " in the intents; nothing was changed",
                ProblemText.render(problems.stream().sorted(Problem.BY_POSITION).toList(), files));
    }

    /** What the store knows of namespaces. */
    public Ledgers ledgers() {
        return new StoredLedgers(store);
    }

    /**
     * Reads the network and compares it with the documents. Claims nothing.
     *
     * @throws HostException with every problem that only the network shows
     */
    public Reconciler.Session prepare() {
        sayWhatIsUnseen();
        return checked(() -> {
            var documents = documents();
            return reconciler().leaving(uncorrected(documents)).prepare(documents);
        });
    }

    /** The same to apply at once: every namespace is claimed before it is read. */
    public Reconciler.Session prepareToApply() {
        return checked(() -> {
            var documents = documents();
            return reconciler().leaving(uncorrected(documents)).prepareToApply(documents);
        });
    }

    /**
     * The same on other namespaces and with other ledgers than the host's own.
     *
     * @param original the namespace that one of the others is a copy of
     */
    public Reconciler.Session prepare(Namespaces namespaces, Ledgers ledgers, UnaryOperator<NamespaceId> original) {
        sayWhatIsUnseen();
        return checked(() -> new Reconciler(namespaces, ledgers, journal, TableNames.read(), true, timings)
                .with(attached.ofCopies(original), false).naming(variables).prepare(documents()));
    }

    private void sayWhatIsUnseen() {
        store.unavailable().filter(why -> !why.startsWith("nothing is recorded"))
                .ifPresent(why -> err.println("plumbline: " + why));
    }

    private Reconciler.Session checked(Supplier<Reconciler.Session> preparation) {
        try {
            return preparation.get();
        } catch (IntentException e) {
            throw invalid(e.problems());
        }
    }

    private Reconciler reconciler() {
        return reconciler(true, false);
    }

    private Reconciler reconciler(boolean attended, boolean onlyAttachments) {
        return new Reconciler(KernelNamespace::find, ledgers(), journal, TableNames.read(), attended, timings)
                .with(attached, onlyAttachments).naming(variables);
    }

    /** Those that are as they were applied, and whose drift is left alone while nobody watches. */
    private Map<String, DriftMode> uncorrected(List<Document> documents) {
        var lenient = documents.stream().filter(each -> drift.of(each) != DriftMode.CORRECT).toList();
        if (lenient.isEmpty()) {
            return Map.of();
        }
        var applied = store.documents().stream().collect(Collectors.toMap(DocumentRecord::document,
                DocumentRecord::hash));
        return lenient.stream().filter(each -> DocumentCodec.hash(each).equals(applied.get(each.id())))
                .collect(Collectors.toMap(Document::id, drift::of));
    }

    /** To apply at once while nobody watches: what the host has never had is waited for. */
    Reconciler.Session prepareUnattended() {
        return checked(() -> {
            var documents = documents();
            return reconciler(false, false).leaving(uncorrected(documents)).prepareToApply(documents);
        });
    }

    /** The same where there are no documents of people: for attachments alone. */
    Reconciler.Session prepareAttached() {
        return checked(() -> reconciler(false, true).prepareToApplyAttached());
    }

    /**
     * Undoes what applies that died left, before anything else is done, and says so.
     *
     * @throws HostException if not all could be undone: somebody is to know before things go on
     */
    public void recover() {
        var events = reconciler().recover();
        say(events);
        if (events.stream().anyMatch(each -> each.result().isPartly())) {
            throw new HostException("not all of an apply that died could be undone; apply again to go on from what"
                    + " is there");
        }
    }

    /** Reverts what waits to be confirmed. */
    public List<Event> revert() {
        return reconciler().revert();
    }

    /** Confirms what waits for it. */
    public List<Event> confirm() {
        return reconciler().confirm();
    }

    /**
     * Refuses content that was reverted before.
     *
     * @param again somebody says that it is to be applied all the same
     */
    public void refuseReverted(boolean again) {
        if (!again) {
            store.rejected(wanted.hash()).ifPresent(at -> {
                throw new HostException("nothing was changed: these very intents were reverted at " + at
                        + "; change them, or say --again (git push -o again)");
            });
        }
    }

    /** Says what became of applies that had died. */
    public void say(List<Event> recovered) {
        recovered.forEach(each -> EventText.settled(each).forEach(err::println));
        err.flush();
    }

    /** Records where what was applied came from, and since when each document is as it is, unless that is on record. */
    public void recordSource() {
        var recorded = store.source();
        if (store instanceof Store writable && recorded.filter(each -> each.id().equals(wanted.source())
                && each.contentHash().equals(wanted.hash()) && each.commit().equals(wanted.commit())).isEmpty()) {
            timings.time("store", () -> {
                writable.recordSource(applied(), encoded(), records(), replaceSource);
                return writable;
            });
        }
        if (store instanceof Store writable && !writable.variables().equals(variables)) {
            writable.recordVariables(variables);
        }
    }

    private List<DocumentRecord> records() {
        var now = Instant.now();
        return wanted.host().select(wanted.intents().documents()).stream().map(each ->
                new DocumentRecord(each.id(), each.netns(), DocumentCodec.hash(each), wanted.commit(), now)).toList();
    }

    /**
     * Records what a person applied, beside the runs that nobody watches: the status is that of the last of both.
     *
     * @param confirmBy when it is reverted unless it was confirmed
     */
    public void recordRun(Reconciler.Session session, Instant began, Optional<Instant> confirmBy) {
        if (store instanceof Store writable) {
            var plan = session.plan();
            var run = Run.unrecorded(began, Duration.between(began, Instant.now()), "apply", confirmBy.isPresent()
                    ? Reason.CONFIRM_PENDING : Reason.RECONCILIATION_SUCCEEDED, "", wanted.commit().map(Commit::id),
                    wanted.hash()).changing(plan.toAdd(), plan.toChange(), plan.toDestroy(), false,
                            PlanText.lines(plan, DETAILS));
            var measurements = new Measurements();
            measurements.owned(session.owned());
            measurements.carriedOut(plan, false);
            measurements.ended(run);
            writable.record(run, measurements.counted(), measurements.measured());
        }
    }

    /** Records what becomes the current source once it is confirmed. */
    public void pend() {
        if (store instanceof Store writable) {
            writable.pend(applied(), encoded(), records());
        }
    }

    private AppliedSource applied() {
        return new AppliedSource(wanted.source(), wanted.hash(), wanted.commit(), Instant.now());
    }

    private byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        try {
            DocumentCodec.write(wanted.intents(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The plan of a session, to be kept in a file. */
    public SavedPlan save(Reconciler.Session session) {
        return new SavedPlan(session.fingerprint(), wanted.source(), wanted.commit(), wanted.hash(), wanted.host().host(),
                wanted.host().labels(), wanted.intents());
    }

    /** Lets guards watch over a session that these intents are for. */
    public void guard(Reconciler.Session session, Set<String> allowed) {
        session.guard(wanted.hasFiles() || !wanted.intents().documents().isEmpty(), allowed);
    }

    /** Where the time went, for whoever sets {@code PLUMBLINE_TIMINGS}. */
    public void printTimings() {
        if (System.getenv("PLUMBLINE_TIMINGS") != null) {
            err.println(timings);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
