package dev.plumbline.plan;

import dev.plumbline.state.Origin;

/** No safe way leads from what is live to what a document wants. */
public final class PlanException extends RuntimeException {

    private final transient Origin origin;

    public PlanException(Origin origin, String message) {
        super(message);
        this.origin = origin;
    }

    /** The document that wants it. */
    public Origin origin() {
        return origin;
    }
}
