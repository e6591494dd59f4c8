package dev.plumbline.store;

/** Another process has been writing to the store for as long as this one cares to wait. */
public final class StoreBusyException extends StoreException {

    StoreBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
