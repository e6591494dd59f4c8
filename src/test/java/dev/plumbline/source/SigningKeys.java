package dev.plumbline.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Throw-away keys of ssh-keygen and gpg, and git signing with them. */
final class SigningKeys implements AutoCloseable {

    private final RealGit git;
    private final Path folder;
    private final Path gnupg;

    SigningKeys(RealGit git, Path folder) throws IOException {
        this.git = git;
        this.folder = folder;
        // gpg's agent listens on a socket in it, whose path may have 108 characters.
        gnupg = Files.createTempDirectory("gpg", PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
        git.environment("GNUPGHOME", gnupg.toString());
    }

    /** Makes an SSH key; returns its private file. */
    Path ssh(String name, String... options) {
        var command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", "", "-C", name, "-f", folder.resolve(name)
                .toString()));
        command.addAll(List.of(options.length == 0 ? new String[] {"-t", "ed25519"} : options));
        git.runIn(folder, command.toArray(String[]::new));
        return folder.resolve(name);
    }

    static String publicKey(Path key) throws IOException {
        var words = Files.readString(Path.of(key + ".pub")).split(" ");
        return words[0] + " " + words[1];
    }

    String fingerprint(Path key) {
        return git.runIn(folder, "ssh-keygen", "-l", "-f", key + ".pub").split(" ")[1];
    }

    /** From now on git signs every commit so, and tags with {@code -s}. */
    void signWithSsh(Path key) {
        git.run("config", "gpg.format", "ssh");
        git.run("config", "user.signingKey", key.toString());
        git.run("config", "commit.gpgSign", "true");
    }

    /** Makes a primary key; returns its fingerprint. */
    String gpgKey(String user, String algorithm, String usage, String expires) {
        gpg("--quick-generate-key", user, algorithm, usage, expires);
        return List.of(gpg("--list-keys", "--with-colons", user).split("\n")).stream()
                .filter(line -> line.startsWith("fpr:")).findFirst().orElseThrow().split(":")[9];
    }

    /** Runs gpg on the throw-away keys. */
    String gpg(String... arguments) {
        var command = new ArrayList<>(List.of("gpg", "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback",
                "--passphrase", "", "--trust-model", "always"));
        command.addAll(List.of(arguments));
        return git.runIn(folder, command.toArray(String[]::new));
    }

    void signWithGpg(String fingerprint) {
        git.run("config", "gpg.format", "openpgp");
        git.run("config", "user.signingKey", fingerprint);
        git.run("config", "commit.gpgSign", "true");
    }

    void signNot() {
        git.run("config", "commit.gpgSign", "false");
    }

    @Override
    public void close() {
        git.runIn(folder, "gpgconf", "--kill", "all");
        git.runIn(folder, "rm", "-r", gnupg.toString());
    }
}
