package dev.plumbline.source;

import java.io.IOException;

/** Those who may sign. */
interface Signers {

    /**
     * Who signed it.
     *
     * @return for a person, the key included
     * @throws UntrustedException if the signature is wrong, or nobody's who may sign
     * @throws IOException if the file that lists them cannot be read or understood
     */
    String signer(SignedObject object) throws UntrustedException, IOException;

    /** A signature that counts for nothing. The message completes a sentence that begins with what is signed. */
    final class UntrustedException extends Exception {

        private static final long serialVersionUID = 1;

        UntrustedException(String message) {
            super(message);
        }
    }
}
