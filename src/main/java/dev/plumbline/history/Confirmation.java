package dev.plumbline.history;

import java.time.Instant;

/**
 * That somebody is to confirm an apply.
 *
 * @param by when it is reverted unless that was done, to the millisecond
 * @param awaiting everything is written and verified; false while it is being written
 */
public record Confirmation(Instant by, boolean awaiting) {
}
