package dev.plumbline.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A key made by the real {@code age-keygen}, and files encrypted for it by the real {@code age}. */
public record AgeKey(Path identity, String recipient) {

    public static AgeKey create(Path file) {
        run(List.of("age-keygen", "-o", file.toString()), "");
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new AgeKey(file, new String(run(List.of("age-keygen", "-y", file.toString()), "")).strip());
    }

    /** What age makes of a text. */
    public byte[] encrypted(String text, String... options) {
        var command = new ArrayList<>(List.of("age", "-r", recipient));
        command.addAll(List.of(options));
        return run(command, text);
    }

    private static byte[] run(List<String> command, String input) {
        try {
            var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes());
            }
            var output = process.getInputStream().readAllBytes();
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + " failed");
            }
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(command + ": " + e.getMessage(), e);
        }
    }
}
