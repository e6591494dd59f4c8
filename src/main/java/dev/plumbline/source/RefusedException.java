package dev.plumbline.source;

import java.io.Serial;

/** What the remote has is not to be used; the last good commit stays. */
final class RefusedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient Refusal refusal;

    RefusedException(Refusal.Kind kind, String message) {
        super(message);
        refusal = new Refusal(kind, message);
    }

    Refusal refusal() {
        return refusal;
    }
}
