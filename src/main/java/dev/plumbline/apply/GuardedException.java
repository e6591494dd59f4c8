package dev.plumbline.apply;

import dev.plumbline.plan.Guard;
import java.io.Serial;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** An apply that guards refuse: nothing was changed. */
public final class GuardedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient List<Guard> guards;

    private GuardedException(List<Guard> guards) {
        super("nothing was changed: the plan hits " + guards.stream().map(Guard::name).distinct()
                .collect(Collectors.joining(", ", guards.size() == 1 ? "a guard: " : "guards: ", "")));
        this.guards = List.copyOf(guards);
    }

    /** Those that were hit. */
    public List<Guard> guards() {
        return guards;
    }

    static void unless(Set<String> allowed, List<Guard> hit) {
        var refused = hit.stream().filter(guard -> !allowed.contains(guard.name())).toList();
        if (!refused.isEmpty()) {
            throw new GuardedException(refused);
        }
    }
}
