package dev.plumbline.plan;

import dev.plumbline.state.NextHop;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One family's routes in one table, as far as a plan touches them. A route is touched if the plan writes or deletes
 * one of its identity (destination, tos, metric).
 *
 * @param before all routes of the touched identities, whoever made them
 * @param beside rows of {@code before} that are others' and that the plan leaves alone: only their place counts
 * @param after what the plan writes
 */
public record FormerRoutes(TableKey key, RouteRows before, List<Integer> beside, RouteRows after) {

    private static final int MOST_WORDED = 100;

    public FormerRoutes {
        beside = List.copyOf(beside);
    }

    static FormerRoutes of(TableChanges changes) {
        var after = changes.desired().select(union(changes.create(), changes.replaceNew(), changes.recreateNew()));
        var live = changes.live();
        int[] goes = union(changes.replaceOld(), changes.recreateOld(), changes.delete());
        int[] touched = rowsOf(live, live.select(goes), after);
        var before = live.select(touched);
        var taken = new BitSet(live.size());
        for (int row : goes) {
            taken.set(row);
        }
        var beside = new ArrayList<Integer>();
        for (int i = 0; i < touched.length; i++) {
            if (!taken.get(touched[i]) && !before.attributes(i).isOurs()) {
                beside.add(i);
            }
        }
        return new FormerRoutes(changes.key(), before, beside, after);
    }

    static FormerRoutes untouched(TableKey key) {
        var none = RouteRows.empty(key.family(), key.table());
        return new FormerRoutes(key, none, List.of(), none);
    }

    /** With routes that the kernel takes away with a device, before the rest is changed. */
    FormerRoutes with(@Nullable RouteRows lost) {
        if (lost == null) {
            return this;
        }
        var others = new HashSet<Route>();
        beside.forEach(row -> others.add(before.route(row)));
        var all = new RouteRows.Builder(key.family(), key.table());
        all.addAll(before);
        all.addAll(lost);
        var rows = all.build();
        return new FormerRoutes(key, rows, IntStream.range(0, rows.size())
                .filter(row -> !others.isEmpty() && others.contains(rows.route(row))).boxed().toList(), after);
    }

    private static int[] union(int[]... some) {
        var all = new BitSet();
        for (int[] rows : some) {
            for (int row : rows) {
                all.set(row);
            }
        }
        return all.stream().toArray();
    }

    /** The rows of a set whose identity is in one of two others: one walk, since all are in the same order. */
    private static int[] rowsOf(RouteRows rows, RouteRows one, RouteRows two) {
        var found = new RowNumbers();
        int first = 0;
        int second = 0;
        for (int row = 0; row < rows.size(); row++) {
            while (first < one.size() && one.compareIdentity(first, rows, row) < 0) {
                first++;
            }
            while (second < two.size() && two.compareIdentity(second, rows, row) < 0) {
                second++;
            }
            if (first < one.size() && one.compareIdentity(first, rows, row) == 0
                    || second < two.size() && two.compareIdentity(second, rows, row) == 0) {
                found.add(row);
            }
        }
        return found.toArray();
    }

    /** The touched ones among live rows. */
    RouteRows touched(RouteRows live) {
        return live.select(rowsOf(live, before, after));
    }

    /** Routes of others that the plan puts where they were not before: an undo takes them away again. */
    RouteRows putBack() {
        var found = new RowNumbers();
        for (int row = 0; row < after.size(); row++) {
            if (!after.attributes(row).isOurs() && !isAmong(before, after, row)) {
                found.add(row);
            }
        }
        return after.select(found.toArray());
    }

    private static boolean isAmong(RouteRows rows, RouteRows other, int otherRow) {
        int first = rows.find(other, otherRow);
        for (int row = first; first >= 0 && row < rows.groupEnd(first); row++) {
            if (rows.attributes(row).sameIntent(other.attributes(otherRow))) {
                return true;
            }
        }
        return false;
    }

    /**
     * What an undo is to bring about: all of before, but for others' routes beside that are gone by now, and what needs
     * a device that is gone.
     *
     * @param impossible takes the latter
     */
    RouteRows wanted(RouteRows live, Set<String> devices, Collection<String> impossible) {
        var gone = new BitSet();
        for (int row : beside) {
            if (!isAmong(live, before, row)) {
                gone.set(row);
            }
        }
        var pool = before.pool();
        var missing = new BitSet();
        for (int index = 0; index < pool.size(); index++) {
            if (pool.get(index).nextHops().stream().map(NextHop::device)
                    .anyMatch(device -> !device.isEmpty() && !devices.contains(device))) {
                missing.set(index);
            }
        }
        if (gone.isEmpty() && missing.isEmpty()) {
            return before;
        }
        var found = new RowNumbers();
        for (int row = 0; row < before.size(); row++) {
            if (missing.get(before.attributesIndex(row))) {
                if (!gone.get(row) && impossible.size() < MOST_WORDED) {
                    impossible.add("route " + before.route(row) + ": its device is gone");
                }
            } else if (!gone.get(row)) {
                found.add(row);
            }
        }
        return before.select(found.toArray());
    }
}
