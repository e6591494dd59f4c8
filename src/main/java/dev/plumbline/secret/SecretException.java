package dev.plumbline.secret;

import java.io.Serial;

/** A secret cannot be read, or is not one since others can read it. The message says what to do, never the value. */
public final class SecretException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    public SecretException(String message) {
        super(message);
    }

    public SecretException(String message, Throwable cause) {
        super(message, cause);
    }
}
