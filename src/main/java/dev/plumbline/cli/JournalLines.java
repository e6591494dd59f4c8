package dev.plumbline.cli;

import dev.plumbline.host.Report;
import java.io.PrintWriter;
import java.util.List;

/**
 * Prints a log: under systemd each line with its priority before it, as sd-daemon(3) has it for what a service writes to
 * its standard streams; elsewhere as it is.
 */
final class JournalLines {

    private final PrintWriter to;
    private final boolean priorities;

    JournalLines(PrintWriter to) {
        this(to, System.getenv("JOURNAL_STREAM") != null);
    }

    /** @param priorities whether to put priorities before lines */
    JournalLines(PrintWriter to, boolean priorities) {
        this.to = to;
        this.priorities = priorities;
    }

    void print(List<Report.Line> lines) {
        for (var line : lines) {
            to.println((priorities ? "<" + line.priority().number() + ">" : "") + line.text());
        }
        to.flush();
    }
}
