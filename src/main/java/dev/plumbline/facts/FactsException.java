package dev.plumbline.facts;

import java.io.Serial;

/** Facts cannot be gathered or read, or do not hold what is asked of them; the message says what to do. */
public final class FactsException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    public FactsException(String message) {
        super(message);
    }
}
