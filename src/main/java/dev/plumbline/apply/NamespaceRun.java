package dev.plumbline.apply;

import dev.plumbline.compile.Compilation;
import dev.plumbline.compile.Compiler;
import dev.plumbline.compile.Examined;
import dev.plumbline.compile.Facts;
import dev.plumbline.compile.Needs;
import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Event;
import dev.plumbline.history.Inverse;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.Former;
import dev.plumbline.plan.Guard;
import dev.plumbline.plan.Guards;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.PlanText;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.TableKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The loop in one namespace: the unit of plan, ledger and rollback. {@link #prepare} reads and compares;
 * {@link #claim} makes it ours; {@link #apply} writes, verifies, and puts the former state back if that fails.
 */
final class NamespaceRun implements AutoCloseable {

    private static final int FIRST_FREE_TABLE = 100;
    /** How often a plan is made again when answers of the kernel were lost. */
    private static final int LOST_ANSWER_TRIES = 3;
    private static final int DETAILS = 20;
    private static final int MANY = 10_000;

    private final String label;
    private final LiveNamespace namespace;
    private final Supplier<List<Document>> documents;
    private final Ledgers ledgers;
    private final Journal journal;
    private final Map<String, Long> tableNames;
    private final boolean attended;
    private final Map<String, DriftMode> uncorrected;
    private final boolean onlyAttachments;
    private final Surroundings surroundings;
    private final Timings timings;

    /** @param documents read anew each time the namespace is */
    NamespaceRun(String label, LiveNamespace namespace, Supplier<List<Document>> documents, Ledgers ledgers,
            Journal journal, Map<String, Long> tableNames, boolean attended, Map<String, DriftMode> uncorrected,
            boolean onlyAttachments, Surroundings surroundings, Timings timings) {
        this.label = label;
        this.namespace = namespace;
        this.documents = documents;
        this.ledgers = ledgers;
        this.journal = journal;
        this.tableNames = tableNames;
        this.attended = attended;
        this.uncorrected = uncorrected;
        this.onlyAttachments = onlyAttachments;
        this.surroundings = surroundings;
        this.timings = timings;
    }

    /**
     * A namespace, read and compared.
     *
     * @param before what was recorded of it
     */
    record Prepared(Needs needs, NamespaceState live, Ledger before, Compilation compilation,
            List<ChangeSet> changes) {

        boolean isEmpty() {
            return changes.stream().allMatch(ChangeSet::isEmpty);
        }

        /** What is wrong with the documents. */
        List<Problem> errors() {
            return compilation.problems().stream().filter(each -> each.severity() == Problem.Severity.ERROR).toList();
        }

        /** There is no desired state then. */
        boolean isBroken() {
            return !errors().isEmpty();
        }

        /** Whether both come to the same plan. */
        boolean isSameAs(Prepared other) {
            return before.equals(other.before) && live.equals(other.live) || sameWords(changes, other.changes);
        }

        private static boolean sameWords(List<ChangeSet> some, List<ChangeSet> others) {
            var one = some.stream().flatMap(ChangeSet::pending).iterator();
            var two = others.stream().flatMap(ChangeSet::pending).iterator();
            while (one.hasNext() && two.hasNext()) {
                if (!one.next().change().equals(two.next().change())) {
                    return false;
                }
            }
            return !one.hasNext() && !two.hasNext();
        }
    }

    String label() {
        return label;
    }

    NamespaceId id() {
        return namespace.id();
    }

    /** Reads and compiles, and compares nothing. */
    Examined examine() {
        var read = compiled();
        return new Examined(label, read.live(), read.before(), read.compilation());
    }

    Prepared prepare() {
        var read = compiled();
        return read.isBroken() ? read : new Prepared(read.needs(), read.live(), read.before(), read.compilation(),
                differences(read.compilation().desired(), read.live()));
    }

    /** Without differences. */
    private Prepared compiled() {
        var wanted = documents.get();
        var ledger = ledgers.reached(label, namespace.id());
        var first = timings.time("read", () -> namespace.read(Compiler.first(wanted)));
        var needs = timings.time("compile", () -> Compiler.needs(wanted, ledger, first, tableNames));
        var live = timings.time("read", () -> namespace.read(needs.scope()));
        var free = timings.time("read", () -> freeTables(needs));
        var facts = new Facts(live, ledger, free, tableNames, attended, uncorrected, onlyAttachments,
                surroundings.firewall(wanted, live, namespace), !needs.vrf() || namespace.canMakeVrf());
        var compilation = timings.time("compile", () -> FirewallAccess.checked(wanted, live,
                Compiler.compile(wanted, facts)));
        return new Prepared(needs, live, ledger, compilation, List.of());
    }

    /** What is not as it should be and is left so, of documents that say so and are to be reported. */
    Uncorrected uncorrected(Prepared prepared) {
        var compilation = prepared.compilation();
        return compilation.corrected() == compilation.desired() ? Uncorrected.NOTHING : Uncorrected.between(
                differences(compilation.corrected(), prepared.live()), prepared.changes(), compilation.uncorrected());
    }

    private List<ChangeSet> differences(DesiredState desired, NamespaceState live) {
        return timings.time("diff", () -> Verification.differences(desired, live));
    }

    private List<Long> freeTables(Needs needs) {
        var free = new ArrayList<Long>();
        for (long table = FIRST_FREE_TABLE; free.size() < needs.freeTables(); table++) {
            if (!needs.takenTables().contains(table) && !namespace.isOccupied(table)) {
                free.add(table);
            }
        }
        return free;
    }

    /**
     * The plan with everything that is worth saying beside it.
     *
     * @param first notices to begin with
     */
    Plan.NamespacePlan plan(Prepared prepared, List<Plan.Notice> first) {
        var notices = new ArrayList<>(first);
        var compilation = prepared.compilation();
        compilation.waiting().forEach(each -> notices.add(new Plan.Notice(Plan.Notice.Kind.WAITING, each.reason(),
                Optional.of(each.origin()), each.message())));
        compilation.problems().stream().filter(each -> each.severity() == Problem.Severity.WARNING)
                .forEach(each -> notices.add(new Plan.Notice(Plan.Notice.Kind.WARNING, "",
                        Optional.of(each.origin()), each.message())));
        compilation.notes().forEach(each ->
                notices.add(new Plan.Notice(Plan.Notice.Kind.NOTE, "", Optional.empty(), each)));
        FirewallAccess.notice(prepared.live(), compilation.desired()).ifPresent(notices::add);
        if (attended) {
            notices.addAll(Uncorrected.notices(prepared.changes(), compilation.uncorrected()));
        }
        return new Plan.NamespacePlan(label, prepared.changes(), notices);
    }

    /** The guards that an apply would hit: they watch over the host's namespace alone. */
    List<Guard> guards(Prepared prepared, boolean hasFiles) {
        return !label.equals(Document.HOST) ? List.of() : timings.time("guards", () -> Guards.hit(prepared.live(),
                prepared.needs().scope().tables(), prepared.changes(), hasFiles, namespace));
    }

    /** How many objects are ours once the plan is carried out, by what they are. */
    static Map<String, Long> owned(Prepared prepared) {
        var desired = prepared.compilation().desired();
        long routes = 0;
        for (var rows : desired.routes().tables().values()) {
            for (int row = 0; row < rows.size(); row++) {
                routes += rows.attributes(row).isOurs() ? 1 : 0;
            }
        }
        var owned = new HashMap<>(Map.of("route", routes, "rule",
                desired.rules().stream().filter(each -> each.rule().isOurs()).count(),
                "link", (long) desired.vrfs().size()));
        long nftRules = desired.firewall().state().tables().stream().flatMap(table -> table.chains().stream())
                .mapToLong(chain -> chain.rules().size()).sum();
        if (nftRules > 0) {
            owned.put("nft rule", nftRules);
        }
        long sysctls = desired.sysctls().stream().filter(each -> !each.putBack()).count();
        if (sysctls > 0) {
            owned.put("sysctl", sysctls);
        }
        return owned;
    }

    /** Whose changes could make this plan another one. */
    Watched watched(Prepared prepared) {
        var scope = prepared.needs().scope();
        var devices = new HashMap<Integer, String>();
        prepared.live().links().stream().filter(link -> scope.mainDevices().contains(link.name()))
                .forEach(link -> devices.put(link.index(), link.name()));
        var tables = new HashSet<Long>();
        scope.tables().forEach(key -> tables.add(key.table()));
        var shared = tables.remove(Route.TABLE_MAIN) ? mainDestinations(prepared) : Optional.<Set<Prefix>>empty();
        if (shared.isEmpty() && scope.tables().stream().anyMatch(key -> key.table() == Route.TABLE_MAIN)) {
            tables.add(Route.TABLE_MAIN);
        }
        return new Watched(label, devices, tables,
                shared.map(each -> Map.of(Route.TABLE_MAIN, each)).orElse(Map.of()),
                !prepared.live().firewall().state().tables().isEmpty()
                        || !prepared.compilation().desired().firewall().state().tables().isEmpty());
    }

    /** Those of our routes in main; nothing where they are too many to be looked up for each route of others. */
    private static Optional<Set<Prefix>> mainDestinations(Prepared prepared) {
        var destinations = new HashSet<Prefix>();
        for (var family : Family.values()) {
            var rows = prepared.compilation().desired().routes().tables().get(new TableKey(family, Route.TABLE_MAIN));
            if (rows != null && rows.size() > MANY) {
                return Optional.empty();
            }
            if (rows != null) {
                rows.forEach(route -> destinations.add(route.destination()));
            }
        }
        return Optional.of(destinations);
    }

    /** Whether there is anything to write or to record. */
    boolean hasWork(Prepared prepared) {
        return !prepared.isEmpty() || !prepared.compilation().ledger().equals(prepared.before());
    }

    /** Claims the namespace, and undoes first what an apply that died left there. */
    Journal.Claim claim(Consumer<Event> recovered) {
        var claim = journal.claim(label, namespace.id());
        try {
            var left = claim.left();
            if (left.filter(Inverse::isAwaiting).isPresent()) {
                throw new LockedException(Awaiting.words(label, left.get()));
            }
            if (left.isPresent()) {
                var event = new Rollback(namespace, label, ledgers, journal).ofDead(claim, left.get());
                recovered.accept(event);
                if (event.result().isPartly()) {
                    throw new ApplyException("an apply that died in namespace " + label
                            + " could NOT be undone in full; apply again to go on from what is there", event.details());
                }
            }
            return claim;
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    /**
     * Carries the plan out and verifies it. How to undo it is on disk before the first write.
     *
     * @param prepared under the claim
     * @param confirmBy when it is reverted unless it was confirmed; absent: it need not be
     * @throws ApplyException if the kernel refused something, or the state read back is not the desired one; the
     *     former state is back then, or the message says what is not
     */
    void apply(Prepared prepared, Journal.Claim claim, Optional<Instant> confirmBy, Progress progress) {
        var reached = prepared.compilation().ledger();
        if (prepared.isEmpty()) {
            if (!reached.equals(prepared.before())) {
                ledgers.record(label, namespace.id(), reached);
            }
            return;
        }
        var inverse = timings.time("journal", () -> begin(prepared, claim, confirmBy));
        var causes = new ArrayList<String>();
        try {
            causes.addAll(writeAndVerify(prepared, progress));
            if (causes.isEmpty()) {
                var event = new Event(inverse.since(), Duration.between(inverse.since(), Rollback.now()), label,
                        inverse.by(), confirmBy.isPresent() ? Event.Result.AWAITING : Event.Result.APPLIED,
                        inverse.added(), inverse.changed(), inverse.destroyed(), lines(prepared));
                timings.time("journal", () -> {
                    if (confirmBy.isPresent()) {
                        claim.await(event);
                    } else {
                        claim.finish(reached, event);
                    }
                    return event;
                });
                return;
            }
        } catch (RuntimeException e) {
            causes.add(e.getMessage() == null ? e.toString() : e.getMessage());
        }
        throw undone(prepared, claim, inverse, causes);
    }

    /** Carries the plan out as far as the kernel takes it, in a namespace that may be spoilt: no way back is kept. */
    Rehearsal rehearse(Prepared prepared, Plan.NamespacePlan plan, Progress progress) {
        return Rehearsal.of(plan, namespace, prepared.compilation().desired(), prepared.needs().scope(), progress);
    }

    private Inverse begin(Prepared prepared, Journal.Claim claim, Optional<Instant> confirmBy) {
        var changes = prepared.changes();
        var inverse = new Inverse(Rollback.now(), journal.initiator(),
                Former.of(prepared.live(), changes, prepared.needs().scope()), prepared.compilation().ledger(),
                confirmBy.map(by -> new Confirmation(by, false)),
                changes.stream().mapToInt(ChangeSet::toAdd).sum(), changes.stream().mapToInt(ChangeSet::toChange).sum(),
                changes.stream().mapToInt(ChangeSet::toDestroy).sum());
        claim.begin(inverse);
        return inverse;
    }

    private List<String> lines(Prepared prepared) {
        return PlanText.lines(plan(prepared, List.of()), Event.MOST_DETAILS);
    }

    /** Why the desired state was not reached; empty if it was. */
    private List<String> writeAndVerify(Prepared prepared, Progress progress) {
        var execution = new Execution(namespace);
        var verification = new Verification(namespace, prepared.compilation().desired(), prepared.needs().scope());
        var changes = prepared.changes();
        for (int attempt = 0; ; attempt++) {
            var pending = changes;
            var written = timings.time("write", () -> execution.write(pending, progress));
            if (!written.failures().isEmpty()) {
                return written.failures();
            }
            changes = timings.time("verify", verification::differences);
            if (changes.stream().allMatch(ChangeSet::isEmpty)) {
                return List.of();
            }
            if (!written.answersLost() || attempt == LOST_ANSWER_TRIES) {
                return verification.secondLook(changes);
            }
        }
    }

    private ApplyException undone(Prepared prepared, Journal.Claim claim, Inverse inverse,
            List<String> causes) {
        var details = new ArrayList<>(causes.subList(0, Math.min(causes.size(), DETAILS)));
        String outcome;
        try {
            var undone = new Rollback(namespace, label, ledgers, journal).ofFailure(claim, inverse, details,
                    lines(prepared));
            outcome = undone.remaining().isEmpty()
                    ? "everything done so far was undone, and the former state is verified"
                    : "NOT everything could be undone";
            details.addAll(undone.remaining());
            if (!undone.unrecorded().isEmpty()) {
                details.add(undone.unrecorded());
            }
        } catch (RuntimeException e) {
            outcome = "the journal is kept, and the next run undoes what is left";
            details.add("undoing: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
        return new ApplyException("apply failed in namespace " + label + "; " + outcome, details);
    }

    @Override
    public void close() {
        namespace.close();
    }
}
