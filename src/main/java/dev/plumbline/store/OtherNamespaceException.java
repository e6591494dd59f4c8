package dev.plumbline.store;

import dev.plumbline.state.NamespaceId;

/** The state directory belongs to another network namespace than the one that the command runs in. */
public final class OtherNamespaceException extends StoreException {

    private final transient NamespaceId owner;
    private final transient NamespaceId here;

    OtherNamespaceException(String path, NamespaceId owner, NamespaceId here) {
        super("the state directory " + path + " belongs to another network namespace: it was first used in the one with"
                + " cookie " + owner.cookie() + ", this one has cookie " + here.cookie()
                + ". Give each namespace its own with --state-dir DIR");
        this.owner = owner;
        this.here = here;
    }

    /** The namespace that first applied. */
    public NamespaceId owner() {
        return owner;
    }

    public NamespaceId here() {
        return here;
    }
}
