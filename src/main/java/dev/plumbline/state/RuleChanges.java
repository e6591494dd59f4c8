package dev.plumbline.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Changes of rules.
 *
 * @param create rules to add, each with its origin; the order within (family, priority) counts
 * @param delete live rules to delete
 * @param recreate live rules of ours that are taken away and added again, in this order, because the kernel could not
 *     otherwise tell which of two to delete, or because the order within a priority changes
 */
public record RuleChanges(List<Creation> create, List<Deletion> delete, List<Creation> recreate) implements ChangeSet {

    public static final RuleChanges NONE = new RuleChanges(List.of(), List.of(), List.of());

    private static final String RESOURCE = "rule";

    public RuleChanges {
        create = List.copyOf(create);
        delete = List.copyOf(delete);
        recreate = List.copyOf(recreate);
    }

    /** A rule to add. */
    public record Creation(RoutingRule rule, Optional<Origin> origin, String note) {
        public Change change(Change.Action action) {
            return new Change(action, Phase.NEW_RULES, RESOURCE, text(rule), List.of(), origin, note);
        }
    }

    /** A rule to delete. */
    public record Deletion(RoutingRule rule, Optional<Origin> origin, String note) {
        public Change change() {
            return new Change(Change.Action.DELETE, Phase.OLD_RULES, RESOURCE, text(rule), List.of(), origin, note);
        }
    }

    @Override
    public int toAdd() {
        return create.size() + recreate.size();
    }

    @Override
    public int toChange() {
        return 0;
    }

    @Override
    public int toDestroy() {
        return delete.size() + recreate.size();
    }

    @Override
    public Iterator<Change> iterator() {
        var all = new ArrayList<Change>(create.size() + recreate.size() + delete.size());
        create.stream().sorted(Comparator.comparing((Creation each) -> each.rule().family())
                .thenComparingLong(each -> each.rule().priority()))
                .forEach(each -> all.add(each.change(Change.Action.CREATE)));
        recreate.forEach(each -> all.add(each.change(Change.Action.RECREATE)));
        delete.forEach(each -> all.add(each.change()));
        return all.iterator();
    }

    /** A rule's text with its family where no prefix tells it. */
    private static String text(RoutingRule rule) {
        boolean plain = rule.from().isPresent() || rule.to().isPresent();
        return plain ? rule.toString() : rule + (rule.family() == Family.IPV4 ? " (inet)" : " (inet6)");
    }
}
