package dev.plumbline.apply;

import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.plan.LinkDiff;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.plan.SysctlDiff;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares what an apply was to bring about with what is read back. */
final class Verification {

    private static final int DETAILS = 20;
    /** Between two looks at a difference: what somebody keeps changing has changed again by then. */
    private static final Duration SECOND_LOOK = Duration.ofMillis(200);

    private final LiveNamespace namespace;
    private final DesiredState desired;
    private final ReadScope scope;

    Verification(LiveNamespace namespace, DesiredState desired, ReadScope scope) {
        this.namespace = namespace;
        this.desired = desired;
        this.scope = scope;
    }

    /** What is still to be done. */
    List<ChangeSet> differences() {
        return differences(desired, namespace.read(scope));
    }

    static List<ChangeSet> differences(DesiredState desired, NamespaceState live) {
        var links = LinkDiff.between(desired, live);
        var then = LinkEffects.after(live, links);
        var changes = new ArrayList<ChangeSet>(List.of(links, RuleDiff.between(desired, then),
                RouteDiff.between(desired, then), SysctlDiff.between(desired, live)));
        // Most namespaces have no firewall: its classes stay unloaded there.
        if (!desired.firewall().state().tables().isEmpty() || !live.firewall().state().tables().isEmpty()) {
            changes.add(FirewallDiff.between(desired, live));
        }
        return List.copyOf(changes);
    }

    /**
     * Looks again at differences, and says what they are.
     *
     * @param first what a first look found
     * @return one line an object; empty if the second look finds none
     */
    List<String> secondLook(List<ChangeSet> first) {
        try {
            Thread.sleep(SECOND_LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var second = differences();
        var before = texts(first);
        var now = texts(second);
        if (now.isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        lines.add("the state read back is not the one that was written"
                + (before.equals(now) ? ": something else on this host changed it, or the kernel took it away with a"
                        + " device or an address" : ": another process keeps changing it"));
        now.stream().limit(DETAILS)
                .forEach(each -> lines.add(each + (before.contains(each) ? "" : " (changed just now)")));
        before.stream().filter(each -> !now.contains(each)).limit(DETAILS)
                .forEach(each -> lines.add(each + " (a moment ago, not any more)"));
        return lines;
    }

    private static Set<String> texts(List<ChangeSet> changes) {
        return changes.stream().flatMap(ChangeSet::pending).limit(10L * DETAILS).map(ChangeSet.Pending::change)
                .map(Verification::text).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What is wrong with an object, if this change is still to be made. */
    static String text(Change change) {
        var object = change.resource() + " `" + change.subject() + "`";
        return switch (change.action()) {
            case CREATE -> object + " is missing";
            case CHANGE -> object + " is different: " + change.differences().stream()
                    .map(each -> each.attribute() + " " + each.before()).collect(Collectors.joining(", "));
            case RECREATE -> object + " is not in its place";
            case DELETE -> object + " is there";
        };
    }
}
