package dev.plumbline.apply;

import dev.plumbline.compile.Compilation;
import dev.plumbline.compile.Compiler;
import dev.plumbline.compile.Facts;
import dev.plumbline.compile.Needs;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.Former;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The loop in one namespace: the unit of plan, ledger and rollback. {@link #prepare} reads and compares;
 * {@link #apply} writes, verifies, and puts the former state back if that fails.
 */
final class NamespaceRun implements AutoCloseable {

    private static final int FIRST_FREE_TABLE = 100;
    /** How often a plan is made again when answers of the kernel were lost. */
    private static final int LOST_ANSWER_TRIES = 3;
    private static final int DETAILS = 20;

    private final String label;
    private final LiveNamespace namespace;
    private final List<Document> documents;
    private final Ledgers ledgers;
    private final Map<String, Long> tableNames;
    private final boolean attended;
    private final Timings timings;

    NamespaceRun(String label, LiveNamespace namespace, List<Document> documents, Ledgers ledgers,
            Map<String, Long> tableNames, boolean attended, Timings timings) {
        this.label = label;
        this.namespace = namespace;
        this.documents = documents;
        this.ledgers = ledgers;
        this.tableNames = tableNames;
        this.attended = attended;
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
    }

    String label() {
        return label;
    }

    NamespaceId id() {
        return namespace.id();
    }

    Prepared prepare() {
        return prepare(ledgers.read(label, namespace.id()));
    }

    private Prepared prepare(Ledger ledger) {
        var first = timings.time("read", () -> namespace.read(ReadScope.NO_ROUTES));
        var needs = timings.time("compile", () -> Compiler.needs(documents, ledger, first, tableNames));
        var live = timings.time("read", () -> namespace.read(needs.scope()));
        var free = timings.time("read", () -> freeTables(needs));
        var facts = new Facts(live, ledger, free, tableNames, attended);
        var compilation = timings.time("compile", () -> Compiler.compile(documents, facts));
        boolean broken = compilation.problems().stream().anyMatch(each -> each.severity() == Problem.Severity.ERROR);
        var changes = broken ? List.<ChangeSet>of() : differences(compilation.desired(), live);
        return new Prepared(needs, live, ledger, compilation, changes);
    }

    private List<ChangeSet> differences(DesiredState desired, NamespaceState live) {
        return timings.time("diff", () -> List.of(RuleDiff.between(desired, live), RouteDiff.between(desired, live)));
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

    /** The plan with everything that is worth saying beside it. */
    static Plan.NamespacePlan plan(String label, Prepared prepared) {
        var notices = new ArrayList<Plan.Notice>();
        var compilation = prepared.compilation();
        compilation.waiting().forEach(each -> notices.add(new Plan.Notice(Plan.Notice.Kind.WAITING, each.reason(),
                Optional.of(each.origin()), each.message())));
        compilation.problems().stream().filter(each -> each.severity() == Problem.Severity.WARNING)
                .forEach(each -> notices.add(new Plan.Notice(Plan.Notice.Kind.WARNING, "",
                        Optional.of(each.origin()), each.message())));
        compilation.notes().forEach(each ->
                notices.add(new Plan.Notice(Plan.Notice.Kind.NOTE, "", Optional.empty(), each)));
        return new Plan.NamespacePlan(label, prepared.changes(), notices);
    }

    /**
     * Carries the plan out and verifies it. What is taken from others is recorded before it goes.
     *
     * @throws ApplyException if the kernel refused something, or the state read back is not the desired one; the
     *     former state is back then, or the message says what is not
     */
    void apply(Prepared prepared, Progress progress) {
        var reached = prepared.compilation().ledger();
        if (!reached.equals(prepared.before()) || !prepared.isEmpty()) {
            ledgers.record(label, namespace.id(), union(prepared.before(), reached));
        }
        if (!prepared.isEmpty()) {
            var failures = write(prepared.changes(), progress);
            if (failures.isEmpty()) {
                failures = verify(reached, progress);
            }
            if (!failures.isEmpty()) {
                throw undone(prepared, failures, progress);
            }
        }
        if (!reached.equals(prepared.before()) || !prepared.isEmpty()) {
            ledgers.record(label, namespace.id(), reached);
        }
    }

    private List<String> write(List<ChangeSet> changes, Progress progress) {
        return timings.time("write", () -> {
            for (var phase : Phase.values()) {
                for (var domain : namespace.domains()) {
                    for (var each : changes) {
                        var failures = execute(domain, each, phase, progress);
                        if (!failures.isEmpty()) {
                            return failures;
                        }
                    }
                }
            }
            return List.of();
        });
    }

    private static <C extends ChangeSet> List<String> execute(Domain<C> domain, ChangeSet changes, Phase phase,
            Progress progress) {
        if (!domain.changes().isInstance(changes)) {
            return List.of();
        }
        return switch (domain.execute(domain.changes().cast(changes), phase, progress)) {
            case Outcome.Done done -> List.of();
            // What was lost is found when the state is read back.
            case Outcome.Unknown unknown -> List.of();
            case Outcome.Failed failed -> failed.failures().stream().map(NamespaceRun::text).toList();
        };
    }

    private static String text(Outcome.Failure failure) {
        var change = failure.change();
        var action = change.action() == Change.Action.DELETE ? "deleting" : "writing";
        return change.origin().map(Origin::position).filter(at -> !at.isEmpty()).map(at -> at + ": ").orElse("")
                + action + " " + change.resource() + " `" + change.subject() + "`: " + failure.message();
    }

    /** What the state read back lacks; empty if it is the desired one. */
    private List<String> verify(Ledger reached, Progress progress) {
        var left = List.<String>of();
        for (int attempt = 0; attempt < LOST_ANSWER_TRIES; attempt++) {
            var again = timings.time("verify", () -> new NamespaceRun(label, namespace, documents, ledgers, tableNames,
                    attended, new Timings()).prepare(reached));
            if (again.isEmpty()) {
                return List.of();
            }
            left = again.changes().stream().flatMap(ChangeSet::pending).limit(DETAILS)
                    .map(each -> "still to do: " + each.change().action().symbol() + " " + each.change().subject())
                    .toList();
            var failures = write(again.changes(), progress);
            if (!failures.isEmpty()) {
                return failures;
            }
        }
        return Stream.concat(Stream.of("the state read back differs from the intents, again and again; something else"
                + " on this host seems to change it"), left.stream()).toList();
    }

    private ApplyException undone(Prepared prepared, List<String> failures, Progress progress) {
        var former = Former.of(prepared.live(), prepared.changes());
        var remaining = new LinkedHashSet<String>();
        for (int attempt = 0; attempt < LOST_ANSWER_TRIES; attempt++) {
            var back = differences(former, namespace.read(prepared.needs().scope()));
            remaining.clear();
            back.stream().flatMap(ChangeSet::pending).limit(DETAILS)
                    .forEach(each -> remaining.add("not undone: " + each.change().subject()));
            if (remaining.isEmpty()) {
                break;
            }
            write(back, progress).forEach(remaining::add);
        }
        if (remaining.isEmpty()) {
            ledgers.record(label, namespace.id(), prepared.before());
        }
        var message = "apply failed in namespace " + label + "; " + (remaining.isEmpty()
                ? "everything done so far was undone, and the former state is verified"
                : "NOT everything could be undone");
        return new ApplyException(message, Stream.concat(failures.stream().limit(DETAILS), remaining.stream()).toList());
    }

    /** Both ledgers: while an apply runs, either may turn out to be the true one. */
    private static Ledger union(Ledger before, Ledger after) {
        return new Ledger(both(before.allotments(), after.allotments()), both(before.routes(), after.routes()),
                both(before.rules(), after.rules()), after.devices());
    }

    private static <T> List<T> both(List<T> before, List<T> after) {
        var all = new LinkedHashSet<>(after);
        all.addAll(before);
        return List.copyOf(all);
    }

    @Override
    public void close() {
        namespace.close();
    }
}
