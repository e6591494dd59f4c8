package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.source.SignaturePolicy.AllowedSigners;
import dev.plumbline.source.SignaturePolicy.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits and tags that git signs with SSH keys. They are dated 14 November 2023. */
class SshSignatureTest {

    @TempDir
    private Path folder;

    private RealGit git;
    private SigningKeys keys;
    private Path ann;

    @BeforeEach
    void keys() throws IOException {
        git = RealGit.create(folder);
        keys = new SigningKeys(git, folder);
        ann = keys.ssh("ann");
        allow("ann@example.org " + SigningKeys.publicKey(ann));
        keys.signWithSsh(ann);
    }

    @AfterEach
    void end() {
        keys.close();
    }

    private Path signers() {
        return folder.resolve("allowed_signers");
    }

    private void allow(String... lines) throws IOException {
        Files.writeString(signers(), String.join("\n", lines) + "\n");
    }

    private GitMirror mirror(Mode mode, String ref) {
        return GitMirror.open(folder.resolve("state"), new GitLocation("file://" + git.bare(), Optional.of(ref), ""),
                GitAccess.anonymous(), Optional.of(new SignaturePolicy(mode, new AllowedSigners(signers()))));
    }

    private GitMirror mirror() {
        return mirror(Mode.HEAD, "main");
    }

    /** The message of an update that finds nothing good. */
    private static String failure(GitMirror mirror) {
        return assertThrows(SourceException.class, mirror::update).getMessage();
    }

    private static String untrusted(GitRevision revision) {
        assertEquals(Refusal.Kind.UNTRUSTED, revision.refusal().orElseThrow().kind());
        return revision.refusal().orElseThrow().message();
    }

    @Test
    void aCommitOfAnAllowedSignerIsTaken() {
        var commit = git.push("signed");
        try (var mirror = mirror()) {
            var revision = mirror.update();
            assertEquals(commit, revision.commit());
            assertEquals(Optional.of("ann@example.org (" + keys.fingerprint(ann) + ")"), revision.signer());
            assertEquals(revision, mirror.current());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecdsa", "rsa"})
    void otherSortsOfKeys(String type) throws IOException {
        var key = keys.ssh("key-" + type, "-t", type);
        allow("*@example.org " + SigningKeys.publicKey(key));
        keys.signWithSsh(key);
        git.push("signed");
        try (var mirror = mirror()) {
            assertTrue(mirror.update().signer().orElseThrow().startsWith("*@example.org (SHA256:"));
        }
    }

    @Test
    void whatIsNotSignedIsNeverTaken() {
        var good = git.push("signed");
        keys.signNot();
        try (var mirror = mirror()) {
            mirror.update();
            var unsigned = git.push("not signed");
            for (int i = 0; i < 2; i++) {
                var revision = mirror.update();
                assertEquals(good, revision.commit());
                assertEquals(Optional.of(unsigned), revision.attempted());
                assertEquals("the commit " + unsigned + " by Ann <ann@example.org> is not signed", untrusted(revision));
                assertEquals(revision, mirror.current());
            }
            keys.signWithSsh(ann);
            var next = git.push("signed again");
            assertEquals(next, mirror.update().commit());
            assertEquals(Optional.empty(), mirror.current().refusal());
        }
    }

    @Test
    void aKeyThatIsNotAllowed() {
        var good = git.push("signed");
        var eve = keys.ssh("eve");
        try (var mirror = mirror()) {
            mirror.update();
            keys.signWithSsh(eve);
            var commit = git.push("signed by another");
            var revision = mirror.update();
            assertEquals(good, revision.commit());
            assertTrue(untrusted(revision).startsWith("the commit " + commit + " by Ann <ann@example.org> is signed"
                    + " with the key " + keys.fingerprint(eve) + ", which does not count by " + signers() + ": "),
                    untrusted(revision));
        }
    }

    @Test
    void aChangedCommit() throws IOException {
        git.push("signed");
        var raw = git.run("cat-file", "commit", "HEAD") + "\n";
        var changed = Files.writeString(folder.resolve("changed"), raw.replace("\n\nsigned", "\n\nchanged"));
        var commit = git.run("hash-object", "-t", "commit", "-w", changed.toString());
        git.run("push", "-q", "--force", "origin", commit + ":main");
        try (var mirror = mirror()) {
            assertTrue(failure(mirror).endsWith("the signature is wrong"), failure(mirror));
        }
        var damaged = Files.writeString(changed, raw.replaceFirst("gpgsig -----BEGIN SSH SIGNATURE-----\n .",
                "gpgsig -----BEGIN SSH SIGNATURE-----\n !"));
        git.run("push", "-q", "--force", "origin", git.run("hash-object", "-t", "commit", "-w", damaged.toString())
                + ":main");
        try (var mirror = mirror()) {
            assertTrue(failure(mirror).contains("has a damaged signature"), failure(mirror));
        }
    }

    @Test
    void whatAnEntryAllows() throws IOException {
        git.push("signed");
        var key = SigningKeys.publicKey(ann);
        try (var mirror = mirror()) {
            allow("ann namespaces=\"file\" " + key);
            assertTrue(failure(mirror).contains("namespace"), failure(mirror));
            allow("ann valid-before=\"20231101\" " + key);
            assertTrue(failure(mirror).contains("which does not count by"), failure(mirror));
            allow("ann valid-after=\"20231201Z\" " + key);
            assertTrue(failure(mirror).contains("which does not count by"), failure(mirror));
            allow("ann cert-authority " + key);
            assertTrue(failure(mirror).contains("which does not count by"), failure(mirror));
            allow("# nobody");
            assertTrue(failure(mirror).contains("which does not count by"), failure(mirror));
            allow("ann nonsense");
            assertTrue(failure(mirror).contains(signers().toString()), failure(mirror));
            allow("ann namespaces=\"git\",valid-after=\"20231101Z\",valid-before=\"20231201Z\" " + key);
            allow("ann namespaces=\"git\" valid-after=\"20231101Z\" valid-before=\"20231201Z\" " + key);
            assertTrue(mirror.update().signer().orElseThrow().startsWith("ann ("));
        }
    }

    @Test
    void aCertificateOfAnAuthority() throws IOException {
        var authority = keys.ssh("authority");
        git.runIn(folder, "ssh-keygen", "-q", "-s", authority.toString(), "-I", "id", "-n", "ann@example.org",
                ann + ".pub");
        Files.copy(ann, folder.resolve("ann-cert"));
        keys.signWithSsh(folder.resolve("ann-cert.pub"));
        git.push("signed");
        allow("*@example.org cert-authority " + SigningKeys.publicKey(authority));
        try (var mirror = mirror()) {
            assertEquals("ann@example.org (" + keys.fingerprint(ann) + ")", mirror.update().signer().orElseThrow());
        }
        allow("*@example.org cert-authority " + SigningKeys.publicKey(keys.ssh("other")));
        try (var mirror = mirror()) {
            assertThrows(SourceException.class, mirror::current);
        }
    }

    /** A commit was good by the policy of its time. Drift is not corrected towards what is not trusted any more. */
    @Test
    void aStricterPolicyHoldsForTheLastGoodCommitToo() throws IOException {
        var commit = git.push("signed");
        try (var mirror = mirror()) {
            mirror.update();
            allow("eve " + SigningKeys.publicKey(keys.ssh("eve")));
            assertTrue(assertThrows(SourceException.class, mirror::current).getMessage().startsWith("no commit of"
                    + " file://" + git.bare() + ", ref main can be used: the commit " + commit));
        }
        keys.signNot();
        git.push("unsigned");
        try (var careless = GitMirror.open(folder.resolve("state"), new GitLocation("file://" + git.bare(),
                Optional.of("main"), ""), GitAccess.anonymous(), Optional.empty())) {
            assertEquals(Optional.empty(), careless.update().signer());
        }
        allow("ann " + SigningKeys.publicKey(ann));
        try (var mirror = mirror()) {
            assertTrue(assertThrows(SourceException.class, mirror::current).getMessage().contains("is not signed"));
        }
    }

    @Test
    void theFileOfSignersIsTheOwnersAlone() throws IOException {
        git.push("signed");
        Files.setPosixFilePermissions(signers(), PosixFilePermissions.fromString("rw-rw-r--"));
        try (var mirror = mirror()) {
            assertTrue(failure(mirror).startsWith("others can write the file of those who may sign, and with them"),
                    failure(mirror));
            Files.delete(signers());
            assertEquals("the file of those who may sign cannot be read: " + signers() + " does not exist",
                    failure(mirror));
        }
    }

    @Test
    void aSignedTag() {
        keys.signNot();
        var commit = git.push("not signed");
        git.run("tag", "-s", "-m", "release", "v1");
        git.run("tag", "-a", "-m", "release", "v2");
        git.run("tag", "v3");
        git.run("push", "-q", "origin", "v1", "v2", "v3", "v1:refs/tags/v4");
        try (var mirror = mirror(Mode.TAG, "v1")) {
            assertEquals(commit, mirror.update().commit());
            assertEquals("ann@example.org (" + keys.fingerprint(ann) + ")", mirror.current().signer().orElseThrow());
        }
        try (var mirror = mirror(Mode.TAG, "v2")) {
            assertTrue(failure(mirror).endsWith("the tag v2 is not signed"), failure(mirror));
        }
        try (var mirror = mirror(Mode.TAG, "refs/tags/v3")) {
            assertTrue(failure(mirror).contains("is no annotated tag, so it carries no signature"), failure(mirror));
        }
        try (var mirror = mirror(Mode.TAG, "v4")) {
            assertTrue(failure(mirror).contains("the tag v4 calls itself v1"), failure(mirror));
        }
        try (var mirror = mirror(Mode.TAG_AND_HEAD, "v1")) {
            assertTrue(failure(mirror).contains("the commit " + commit), failure(mirror));
        }
        try (var mirror = mirror(Mode.HEAD, "v1")) {
            assertTrue(failure(mirror).contains("is not signed"), failure(mirror));
        }
    }

    @Test
    void aSignedTagOfASignedCommit() {
        git.push("signed");
        git.run("tag", "-s", "-m", "release", "v1");
        git.run("push", "-q", "origin", "v1");
        var signer = "ann@example.org (" + keys.fingerprint(ann) + ")";
        try (var mirror = mirror(Mode.TAG_AND_HEAD, "v1")) {
            assertEquals("tag by " + signer + ", commit by " + signer, mirror.update().signer().orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"refs/heads/main", "HEAD"})
    void aTagHasToBeNamed(String ref) {
        assertTrue(assertThrows(SourceException.class, () -> mirror(Mode.TAG, ref)).getMessage()
                .startsWith("a signed tag is asked for, but file://" + git.bare() + ", ref " + ref + " names no tag"));
    }

    @Test
    void aSignatureOfAnotherSort() {
        keys.signWithGpg(keys.gpgKey("Ann <ann@example.org>", "ed25519", "sign", "never"));
        git.push("signed with gpg");
        try (var mirror = mirror()) {
            assertTrue(failure(mirror).endsWith("is signed, but not with an SSH key"), failure(mirror));
        }
    }
}
