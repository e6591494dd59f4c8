package dev.plumbline.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A copy of the class path that every user can read: the jars of a build lie in root's home. */
final class ReadableProgram implements AutoCloseable {

    private final Path folder;
    private final String classPath;

    ReadableProgram() throws IOException {
        folder = Files.createTempDirectory("plumbline-readable");
        permissions(folder, "rwxr-xr-x");
        var entries = new ArrayList<String>();
        for (var entry : Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(each -> Path.of(each).toAbsolutePath()).toList()) {
            var copy = folder.resolve(entries.size() + "-" + entry.getFileName());
            if (Files.exists(entry)) {
                copy(entry, copy);
            }
            entries.add(copy.toString());
        }
        classPath = String.join(File.pathSeparator, entries);
    }

    /** The words that start a class of it. */
    List<String> command(Class<?> main) {
        return List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-Djnr.ffi.asm.enabled=false", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", classPath, main.getName());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                Files.copy(file, target);
                permissions(target, Files.isDirectory(target) ? "rwxr-xr-x" : "rw-r--r--");
            }
        }
    }

    private static void permissions(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
