package dev.plumbline.state;

import java.util.List;

/** What became of a phase's writes. */
public sealed interface Outcome {

    /** All requests were carried out. */
    record Done() implements Outcome {
    }

    /** The kernel refused some; the others were carried out. */
    record Failed(List<Failure> failures) implements Outcome {
        public Failed {
            failures = List.copyOf(failures);
        }
    }

    /** Answers were lost: what was carried out is known only by reading again. */
    record Unknown(String reason) implements Outcome {
    }

    /**
     * One refusal.
     *
     * @param errno positive, {@code errno.h}
     * @param message the kernel's extended-ack text with the guilty attribute, or plumbline's words for the errno
     */
    record Failure(Change change, int errno, String message) {
    }
}
