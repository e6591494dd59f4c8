package dev.plumbline.apply;

import java.util.List;

/** An apply that failed: what the kernel refused, and what became of the rest. */
public final class ApplyException extends RuntimeException {

    private final transient List<String> details;

    /**
     * @param message one line: what failed, and whether the former state is back
     * @param details one line a refusal or difference
     */
    public ApplyException(String message, List<String> details) {
        super(message);
        this.details = List.copyOf(details);
    }

    public List<String> details() {
        return details;
    }
}
