package dev.plumbline.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Debian's {@code ip} in one namespace: the independent oracle. */
public final class Ip {

    private static final JsonMapper JSON = new JsonMapper();

    private final String namespace;

    Ip(String namespace) {
        this.namespace = namespace;
    }

    /** Runs {@code ip} with these words; fails the test if it refuses. */
    public String run(String words) {
        var command = new ArrayList<>(List.of("ip", "-n", namespace));
        command.addAll(List.of(words.split(" +")));
        return execute(command, "");
    }

    /** Runs {@code ip} with these words, which it may refuse; the first line that it then prints. */
    public String attempt(String words) {
        try {
            return run(words);
        } catch (AssertionError e) {
            return e.getMessage().lines().findFirst().orElse("");
        }
    }

    /** Runs {@code ip} for each line, in one process. */
    public void batch(String lines) {
        execute(List.of("ip", "-n", namespace, "-batch", "-"), lines);
    }

    /** The same for IPv6, where a line does not tell the family. */
    public void batch6(String lines) {
        execute(List.of("ip", "-6", "-n", namespace, "-batch", "-"), lines);
    }

    /** What {@code ip -j} with these words prints. */
    public JsonNode json(String words) {
        var text = run("-d -j " + words);
        return JSON.readTree(text.isBlank() ? "[]" : text);
    }

    /** The lines that {@code ip} prints, without blanks around. */
    public List<String> lines(String words) {
        return run(words).lines().map(line -> line.strip().replaceAll("[ \t]+", " ")).toList();
    }

    static String execute(List<String> command, String input) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var writer = Thread.ofPlatform().start(() -> {
                try (var out = process.getOutputStream()) {
                    out.write(input.getBytes());
                } catch (IOException e) {
                    // The process ended before it read all: its exit code says so.
                }
            });
            var output = new String(process.getInputStream().readAllBytes());
            writer.join();
            if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
