package dev.plumbline.store;

/** An apply from another source than the one that the state directory follows. */
public final class OtherSourceException extends StoreException {

    private final transient SourceId current;
    private final transient SourceId wanted;

    OtherSourceException(SourceId current, SourceId wanted) {
        super("this host follows " + current + ", not " + wanted
                + ". To follow the latter from now on, which removes what"
                + " only the former asks for, say --replace-source");
        this.current = current;
        this.wanted = wanted;
    }

    /** The source that was applied last. */
    public SourceId current() {
        return current;
    }

    public SourceId wanted() {
        return wanted;
    }
}
