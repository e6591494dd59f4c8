package dev.plumbline.host;

import dev.plumbline.apply.Watched;
import dev.plumbline.history.Run;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a run that nobody watched ended.
 *
 * @param lines for the log, each with its weight; empty if there was nothing to do
 * @param objects what was changed, each in a few words that are the same each time
 * @param watched whose changes could give a run something to do; absent where the network was not read
 * @param again when something falls due by itself, such as the end of a suspension or of a confirmation
 */
public record Report(Run run, List<Line> lines, List<String> objects, Optional<List<Watched>> watched,
        Optional<Instant> again) {

    public Report {
        lines = List.copyOf(lines);
        objects = List.copyOf(objects);
        watched = watched.map(List::copyOf);
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
