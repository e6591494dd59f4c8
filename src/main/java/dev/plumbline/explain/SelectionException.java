package dev.plumbline.explain;

import java.io.Serial;

/** Words that select no object; the message says what would be right. */
public final class SelectionException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    public SelectionException(String message) {
        super(message);
    }
}
