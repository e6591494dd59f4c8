package dev.plumbline.host;

import java.io.Serial;

/** There is no commit to use; the failure says why. */
final class SourceFailedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    SourceFailedException(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
