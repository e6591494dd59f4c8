package dev.plumbline.control;

import java.io.IOException;

/** Somebody listens on a socket, and does not answer in time or not to the end. */
public final class SilentServerException extends IOException {
    private static final long serialVersionUID = 1;

    SilentServerException(String message) {
        super(message);
    }
}
