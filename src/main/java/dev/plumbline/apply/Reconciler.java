package dev.plumbline.apply;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.Plan;
import dev.plumbline.state.Progress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The loop over all namespaces: the host's first, then the others by name. */
public final class Reconciler {

    private final Namespaces namespaces;
    private final Ledgers ledgers;
    private final Map<String, Long> tableNames;
    private final boolean attended;
    private final Timings timings;

    /**
     * @param tableNames {@code rt_tables}
     * @param attended a person is waiting: what this host has never had is an error, not a reason to wait
     */
    public Reconciler(Namespaces namespaces, Ledgers ledgers, Map<String, Long> tableNames, boolean attended,
            Timings timings) {
        this.namespaces = namespaces;
        this.ledgers = ledgers;
        this.tableNames = Map.copyOf(tableNames);
        this.attended = attended;
        this.timings = timings;
    }

    /** A plan, and the namespaces held open to carry it out. */
    public final class Session implements AutoCloseable {
        private final Map<NamespaceRun, NamespaceRun.Prepared> runs = new LinkedHashMap<>();
        private final List<Plan.NamespacePlan> absent = new ArrayList<>();

        /** What would be done. */
        public Plan plan() {
            var plans = new ArrayList<Plan.NamespacePlan>();
            runs.forEach((run, prepared) -> plans.add(NamespaceRun.plan(run.label(), prepared)));
            plans.addAll(absent);
            return new Plan(plans);
        }

        /**
         * Carries the plan out, one namespace after the other.
         *
         * @throws ApplyException at the first namespace that fails; those before it stay as they are
         */
        public void apply(Progress progress) {
            runs.forEach((run, prepared) -> run.apply(prepared, progress));
        }

        /** Whether the same plan comes out when everything is read again: for a person who took time to think. */
        public boolean isCurrent() {
            for (var entry : runs.entrySet()) {
                var again = entry.getKey().prepare();
                var shown = entry.getValue();
                if (!again.live().equals(shown.live()) && !words(entry.getKey(), again)
                        .equals(words(entry.getKey(), shown))) {
                    return false;
                }
            }
            return true;
        }

        /**
         * What the plan does, and to which namespaces, as 64 hexadecimal digits. A change of a live object that the
         * plan touches gives another plan, and so another number; what it does not touch does not count.
         */
        public String fingerprint() {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                runs.forEach((run, prepared) -> {
                    update(digest, run.label() + " " + run.id());
                    words(run, prepared).forEach(word -> update(digest, word));
                });
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK has SHA-256", e);
            }
        }

        private static void update(MessageDigest digest, String text) {
            digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
        }

        private static List<String> words(NamespaceRun run, NamespaceRun.Prepared prepared) {
            return NamespaceRun.plan(run.label(), prepared).changes().stream()
                    .flatMap(changes -> changes.pending().map(each -> each.change().toString())).toList();
        }

        @Override
        public void close() {
            runs.keySet().forEach(NamespaceRun::close);
        }
    }

    /**
     * Reads every namespace that the documents or the ledger name, and compares.
     *
     * @throws IntentException with every error of every namespace
     */
    public Session prepare(List<Document> documents) {
        var session = new Session();
        try {
            var problems = new ArrayList<Problem>();
            for (var label : labels(documents)) {
                var held = documents.stream().filter(document -> document.netns().equals(label)).toList();
                var namespace = timings.time("open", () -> namespaces.open(label));
                if (namespace.isEmpty()) {
                    absent(label, held).ifPresent(session.absent::add);
                    continue;
                }
                var run = new NamespaceRun(label, namespace.get(), held, ledgers, tableNames, attended, timings);
                var prepared = run.prepare();
                session.runs.put(run, prepared);
                prepared.compilation().problems().stream()
                        .filter(each -> each.severity() == Problem.Severity.ERROR).forEach(problems::add);
            }
            if (!problems.isEmpty()) {
                throw new IntentException(problems);
            }
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private List<String> labels(List<Document> documents) {
        var others = new TreeSet<>(ledgers.labels());
        documents.forEach(document -> others.add(document.netns()));
        others.remove(Document.HOST);
        var labels = new ArrayList<String>();
        labels.add(Document.HOST);
        labels.addAll(others);
        return labels;
    }

    private static Optional<Plan.NamespacePlan> absent(String label, List<Document> held) {
        if (held.isEmpty()) {
            return Optional.empty();
        }
        var notices = held.stream().map(document -> new Plan.Notice(Plan.Notice.Kind.WAITING, "NamespaceNotReady",
                Optional.of(document.origin()), "there is no network namespace " + label + " now")).toList();
        return Optional.of(new Plan.NamespacePlan(label, List.of(), notices));
    }
}
