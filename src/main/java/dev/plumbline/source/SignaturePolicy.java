package dev.plumbline.source;

import java.nio.file.Path;

/**
 * Which signatures a commit must have to be applied.
 *
 * @param keys whose
 */
public record SignaturePolicy(Mode mode, Keys keys) {

    /** What is signed; the modes of Flux's source-controller. */
    public enum Mode {
        /** The commit that the ref names. Those before it need no signature. */
        HEAD,
        /** The tag that the ref names. */
        TAG,
        /** Both the tag and the commit that it names. */
        TAG_AND_HEAD
    }

    /** Who may sign. */
    public sealed interface Keys {

        /** The file. */
        Path file();
    }

    /**
     * SSH keys, and authorities that certify them.
     *
     * @param file in the format of ssh-keygen(1), ALLOWED SIGNERS. The time of {@code valid-after} and
     *         {@code valid-before} is that of the commit or tag, as Git has it
     */
    public record AllowedSigners(Path file) implements Keys {
    }

    /**
     * OpenPGP keys.
     *
     * @param file public keys as {@code gpg --export} writes them, with or without {@code --armor}
     */
    public record Keyring(Path file) implements Keys {
    }
}
