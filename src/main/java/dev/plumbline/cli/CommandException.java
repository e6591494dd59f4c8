package dev.plumbline.cli;

import java.io.Serial;

/** A command cannot do its work; the message says why and what to do, and is all that is printed. */
final class CommandException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final String details;

    CommandException(String message) {
        this(message, "");
    }

    /** With lines that are printed before the message, each ended by a newline. */
    CommandException(String message, String details) {
        super(message);
        this.details = details;
    }

    String details() {
        return details;
    }
}
