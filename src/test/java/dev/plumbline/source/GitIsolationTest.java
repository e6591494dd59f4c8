package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another Java, whose user has set traps in Git's configuration and has programs of his own first in the path. */
class GitIsolationTest {

    @TempDir
    private Path folder;

    /** What the other Java does. */
    static final class Update {

        private Update() {
        }

        public static void main(String[] arguments) {
            try (var mirror = GitMirror.open(Path.of(arguments[0]), new GitLocation(arguments[1], Optional.empty(), ""),
                    GitAccess.anonymous(), Optional.empty())) {
                System.out.print(mirror.update().commit());
            }
        }
    }

    @Test
    void nothingOfTheUserIsReadOrRun() throws Exception {
        var git = RealGit.create(folder);
        var commit = git.push("first");
        git.runIn(git.bare(), "git", "config", "uploadpack.packObjectsHook", folder + "/bin/hook");
        var home = Files.createDirectories(folder.resolve("home/.config/jgit")).getParent().getParent();
        Files.writeString(home.resolve(".gitconfig"), """
                [url "file:///nowhere"]
                    insteadOf = file://%s
                [core]
                    fsmonitor = %2$s/bin/hook
                    hooksPath = %2$s/bin
                """.formatted(git.bare(), folder));
        var programs = Files.createDirectory(folder.resolve("bin"));
        for (var name : List.of("git", "sh", "bash", "ssh", "uname", "git-upload-pack", "hook", "post-checkout",
                "reference-transaction")) {
            program(programs.resolve(name));
        }
        assertEquals(commit, run(home, programs, folder.resolve("state").toString(), "file://" + git.bare()));
        assertFalse(Files.exists(folder.resolve("ran")), this::ran);
        try (Stream<Path> files = Files.walk(home)) {
            assertEquals(List.of(".gitconfig"), files.filter(Files::isRegularFile)
                    .map(file -> home.relativize(file).toString()).toList());
        }
    }

    @Test
    void severalProcessesAtOnceDoNotDisturbEachOther() throws Exception {
        var git = RealGit.create(folder);
        git.write("a.yaml", "x");
        var commit = git.push("first");
        Callable<String> process = () -> run(folder, folder, folder.resolve("state").toString(),
                "file://" + git.bare());
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var each : threads.invokeAll(Collections.nCopies(4, process))) {
                assertEquals(commit, each.get());
            }
        }
    }

    private String ran() {
        try {
            return Files.readString(folder.resolve("ran"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void program(Path file) throws IOException {
        Files.writeString(file, "#!/bin/sh\necho \"$0 $*\" >>" + folder + "/ran\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String run(Path home, Path programs, String... arguments) throws Exception {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(System.getProperty("java.home") + "/bin/java",
                "-Duser.home=" + home, "-cp", System.getProperty("java.class.path"), Update.class.getName()),
                Stream.of(arguments)).toList());
        builder.environment().putAll(Map.of("HOME", home.toString(), "PATH", programs.toString(), "GIT_SSH",
                programs + "/ssh", "XDG_CONFIG_HOME", home + "/.config", "GIT_DIR", "/nowhere"));
        var process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(true, process.waitFor(60, TimeUnit.SECONDS));
        return output;
    }
}
