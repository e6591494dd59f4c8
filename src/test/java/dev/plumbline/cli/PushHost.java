package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A host, the repository on it that is pushed into, and a work tree to push from; git is the real one. */
final class PushHost {

    private final TestHost host;
    private final Path directory;
    private final Path work;

    /** @param directory that all users may enter */
    PushHost(TestHost host, Path directory) throws Exception {
        this.host = host;
        this.directory = directory;
        work = directory.resolve("work");
        configure("");
        execute(List.of("git", "init", "--quiet", "--initial-branch=main", work.toString()));
    }

    TestHost host() {
        return host;
    }

    Path repository() {
        return directory.resolve("network.git");
    }

    Path configuration() {
        return directory.resolve("plumbline.yaml");
    }

    Path sockets() {
        return directory.resolve("run");
    }

    /** Writes plumbline.yaml: which host it is, and the repository as the source, with more fields if they are said. */
    void configure(String more) {
        write(configuration(), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                host: {name: edge-1}
                stateDirectory: %s
                source: {git: {url: "file://%s", ref: main, path: intents%s}}
                """.formatted(host.state(), repository(), more));
    }

    /** {@code plumbline init} with these words, which must succeed; gives what it printed. */
    String init(String... more) {
        var words = new ArrayList<>(List.of("init", repository().toString(), "--socket-dir", sockets().toString()));
        words.addAll(List.of(more));
        var result = plumbline(words.toArray(String[]::new));
        assertEquals(0, result.code(), result::toString);
        return result.out();
    }

    TestHost.Result plumbline(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--config", configuration().toString()));
        return host.execute(all.toArray(String[]::new));
    }

    /** Commits this one file more, or anew. */
    PushHost commit(String file, String content) throws Exception {
        Files.createDirectories(work.resolve(file).getParent());
        write(work.resolve(file), content);
        return commit();
    }

    /** Signs all commits from now on; gives the file of those who may. */
    Path signing() throws Exception {
        var key = directory.resolve("signing");
        assertEquals(0, execute(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())).code());
        for (var setting : List.of("gpg.format=ssh", "user.signingKey=" + key, "commit.gpgSign=true")) {
            assertEquals(0, git("config", setting.replaceFirst("=.*", ""), setting.replaceFirst(".*?=", "")).code());
        }
        var allowed = directory.resolve("allowed_signers");
        write(allowed, "ann@example.com " + Files.readString(Path.of(key + ".pub")));
        return allowed;
    }

    PushHost without(String file) throws Exception {
        Files.delete(work.resolve(file));
        return commit();
    }

    private PushHost commit() throws Exception {
        assertEquals(0, git("add", "--all").code());
        var made = git("commit", "--quiet", "--message", "Change");
        assertEquals(0, made.code(), made::toString);
        return this;
    }

    /** {@code git push} by path, as root. */
    TestHost.Result push(String... words) throws Exception {
        return pushTo(repository().toString(), words);
    }

    /** {@code git push} of HEAD to main. */
    TestHost.Result pushTo(String url, String... options) throws Exception {
        var all = new ArrayList<>(List.of("push"));
        all.addAll(List.of(options));
        all.add(url);
        if (Arrays.stream(options).noneMatch(each -> each.equals("--all"))) {
            all.add("HEAD:main");
        }
        return git(all.toArray(String[]::new));
    }

    /** Runs git in the work tree, on the host. */
    TestHost.Result git(String... words) throws Exception {
        return execute(gitWords(words));
    }

    List<String> gitWords(String... words) {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", host.name(), "git", "-C", work.toString(), "-c",
                "user.name=Ann", "-c", "user.email=ann@example.com"));
        command.addAll(List.of(words));
        return command;
    }

    /** The commit that main of the repository names; empty if there is none. */
    String main() throws Exception {
        return execute(List.of("git", "-c", "safe.directory=*", "--git-dir", repository().toString(), "rev-parse",
                "--verify", "--quiet", "refs/heads/main")).out().strip();
    }

    /** Runs a command to its end. */
    TestHost.Result execute(List<String> command) throws Exception {
        return finish(start(command));
    }

    /** Starts a command whose output is not kept apart. */
    Process start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(each -> each.startsWith("GIT_"));
        builder.environment().putAll(java.util.Map.of("GIT_CONFIG_NOSYSTEM", "1", "GIT_CONFIG_GLOBAL", "/dev/null",
                "HOME", directory.toString()));
        return builder.start();
    }

    static TestHost.Result finish(Process process) throws Exception {
        process.getOutputStream().close();
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("it does not end: " + printed);
        }
        // git pads each line of a hook, so that it overwrites what a terminal may show there.
        return new TestHost.Result(process.exitValue(), printed.replaceAll("(?m) +$", ""), "");
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
