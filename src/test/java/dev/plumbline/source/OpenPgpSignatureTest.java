package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.source.SignaturePolicy.Keyring;
import dev.plumbline.source.SignaturePolicy.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.bc.BcPGPPublicKeyRing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits that git signs with gpg. The keyring of the policy is a file, never that of the user. */
class OpenPgpSignatureTest {

    private static final String ANN = "Ann <ann@example.org>";

    @TempDir
    private Path folder;

    private RealGit git;
    private SigningKeys keys;

    @BeforeEach
    void keys() throws IOException {
        git = RealGit.create(folder);
        keys = new SigningKeys(git, folder);
    }

    @AfterEach
    void end() {
        keys.close();
    }

    private Path keyring() {
        return folder.resolve("keyring");
    }

    private void export(String... keys) {
        var arguments = new java.util.ArrayList<>(java.util.List.of("--output", keyring().toString(), "--export"));
        arguments.addAll(java.util.List.of(keys));
        this.keys.gpg(arguments.toArray(String[]::new));
    }

    private GitMirror mirror(Mode mode, String ref) {
        return GitMirror.open(folder.resolve("state"), new GitLocation("file://" + git.bare(), Optional.of(ref), ""),
                GitAccess.anonymous(), Optional.of(new SignaturePolicy(mode, new Keyring(keyring()))));
    }

    private String signer() {
        try (var mirror = mirror(Mode.HEAD, "main")) {
            return mirror.update().signer().orElseThrow();
        }
    }

    private String failure() {
        try (var mirror = mirror(Mode.HEAD, "main")) {
            return assertThrows(SourceException.class, mirror::update).getMessage();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "rsa2048", "nistp256", "brainpoolP256r1"})
    void aKeyOfTheKeyring(String algorithm) {
        var ann = keys.gpgKey(ANN, algorithm, "sign", "never");
        export(ann);
        keys.signWithGpg(ann);
        git.push("signed");
        assertEquals(ANN + " (" + ann + ")", signer());
        git.run("verify-commit", "HEAD");
    }

    @Test
    void aKeyringOfSeveralBlocks() throws IOException {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        var ben = keys.gpgKey("Ben <ben@example.org>", "ed25519", "sign", "never");
        Files.writeString(keyring(), keys.gpg("--armor", "--export", ann) + "\n"
                + keys.gpg("--armor", "--export", ben) + "\n");
        keys.signWithGpg(ben);
        git.push("signed");
        assertEquals("Ben <ben@example.org> (" + ben + ")", signer());
        export(ann, ben);
        assertEquals("Ben <ben@example.org> (" + ben + ")", signer());
    }

    /** The key is in gpg's own keyring, which counts for nothing here. */
    @Test
    void aKeyThatIsNotInTheKeyring() {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        var eve = keys.gpgKey("Eve <eve@example.org>", "ed25519", "sign", "never");
        export(ann);
        keys.signWithGpg(ann);
        var good = git.push("signed");
        try (var mirror = mirror(Mode.HEAD, "main")) {
            mirror.update();
            keys.signWithGpg(eve);
            var commit = git.push("signed by another");
            git.run("verify-commit", "HEAD");
            var revision = mirror.update();
            assertEquals(good, revision.commit());
            assertEquals(new Refusal(Refusal.Kind.UNTRUSTED, "the commit " + commit + " by " + ANN + " is signed with"
                    + " the OpenPGP key " + eve + ", which is not in " + keyring() + ", or the signature is wrong"),
                    revision.refusal().orElseThrow());
        }
    }

    @Test
    void aChangedCommit() throws IOException {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        export(ann);
        keys.signWithGpg(ann);
        git.push("signed");
        var raw = git.run("cat-file", "commit", "HEAD") + "\n";
        var changed = Files.writeString(folder.resolve("changed"), raw.replace("\n\nsigned", "\n\nchanged"));
        git.run("push", "-q", "--force", "origin", git.run("hash-object", "-t", "commit", "-w", changed.toString())
                + ":main");
        assertTrue(failure().contains("or the signature is wrong"), this::failure);
        Files.writeString(changed, raw.replaceFirst("(?s)gpgsig .*?-----END PGP SIGNATURE-----\n( \n)?",
                "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n"));
        git.run("push", "-q", "--force", "origin", git.run("hash-object", "-t", "commit", "-w", changed.toString())
                + ":main");
        assertTrue(failure().contains("signature"), this::failure);
    }

    @Test
    void aSubkeySigns() {
        var ann = keys.gpgKey(ANN, "ed25519", "cert", "never");
        keys.gpg("--quick-add-key", ann, "ed25519", "sign", "never");
        export(ann);
        keys.signWithGpg(ann);
        git.push("signed");
        assertEquals(ANN + " (" + ann + ")", signer());
    }

    /** Anybody can upload a key with a subkey of his to a key server. */
    @Test
    void aSubkeyThatSomebodyElseAdded() throws IOException {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        var eve = keys.gpgKey("Eve <eve@example.org>", "ed25519", "cert", "never");
        keys.gpg("--quick-add-key", eve, "ed25519", "sign", "never");
        export(eve);
        var subkeys = ring().getPublicKeys();
        subkeys.next();
        var subkey = subkeys.next();
        export(ann);
        Files.write(keyring(), PGPPublicKeyRing.insertPublicKey(ring(), subkey).getEncoded());
        keys.signWithGpg(eve);
        git.push("signed");
        assertTrue(failure().endsWith("which is a subkey that is not bound to its primary key for signing"),
                this::failure);
    }

    private PGPPublicKeyRing ring() throws IOException {
        return new BcPGPPublicKeyRing(Files.readAllBytes(keyring()));
    }

    @Test
    void aRevokedKey() throws IOException {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        export(ann);
        keys.signWithGpg(ann);
        git.push("signed");
        signer();
        revoke(ann);
        export(ann);
        assertTrue(failure().endsWith(ann + ", which is revoked"), this::failure);
    }

    /** gpg writes a revocation beside each new key; a colon keeps it from being imported by mistake. */
    private void revoke(String key) throws IOException {
        var home = Path.of(git.runIn(folder, "sh", "-c", "echo $GNUPGHOME"));
        var revocation = Files.readString(home.resolve("openpgp-revocs.d/" + key + ".rev"));
        keys.gpg("--import", Files.writeString(folder.resolve("revocation"),
                revocation.replace(":-----BEGIN", "-----BEGIN")).toString());
    }

    @Test
    void aKeyThatHadExpired() throws InterruptedException {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "seconds=8");
        keys.signWithGpg(ann);
        git.push("signed in time");
        export(ann);
        assertEquals(ANN + " (" + ann + ")", signer());
        Thread.sleep(9000);
        // What was signed in time stays good; gpg itself refuses to sign from now on.
        assertEquals(ANN + " (" + ann + ")", signer());
        keys.gpg("--quick-set-expire", ann, "0");
        git.push("signed in the second life of the key");
        try (var mirror = mirror(Mode.HEAD, "main")) {
            var why = mirror.update().refusal().orElseThrow().message();
            assertTrue(why.endsWith(ann + ", which had expired when it signed"), why);
        }
        export(ann);
        assertEquals(ANN + " (" + ann + ")", signer());
    }

    @Test
    void aWeakHash() {
        var ann = keys.gpgKey(ANN, "rsa2048", "sign", "never");
        export(ann);
        keys.signWithGpg(ann);
        git.runIn(folder, "sh", "-c", "echo 'digest-algo SHA1' > $GNUPGHOME/gpg.conf");
        git.push("signed");
        assertTrue(failure().contains("is signed over a weak hash"), this::failure);
    }

    @Test
    void aSignedTag() {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        export(ann);
        var commit = git.push("not signed");
        keys.signWithGpg(ann);
        git.run("tag", "-s", "-m", "release\n\n-----BEGIN PGP SIGNATURE-----\nnot the signature", "v1");
        git.run("push", "-q", "origin", "v1");
        try (var mirror = mirror(Mode.TAG, "v1")) {
            assertEquals(commit, mirror.update().commit());
            assertEquals(Optional.of(ANN + " (" + ann + ")"), mirror.current().signer());
        }
    }

    @Test
    void aKeyringThatIsNone() throws IOException {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        keys.signWithGpg(ann);
        git.push("signed");
        Files.writeString(keyring(), "nonsense");
        assertTrue(failure().contains(keyring() + " "), this::failure);
        Files.writeString(keyring(), "");
        assertTrue(failure().startsWith(keyring() + " holds no OpenPGP public key"), this::failure);
        keys.gpg("--output", keyring().toString(), "--export-secret-keys", ann);
        assertTrue(failure().startsWith(keyring() + " "), this::failure);
    }

    @Test
    void aSignatureOfAnotherSort() {
        var ann = keys.gpgKey(ANN, "ed25519", "sign", "never");
        export(ann);
        keys.signWithSsh(keys.ssh("ann"));
        git.push("signed");
        assertTrue(failure().endsWith("is signed, but not with OpenPGP"), this::failure);
    }
}
