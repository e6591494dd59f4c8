package dev.plumbline.cni;

import static dev.plumbline.cni.NetworkConfiguration.present;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The log of one call: {@code logLevel} and {@code logFile} of the network's configuration, as Multus spells them, go
 * before the plugin's own settings. It goes to standard error, and to the file too where one is named. Never a reason
 * to fail.
 */
final class CniLog {

    static final String LEVEL = "logLevel";
    static final String FILE = "logFile";

    private record Line(Instant at, LogLevel level, String text) {

        @Override
        public String toString() {
            return "[" + level.word() + "] " + text;
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private LogLevel loudest;
    private Optional<Path> file;
    private String about = "";

    CniLog(CniSettings settings) {
        loudest = settings.logLevel();
        file = settings.logFile();
    }

    /** What every line begins with from now on. */
    void about(String call) {
        about = call + ": ";
    }

    /** Takes over what the network's configuration says. */
    void configure(JsonNode configuration) {
        present(configuration, LEVEL).ifPresent(node -> {
            var level = node.isString() ? LogLevel.of(node.stringValue()) : Optional.<LogLevel>empty();
            if (level.isEmpty()) {
                error(LEVEL + " is none of panic, error, verbose, debug: " + node);
            }
            loudest = level.orElse(loudest);
        });
        present(configuration, FILE).ifPresent(node -> {
            if (node.isString() && node.stringValue().startsWith("/")) {
                file = Optional.of(Path.of(node.stringValue()));
            } else if (!node.isString() || !node.stringValue().isEmpty()) {
                error(FILE + " is no absolute path: " + node);
            }
        });
    }

    void error(String text) {
        add(LogLevel.ERROR, text);
    }

    void verbose(String text) {
        add(LogLevel.VERBOSE, text);
    }

    void debug(String text) {
        add(LogLevel.DEBUG, text);
    }

    private void add(LogLevel level, String text) {
        lines.add(new Line(Instant.now().truncatedTo(ChronoUnit.MILLIS), level, about + text.replace('\n', ' ')));
    }

    /** Writes the file, and gives what goes to standard error. */
    List<String> end() {
        var loud = new ArrayList<>(lines.stream().filter(each -> each.level().compareTo(loudest) <= 0).toList());
        if (file.isPresent() && !loud.isEmpty()) {
            try {
                write(file.get(), loud);
            } catch (IOException e) {
                loud.add(new Line(Instant.now(), LogLevel.ERROR, "cannot write " + file.get() + ": " + e));
            }
        }
        return loud.stream().map(Line::toString).toList();
    }

    /** A line is written at once: several processes append to one file. Its folder may be missing, but no more. */
    private static void write(Path path, List<Line> lines) throws IOException {
        var folder = path.getParent();
        if (folder != null && Files.notExists(folder)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
        }
        try (var channel = Files.newByteChannel(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            for (var line : lines) {
                channel.write(ByteBuffer.wrap((line.at() + " " + line + "\n")
                        .getBytes(StandardCharsets.UTF_8)));
            }
        }
    }
}
