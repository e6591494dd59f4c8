package dev.plumbline.apply;

import dev.plumbline.intent.DriftMode;
import dev.plumbline.plan.Plan;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What drifted in one namespace and is left as it is, because its documents say that it is only to be reported.
 *
 * @param count of the differences
 * @param documents that they are in; what no document wants is in none
 * @param differences what would correct them, a line each, as far as they are listed
 */
public record Uncorrected(long count, SortedSet<String> documents, List<String> differences) {

    static final Uncorrected NOTHING = new Uncorrected(0, new TreeSet<>(), List.of());

    /** How many differences are listed. */
    private static final int LISTED = 200;

    public Uncorrected {
        documents = Collections.unmodifiableSortedSet(new TreeSet<>(documents));
        differences = List.copyOf(differences);
    }

    /**
     * What would be done more if what is only reported were corrected.
     *
     * @param all with those corrections
     * @param done without
     */
    static Uncorrected between(List<ChangeSet> all, List<ChangeSet> done, Map<String, DriftMode> modes) {
        Set<Change> going = new HashSet<>();
        done.stream().flatMap(ChangeSet::pending).filter(each -> each.document().isEmpty())
                .forEach(each -> going.add(each.change()));
        var documents = new TreeSet<String>();
        var lines = new ArrayList<String>();
        long count = 0;
        for (var each : (Iterable<ChangeSet.Pending>) all.stream().flatMap(ChangeSet::pending)::iterator) {
            var document = each.document();
            boolean reported = document.isEmpty() ? !going.contains(each.change())
                    : modes.get(document) == DriftMode.REPORT;
            if (reported) {
                count++;
                if (!document.isEmpty()) {
                    documents.add(document);
                }
                if (lines.size() < LISTED) {
                    lines.add((document.isEmpty() ? "" : document + ": ") + line(each.change()));
                }
            }
        }
        return new Uncorrected(count, documents, lines);
    }

    private static String line(Change change) {
        return change.action().symbol() + " " + change.resource() + " " + change.subject();
    }

    /** For a plan that corrects everything: what runs that nobody watches would leave. */
    static List<Plan.Notice> notices(List<ChangeSet> changes, Map<String, DriftMode> modes) {
        if (modes.isEmpty()) {
            return List.of();
        }
        var documents = new TreeSet<String>();
        changes.stream().flatMap(ChangeSet::pending).map(ChangeSet.Pending::document).filter(modes::containsKey)
                .forEach(documents::add);
        return documents.stream().map(each -> new Plan.Notice(Plan.Notice.Kind.NOTE, "DriftLeft", Optional.empty(),
                each + ": its drift is corrected by this apply; runs that nobody watches "
                        + (modes.get(each) == DriftMode.REPORT ? "only report it" : "ignore it"))).toList();
    }
}
