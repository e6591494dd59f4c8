package dev.plumbline.history;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The history as people read it in a terminal. */
public final class HistoryText {

    private static final List<String> HEADINGS =
            List.of("NO", "WHEN", "WHO", "NAMESPACE", "WHAT", "ADD", "CHANGE", "DESTROY", "TOOK", "SOURCE", "COMMAND");
    private static final int SHORT_REVISION = 12;

    private final DateTimeFormatter when;

    /** Times are shown in this zone. */
    public HistoryText(ZoneId zone) {
        when = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    /** One line an entry, under headings; columns as wide as their widest value, the command last. */
    public List<String> table(List<HistoryEntry> entries) {
        var rows = new ArrayList<List<String>>();
        rows.add(HEADINGS);
        entries.forEach(entry -> rows.add(row(entry)));
        int[] widths = new int[HEADINGS.size() - 1];
        for (var row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            line.append(row.get(column)).repeat(' ', widths[column] - row.get(column).length() + 2);
        }
        return line.append(row.getLast()).toString().stripTrailing();
    }

    private List<String> row(HistoryEntry entry) {
        var event = entry.event();
        return List.of(Long.toString(entry.number()), when.format(event.at()), event.by().user(), event.namespace(),
                entry.words(), Integer.toString(event.added()), Integer.toString(event.changed()),
                Integer.toString(event.destroyed()), took(event.took()), source(event.by()), event.by().command());
    }

    private static String source(Initiator by) {
        var revision = by.revision();
        var shown = revision.length() > SHORT_REVISION ? revision.substring(0, SHORT_REVISION) : revision;
        return shown.isEmpty() ? by.source() : by.source() + "@" + shown;
    }

    /** One entry with all that is kept of it. */
    public List<String> entry(HistoryEntry entry) {
        var event = entry.event();
        var lines = new ArrayList<String>();
        lines.add("Number:    " + entry.number());
        lines.add("When:      " + when.format(event.at()) + ", took " + took(event.took()));
        lines.add("Who:       " + event.by().user() + ", pid " + event.by().pid());
        lines.add("Command:   " + event.by().command());
        lines.add("Source:    " + event.by().source());
        lines.add("Revision:  " + event.by().revision());
        lines.add("Namespace: " + event.namespace());
        lines.add("What:      " + entry.words() + "; " + event.added() + " to add, " + event.changed() + " to change, "
                + event.destroyed() + " to destroy");
        lines.replaceAll(String::stripTrailing);
        if (!event.details().isEmpty()) {
            lines.add("");
            lines.addAll(event.details());
        }
        if (event.details().size() == Event.MOST_DETAILS) {
            lines.add("(no more than " + Event.MOST_DETAILS + " lines are kept)");
        }
        return lines;
    }

    private static String took(Duration took) {
        return took.toMillis() < 10_000 ? took.toMillis() + " ms" : took.toSeconds() + " s";
    }
}
