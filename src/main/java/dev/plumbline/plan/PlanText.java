package dev.plumbline.plan;

import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A plan as people read it in a terminal: {@code + ~ - -/+}, grouped by document, with a summary line last. */
public final class PlanText {

    /** How many changes of one document are listed unless all are asked for. */
    public static final int DEFAULT_LIMIT = 200;

    private static final String NO_CHANGES = "No changes. The network matches the intents.";
    private static final String NO_CHANGES_SEEN = "No changes in what could be read.";
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";

    private final boolean colour;
    private final int limit;

    /**
     * @param colour with ANSI escapes
     * @param limit how many changes of a document to list before the rest is only counted
     */
    public PlanText(boolean colour, int limit) {
        this.colour = colour;
        this.limit = limit;
    }

    /** Writes the plan, line by line; a million changes are counted without being worded. */
    public void write(Plan plan, Appendable out) throws IOException {
        for (var namespace : plan.namespaces()) {
            write(namespace, plan.namespaces().size() > 1, out);
        }
        out.append(summary(plan)).append('\n');
    }

    private String summary(Plan plan) {
        if (plan.isEmpty()) {
            return plan.isWhole() ? NO_CHANGES : NO_CHANGES_SEEN;
        }
        return bold("Plan: ") + plan.toAdd() + " to add, " + plan.toChange() + " to change, " + plan.toDestroy()
                + " to destroy.";
    }

    /** The first so many lines of all namespaces. */
    public static List<String> lines(Plan plan, int most) {
        return plan.namespaces().stream().flatMap(each -> lines(each, most).stream()).limit(most).toList();
    }

    /** The first so many changes of one namespace, as they are listed in a plan, in so many lines at most. */
    public static List<String> lines(Plan.NamespacePlan namespace, int most) {
        var some = new Plan.NamespacePlan(namespace.label(), namespace.changes().stream()
                .<ChangeSet>map(each -> new FirstChanges(each, most)).toList(), List.of());
        var text = new StringBuilder();
        try {
            new PlanText(false, most).write(some, false, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().lines().limit(most).toList();
    }

    /** Counts all changes and lists the first ones only. */
    private record FirstChanges(ChangeSet all, int most) implements ChangeSet {

        @Override
        public String resource() {
            return all.resource();
        }

        @Override
        public int toAdd() {
            return all.toAdd();
        }

        @Override
        public int toChange() {
            return all.toChange();
        }

        @Override
        public int toDestroy() {
            return all.toDestroy();
        }

        @Override
        public Stream<Pending> pending() {
            return all.pending().limit(most);
        }
    }

    private void write(Plan.NamespacePlan namespace, boolean named, Appendable out) throws IOException {
        if (named && (!namespace.isEmpty() || !namespace.notices().isEmpty())) {
            out.append(bold("Namespace " + namespace.label())).append('\n');
        }
        for (var notice : namespace.notices()) {
            out.append(switch (notice.kind()) {
                case WAITING -> "waiting: ";
                case WARNING -> paint("\u001b[33m", "warning: ");
                case NOTE -> "note: ";
            }).append(notice.toString()).append('\n');
        }
        if (!namespace.notices().isEmpty()) {
            out.append('\n');
        }
        for (var group : grouped(namespace).values()) {
            group.write(out);
        }
        for (var guard : namespace.guards()) {
            out.append(paint("\u001b[31m", "guard " + guard.name() + ": ")).append(guard.message()).append("; ")
                    .append(guard.pass()).append('\n');
        }
        if (!namespace.guards().isEmpty()) {
            out.append('\n');
        }
    }

    private Map<String, Group> grouped(Plan.NamespacePlan namespace) {
        var groups = new LinkedHashMap<String, Group>();
        for (var changes : namespace.changes()) {
            changes.pending().forEach(pending ->
                    groups.computeIfAbsent(pending.document(), document -> new Group()).add(pending));
        }
        var orphans = groups.remove("");
        if (orphans != null) {
            groups.put("", orphans);
        }
        return groups;
    }

    private final class Group {
        private final List<Change> listed = new ArrayList<>();
        private long others;

        void add(ChangeSet.Pending pending) {
            if (listed.size() < limit) {
                listed.add(pending.change());
            } else {
                others++;
            }
        }

        void write(Appendable out) throws IOException {
            var origin = listed.getFirst().origin();
            out.append("  ").append(bold(origin.map(at -> at.document()
                    + (at.file().isEmpty() ? "" : "  (" + at.file() + ")")).orElse("In no document any more")))
                    .append('\n');
            for (var change : listed) {
                write(change, out);
            }
            if (others > 0) {
                out.append("        … and ").append(Long.toString(others)).append(" more (--full lists all)\n");
            }
            out.append('\n');
        }

        private void write(Change change, Appendable out) throws IOException {
            var symbol = "   ".substring(change.action().symbol().length()) + change.action().symbol();
            out.append("    ").append(paint(colourOf(change.action()), symbol)).append(' ')
                    .append(change.resource()).append(' ').append(change.subject())
                    .append(change.note().isEmpty() ? "" : "    # " + change.note()).append('\n');
            for (var difference : change.differences()) {
                out.append("            ").append(difference.attribute()).append(": ")
                        .append(shown(difference.before())).append(" -> ").append(shown(difference.after()))
                        .append('\n');
            }
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "(none)" : value;
    }

    private static String colourOf(Change.Action action) {
        return switch (action) {
            case CREATE -> "\u001b[32m";
            case CHANGE, RECREATE -> "\u001b[33m";
            case DELETE -> "\u001b[31m";
        };
    }

    private String bold(String text) {
        return paint(BOLD, text);
    }

    private String paint(String code, String text) {
        return colour ? code + text + RESET : text;
    }
}
