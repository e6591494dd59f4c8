package dev.plumbline.push;

import dev.plumbline.host.HostException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The bare repository that is pushed into. Everything in it is done by git and with its owner's rights, so that nothing
 * that its owner put there, such as a link, makes root do more.
 *
 * @param directory absolute and without links
 * @param owner by name
 */
public record BareRepository(Path directory, String owner) {

    private static final String MADE = "# Made by `plumbline init`, which makes it anew.";
    /** The largest push: what is larger is refused by git before anything looks at it. */
    private static final String MOST = "256m";

    /**
     * The repository in a directory that exists, or may be made.
     *
     * @param owner absent: whose it is; if there is none yet, who runs this program
     * @throws HostException if something else is there, or it belongs to another user
     */
    public static BareRepository at(Path directory, Optional<String> owner) throws IOException {
        var absolute = directory.toAbsolutePath().normalize();
        var parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new HostException("there is no directory " + parent + " to make the repository in");
        }
        var path = parent.toRealPath().resolve(absolute.getFileName());
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return new BareRepository(path, owner.orElse(System.getProperty("user.name")));
        }
        var found = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
        if (owner.filter(each -> !each.equals(found)).isPresent()) {
            throw new HostException(path + " belongs to " + found + ": chown -R " + owner.get() + " " + path
                    + ", or leave --owner out");
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                || !Files.isDirectory(path.resolve("objects")) && !isEmpty(path)) {
            throw new HostException(path + " is there, and is no bare repository");
        }
        return new BareRepository(path, found);
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    /**
     * Makes it, or what it lacks.
     *
     * @param hooks the hooks, by name, each with the words that it starts; those of ours that are not named are removed
     * @throws HostException if a hook is there that plumbline did not make
     */
    public void make(String branch, Map<String, List<String>> hooks) throws IOException {
        for (var name : List.of("pre-receive", "post-receive")) {
            requireOurs(directory.resolve("hooks").resolve(name));
        }
        if (Files.notExists(directory)) {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwxr-x---")));
            give();
        }
        run("", "git", "init", "--quiet", "--bare", "--initial-branch=" + branch, ".");
        run("", "git", "config", "--file", "config", "receive.advertisePushOptions", "true");
        run("", "git", "config", "--file", "config", "receive.fsckObjects", "true");
        run("", "git", "config", "--file", "config", "receive.maxInputSize", MOST);
        run("", "mkdir", "-p", "hooks");
        for (var name : List.of("pre-receive", "post-receive")) {
            var words = hooks.get(name);
            if (words == null) {
                run("", "rm", "-f", "hooks/" + name);
            } else {
                run(script(words), "sh", "-c", "umask 022; cat >\"$1.new\" && chmod 755 \"$1.new\" && mv \"$1.new\""
                        + " \"$1\"", "sh", "hooks/" + name);
            }
        }
    }

    private static void requireOurs(Path hook) throws IOException {
        if (Files.exists(hook, LinkOption.NOFOLLOW_LINKS)
                && !(Files.isRegularFile(hook, LinkOption.NOFOLLOW_LINKS) && Files.size(hook) < 1 << 20
                        && Files.readString(hook, StandardCharsets.ISO_8859_1).contains(MADE))) {
            throw new HostException(hook + " is there, and plumbline did not make it: move it away; the hook `update`"
                    + " is free");
        }
    }

    private void give() throws IOException {
        if (!isOwn()) {
            var users = directory.getFileSystem().getUserPrincipalLookupService();
            var attributes = Files.getFileAttributeView(directory, PosixFileAttributeView.class,
                    LinkOption.NOFOLLOW_LINKS);
            attributes.setGroup(users.lookupPrincipalByGroupName(id("-gn")));
            attributes.setOwner(users.lookupPrincipalByName(owner));
        }
    }

    private boolean isOwn() {
        return owner.equals(System.getProperty("user.name"));
    }

    /** Groups of the owner, by name. */
    public List<String> groups() throws IOException {
        return List.of(id("-Gn").split(" "));
    }

    private String id(String option) throws IOException {
        return started(List.of("id", option, "--", owner), "", Path.of("/"));
    }

    private void run(String input, String... words) throws IOException {
        var command = new ArrayList<String>();
        if (!isOwn()) {
            command.addAll(List.of("setpriv", "--reuid=" + owner, "--regid=" + id("-g"), "--init-groups"));
        }
        command.addAll(List.of("env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent",
                "GIT_CONFIG_NOSYSTEM=1"));
        command.addAll(List.of(words));
        started(command, input, directory);
    }

    private static String started(List<String> command, String input, Path directory) throws IOException {
        var process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        try (var to = process.outputWriter()) {
            to.write(input);
        }
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new HostException(String.join(" ", command) + ": " + printed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return printed;
    }

    private static String script(List<String> words) {
        return "#!/bin/sh\n" + MADE + "\nexec " + words.stream().map(BareRepository::quoted)
                .collect(Collectors.joining(" ")) + "\n";
    }

    private static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
