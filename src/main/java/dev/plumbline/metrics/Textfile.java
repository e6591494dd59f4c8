package dev.plumbline.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A file for node-exporter's textfile collector. */
public final class Textfile {

    private Textfile() {
    }

    /** Writes it in one step: whoever reads it sees the one before or this one. Everybody may read it. */
    public static void write(Path file, HostMetrics metrics) throws IOException {
        var fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName(), "");
        try (var out = Files.newOutputStream(fresh)) {
            PrometheusTextFormatWriter.create().write(out, metrics.collect());
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
