package dev.plumbline.cli;

import dev.plumbline.host.HostException;
import java.io.Serial;

/** A command cannot do its work; the message says why and what to do, and is all that is printed. */
final class CommandException extends HostException {

    @Serial
    private static final long serialVersionUID = 1;

    CommandException(String message) {
        super(message);
    }

    /** With lines that are printed before the message, each ended by a newline. */
    CommandException(String message, String details) {
        super(message, details);
    }
}
