package dev.plumbline.state;

import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;

/** A network namespace is there, and this user may not enter it. */
public final class ForbiddenNamespaceException extends UncheckedIOException {

    @Serial
    private static final long serialVersionUID = 1;

    public ForbiddenNamespaceException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
