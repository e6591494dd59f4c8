package dev.plumbline.history;

import java.util.ArrayList;
import java.util.List;

/** What became of an apply that had died or awaited confirmation, for people. */
public final class EventText {

    private static final int SHOWN = 20;

    private EventText() {
    }

    /** A sentence, and indented below it what there is to know more. */
    public static List<String> settled(Event event) {
        var lines = new ArrayList<String>();
        lines.add("Namespace " + event.namespace() + ": " + event.details().getFirst() + "; "
                + switch (event.result()) {
                    case RECOVERED -> "it was undone, and the former state is verified.";
                    case REVERTED -> "it is reverted.";
                    case PARTLY_RECOVERED, PARTLY_REVERTED -> "NOT all of it could be undone:";
                    case DROPPED -> "there is nothing to undo.";
                    case CONFIRMED -> "it is confirmed, and stays.";
                    case APPLIED, AWAITING, UNDONE, PARTLY_UNDONE -> event.result().words();
                });
        event.details().stream().skip(1).limit(SHOWN).forEach(line -> lines.add("  " + line));
        if (event.details().size() > SHOWN + 1) {
            lines.add("  … (`plumbline history` keeps more)");
        }
        return lines;
    }
}
