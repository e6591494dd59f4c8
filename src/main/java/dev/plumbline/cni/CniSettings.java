package dev.plumbline.cni;

import dev.plumbline.configuration.Configuration;
import dev.plumbline.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What the plugin is told once, for all networks. People say it in plumbline.yaml; the plugin reads a JSON file that
 * is made from that, for it does not parse YAML.
 *
 * @param stateDirectory the store
 * @param logLevel unless a network's configuration says otherwise
 * @param logFile a file for the log, beside standard error; likewise
 * @param version of the program
 */
public record CniSettings(Path stateDirectory, LogLevel logLevel, Optional<Path> logFile, String version) {

    /** Where the plugin looks, unless {@code PLUMBLINE_CNI_CONFIG} names another file. */
    public static final Path FILE = Path.of("/etc/plumbline/cni.json");

    /** As {@link Configuration} has it, whose class the plugin does not load. */
    private static final Path STATE_DIRECTORY = Path.of("/var/lib/plumbline");
    private static final String STATE_FIELD = "stateDirectory";

    /**
     * Reads the file; {@code PLUMBLINE_STATE_DIR} goes before it. Without a file, the defaults.
     *
     * @throws IOException if the file cannot be read, or is wrong
     */
    public static CniSettings read(Map<String, String> environment, String version) throws IOException {
        var file = file(environment);
        JsonNode content = JsonNodeFactory.instance.objectNode();
        try {
            content = JsonText.parseAny(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            // Nothing was said: the defaults hold.
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException(file + " is no JSON: " + e.getMessage());
        }
        var directory = Optional.ofNullable(environment.get("PLUMBLINE_STATE_DIR")).filter(each -> !each.isEmpty())
                .map(Path::of).orElse(path(file, content, STATE_FIELD)
                        .orElse(STATE_DIRECTORY));
        var level = text(content, CniLog.LEVEL);
        if (level.isPresent() && LogLevel.of(level.get()).isEmpty()) {
            throw new IOException(file + ": " + CniLog.LEVEL + ": expected panic, error, verbose or debug; found "
                    + level.get());
        }
        return new CniSettings(directory, level.flatMap(LogLevel::of).orElse(LogLevel.ERROR),
                path(file, content, CniLog.FILE), version);
    }

    /** What plumbline.yaml says. */
    public static CniSettings of(Configuration configuration, Path stateDirectory, String version) {
        return new CniSettings(stateDirectory, LogLevel.of(configuration.cni().logLevel()).orElseThrow(),
                configuration.cni().logFile(), version);
    }

    private static Optional<String> text(JsonNode content, String field) {
        return content.optional(field).filter(JsonNode::isString).map(JsonNode::stringValue);
    }

    private static Optional<Path> path(Path file, JsonNode content, String field) throws IOException {
        var path = text(content, field).map(Path::of);
        if (path.isPresent() && !path.get().isAbsolute()) {
            throw new IOException(file + ": " + field + ": expected an absolute path; found " + path.get());
        }
        return path;
    }

    private static Path file(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("PLUMBLINE_CNI_CONFIG")).filter(each -> !each.isEmpty())
                .map(Path::of).orElse(FILE);
    }

    /** Writes the file, in one step; where it would say nothing but defaults, there is none. */
    public void write(Map<String, String> environment) throws IOException {
        var file = file(environment);
        boolean saysNothing = equals(new CniSettings(STATE_DIRECTORY, LogLevel.ERROR, Optional.empty(), version));
        if (saysNothing) {
            Files.deleteIfExists(file);
            return;
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        var draft = file.resolveSibling("." + file.getFileName() + ".new");
        Files.writeString(draft, json());
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes the file. */
    public static void remove(Map<String, String> environment) throws IOException {
        Files.deleteIfExists(file(environment));
    }

    /** The file's content: one line, which begins with the state directory ({@code src/main/dist/cni/plugin}). */
    public String json() {
        var content = JsonNodeFactory.instance.objectNode().put(STATE_FIELD, stateDirectory.toString())
                .put(CniLog.LEVEL, logLevel.word());
        logFile.ifPresent(each -> content.put(CniLog.FILE, each.toString()));
        return JsonText.of(content) + "\n";
    }
}
