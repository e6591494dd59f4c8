package dev.plumbline.source;

import java.io.Serial;

/** The intents cannot be read, or must not be trusted. The message says what to do. */
public final class SourceException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    public SourceException(String message) {
        super(message);
    }

    public SourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
