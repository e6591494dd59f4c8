package dev.plumbline.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What changes among one family's routes in one table. All arrays hold row numbers in ascending order.
 *
 * @param phase of what is created, replaced and recreated: {@link Phase#INERT} while no rule reads the table, else
 *     {@link Phase#NEW_ROUTES}. Deletes are always in {@link Phase#OLD_ROUTES}
 * @param moved foreign routes that documents take out of this table, with their origins; for the notes only
 * @param create rows of {@code desired} that nothing stands in for
 * @param replaceNew rows of {@code desired} that take the place of {@code replaceOld}, one for one, atomically
 * @param replaceOld rows of {@code live}: each first in its group
 * @param recreateNew rows of {@code desired} to be made again in order after {@code recreateOld} of the same
 *     identity have gone: groups that the kernel cannot change in place
 * @param recreateOld rows of {@code live}
 * @param delete rows of {@code live}
 */
public record TableChanges(TableKey key, Phase phase, RouteRows desired, RouteRows live, RouteRows moved, int[] create,
        int[] replaceNew, int[] replaceOld, int[] recreateNew, int[] recreateOld, int[] delete) {

    private static final String RESOURCE = "route";

    public boolean isEmpty() {
        return create.length + replaceNew.length + recreateNew.length + recreateOld.length + delete.length == 0;
    }

    /** Whether a route with such attributes is created, replaced or made again. */
    public boolean writes(Predicate<RouteAttributes> such) {
        var found = new boolean[desired.pool().size()];
        for (int index = 0; index < found.length; index++) {
            found[index] = such.test(desired.pool().get(index));
        }
        return Stream.of(create, replaceNew, recreateNew).flatMapToInt(Arrays::stream)
                .anyMatch(row -> found[desired.attributesIndex(row)]);
    }

    /** The same in another phase. */
    public TableChanges in(Phase other) {
        return new TableChanges(key, other, desired, live, moved, create, replaceNew, replaceOld, recreateNew,
                recreateOld, delete);
    }

    /** What is created, replaced and made again. */
    public Stream<ChangeSet.Pending> coming() {
        return Stream.of(
                Arrays.stream(create).mapToObj(row -> pending(desired, row, () -> created(row))),
                IntStream.range(0, replaceNew.length)
                        .mapToObj(index -> pending(desired, replaceNew[index], () -> replaced(index))),
                Arrays.stream(recreateNew).mapToObj(row -> pending(desired, row, () -> recreated(row))))
                .flatMap(each -> each);
    }

    /** What is deleted, or goes in a group that is made again. */
    public Stream<ChangeSet.Pending> going() {
        var lost = Arrays.stream(recreateOld)
                .filter(row -> Arrays.stream(recreateNew)
                        .noneMatch(each -> desired.compareIdentity(each, live, row) == 0));
        return IntStream.concat(lost, Arrays.stream(delete)).mapToObj(row -> {
            int from = moved.find(live, row);
            return from < 0 ? new ChangeSet.Pending("", () -> deleted(row)) : pending(moved, from, () -> deleted(row));
        });
    }

    private static ChangeSet.Pending pending(RouteRows rows, int row, Supplier<Change> wording) {
        return new ChangeSet.Pending(rows.hasOrigins() ? rows.document(row).document() : "", wording);
    }

    /** The change that creates this row of {@code desired}. */
    public Change created(int row) {
        var note = desired.attributes(row).isOurs() ? "" : "put back as it was";
        return new Change(Change.Action.CREATE, phase, RESOURCE, desired.route(row).toString(), List.of(),
                originOf(row), note);
    }

    /** The change that replaces pair {@code index}. */
    public Change replaced(int index) {
        var before = live.route(replaceOld[index]);
        var after = desired.route(replaceNew[index]);
        return new Change(Change.Action.CHANGE, phase, RESOURCE, after.toString(),
                differences(before.attributes(), after.attributes()), originOf(replaceNew[index]),
                takeoverNote(before.attributes(), after.attributes()));
    }

    /** The change that makes this row of {@code desired} again. */
    public Change recreated(int row) {
        int old = formerOf(row);
        var differences = old < 0 ? List.<Change.Difference>of()
                : differences(live.attributes(old), desired.attributes(row));
        return new Change(Change.Action.RECREATE, phase, RESOURCE, desired.route(row).toString(), differences,
                originOf(row), "a group of equal routes is made again in order");
    }

    /**
     * The row of {@code live} that this one of a group stands for: the same but for who made it, else the one in the
     * same place; -1 if there is none.
     */
    private int formerOf(int row) {
        int first = live.find(desired, row);
        if (first < 0) {
            return -1;
        }
        var group = IntStream.range(first, live.groupEnd(first))
                .filter(each -> Arrays.binarySearch(recreateOld, each) >= 0).toArray();
        var wanted = desired.attributes(row);
        int place = row - desired.find(desired, row);
        return Arrays.stream(group)
                .filter(each -> live.attributes(each).withProtocol(wanted.protocol()).sameIntent(wanted)).findFirst()
                .orElse(place < group.length ? group[place] : -1);
    }

    /** The change that deletes this row of {@code live}. */
    public Change deleted(int row) {
        var route = live.route(row);
        int from = moved.find(live, row);
        var note = route.attributes().isOurs() ? "" : from >= 0 ? "moved into the document's table"
                : "not in the intents, and the table is exclusive";
        return new Change(Change.Action.DELETE, Phase.OLD_ROUTES, RESOURCE, route.toString(), List.of(),
                from >= 0 && moved.hasOrigins() ? Optional.of(moved.origin(from)) : Optional.empty(), note);
    }

    private Optional<Origin> originOf(int row) {
        return desired.hasOrigins() ? Optional.of(desired.origin(row)) : Optional.empty();
    }

    private static String takeoverNote(RouteAttributes before, RouteAttributes after) {
        if (before.isOurs() == after.isOurs()) {
            return "";
        }
        return after.isOurs() ? "taken over from protocol " + Protocol.name(before.protocol())
                : "given back to protocol " + Protocol.name(after.protocol());
    }

    private static List<Change.Difference> differences(RouteAttributes before, RouteAttributes after) {
        var found = new ArrayList<Change.Difference>();
        add(found, "type", before.type(), after.type());
        add(found, "scope", Scope.name(before.scope()), Scope.name(after.scope()));
        add(found, "protocol", Protocol.name(before.protocol()), Protocol.name(after.protocol()));
        add(found, "src", text(before.source()), text(after.source()));
        add(found, "next hops", hops(before), hops(after));
        var numbers = new TreeSet<>(before.metrics().keySet());
        numbers.addAll(after.metrics().keySet());
        for (int number : numbers) {
            add(found, RouteMetric.name(number), text(Optional.ofNullable(before.metrics().get(number))),
                    text(Optional.ofNullable(after.metrics().get(number))));
        }
        add(found, "other attributes", before.other().isEmpty() ? "" : before.other().toString(),
                after.other().isEmpty() ? "" : after.other().toString());
        return found;
    }

    private static void add(List<Change.Difference> found, String name, Object before, Object after) {
        if (!Objects.equals(before, after)) {
            found.add(new Change.Difference(name, before.toString(), after.toString()));
        }
    }

    private static String text(Optional<?> value) {
        return value.map(Object::toString).orElse("");
    }

    private static String hops(RouteAttributes attributes) {
        var texts = attributes.nextHops().stream().map(hop -> (hop.gateway().map(via -> "via " + via + " ").orElse("")
                + "dev " + hop.device() + (hop.weight() == 1 ? "" : " weight " + hop.weight())
                + (hop.onlink() ? " onlink" : "")));
        return String.join(", ", texts.toList());
    }
}
