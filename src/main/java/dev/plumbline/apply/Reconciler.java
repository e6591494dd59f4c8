package dev.plumbline.apply;

import dev.plumbline.compile.Examined;
import dev.plumbline.history.Event;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.Guard;
import dev.plumbline.plan.Plan;
import dev.plumbline.state.ForbiddenNamespaceException;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.Progress;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The loop over all namespaces: the host's first, then the others by name. */
public final class Reconciler {

    private final Namespaces namespaces;
    private final Ledgers ledgers;
    private final Journal journal;
    private final Map<String, Long> tableNames;
    private final boolean attended;
    private final Map<String, DriftMode> uncorrected;
    private final Timings timings;
    private final Attached attached;
    private final boolean onlyAttachments;
    private final Map<String, String> variables;

    /**
     * One that knows of no attachments.
     *
     * @param tableNames {@code rt_tables}
     * @param attended a person is waiting: what this host has never had is an error, not a reason to wait
     */
    public Reconciler(Namespaces namespaces, Ledgers ledgers, Journal journal, Map<String, Long> tableNames,
            boolean attended, Timings timings) {
        this(namespaces, ledgers, journal, tableNames, attended, Map.of(), timings, Attached.NONE, false, Map.of());
    }

    private Reconciler(Namespaces namespaces, Ledgers ledgers, Journal journal, Map<String, Long> tableNames,
            boolean attended, Map<String, DriftMode> uncorrected, Timings timings, Attached attached,
            boolean onlyAttachments, Map<String, String> variables) {
        this.namespaces = namespaces;
        this.ledgers = ledgers;
        this.journal = journal;
        this.tableNames = Map.copyOf(tableNames);
        this.attended = attended;
        this.uncorrected = Map.copyOf(uncorrected);
        this.timings = timings;
        this.attached = attached;
        this.onlyAttachments = onlyAttachments;
        this.variables = Map.copyOf(variables);
    }

    /**
     * The same with attachments.
     *
     * @param only documents of people are not at hand: what they made stays as it is
     */
    public Reconciler with(Attached some, boolean only) {
        return new Reconciler(namespaces, ledgers, journal, tableNames, attended, uncorrected, timings, some, only,
                variables);
    }

    /**
     * The same, for documents whose drift is not to be corrected while nobody watches.
     *
     * @param documents ({@code kind/name}) that are as they were applied last
     */
    public Reconciler leaving(Map<String, DriftMode> documents) {
        return new Reconciler(namespaces, ledgers, journal, tableNames, attended, documents, timings, attached,
                onlyAttachments, variables);
    }

    /** The same with {@code variables} of {@code plumbline.yaml}. */
    public Reconciler naming(Map<String, String> some) {
        return new Reconciler(namespaces, ledgers, journal, tableNames, attended, uncorrected, timings, attached,
                onlyAttachments, some);
    }

    /** A plan, and the namespaces held open to carry it out. */
    public final class Session implements AutoCloseable {
        private final Map<NamespaceRun, NamespaceRun.Prepared> runs = new LinkedHashMap<>();
        private final Map<NamespaceRun, Journal.Claim> claims = new LinkedHashMap<>();
        private final List<NamespaceRun> opened = new ArrayList<>();
        private final Set<NamespaceRun> isolated = new HashSet<>();
        private final List<Plan.NamespacePlan> unread = new ArrayList<>();
        private final List<ForbiddenNamespaceException> forbidden = new ArrayList<>();
        private final List<Event> recovered = new ArrayList<>();
        private final List<UnfinishedApply> unfinished;
        private final Map<String, List<Guard>> guards = new LinkedHashMap<>();
        private Optional<Set<String>> allowed = Optional.empty();
        private boolean sourceHasFiles;

        private Session(List<UnfinishedApply> unfinished) {
            this.unfinished = unfinished;
        }

        /** What would be done. */
        public Plan plan() {
            var plans = new ArrayList<Plan.NamespacePlan>();
            runs.forEach((run, prepared) -> plans.add(plan(run, prepared)));
            plans.addAll(unread);
            return new Plan(plans);
        }

        private Plan.NamespacePlan plan(NamespaceRun run, NamespaceRun.Prepared prepared) {
            return run.plan(prepared, unfinished.stream()
                    .filter(each -> each.label().equals(run.label())).map(Notices::of).toList())
                    .guardedBy(guards.getOrDefault(run.label(), List.of()));
        }

        /**
         * Carries the plan out in copies, which are spoilt then: nothing is claimed or recorded, and behind a refusal
         * it goes on with what is left.
         *
         * @return one for each namespace that there is now
         */
        public List<Rehearsal> rehearse(Progress progress) {
            return runs.entrySet().stream().map(each -> each.getKey().rehearse(each.getValue(),
                    plan(each.getKey(), each.getValue()), progress)).toList();
        }

        /** Namespaces that there are not now, or that this user may not enter, with the documents for them. */
        public List<Plan.NamespacePlan> unread() {
            return List.copyOf(unread);
        }

        /**
         * Lets guards watch: the plan shows those that it hits, and an apply is refused for them. For documents that
         * people change; not for what attachments or the kernel bring about.
         *
         * @param hasFiles whether the source has any intent file
         * @param allow names of guards that somebody has said may be passed
         */
        public void guard(boolean hasFiles, Set<String> allow) {
            sourceHasFiles = hasFiles;
            allowed = Optional.of(Set.copyOf(allow));
            runs.forEach((run, prepared) -> guards.put(run.label(), run.guards(prepared, hasFiles)));
        }

        /**
         * Looks whether the plan, as it was shown, hits no guard but those that are allowed.
         *
         * @throws GuardedException if it does; nothing is changed
         */
        public void requireUnguarded() {
            allowed.ifPresent(names -> GuardedException.unless(names,
                    guards.values().stream().flatMap(List::stream).toList()));
        }

        /** The same for what was read again. */
        private NamespaceRun.Prepared guarded(NamespaceRun run, NamespaceRun.Prepared prepared) {
            allowed.ifPresent(names -> GuardedException.unless(names, run.guards(prepared, sourceHasFiles)));
            return prepared;
        }

        /** How many objects are ours once the plan is carried out, by what they are. */
        public Map<String, Long> owned() {
            var owned = new TreeMap<String, Long>();
            runs.values().forEach(each -> NamespaceRun.owned(each).forEach((resource, count) ->
                    owned.merge(resource, count, Long::sum)));
            return owned;
        }

        /** What is not as it should be, and is left so because documents say that it is only to be reported. */
        public List<Uncorrected> uncorrected() {
            return runs.entrySet().stream().map(each -> each.getKey().uncorrected(each.getValue())).toList();
        }

        /** Whose changes could make this plan another one, namespace by namespace. */
        public List<Watched> watched() {
            return runs.entrySet().stream().map(each -> each.getKey().watched(each.getValue())).toList();
        }

        /** Applies that had died, and were undone on the way. */
        public List<Event> recovered() {
            return List.copyOf(recovered);
        }

        /**
         * Carries the plan out, one namespace after the other. One that was not claimed before is claimed now, and read
         * again: who approved the plan approved what was shown.
         *
         * @param confirmBy when it is reverted unless it was confirmed; absent: it need not be
         * @throws ForbiddenNamespaceException if a namespace may not be entered; nothing is changed then
         * @throws LockedException if another apply is at work in a namespace
         * @throws GuardedException if the plan hits a guard; nothing is changed then
         * @throws ApplyException at the first namespace that fails, or is not any more as it was shown; those before it
         *     stay as they are. Those of containers, which no document of a person names, keep nobody from the others:
         *     their failure is told at the end
         */
        public void apply(Optional<Instant> confirmBy, Progress progress) {
            requireUnguarded();
            if (!forbidden.isEmpty()) {
                throw forbidden.getFirst();
            }
            var failures = new ArrayList<RuntimeException>();
            runs.forEach((run, prepared) -> {
                try {
                    apply(run, prepared, isolated.contains(run) ? Optional.empty() : confirmBy, progress);
                } catch (ApplyException | LockedException e) {
                    if (!isolated.contains(run)) {
                        throw e;
                    }
                    failures.add(e);
                }
            });
            if (!failures.isEmpty()) {
                throw failures.getFirst();
            }
        }

        private void apply(NamespaceRun run, NamespaceRun.Prepared prepared, Optional<Instant> confirmBy,
                Progress progress) {
            var claimed = claims.get(run);
            if (claimed != null) {
                run.apply(prepared, claimed, confirmBy, progress);
                release(run);
            } else if (run.hasWork(prepared) || isAwaiting(run)) {
                claims.put(run, run.claim(recovered::add));
                // Nobody approves containers: they come and go while a plan is shown.
                var now = isolated.contains(run) ? run.prepare() : guarded(run, again(run, prepared));
                if (!now.isBroken()) {
                    run.apply(now, claims.get(run), confirmBy, progress);
                }
                release(run);
            }
        }

        /**
         * What the plan does, and to which namespaces, as 64 hexadecimal digits. A change of a live object that the
         * plan touches gives another plan, and so another number; what it does not touch does not count, nor does a
         * namespace in which it changes nothing.
         */
        public String fingerprint() {
            var fingerprint = new Fingerprint();
            runs.forEach((run, prepared) -> fingerprint.add(run.label(), run.id(), prepared.changes()));
            return fingerprint.hex();
        }

        /** Who applies where something waits to be confirmed is turned away, though nothing may be left to do. */
        private boolean isAwaiting(NamespaceRun run) {
            return unfinished.stream().anyMatch(each -> each.id().equals(run.id()) && each.isAwaiting());
        }

        private void release(NamespaceRun run) {
            claims.remove(run).close();
        }

        private static NamespaceRun.Prepared again(NamespaceRun run, NamespaceRun.Prepared shown) {
            var again = run.prepare();
            if (!again.isSameAs(shown)) {
                throw new ApplyException("nothing was changed in namespace " + run.label()
                        + ": the network has changed since the plan was shown; run apply again", List.of());
            }
            return again;
        }

        @Override
        public void close() {
            claims.values().forEach(Journal.Claim::close);
            claims.clear();
            opened.forEach(NamespaceRun::close);
        }
    }

    /**
     * Reads every namespace that documents, attachments or the ledger name, and compares. Claims nothing, so that
     * somebody can take time to read the plan.
     *
     * @throws IntentException with every error of every namespace
     */
    public Session prepare(List<Document> documents) {
        return prepare(labels(documents), documents, false, false);
    }

    /**
     * The same to apply at once: every namespace is claimed before it is read, and undone first what an apply that
     * died left there.
     *
     * @throws ForbiddenNamespaceException if a namespace may not be entered
     * @throws LockedException if another apply is at work in a namespace
     */
    public Session prepareToApply(List<Document> documents) {
        return prepare(labels(documents), documents, true, false);
    }

    /**
     * Reads namespaces and compiles their documents, whatever is wrong with these. Changes and claims nothing.
     *
     * @param only the label of the one namespace to look into; absent: all that documents, attachments or the ledger
     *     name
     * @param unseen takes a line for each namespace that is not there, or may not be entered
     */
    public List<Examined> examine(List<Document> documents, Optional<String> only, Consumer<String> unseen) {
        var examined = new ArrayList<Examined>();
        var seen = new HashSet<NamespaceId>();
        for (var label : only.map(List::of).orElseGet(() -> labels(documents))) {
            try {
                var namespace = namespaces.open(label);
                if (namespace.isEmpty()) {
                    unseen.accept("there is no network namespace " + label + " now");
                    continue;
                }
                try (var run = run(label, namespace.get(), held(documents, label))) {
                    if (seen.add(run.id())) {
                        examined.add(run.examine());
                    }
                }
            } catch (UncheckedIOException e) {
                unseen.accept(e.getMessage());
            }
        }
        return examined;
    }

    private static List<Document> held(List<Document> documents, String label) {
        return documents.stream().filter(each -> each.netns().equals(label)).toList();
    }

    private NamespaceRun run(String label, LiveNamespace namespace, List<Document> held) {
        return new NamespaceRun(label, namespace,
                () -> Stream.concat(attached.in(namespace.id()).stream(), held.stream()).toList(), ledgers, journal,
                tableNames, attended, uncorrected, onlyAttachments, new Surroundings(variables, attached), timings);
    }

    /** {@link #prepare(List)} for one namespace and nothing else. */
    public Session prepare(String label, List<Document> documents) {
        return prepare(List.of(label), documents, false, true);
    }

    /** {@link #prepareToApply(List)} for one namespace and nothing else. */
    public Session prepareToApply(String label, List<Document> documents) {
        return prepare(List.of(label), documents, true, true);
    }

    /** {@link #prepareToApply(List)} for attachments: the host's namespace is not looked at. */
    public Session prepareToApplyAttached() {
        return prepare(labels(List.of()).stream().filter(each -> !each.equals(Document.HOST)).toList(), List.of(),
                true, false);
    }

    private Session prepare(List<String> labels, List<Document> documents, boolean claiming, boolean alone) {
        var session = new Session(claiming ? List.of() : journal.unfinished());
        try {
            var problems = new ArrayList<Problem>();
            for (var label : labels) {
                var held = held(documents, label);
                boolean isolated = !alone && !label.equals(Document.HOST) && held.isEmpty();
                try {
                    enter(session, label, held, claiming, isolated, problems);
                } catch (ForbiddenNamespaceException e) {
                    throw e;
                } catch (LockedException | UncheckedIOException e) {
                    if (!isolated) {
                        throw e;
                    }
                    session.unread.add(Notices.leftAlone(label, e.getMessage()));
                }
            }
            if (!problems.isEmpty()) {
                throw new IntentException(problems);
            }
            var held = alone ? attached.at(labels.getFirst(), session.opened.stream().map(NamespaceRun::id)
                    .findFirst()) : attached.all();
            session.unread.addAll(Notices.lost(held, labels, session.opened, session.unread));
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private void enter(Session session, String label, List<Document> held, boolean claiming, boolean isolated,
            List<Problem> problems) {
        var namespace = opened(label, held, session, claiming);
        if (namespace.isEmpty()) {
            return;
        }
        var id = namespace.get().id();
        var twin = session.opened.stream().filter(each -> each.id().equals(id)).findFirst();
        if (twin.isPresent()) {
            namespace.get().close();
            held.forEach(document -> problems.add(Notices.twoNames(document, twin.get().label())));
            return;
        }
        var run = run(label, namespace.get(), held);
        session.opened.add(run);
        if (claiming) {
            session.claims.put(run, run.claim(session.recovered::add));
        }
        var prepared = run.prepare();
        if (isolated && prepared.isBroken()) {
            session.unread.add(Notices.leftAlone(label, prepared.errors()));
            return;
        }
        problems.addAll(prepared.errors());
        session.runs.put(run, prepared);
        if (isolated) {
            session.isolated.add(run);
            if (claiming && !run.hasWork(prepared)) {
                // Containers come and go meanwhile: nothing of theirs is held for longer than it takes to look.
                session.release(run);
                run.close();
            }
        }
    }

    /** One that cannot be read is no reason to plan nothing; to write nothing it is. */
    private Optional<LiveNamespace> opened(String label, List<Document> held, Session session, boolean claiming) {
        try {
            var namespace = timings.time("open", () -> namespaces.open(label));
            if (namespace.isEmpty()) {
                Notices.absent(label, held).ifPresent(session.unread::add);
            }
            return namespace;
        } catch (ForbiddenNamespaceException e) {
            if (claiming) {
                throw e;
            }
            session.forbidden.add(e);
            session.unread.add(Notices.forbidden(label, held));
            return Optional.empty();
        }
    }

    /**
     * Undoes what applies that died left, in all namespaces. Those at work are left alone.
     *
     * @return what became of them
     */
    public List<Event> recover() {
        return new Recovery(namespaces, ledgers, journal).all();
    }

    /** Reverts applies that wait to be confirmed, in all namespaces. */
    public List<Event> revert() {
        return new Recovery(namespaces, ledgers, journal).awaiting();
    }

    /**
     * Confirms applies that wait for it, in all namespaces.
     *
     * @throws ApplyException if the time of one is over, or the machine was booted since
     */
    public List<Event> confirm() {
        var gone = new Recovery(namespaces, ledgers, journal).ofFormerBoots();
        var confirmed = new Awaiting(journal).confirm();
        if (confirmed.isEmpty() && !gone.isEmpty()) {
            throw new ApplyException("too late: the machine was booted since, and what was to be confirmed is gone",
                    List.of());
        }
        return confirmed;
    }

    /** The host's first, then those that documents name: a namespace on record may have another name now. */
    private List<String> labels(List<Document> documents) {
        var labels = new LinkedHashSet<String>();
        labels.add(Document.HOST);
        documents.stream().map(Document::netns).sorted().forEach(labels::add);
        attached.all().stream().map(each -> each.document().netns()).sorted().forEach(labels::add);
        ledgers.labels().stream().sorted().forEach(labels::add);
        return List.copyOf(labels);
    }
}
