package dev.plumbline.apply;

import dev.plumbline.history.Event;
import dev.plumbline.plan.Former;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.Progress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Leads a namespace back to the state before an apply, however far that came: the one way back, for an apply that
 * fails and for one that died.
 */
final class Undo {

    private static final int DETAILS = 20;
    private static final int LOST_ANSWER_TRIES = 3;

    private final LiveNamespace namespace;
    private final Former former;

    Undo(LiveNamespace namespace, Former former) {
        this.namespace = namespace;
        this.former = former;
    }

    /**
     * Undoes what is left to undo, and verifies it. Goes on behind refusals, as long as that gets it further.
     *
     * @return what could not be undone, and why; empty if the former state was read back
     * @throws RuntimeException if the kernel cannot be read or reached: nothing is known then, and it is to be redone
     */
    List<String> run(Progress progress) {
        var execution = new Execution(namespace);
        var refusals = new LinkedHashSet<String>();
        var way = way();
        long before = Long.MAX_VALUE;
        int lost = 0;
        while (!way.isEmpty() && (way.size() < before || lost > 0 && lost < LOST_ANSWER_TRIES)) {
            before = way.size();
            var written = execution.writeAll(way.changes(), progress);
            lost = written.answersLost() ? lost + 1 : 0;
            refusals.clear();
            refusals.addAll(written.failures());
            way = way();
        }
        var remaining = new ArrayList<String>();
        way.changes().stream().flatMap(ChangeSet::pending).limit(DETAILS).map(ChangeSet.Pending::change)
                .forEach(change -> remaining.add("not undone: " + text(change)));
        way.impossible().stream().limit(DETAILS).forEach(each -> remaining.add("not undone: " + each));
        if (!way.isEmpty()) {
            refusals.stream().limit(DETAILS).forEach(remaining::add);
        }
        return remaining;
    }

    /** What there is to undo, in the words of a plan, as far as a history keeps it. */
    List<String> work() {
        return way().changes().stream().flatMap(ChangeSet::pending).limit(Event.MOST_DETAILS)
                .map(ChangeSet.Pending::change)
                .map(change -> change.action().symbol() + " " + change.resource() + " " + change.subject()).toList();
    }

    private Former.Way way() {
        return former.wayFrom(namespace.read(former.scope()));
    }

    private static String text(Change change) {
        var object = change.resource() + " " + change.subject();
        return switch (change.action()) {
            case CREATE -> object + " is still missing";
            case CHANGE, RECREATE -> object + " is still changed";
            case DELETE -> object + " is still there";
        };
    }
}
