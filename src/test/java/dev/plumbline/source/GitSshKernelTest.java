package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.secret.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fetches over ssh from a server of OpenSSH on a loopback port, with keys for this test alone. The server wants root,
 * and a directory in /run, which it gets in a mount namespace of its own.
 */
@Tag("kernel")
class GitSshKernelTest {

    @TempDir
    private Path folder;

    private RealGit git;
    private SigningKeys keys;
    private Path key;
    private Process server;
    private int port;

    @BeforeEach
    void server() throws Exception {
        git = RealGit.create(folder);
        keys = new SigningKeys(git, folder);
        key = keys.ssh("user");
        keys.ssh("host");
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.copy(Path.of(key + ".pub"), folder.resolve("authorized"));
        Files.writeString(folder.resolve("sshd_config"), """
                ListenAddress 127.0.0.1:%2$d
                HostKey %1$s/host
                AuthorizedKeysFile %1$s/authorized
                PermitRootLogin yes
                StrictModes no
                UsePAM no
                PidFile none
                """.formatted(folder, port));
        know("host");
        server = new ProcessBuilder("unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd"
                + " && exec $(PATH=$PATH:/usr/sbin command -v sshd) -D -e -f " + folder + "/sshd_config")
                .redirectErrorStream(true).redirectOutput(folder.resolve("sshd.log").toFile()).start();
        awaitServer();
    }

    private void awaitServer() throws Exception {
        for (int i = 0; i < 200; i++) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                assertTrue(server.isAlive(), Files.readString(folder.resolve("sshd.log")));
                Thread.sleep(50);
            }
        }
        throw new AssertionError("sshd does not listen");
    }

    @AfterEach
    void end() throws InterruptedException {
        stop();
        keys.close();
    }

    private void stop() throws InterruptedException {
        server.descendants().forEach(ProcessHandle::destroy);
        server.destroy();
        assertTrue(server.waitFor(10, TimeUnit.SECONDS));
    }

    /** Writes the file of known hosts. */
    private void know(String host) throws IOException {
        Files.writeString(knownHosts(), "[127.0.0.1]:" + port + " "
                + SigningKeys.publicKey(folder.resolve(host)) + "\n");
    }

    private Path knownHosts() {
        return folder.resolve("known_hosts");
    }

    private GitMirror mirror(Path key, int timeout) {
        return mirror(key, "ssh://root@127.0.0.1:" + port + git.bare(), timeout);
    }

    private GitMirror mirror(Path key, String url, int timeout) {
        return GitMirror.open(folder.resolve("state"), new GitLocation(url, Optional.of("main"), ""),
                new GitAccess(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(new Secret.File(key)),
                        Optional.of(knownHosts()), Duration.ofSeconds(timeout)), Optional.empty());
    }

    private GitMirror mirror() {
        return mirror(key, 30);
    }

    private static String failure(GitMirror mirror) {
        return assertThrows(SourceException.class, mirror::update).getMessage();
    }

    @Test
    void commitsAreFetched() throws InterruptedException {
        git.write("a.yaml", "x");
        var first = git.push("first");
        try (var mirror = mirror()) {
            assertEquals(first, mirror.update().commit());
            git.commit("second");
            git.commit("third");
            var fourth = git.push("fourth");
            var revision = mirror.update();
            assertEquals(fourth, revision.commit());
            assertEquals(GitRevision.Advance.FORWARD, revision.advance());
            stop();
            assertEquals(Refusal.Kind.UNREACHABLE, mirror.update().refusal().orElseThrow().kind());
            assertEquals(fourth, mirror.current().commit());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ecdsa"})
    void otherSortsOfKeys(String type) throws IOException {
        var other = keys.ssh("other", "-t", type);
        Files.copy(Path.of(other + ".pub"), folder.resolve("authorized"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        git.push("first");
        try (var mirror = mirror(other, 30)) {
            assertEquals("first", mirror.update().subject());
        }
    }

    @Test
    void aKeyThatTheServerDoesNotKnow() {
        git.push("first");
        var stranger = keys.ssh("stranger");
        try (var mirror = mirror(stranger, 30)) {
            assertTrue(failure(mirror).endsWith("ssh://127.0.0.1:" + port + git.bare()
                    + " does not let us read it: is the key right, and known to the server?"), failure(mirror));
        }
    }

    @Test
    void aServerThatIsNotKnown() throws IOException {
        git.push("first");
        Files.writeString(knownHosts(), "");
        try (var mirror = mirror()) {
            assertTrue(failure(mirror).endsWith("shows the key " + keys.fingerprint(folder.resolve("host")) + ", which "
                    + knownHosts() + " does not have: it knows nothing of that server"), failure(mirror));
            keys.ssh("impostor");
            know("impostor");
            assertTrue(failure(mirror).endsWith("it is another server, or has got another key"), failure(mirror));
            know("host");
            assertEquals(Optional.empty(), mirror.update().refusal());
            know("impostor");
            assertEquals(Refusal.Kind.UNREACHABLE, mirror.update().refusal().orElseThrow().kind());
        }
        assertEquals(1, Files.readAllLines(knownHosts()).size());
    }

    @Test
    void aRepositoryThatIsNotThere() {
        git.push("first");
        try (var mirror = mirror(key, "ssh://root@127.0.0.1:" + port + folder + "/none.git", 30)) {
            assertTrue(failure(mirror).contains(folder + "/none.git"), failure(mirror));
        }
    }

    @Test
    void keysThatCannotBeUsed() throws IOException {
        git.push("first");
        try (var mirror = mirror()) {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
            assertTrue(failure(mirror).endsWith("which has mode 0644: chmod 600 '" + key + "'"), failure(mirror));
        }
        git.runIn(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", folder + "/locked");
        try (var mirror = mirror(folder.resolve("locked"), 30)) {
            assertTrue(failure(mirror).contains("it has to be a private key without a passphrase"), failure(mirror));
        }
        try (var mirror = mirror(Files.setPosixFilePermissions(Files.writeString(folder.resolve("none"), "nonsense"),
                PosixFilePermissions.fromString("rw-------")), 30)) {
            assertTrue(failure(mirror).contains("file " + folder + "/none"), failure(mirror));
        }
    }

    @Test
    void aServerThatSaysNothingIsLeft() throws IOException {
        git.push("first");
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var mirror = mirror(key, "ssh://root@127.0.0.1:" + silent.getLocalPort() + "/x", 2)) {
            long start = System.nanoTime();
            assertTrue(failure(mirror).contains("ssh://127.0.0.1:" + silent.getLocalPort()), failure(mirror));
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(20).toNanos());
        }
    }
}
