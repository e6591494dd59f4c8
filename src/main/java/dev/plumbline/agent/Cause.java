package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Changed;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Why something is done now.
 *
 * @param changes what somebody changed; of {@link Kind#CHANGE} only, and empty where the watch began to listen to more
 */
public record Cause(Kind kind, Set<Changed> changes) {

    /** In the order of weight: where several come together, the last is told. */
    public enum Kind {
        SCHEDULE,
        /** Containers came or went. */
        ATTACHMENTS,
        CHANGE,
        RETRY,
        START,
        RELOAD,
        /** Somebody asked for it. */
        TRIGGER,
        /** A time that an {@link Outcome} named has come. */
        DEADLINE
    }

    public Cause {
        changes = Set.copyOf(changes);
    }

    Cause and(Cause other) {
        var all = new LinkedHashSet<>(changes);
        all.addAll(other.changes);
        return new Cause(kind.compareTo(other.kind) >= 0 ? kind : other.kind, all);
    }
}
