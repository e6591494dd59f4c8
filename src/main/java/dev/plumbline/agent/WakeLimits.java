package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Changed;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * When changes of others wake the loop. Each object wakes it at once, until it has done so too often:
 * {@link Settings#corrections} times with something to put right (a fight), or {@value #IDLE_WAKES} times a minute with
 * nothing. From then on it wakes it after pauses that double; other objects are not held up. All together never take
 * more than a tenth of one processor. Times are {@link System#nanoTime}; not safe for several threads.
 */
final class WakeLimits {

    static final int IDLE_WAKES = 30;
    private static final long IDLE_WINDOW = 60_000_000_000L;
    private static final int PAUSE_FACTOR = 9;
    private static final int MOST_OBJECTS = 1024;

    private Settings settings;
    private final Map<Changed, Subject> subjects = new LinkedHashMap<>();
    private final Set<Changed> waiting = new LinkedHashSet<>();
    private long pacedUntil;
    private boolean paced;

    /** What is known of an object that has woken the loop. */
    private static final class Subject {
        private double corrections;
        private double idle;
        private long last;
        private long heldUntil;
        private int holds;
        private boolean fought;
        private List<String> changed = List.of();

        boolean isHeld(long now) {
            return holds > 0 && heldUntil - now > 0;
        }
    }

    WakeLimits(Settings settings) {
        this.settings = settings;
    }

    void settings(Settings other) {
        settings = other;
    }

    /** Somebody changed something. */
    void changed(Set<Changed> changes) {
        for (var change : changes) {
            waiting.add(waiting.size() < MOST_OBJECTS ? change : Changed.SOMETHING);
        }
    }

    /** When the loop is to wake next; empty if nothing has changed. In the past: now. */
    OptionalLong due(long now) {
        var due = OptionalLong.empty();
        for (var change : waiting) {
            var subject = subjects.get(change);
            long at = subject != null && subject.isHeld(now) ? subject.heldUntil : now;
            if (paced && pacedUntil - at > 0) {
                at = pacedUntil;
            }
            due = due.isEmpty() || at - due.getAsLong() < 0 ? OptionalLong.of(at) : due;
        }
        return due;
    }

    /** What wakes the loop now; it does not wait any longer. */
    Set<Changed> take(long now) {
        var taken = new LinkedHashSet<Changed>();
        for (var each = waiting.iterator(); each.hasNext();) {
            var change = each.next();
            var subject = subjects.get(change);
            if (subject == null || !subject.isHeld(now)) {
                taken.add(change);
                each.remove();
            }
        }
        return taken;
    }

    /**
     * What came of a wake-up.
     *
     * @param began when it was taken
     * @param corrected what was put right
     */
    void done(Set<Changed> changes, List<String> corrected, long began, long now) {
        paced = true;
        pacedUntil = now + PAUSE_FACTOR * (now - began);
        forget(now);
        for (var change : changes) {
            done(subjects.computeIfAbsent(change, any -> fresh(now)), corrected, now);
        }
        for (var each = subjects.entrySet().iterator(); subjects.size() > MOST_OBJECTS && each.hasNext();) {
            each.next();
            each.remove();
        }
    }

    private Subject fresh(long now) {
        var subject = new Subject();
        subject.corrections = settings.corrections();
        subject.idle = IDLE_WAKES;
        subject.last = now;
        return subject;
    }

    private void done(Subject subject, List<String> corrected, long now) {
        double passed = now - subject.last;
        subject.last = now;
        subject.corrections = Math.min(settings.corrections(),
                subject.corrections + settings.corrections() * passed / settings.window().toNanos());
        subject.idle = Math.min(IDLE_WAKES, subject.idle + IDLE_WAKES * passed / IDLE_WINDOW);
        boolean tooOften;
        if (corrected.isEmpty()) {
            subject.idle -= 1;
            tooOften = subject.idle < 0;
        } else {
            subject.corrections -= 1;
            subject.changed = corrected;
            tooOften = subject.corrections < 0 || subject.fought;
            subject.fought = tooOften;
        }
        subject.corrections = Math.max(subject.corrections, 0);
        subject.idle = Math.max(subject.idle, 0);
        if (tooOften) {
            subject.holds++;
            subject.heldUntil = now + settings.retry(subject.holds).toNanos();
        }
    }

    /** Those that have been quiet long enough to begin anew. */
    private void forget(long now) {
        for (Iterator<Map.Entry<Changed, Subject>> each = subjects.entrySet().iterator(); each.hasNext();) {
            var entry = each.next();
            var subject = entry.getValue();
            long quiet = subject.holds > 0 ? now - subject.heldUntil : now - subject.last;
            if (quiet > Math.max(settings.window().toNanos(), IDLE_WINDOW) && !waiting.contains(entry.getKey())) {
                each.remove();
            }
        }
    }

    /** What is being fought over. */
    List<Fight> fights(long now) {
        forget(now);
        var fights = new ArrayList<Fight>();
        subjects.forEach((change, subject) -> {
            if (subject.fought) {
                fights.add(new Fight(change, subject.changed,
                        java.time.Duration.ofNanos(Math.max(0, subject.heldUntil - now))));
            }
        });
        return fights;
    }
}
