package dev.plumbline.cli;

import dev.plumbline.configuration.Configuration;
import dev.plumbline.host.Report;
import dev.plumbline.metrics.HostMetrics;
import dev.plumbline.metrics.MetricsServer;
import dev.plumbline.metrics.Textfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Leaves metrics where plumbline.yaml says. */
record ExportedMetrics(Path stateDirectory, JournalLines log) {

    /** What listens, to be closed; nothing where no address is configured. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    Listening listen(Configuration.Metrics configuration) throws IOException {
        if (configuration.listen().isEmpty()) {
            return () -> { };
        }
        return MetricsServer.listen(configuration.listen().get(), metrics())::close;
    }

    /** A file that cannot be written is said, and fails nothing. */
    void write(Configuration.Metrics configuration) {
        configuration.textfile().ifPresent(file -> {
            try {
                Textfile.write(file, metrics());
            } catch (IOException e) {
                log.print(List.of(new Report.Line(Report.Priority.WARNING, "cannot write metrics to " + file + ": "
                        + e)));
            }
        });
    }

    private HostMetrics metrics() {
        return new HostMetrics(stateDirectory, VersionCommand.version());
    }
}
