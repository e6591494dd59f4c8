package dev.plumbline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code mvn package} left in {@code target/plumbline}. In the tier kernel because that runs after packaging.
 */
@Tag("kernel")
class DistributionTest {

    private static final Path HOME = Path.of("target/plumbline").toAbsolutePath();
    private static final Path LAUNCHER = HOME.resolve("bin/plumbline");

    @TempDir
    private Path folder;

    @Test
    void runsThroughLinksFromAnyFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("absolute"), LAUNCHER);
        Path chain = Files.createSymbolicLink(folder.resolve("relative"), link.getFileName());

        assertVersion(run(folder, Map.of(), chain.toString(), "version"));
        assertVersion(run(HOME.resolve("bin"), Map.of(), "./plumbline", "version"));
        assertVersion(run(HOME.resolve("bin"), Map.of(), "sh", "plumbline", "version"));
    }

    @Test
    void runsWithoutAnEnvironment() throws Exception {
        assertVersion(run(folder, Map.of(), "env", "-i", LAUNCHER.toString(), "version"));
    }

    @Test
    void takesItsClassesFromTheCache() throws Exception {
        Result result = run(folder, Map.of("PLUMBLINE_JAVA_OPTS", "-Xlog:class+load:file=" + folder.resolve("loaded")),
                LAUNCHER.toString(), "version");

        assertVersion(result);
        List<String> loaded = Files.readAllLines(folder.resolve("loaded"));
        assertEquals(List.of(), loaded.stream().filter(line -> line.endsWith(".jar")).toList());
        assertTrue(loaded.stream().anyMatch(line ->
                line.endsWith("dev.plumbline.cli.Plumbline source: shared objects file")), loaded::toString);
    }

    @Test
    void aCacheThatDoesNotFitIsSilent() throws Exception {
        Path copy = folder.resolve("a copy");
        copyTree(HOME, copy);
        Files.writeString(copy.resolve("lib/plumbline.aot"), "not a cache");

        assertVersion(run(folder, Map.of(), copy.resolve("bin/plumbline").toString(), "version"));
    }

    @Test
    void anOldJavaIsRefusedByName() throws Exception {
        Path old = Files.createDirectories(folder.resolve("jdk-17/bin")).getParent();
        Files.createFile(old.resolve("bin/java")).toFile().setExecutable(true);
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.1\"\nOS_ARCH=\"x86_64\"\n");

        Result refused = run(folder, Map.of("PLUMBLINE_JAVA", old.toString()), LAUNCHER.toString(), "version");
        assertEquals(1, refused.code());
        assertEquals("plumbline: PLUMBLINE_JAVA=" + old + " is not a JDK of version 25 or newer\n", refused.output());

        assertVersion(run(folder, Map.of("JAVA_HOME", old.toString()), LAUNCHER.toString(), "version"));
    }

    @Test
    void hasCompletionsManualUnitsAndNativeLibraries() {
        for (String name : List.of("share/bash-completion/completions/plumbline", "share/zsh/site-functions/_plumbline",
                "share/man/man1/plumbline.1", "share/man/man1/plumbline-version.1",
                "lib/systemd/system/plumbline-apply.timer", "lib/sysusers.d/plumbline.conf",
                "lib/native/x86_64/libsqlitejdbc.so", "lib/native/x86_64/libjffi-1.2.so",
                "lib/native/aarch64/libsqlitejdbc.so", "lib/native/aarch64/libjffi-1.2.so", "LICENSE")) {
            assertTrue(Files.isRegularFile(HOME.resolve(name)), name);
        }
    }

    private record Result(int code, String output) {}

    private static void assertVersion(Result result) {
        assertTrue(result.output().startsWith("plumbline 0."), result::output);
        assertEquals(3, result.output().lines().count(), result::output);
        assertEquals(0, result.code());
    }

    private static Result run(Path where, Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
