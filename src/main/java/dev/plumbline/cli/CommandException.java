package dev.plumbline.cli;

/** A command cannot do its work; the message says why and what to do, and is all that is printed. */
final class CommandException extends RuntimeException {

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
