package dev.plumbline.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.watch.Changed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Fights and noise, second by second. */
class WakeLimitsTest {

    private static final Changed RULE = new Changed("host", Changed.Kind.RULE, "1000 IPv4");
    private static final Changed LINK = new Changed("host", Changed.Kind.LINK, "eth0");
    private static final List<String> PUT_BACK = List.of("rule 1000");
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    private final WakeLimits limits = new WakeLimits(Settings.DEFAULT);
    private long now = Long.MAX_VALUE - 5 * SECOND;

    /** The change wakes the loop when it may; returns after how long, in seconds. */
    private double wake(Changed change, List<String> corrected) {
        limits.changed(Set.of(change));
        long before = now;
        now = Math.max(limits.due(now).getAsLong() - now, 0) + now;
        var woke = limits.take(now);
        assertTrue(woke.contains(change));
        limits.done(woke, corrected, now, now + MILLISECOND);
        now += MILLISECOND;
        return (now - MILLISECOND - before) / (double) SECOND;
    }

    @Test
    void nothingWakesWhereNothingChanged() {
        assertEquals(OptionalLong.empty(), limits.due(now));
        assertEquals(Set.of(), limits.take(now));
        assertEquals(List.of(), limits.fights(now));
    }

    @Test
    void afterFiveCorrectionsAMinuteTheNextComeAfterPausesThatDouble() {
        var pauses = new ArrayList<Long>();
        for (int i = 0; i < 15; i++) {
            now += SECOND;
            pauses.add(Math.round(wake(RULE, PUT_BACK)));
        }
        // The sixth is one too many: the seventh waits. Each is followed by a second of the fighter's.
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 0L, 9L, 19L, 39L, 79L, 159L, 319L, 599L, 599L, 599L), pauses);
        var fight = limits.fights(now).getFirst();
        assertEquals(RULE, fight.object());
        assertEquals(PUT_BACK, fight.changed());
        assertEquals(Duration.ofMinutes(10), fight.next());
    }

    @Test
    void aFightOverOneObjectDoesNotHoldUpAnother() {
        for (int i = 0; i < 8; i++) {
            wake(RULE, PUT_BACK);
        }
        limits.changed(Set.of(RULE));
        now += SECOND;
        assertTrue(wake(LINK, List.of("route 10.0.0.0/8")) < 0.1);
        assertEquals(List.of(RULE), limits.fights(now).stream().map(Fight::object).toList());
        assertTrue(limits.due(now).getAsLong() > now, "the rule's change still waits");
    }

    @Test
    void aFightThatEndsIsForgotten() {
        for (int i = 0; i < 7; i++) {
            wake(RULE, PUT_BACK);
        }
        assertEquals(1, limits.fights(now).size());
        now += 45 * SECOND;
        assertEquals(1, limits.fights(now).size());
        now += 60 * SECOND;
        assertEquals(0, limits.fights(now).size());
        assertTrue(wake(RULE, PUT_BACK) < 0.1);
        assertEquals(0, limits.fights(now).size());
    }

    @Test
    void fiveCorrectionsNowAndThenAreNoFight() {
        for (int i = 0; i < 100; i++) {
            now += 13 * SECOND;
            assertTrue(wake(RULE, PUT_BACK) < 0.1);
            assertTrue(wake(RULE, List.of()) < 0.1, "the echo of the correction");
        }
        assertEquals(List.of(), limits.fights(now));
    }

    @Test
    void whatChangesWithoutEffectIsHeardLessOftenAndIsNoFight() {
        double waited = 0;
        int wakes = 0;
        for (; waited < 3600; wakes++) {
            waited += wake(LINK, List.of()) + 0.001;
        }
        assertTrue(wakes < 400, "woke " + wakes + " times in an hour");
        assertEquals(List.of(), limits.fights(now));
    }

    @Test
    void wakeUpsTakeNoMoreThanATenthOfAProcessor() {
        long end = now + 100 * SECOND;
        double busy = 0;
        for (int i = 0; now - end < 0; i++) {
            limits.changed(Set.of(new Changed("host", Changed.Kind.LINK, "veth" + i)));
            now += Math.max(limits.due(now).getAsLong() - now, 0);
            long took = (1 + i % 7) * 10 * MILLISECOND;
            limits.done(limits.take(now), List.of(), now, now + took);
            now += took;
            busy += took;
        }
        assertTrue(busy / SECOND < 10.1, "more than a tenth of 100 s");
        assertTrue(busy / SECOND > 9, "and no less than that");
    }

    @Test
    void endlessNewObjectsTakeNoEndlessMemory() {
        for (int i = 0; i < 100_000; i++) {
            limits.changed(Set.of(new Changed("host", Changed.Kind.LINK, "veth" + i)));
        }
        var woke = limits.take(now);
        assertTrue(woke.size() <= 1025, () -> woke.size() + " changes were kept");
        assertTrue(woke.contains(Changed.SOMETHING), "what was not kept is not forgotten");
        for (int i = 0; i < 10_000; i++) {
            limits.done(Set.of(new Changed("host", Changed.Kind.LINK, "veth" + i)), List.of("x"), now, now);
        }
        assertEquals(List.of(), limits.fights(now));
    }

    @Test
    void retriesDoubleUpToTheirBound() {
        assertEquals(List.of(10L, 20L, 40L, 80L, 160L, 320L, 600L, 600L), List.of(1, 2, 3, 4, 5, 6, 7, 1000).stream()
                .map(failures -> Settings.DEFAULT.retry(failures).toSeconds()).toList());
        assertEquals(Duration.ofSeconds(54), Settings.DEFAULT.spread(Duration.ofMinutes(1), 0));
        assertEquals(Duration.ofSeconds(66), Settings.DEFAULT.spread(Duration.ofMinutes(1), 1));
    }
}
