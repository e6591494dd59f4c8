package dev.plumbline.host;

import java.io.Serial;

/** What was asked for cannot be done; the message says why and what to do, and is all that is printed. */
public class HostException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final String details;

    public HostException(String message) {
        this(message, "");
    }

    /** With lines that are printed before the message, each ended by a newline. */
    public HostException(String message, String details) {
        super(message);
        this.details = details;
    }

    /** Lines that are printed before the message; empty if there are none. */
    public final String details() {
        return details;
    }
}
