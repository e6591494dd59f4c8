package dev.plumbline.plan;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Origin;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What an apply would do: the host's namespace first, then the others by name.
 *
 * @param namespaces one entry for every namespace that a document or the ledger names
 */
public record Plan(List<NamespacePlan> namespaces) {

    public Plan {
        namespaces = List.copyOf(namespaces);
    }

    /**
     * What would be done in one namespace.
     *
     * @param label {@code host}, or as the documents name it
     * @param changes one set a domain, in the order in which people read them
     * @param guards that an apply would hit
     */
    public record NamespacePlan(String label, List<ChangeSet> changes, List<Notice> notices, List<Guard> guards) {

        public NamespacePlan {
            changes = List.copyOf(changes);
            notices = List.copyOf(notices);
            guards = List.copyOf(guards);
        }

        /** A plan that no guard watches. */
        public NamespacePlan(String label, List<ChangeSet> changes, List<Notice> notices) {
            this(label, changes, notices, List.of());
        }

        public NamespacePlan guardedBy(List<Guard> hit) {
            return new NamespacePlan(label, changes, notices, hit);
        }

        /** The same with more to say beside the changes. */
        public NamespacePlan noting(List<Notice> more) {
            return new NamespacePlan(label, changes, Stream.concat(notices.stream(), more.stream()).toList(), guards);
        }

        public boolean isEmpty() {
            return changes.stream().allMatch(ChangeSet::isEmpty);
        }
    }

    /**
     * What is worth saying beside the changes.
     *
     * @param reason one word for machines, such as {@code DeviceNotReady}; empty where there is none
     */
    public record Notice(Kind kind, String reason, Optional<Origin> origin, String text) {

        /** The reason for a namespace that this user may not enter: what would be done there is not known. */
        public static final String FORBIDDEN = "NamespaceForbidden";

        /** The reason for a firewall that this user may not read. */
        public static final String FIREWALL_FORBIDDEN = "FirewallForbidden";

        /** A document that waits; something that will bite; something good to know. */
        public enum Kind { WAITING, WARNING, NOTE }

        @Override
        public String toString() {
            return origin.map(at -> at + ": ").orElse("") + text;
        }
    }

    public int toAdd() {
        return allChanges().mapToInt(ChangeSet::toAdd).sum();
    }

    public int toChange() {
        return allChanges().mapToInt(ChangeSet::toChange).sum();
    }

    public int toDestroy() {
        return allChanges().mapToInt(ChangeSet::toDestroy).sum();
    }

    /** Whether the network matches the intents. */
    public boolean isEmpty() {
        return namespaces.stream().allMatch(NamespacePlan::isEmpty);
    }

    /** Whether every namespace, and every firewall that is wanted, could be read. */
    public boolean isWhole() {
        return namespaces.stream().flatMap(each -> each.notices().stream())
                .noneMatch(each -> each.reason().equals(Notice.FORBIDDEN)
                        || each.reason().equals(Notice.FIREWALL_FORBIDDEN));
    }

    /** The same with more to say of each namespace. */
    public Plan noting(Function<NamespacePlan, List<Notice>> more) {
        return new Plan(namespaces.stream().map(each -> each.noting(more.apply(each))).toList());
    }

    private Stream<ChangeSet> allChanges() {
        return namespaces.stream().flatMap(each -> each.changes().stream());
    }
}
