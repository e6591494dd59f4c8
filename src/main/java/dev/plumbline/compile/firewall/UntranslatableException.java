package dev.plumbline.compile.firewall;

/** A rule says what the kernel cannot do, or what means nothing. The message says what, and what to write instead. */
public final class UntranslatableException extends Exception {

    private static final long serialVersionUID = 1;

    UntranslatableException(String message) {
        super(message);
    }
}
