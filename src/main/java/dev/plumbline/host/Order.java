package dev.plumbline.host;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a run that nobody watches is to do.
 *
 * @param trigger what made it run, in a word: {@code timer}, {@code poll}, {@code drift}, {@code netlink}, {@code push}
 * @param allow names of guards that may be passed, beside those of plumbline.yaml
 * @param confirm revert new intents after this time unless somebody confirms them
 * @param onlyApplied leave the newest intents alone and look for drift from what was applied
 * @param onlyNew leave the network alone where the newest intents are what is applied, and the last run succeeded: there
 *     are other looks for drift
 * @param again take intents that were reverted before
 * @param replaceSource take them from another place than before
 */
public record Order(String trigger, Set<String> allow, Optional<Duration> confirm, boolean onlyApplied,
        boolean onlyNew, boolean again, boolean replaceSource) {

    public Order {
        allow = Set.copyOf(allow);
    }

    public Order(String trigger, Set<String> allow, Optional<Duration> confirm, boolean onlyApplied) {
        this(trigger, allow, confirm, onlyApplied, false, false, false);
    }

    /** A look for new intents. */
    public static Order poll(String trigger) {
        return new Order(trigger, Set.of(), Optional.empty(), false, true, false, false);
    }

    /** Take the newest intents, and pass no guard that plumbline.yaml does not allow. */
    public static Order of(String trigger) {
        return new Order(trigger, Set.of(), Optional.empty(), false);
    }
}
