package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Interests;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a piece of work went.
 *
 * @param changed what was made, changed or deleted, each in a few words that are the same each time, and of very many
 *     only some; empty if all was as it should be, or nothing could be done
 * @param interests what the watch is to listen to from now on; absent: what it does
 * @param deadline when to correct again at the latest, whatever the schedule: the end of a confirmation, or of a route
 *     that expires; absent: none
 */
public record Outcome(List<String> changed, Optional<Failure> failure, Optional<List<Interests>> interests,
        Optional<Instant> deadline) {

    /** Nothing was to be done. */
    public static final Outcome NOTHING =
            new Outcome(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Why it failed.
     *
     * @param text for a person, without secrets
     * @param mayPass whether it is worth to try the same again soon: not so for an input that is wrong
     */
    public record Failure(String text, boolean mayPass) {
    }

    public Outcome {
        changed = List.copyOf(changed);
        interests = interests.map(List::copyOf);
    }

    /** Nothing but a failure. */
    public static Outcome failed(String text, boolean mayPass) {
        return new Outcome(List.of(), Optional.of(new Failure(text, mayPass)), Optional.empty(), Optional.empty());
    }
}
