package dev.plumbline.control;

import java.io.IOException;

/** Nobody listens on a socket: there is none, or who made it is gone. */
public final class NoServerException extends IOException {
    private static final long serialVersionUID = 1;

    NoServerException(String message) {
        super(message);
    }
}
