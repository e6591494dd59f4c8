package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.secret.Secret;
import dev.plumbline.source.GitRevision.Advance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches over http and https from real git, and from servers that mean harm. */
class GitHttpTest {

    @TempDir
    private Path folder;

    private RealGit git;

    @BeforeEach
    void repository() {
        git = RealGit.create(folder);
    }

    private GitMirror mirror(String url, GitAccess access) {
        return GitMirror.open(folder.resolve("state"), new GitLocation(url, Optional.of("main"), ""), access,
                Optional.empty());
    }

    private GitMirror mirror(GitHttpServer server) {
        return mirror(server.url(), GitAccess.anonymous());
    }

    private static GitAccess access(Optional<Secret> token, Optional<String> user, Optional<Path> authority,
            int seconds) {
        return new GitAccess(token, user, authority, Optional.empty(), Optional.empty(), Duration.ofSeconds(seconds));
    }

    private static String failure(GitMirror mirror) {
        return assertThrows(SourceException.class, mirror::update).getMessage();
    }

    private Path token(String value) throws IOException {
        var file = Files.writeString(folder.resolve("token"), value + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void commitsComeOneByOneAndManyAtOnce() throws IOException {
        git.write("a.yaml", "x");
        git.push("first");
        var first = git.push("second");
        try (var server = GitHttpServer.http(git); var mirror = mirror(server)) {
            assertEquals(first, mirror.update().commit());
            assertEquals("3", git.runIn(mirror.directory(), "sh", "-c",
                    "git cat-file --batch-check --batch-all-objects | wc -l"));
            git.commit("third");
            git.write("a.yaml", "y");
            git.commit("fourth");
            var fifth = git.push("fifth");
            assertEquals(fifth, mirror.update().commit());
            assertEquals(Advance.FORWARD, mirror.current().advance());
            git.run("reset", "-q", "--hard", first);
            git.write("a.yaml", "z");
            git.commit("other third");
            var other = git.push("other fourth");
            assertEquals(other, mirror.update().commit());
            assertEquals(Advance.REWRITTEN, mirror.current().advance());
            git.run("push", "-q", "--force", "origin", first + ":main");
            assertEquals(first, mirror.update().commit());
            assertEquals(Advance.REWRITTEN, mirror.current().advance());
            git.runIn(git.bare(), "git", "update-ref", "-d", "refs/heads/main");
            assertEquals(Refusal.Kind.REF_MISSING, mirror.update().refusal().orElseThrow().kind());
            assertEquals(first, mirror.current().commit());
        }
    }

    @Test
    void offlineTheLastGoodCommitStays() throws IOException {
        var commit = git.push("first");
        var server = GitHttpServer.http(git);
        try (var mirror = mirror(server)) {
            var good = mirror.update();
            server.close();
            var revision = mirror.update();
            assertEquals(commit, revision.commit());
            assertEquals(good.fetchedAt(), revision.fetchedAt());
            assertEquals(Refusal.Kind.UNREACHABLE, revision.refusal().orElseThrow().kind());
            assertTrue(revision.refusal().orElseThrow().message().startsWith("cannot fetch from " + server.url()
                    + ": Connection refused"));
        }
    }

    @Test
    void aTokenIsSentWhenItIsAskedFor() throws IOException {
        var commit = git.push("first");
        try (var server = GitHttpServer.http(git)) {
            server.require("git", "S3CRET");
            try (var mirror = mirror(server.url(), access(Optional.of(new Secret.File(token("S3CRET"))),
                    Optional.empty(), Optional.empty(), 20))) {
                assertEquals(commit, mirror.update().commit());
                assertEquals("", server.authorizations().getFirst());
                assertFalse(Files.readString(mirror.directory().resolve("config")).contains("S3CRET"));
            }
            server.require("ann", "S3CRET");
            try (var mirror = mirror(server.url(), access(Optional.of(new Secret.File(token("S3CRET"))),
                    Optional.of("ann"), Optional.empty(), 20))) {
                assertEquals(Optional.empty(), mirror.update().refusal());
            }
            for (var token : List.of(Optional.<Secret>empty(), Optional.<Secret>of(new Secret.File(token("WR0NG"))))) {
                try (var mirror = mirror(server.url(), access(token, Optional.empty(), Optional.empty(), 20))) {
                    var revision = mirror.update();
                    assertEquals(new Refusal(Refusal.Kind.DENIED, server.url() + " does not let us read it: is the"
                            + " token right, and may it read this repository?"), revision.refusal().orElseThrow());
                    assertEquals(commit, revision.commit());
                }
            }
        }
    }

    @Test
    void aTokenThatOthersCanReadIsNotUsed() throws IOException {
        git.push("first");
        var file = Files.setPosixFilePermissions(token("S3CRET"), PosixFilePermissions.fromString("rw-r-----"));
        try (var server = GitHttpServer.http(git)) {
            server.require("git", "S3CRET");
            try (var mirror = mirror(server.url(), access(Optional.of(new Secret.File(file)), Optional.empty(),
                    Optional.empty(), 20))) {
                assertTrue(failure(mirror).endsWith("others can read the secret in " + file + ", which has mode 0640:"
                        + " chmod 600 '" + file + "'"), failure(mirror));
            }
            assertEquals(Set.of(""), Set.copyOf(server.authorizations()));
        }
    }

    @Test
    void aTokenGoesToNoOtherHost() throws IOException {
        git.push("first");
        try (var server = GitHttpServer.http(git); var other = GitHttpServer.http(git)) {
            server.require("git", "S3CRET");
            var access = access(Optional.of(new Secret.File(token("S3CRET"))), Optional.empty(), Optional.empty(), 20);
            try (var mirror = mirror(server.url(), access)) {
                mirror.update();
                server.redirect("http://127.0.0.1:" + other.port());
                git.push("second");
                assertEquals("cannot fetch from " + server.url() + ": 127.0.0.1 sends us on to http://127.0.0.1:"
                        + other.port() + ": if that is right, name it in the URL",
                        mirror.update().refusal().orElseThrow().message());
            }
            assertEquals(List.of(), other.authorizations());
        }
    }

    @Test
    void httpsByAnAuthorityOfOnesOwn() throws Exception {
        var commit = git.push("first");
        var authority = folder.resolve("authority.pem");
        try (var server = GitHttpServer.https(git, folder, authority)) {
            try (var mirror = mirror(server)) {
                assertTrue(failure(mirror).contains("its certificate does not count ("), failure(mirror));
                assertTrue(failure(mirror).endsWith("name that (caFile: FILE)"), failure(mirror));
            }
            try (var mirror = mirror(server.url(), access(Optional.empty(), Optional.empty(),
                    Optional.of(authority), 20))) {
                assertEquals(commit, mirror.update().commit());
                var next = git.push("second");
                assertEquals(next, mirror.update().commit());
            }
            // The certificate is for 127.0.0.1.
            try (var mirror = mirror(server.url().replace("127.0.0.1", "localhost"), access(Optional.empty(),
                    Optional.empty(), Optional.of(authority), 20))) {
                assertTrue(failure(mirror).contains("its certificate does not count ("), failure(mirror));
            }
            var nonsense = Files.writeString(folder.resolve("nonsense.pem"), "nonsense");
            try (var mirror = mirror(server.url(), access(Optional.empty(), Optional.empty(),
                    Optional.of(nonsense), 20))) {
                assertTrue(mirror.update().refusal().orElseThrow().message().contains(nonsense
                        + " holds no certificates in PEM"));
            }
        }
    }

    @Test
    void aRepositoryThatIsNotThere() throws IOException {
        try (var server = GitHttpServer.http(git); var mirror = mirror(server.url() + "x", GitAccess.anonymous())) {
            assertTrue(failure(mirror).endsWith("there is no Git repository " + server.url()
                    + "x, or it is not shown to us"), failure(mirror));
        }
    }

    @Test
    void aServerThatSaysNothingIsLeft() throws IOException {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var mirror = mirror("http://127.0.0.1:" + silent.getLocalPort() + "/x", access(Optional.empty(),
                        Optional.empty(), Optional.empty(), 1))) {
            long start = System.nanoTime();
            assertTrue(failure(mirror).contains("http://127.0.0.1:"), failure(mirror));
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(10).toNanos());
        }
    }

    /** Each byte comes in time, the answer never. */
    @Test
    void aServerThatNeverEndsIsLeft() throws Exception {
        try (var slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var server = Thread.ofVirtual().start(() -> drip(slow));
            try (var mirror = mirror("http://127.0.0.1:" + slow.getLocalPort() + "/x", access(Optional.empty(),
                    Optional.empty(), Optional.empty(), 2))) {
                long start = System.nanoTime();
                assertTrue(failure(mirror).endsWith("did not answer within 2 s"));
                assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
            } finally {
                server.interrupt();
            }
        }
    }

    private static void drip(ServerSocket server) {
        try (var connection = server.accept(); var out = connection.getOutputStream()) {
            out.write("HTTP/1.1 200 OK\r\nX-Drip: ".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 200; i++) {
                out.write('x');
                out.flush();
                Thread.sleep(100);
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone: that is what is tested.
        }
    }
}
