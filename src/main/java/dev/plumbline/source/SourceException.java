package dev.plumbline.source;

import java.io.Serial;
import java.util.Optional;

/** The intents cannot be read, or must not be trusted. The message says what to do. */
public final class SourceException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient Optional<Refusal> refusal;

    public SourceException(String message) {
        this(message, Optional.empty());
    }

    /** @param refusal why there is no commit to use */
    SourceException(String message, Optional<Refusal> refusal) {
        super(message);
        this.refusal = refusal;
    }

    public SourceException(String message, Throwable cause) {
        super(message, cause);
        this.refusal = Optional.empty();
    }

    /** Why there is no commit to use; empty where it is about something else. */
    public Optional<Refusal> refusal() {
        return refusal;
    }
}
