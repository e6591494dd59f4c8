package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Changed;
import java.time.Duration;
import java.util.List;

/**
 * Somebody changes back what is put right, again and again: it is put right less often from then on. Its status reason
 * is {@code Fighting}.
 *
 * @param object whose change woke the loop
 * @param changed what was put right last because of it, as {@link Outcome#changed}
 * @param next until it wakes the loop again; zero if it may now
 */
public record Fight(Changed object, List<String> changed, Duration next) {
}
