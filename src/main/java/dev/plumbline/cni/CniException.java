package dev.plumbline.cni;

import java.io.Serial;

/** A call that fails, with the error that the runtime is told (section "Error" of the specification). */
final class CniException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The version of the configuration, or of the result before, is none that is spoken here. */
    static final int INCOMPATIBLE_VERSION = 1;
    /** A field that is not supported; the message holds key and value. */
    static final int UNSUPPORTED_FIELD = 2;
    /** The container is not known: nothing need be cleaned up. */
    static final int UNKNOWN_CONTAINER = 3;
    /** Variables are missing or wrong; the message names them. */
    static final int INVALID_ENVIRONMENT = 4;
    /** Reading or writing failed. */
    static final int IO = 5;
    /** What was read is not what it should be. */
    static final int DECODING = 6;
    /** The network's configuration is wrong. */
    static final int INVALID_CONFIGURATION = 7;
    /** The namespace is none, or one that plugins must keep off ({@code ErrInvalidNetNS} of the reference library). */
    static final int INVALID_NETNS = 8;
    /** Another try may succeed. */
    static final int TRY_AGAIN = 11;
    /** ADD cannot be served now. */
    static final int NOT_AVAILABLE = 50;
    /** Our own: the network is not such that it can be done, or the kernel refuses; all is as it was. */
    static final int NOT_POSSIBLE = 100;
    /** Our own: CHECK found that something is missing or different. */
    static final int DRIFTED = 101;
    /** As the reference library calls what it has no number for. */
    static final int INTERNAL = 999;

    private final int code;
    private final String details;

    CniException(int code, String message) {
        this(code, message, "");
    }

    CniException(int code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    int code() {
        return code;
    }

    /** More, for people; may be empty. */
    String details() {
        return details;
    }

    /** Something in the network's configuration that is wrong, with the key and what would be right. */
    static CniException configuration(String key, String message) {
        return new CniException(INVALID_CONFIGURATION, "invalid network configuration: " + key + ": " + message);
    }
}
