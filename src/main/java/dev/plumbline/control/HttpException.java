package dev.plumbline.control;

import java.io.IOException;

/** A request that cannot be served, and the status that says so. */
public final class HttpException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * A refusal.
     *
     * @param status 400 to 599
     * @param message what is wrong, for the one who asked
     */
    public HttpException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
