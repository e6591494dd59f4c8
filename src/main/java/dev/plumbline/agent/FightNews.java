package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Changed;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells the work of each fight once, when it begins. */
final class FightNews {

    private final Work work;
    private Set<Changed> told = Set.of();

    FightNews(Work work) {
        this.work = work;
    }

    /** What cannot be told now is told the next time. */
    void tell(List<Fight> fights) {
        var fresh = fights.stream().filter(each -> !told.contains(each.object())).toList();
        try {
            if (!fresh.isEmpty()) {
                work.fighting(fresh);
            }
            told = fights.stream().map(Fight::object).collect(Collectors.toSet());
        } catch (RuntimeException e) {
            told = Set.of();
        }
    }
}
