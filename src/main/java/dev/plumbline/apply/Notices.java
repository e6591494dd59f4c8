package dev.plumbline.apply;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.Plan.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is said of namespaces beside their changes. */
final class Notices {

    private static final String NAMESPACE = "NamespaceNotReady";

    private Notices() {
    }

    /** An apply that began and did not end. */
    static Notice of(UnfinishedApply apply) {
        var who = apply.by().user() + ", pid " + apply.by().pid() + " (`" + apply.by().command() + "`), since "
                + apply.since();
        if (apply.isAwaiting()) {
            return new Notice(Notice.Kind.WARNING, "ConfirmPending", Optional.empty(), "an apply by " + who
                    + ", waits to be confirmed until " + apply.confirmation().map(Confirmation::by).orElseThrow()
                    + "; say `plumbline confirm`, or `plumbline revert`");
        }
        return apply.running()
                ? new Notice(Notice.Kind.WARNING, "ApplyRunning", Optional.empty(),
                        "an apply is writing here just now: " + who)
                : new Notice(Notice.Kind.WARNING, "ApplyUnfinished", Optional.empty(), "an apply by " + who
                        + ", did not end, and this plan starts from what it left; the next apply undoes it first, and"
                        + " `plumbline recover` does just that");
    }

    /** Documents for a namespace that there is not now; empty if there are none. */
    static Optional<Plan.NamespacePlan> absent(String label, List<Document> held) {
        return waiting(label, held, "there is no network namespace " + label + " now");
    }

    /**
     * Attachments whose namespace was not found: they wait until DEL or GC takes them away.
     *
     * @param said what is said of namespaces that could not be read
     */
    static List<Plan.NamespacePlan> lost(List<Attached.Held> attached, List<String> labels, List<NamespaceRun> opened,
            List<Plan.NamespacePlan> said) {
        var lost = attached.stream().filter(each -> labels.contains(each.document().netns())
                && opened.stream().noneMatch(run -> run.id().equals(each.namespace()))
                && said.stream().noneMatch(plan -> plan.label().equals(each.document().netns())))
                .map(Attached.Held::document)
                .collect(Collectors.groupingBy(Document::netns, TreeMap::new, Collectors.toList()));
        return lost.entrySet().stream().flatMap(each -> (opened.stream()
                .anyMatch(run -> run.label().equals(each.getKey()))
                ? waiting(each.getKey(), each.getValue(), each.getKey() + " is another network namespace now")
                : absent(each.getKey(), each.getValue())).stream()).toList();
    }

    private static Optional<Plan.NamespacePlan> waiting(String label, List<Document> held, String text) {
        return held.isEmpty() ? Optional.empty() : Optional.of(new Plan.NamespacePlan(label, List.of(),
                held.stream().map(document -> new Notice(Notice.Kind.WAITING, NAMESPACE,
                        Optional.of(document.origin()), text)).toList()));
    }

    /** A namespace that this user may not enter. */
    static Plan.NamespacePlan forbidden(String label, List<Document> held) {
        var text = "no right to enter network namespace " + label + ": run as root to see what would be done there";
        var notices = new ArrayList<>(held.stream().map(document -> new Notice(Notice.Kind.WARNING,
                Notice.FORBIDDEN, Optional.of(document.origin()), text)).toList());
        if (held.isEmpty()) {
            notices.add(new Notice(Notice.Kind.WARNING, Notice.FORBIDDEN, Optional.empty(), text));
        }
        return new Plan.NamespacePlan(label, List.of(), notices);
    }

    /** A container's namespace that something is wrong with, which is no reason to do nothing elsewhere. */
    static Plan.NamespacePlan leftAlone(String label, String why) {
        return new Plan.NamespacePlan(label, List.of(), List.of(new Notice(Notice.Kind.WAITING, "NamespaceLeftAlone",
                Optional.empty(), why)));
    }

    /** The same for attachments that cannot be carried out. */
    static Plan.NamespacePlan leftAlone(String label, List<Problem> problems) {
        return new Plan.NamespacePlan(label, List.of(), problems.stream().map(each -> new Notice(Notice.Kind.WAITING,
                "AttachmentInvalid", Optional.of(each.origin()), each.message())).toList());
    }

    /** Two names of one namespace would be two desired states, and each would take away what the other wants. */
    static Problem twoNames(Document document, String other) {
        return Problem.error(document.origin(), "spec.netns", "`" + document.netns() + "` is "
                + (other.equals(Document.HOST) ? "the network namespace that this command runs in; leave `netns` out"
                        : "the same network namespace as `" + other + "`; use one name for it"));
    }
}
