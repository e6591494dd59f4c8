package dev.plumbline.source;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.GpgConfig;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.SignatureVerifier;
import org.eclipse.jgit.lib.SignatureVerifier.SignatureVerification;
import org.eclipse.jgit.signing.ssh.SigningKeyDatabase;
import org.eclipse.jgit.signing.ssh.SshSignatureVerifierFactory;
import org.eclipse.jgit.signing.ssh.VerificationException;

/** Who may sign with an SSH key, by a file of allowed signers. JGit checks the signature and reads the file. */
final class SshSigners implements Signers {

    static {
        SigningKeyDatabase.setInstance(new Speaking(SigningKeyDatabase.getInstance()));
    }

    private final Repository repository;
    private final Path file;
    private final GpgConfig config;

    SshSigners(Repository repository, Path file) {
        this.repository = repository;
        this.file = file;
        var settings = new Config();
        settings.setString("gpg", null, "format", "ssh");
        settings.setString("gpg", "ssh", "allowedSignersFile", file.toAbsolutePath().toString());
        config = new GpgConfig(settings);
    }

    @Override
    public String signer(SignedObject object) throws UntrustedException {
        if (!object.isSsh()) {
            throw new UntrustedException("is signed, but not with an SSH key");
        }
        var verifier = new SshSignatureVerifierFactory().create();
        // It keeps the file until its time changes.
        verifier.clear();
        var result = verified(verifier, object);
        if (result.verified()) {
            return result.keyUser() + " (" + result.keyFingerprint() + ")";
        }
        throw new UntrustedException((result.keyFingerprint() == null ? "has a damaged signature"
                : "is signed with the key " + result.keyFingerprint() + ", which does not count by " + file)
                + (result.message() == null ? ": the signature is wrong" : ": " + result.message()));
    }

    private SignatureVerification verified(SignatureVerifier verifier, SignedObject object) throws UntrustedException {
        try {
            return verifier.verify(repository, config, object.payload(), object.signature());
        } catch (IOException | RuntimeException e) {
            // What is wrong with the file of signers comes as a result, see below.
            throw new UntrustedException("has a signature that is damaged, or of a sort of key that is not known here: "
                    + e.getMessage());
        }
    }

    /** Says what is wrong with the file, where JGit would write it into a log. */
    private record Speaking(SigningKeyDatabase database) implements SigningKeyDatabase {

        @Override
        public boolean isRevoked(Repository repository, GpgConfig config, PublicKey key) throws IOException {
            return database.isRevoked(repository, config, key);
        }

        @Override
        public String isAllowed(Repository repository, GpgConfig config, PublicKey key, String namespace,
                PersonIdent person) throws VerificationException {
            if (person == null) {
                // Without a time JGit would take a key whose time is over.
                throw new VerificationException(false, "it does not say when it was made");
            }
            try {
                return database.isAllowed(repository, config, key, namespace, person);
            } catch (IOException e) {
                throw new VerificationException(false, e.getMessage());
            }
        }
    }
}
