package dev.plumbline.host;

import dev.plumbline.history.Run;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a run that nobody watched ended.
 *
 * @param lines for the log, each with its weight; empty if there was nothing to do
 * @param again when something falls due by itself, such as the end of a suspension or of a confirmation
 */
public record Report(Run run, List<Line> lines, Optional<Instant> again) {

    public Report {
        lines = List.copyOf(lines);
    }

    /** A line of the log. */
    public record Line(Priority priority, String text) {
    }

    /** The priorities of syslog(3) that are used, as systemd's journal takes them before a line. */
    public enum Priority {
        ERROR(3), WARNING(4), NOTICE(5), INFO(6);

        private final int number;

        Priority(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }
}
