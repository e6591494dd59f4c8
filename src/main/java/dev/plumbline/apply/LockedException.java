package dev.plumbline.apply;

/** Another apply is at work in the namespace; the message says whose, and since when. */
public final class LockedException extends RuntimeException {

    public LockedException(String message) {
        super(message);
    }
}
