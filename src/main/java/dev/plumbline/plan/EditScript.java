package dev.plumbline.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/** The shortest way from one list to another by removing and inserting: what stays is a longest common subsequence. */
final class EditScript {

    private EditScript() {
    }

    /**
     * Which elements stay where they are.
     *
     * @return for each place of {@code after} the place of {@code before} that stays there; -1 where one is inserted
     */
    static <T> int[] kept(List<T> before, List<T> after) {
        var kept = new int[after.size()];
        Arrays.fill(kept, -1);
        int start = 0;
        int least = Math.min(before.size(), after.size());
        while (start < least && before.get(start).equals(after.get(start))) {
            kept[start] = start;
            start++;
        }
        int end = 0;
        while (end < least - start
                && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
            end++;
            kept[after.size() - end] = before.size() - end;
        }
        if (start + end < least) {
            middle(before, start, before.size() - end, after, start, after.size() - end, kept);
        }
        return kept;
    }

    /**
     * Hunt and Szymanski: a longest common subsequence is a longest ascending run of places of {@code before} among
     * those that each element of {@code after} could take, tried from the last to the first for equal ones.
     */
    private static <T> void middle(List<T> before, int from, int to, List<T> after, int afterFrom, int afterTo,
            int[] kept) {
        var places = new HashMap<T, List<Integer>>();
        for (int i = from; i < to; i++) {
            places.computeIfAbsent(before.get(i), each -> new ArrayList<>(1)).add(i);
        }
        var runs = new Runs(to - from);
        for (int i = afterFrom; i < afterTo; i++) {
            var some = places.getOrDefault(after.get(i), List.of());
            for (int k = some.size() - 1; k >= 0; k--) {
                runs.offer(some.get(k), i);
            }
        }
        runs.write(kept);
    }

    /** The best run of each length, each link with the one before it. */
    private static final class Runs {
        private int[] place = new int[64];
        private int[] target = new int[64];
        private int[] previous = new int[64];
        private int links;
        private final int[] last;
        private int length;

        Runs(int most) {
            last = new int[most];
        }

        void offer(int before, int after) {
            int low = 0;
            int high = length;
            while (low < high) {
                int middle = low + high >>> 1;
                if (place[last[middle]] < before) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if (low < length && place[last[low]] == before) {
                return;
            }
            if (links == place.length) {
                place = Arrays.copyOf(place, links * 2);
                target = Arrays.copyOf(target, links * 2);
                previous = Arrays.copyOf(previous, links * 2);
            }
            place[links] = before;
            target[links] = after;
            previous[links] = low == 0 ? -1 : last[low - 1];
            last[low] = links++;
            length = Math.max(length, low + 1);
        }

        void write(int[] kept) {
            for (int link = length == 0 ? -1 : last[length - 1]; link >= 0; link = previous[link]) {
                kept[target[link]] = place[link];
            }
        }
    }
}
