package dev.plumbline.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Changes of rules.
 *
 * @param create rules to add, in {@link Phase#NEW_RULES}; among equal family and priority in the order in which they
 *     are to stand, which is behind what stands there
 * @param takenAway live rules of ours that are deleted as soon as {@code create} has added its own behind them, in the
 *     kernel's order: those that it adds again, because their place within the priority changes, or because the kernel
 *     would otherwise delete one of them in place of another; and those of the same priority that go for good
 * @param delete live rules to delete in {@link Phase#OLD_RULES}, in the kernel's order
 */
public record RuleChanges(List<Creation> create, List<RoutingRule> takenAway, List<Deletion> delete)
        implements ChangeSet {

    private static final String RESOURCE = "rule";

    public RuleChanges {
        create = List.copyOf(create);
        takenAway = List.copyOf(takenAway);
        delete = List.copyOf(delete);
    }

    /** A rule to add. */
    public record Creation(RoutingRule rule, Origin origin) {
    }

    /**
     * A rule to delete.
     *
     * @param origin the document that takes the rule over; empty for a rule of ours that no document wants any more
     */
    public record Deletion(RoutingRule rule, Optional<Origin> origin) {

        public Change change() {
            var note = rule.isOurs() ? "" : "taken over from protocol " + Protocol.name(rule.protocol());
            return new Change(Change.Action.DELETE, Phase.OLD_RULES, RESOURCE, subject(rule), List.of(), origin, note);
        }
    }

    /** The change that adds a rule, or adds it again. */
    public Change created(Creation creation) {
        boolean again = takenAway.contains(creation.rule());
        var note = again ? "made again in order" : creation.rule().isOurs() ? "" : "put back as it was";
        return new Change(again ? Change.Action.RECREATE : Change.Action.CREATE, Phase.NEW_RULES, RESOURCE,
                subject(creation.rule()), List.of(), Optional.of(creation.origin()), note);
    }

    @Override
    public String resource() {
        return RESOURCE;
    }

    @Override
    public int toAdd() {
        return create.size();
    }

    @Override
    public int toChange() {
        return 0;
    }

    @Override
    public int toDestroy() {
        return delete.size() + takenAway.size();
    }

    @Override
    public Stream<Pending> pending() {
        var coming = create.stream()
                .sorted(Comparator.comparing((Creation each) -> each.rule().family())
                        .thenComparingLong(each -> each.rule().priority()))
                .map(each -> new Pending(each.origin().document(), () -> created(each)));
        var lost = new ArrayList<>(takenAway);
        create.forEach(each -> lost.remove(each.rule()));
        var going = Stream.concat(lost.stream().map(rule -> new Deletion(rule, Optional.empty())), delete.stream())
                .map(each -> new Pending(each.origin().map(Origin::document).orElse(""), each::change));
        return Stream.concat(coming, going);
    }

    /** What changes call a rule: its text, with its family where no prefix tells it. */
    public static String subject(RoutingRule rule) {
        boolean plain = rule.from().isPresent() || rule.to().isPresent();
        return plain ? rule.toString() : rule + (rule.family() == Family.IPV4 ? " (inet)" : " (inet6)");
    }
}
