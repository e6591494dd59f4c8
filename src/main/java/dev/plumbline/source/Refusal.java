package dev.plumbline.source;

/**
 * Why the commit that a ref names is not the one to use.
 *
 * @param message for a person: what is wrong and what to do
 */
public record Refusal(Kind kind, String message) {

    /** What sort of thing is wrong. */
    public enum Kind {
        /** The server did not answer, or not in time, or the connection cannot be trusted. */
        UNREACHABLE,
        /** The server answers, but not to us. */
        DENIED,
        /** The remote has no such branch or tag, or both. */
        REF_MISSING,
        /** The signature is missing, wrong, or of somebody who is not allowed to sign. */
        UNTRUSTED,
        /** Another process has been fetching all the while. */
        BUSY
    }
}
