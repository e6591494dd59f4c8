package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The difference of one family's routes in one table. Used once. */
final class TableDiff {

    private final TableKey key;
    private final RouteRows desired;
    private final RouteRows live;
    private final RouteRows moved;
    private final boolean exclusive;
    private final boolean kept;
    private final boolean holdsDesired;
    private final boolean holdsMoved;
    private final DesiredState state;
    /** The two pools in one numbering, so that attributes compare as numbers. */
    private final int[] desiredValue;
    private final int[] liveValue;

    private final RowNumbers create = new RowNumbers();
    private final RowNumbers replaceNew = new RowNumbers();
    private final RowNumbers replaceOld = new RowNumbers();
    private final RowNumbers recreateNew = new RowNumbers();
    private final RowNumbers recreateOld = new RowNumbers();
    private final RowNumbers delete = new RowNumbers();

    TableDiff(TableKey key, DesiredState state, RouteRows live) {
        this.key = key;
        this.state = state;
        this.desired = state.routes().rows(key);
        this.live = live;
        this.moved = state.moved().rows(key);
        this.exclusive = state.exclusive().contains(key);
        this.kept = state.keptTables().contains(key.table()) || state.held().tables().contains(key.table());
        this.holdsDesired = desired.origins().stream().anyMatch(state.held()::holds);
        this.holdsMoved = moved.origins().stream().anyMatch(state.held()::holds);
        Map<RouteAttributes, Integer> numbers = new HashMap<>();
        this.desiredValue = numbered(desired.pool(), numbers);
        this.liveValue = numbered(live.pool(), numbers);
    }

    private static int[] numbered(List<RouteAttributes> pool, Map<RouteAttributes, Integer> numbers) {
        int[] result = new int[pool.size()];
        for (int i = 0; i < result.length; i++) {
            var value = pool.get(i).withoutExpiry();
            var number = numbers.putIfAbsent(value, numbers.size());
            result[i] = number == null ? numbers.size() - 1 : number;
        }
        return result;
    }

    TableChanges changes(Phase phase) {
        int want = 0;
        int have = 0;
        while (want < desired.size() || have < live.size()) {
            int order = want >= desired.size() ? 1 : have >= live.size() ? -1
                    : desired.compareIdentity(want, live, have);
            int wantEnd = order <= 0 ? desired.groupEnd(want) : want;
            int haveEnd = order >= 0 ? live.groupEnd(have) : have;
            if (order <= 0 && isHeld(want)) {
                // As it is, or gone: both are left.
            } else if (order < 0) {
                create.addRange(want, wantEnd);
            } else if (order > 0) {
                unwanted(have, haveEnd);
            } else if (wantEnd - want > 1 || haveEnd - have > 1
                    || liveValue[live.attributesIndex(have)] != desiredValue[desired.attributesIndex(want)]) {
                group(want, wantEnd, have, haveEnd);
            }
            want = wantEnd;
            have = haveEnd;
        }
        return new TableChanges(key, phase, desired, live, moved, create.toArray(), replaceNew.toArray(),
                replaceOld.toArray(), recreateNew.toArray(), recreateOld.toArray(), delete.toArray());
    }

    /** Rows of one identity are one document's. */
    private boolean isHeld(int want) {
        return holdsDesired && state.held().holds(desired.document(want));
    }

    private void unwanted(int have, int haveEnd) {
        for (int row = have; row < haveEnd; row++) {
            if (goes(row)) {
                delete.add(row);
            }
        }
    }

    /** A live route that no desired one of its identity stands for, and that is ours to take away. */
    private boolean goes(int row) {
        var attributes = live.attributes(row);
        return attributes.isOurs() ? !kept : isMoved(row) || exclusive && mayBePurged(attributes);
    }

    private boolean isMoved(int row) {
        int first = moved.find(live, row);
        if (first < 0) {
            return false;
        }
        for (int each = first; each < moved.groupEnd(first); each++) {
            if (moved.attributes(each).sameIntent(live.attributes(row))) {
                return !holdsMoved || !state.held().holds(moved.document(each));
            }
        }
        return false;
    }

    /** What {@code exclusive} spares: the kernel's own routes, and types that no administrator makes by hand. */
    private static boolean mayBePurged(RouteAttributes attributes) {
        return attributes.protocol() != Protocol.KERNEL
                && (attributes.type() == RouteType.UNICAST || attributes.type().hasNoNextHop());
    }

    /** Equal identity on both sides: what is there and does not stay must become what is wanted, in order. */
    private void group(int want, int wantEnd, int have, int haveEnd) {
        var ours = new RowNumbers();
        boolean alone = wantEnd - want == 1 && haveEnd - have == 1;
        for (int row = have; row < haveEnd; row++) {
            if (goes(row) || live.attributes(row).isOurs() || isWanted(want, wantEnd, row, alone)) {
                ours.add(row);
            }
        }
        int[] old = ours.toArray();
        int wanted = wantEnd - want;
        int same = 0;
        while (same < wanted && same < old.length
                && liveValue[live.attributesIndex(old[same])] == desiredValue[desired.attributesIndex(want + same)]) {
            same++;
        }
        if (same == wanted) {
            for (int i = same; i < old.length; i++) {
                delete.add(old[i]);
            }
        } else if (same == old.length) {
            // What is there stays, and the rest is appended to it.
            create.addRange(want + same, wantEnd);
        } else if (wanted == 1 && old.length == 1 && canReplace(old[0], have, want)) {
            replaceNew.add(want);
            replaceOld.add(old[0]);
        } else {
            recreateNew.addRange(want + same, wantEnd);
            for (int i = same; i < old.length; i++) {
                recreateOld.add(old[i]);
            }
        }
    }

    /** A foreign route that a desired one stands for: a document adopts it, or it was to be put back and is there. */
    private boolean isWanted(int want, int wantEnd, int row, boolean alone) {
        for (int each = want; each < wantEnd; each++) {
            if (liveValue[live.attributesIndex(row)] == desiredValue[desired.attributesIndex(each)]
                    || adopts(each) && (alone || isTwin(each, row))) {
                return true;
            }
        }
        return false;
    }

    private boolean adopts(int want) {
        return desired.hasOrigins() && state.adopting().contains(desired.document(want).document());
    }

    /** The same route but for who made it. */
    private boolean isTwin(int want, int row) {
        return live.attributes(row).withProtocol(Protocol.PLUMBLINE).sameIntent(desired.attributes(want));
    }

    /** The kernel replaces the first of a group, whoever made it; an IPv6 source prefix belongs to the identity. */
    private boolean canReplace(int old, int first, int want) {
        return old == first && live.attributes(old).from().equals(desired.attributes(want).from());
    }
}
