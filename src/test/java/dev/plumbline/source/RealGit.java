package dev.plumbline.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program git, with nothing of this machine's configuration: a work tree, and the bare repository it pushes to. */
final class RealGit {

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private int seconds = 1_700_000_000;

    private RealGit(Path folder) {
        this.folder = folder;
        environment.putAll(Map.of("GIT_CONFIG_NOSYSTEM", "1", "GIT_CONFIG_GLOBAL", "/dev/null", "HOME",
                folder.toString(), "GIT_AUTHOR_NAME", "Ann", "GIT_AUTHOR_EMAIL", "ann@example.org",
                "GIT_COMMITTER_NAME", "Carl", "GIT_COMMITTER_EMAIL", "carl@example.org"));
    }

    /** A repository with a branch main, and no commit yet. */
    static RealGit create(Path folder) {
        var git = new RealGit(folder);
        git.runIn(folder, "git", "init", "-q", "--bare", "-b", "main", git.bare().toString());
        git.runIn(folder, "git", "init", "-q", "-b", "main", git.work().toString());
        git.run("remote", "add", "origin", git.bare().toString());
        return git;
    }

    Path bare() {
        return folder.resolve("remote.git");
    }

    Path work() {
        return folder.resolve("work");
    }

    void environment(String name, String value) {
        environment.put(name, value);
    }

    Path write(String name, String content) {
        try {
            var file = work().resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commits all there is, a minute after the commit before; returns the commit's id. */
    String commit(String message, String... options) {
        seconds += 60;
        run("add", "-A");
        environment("GIT_AUTHOR_DATE", seconds + " +0000");
        environment("GIT_COMMITTER_DATE", seconds + " +0000");
        var command = new ArrayList<>(List.of("commit", "-q", "--allow-empty", "-m", message));
        command.addAll(List.of(options));
        run(command.toArray(String[]::new));
        return run("rev-parse", "HEAD");
    }

    /** Commits and pushes the branch main. */
    String push(String message, String... options) {
        var commit = commit(message, options);
        run("push", "-q", "--force", "origin", "HEAD:main");
        return commit;
    }

    /** Runs git in the work tree; returns what it prints. */
    String run(String... arguments) {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return runIn(work(), command.toArray(String[]::new));
    }

    String runIn(Path directory, String... command) {
        try {
            var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
            builder.environment().putAll(environment);
            var process = builder.start();
            process.getOutputStream().close();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
