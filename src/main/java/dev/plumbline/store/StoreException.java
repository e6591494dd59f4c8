package dev.plumbline.store;

/** The store cannot be used; the message says why and what to do. */
public sealed class StoreException extends RuntimeException
        permits OtherNamespaceException, OtherSourceException, StoreBusyException {

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
