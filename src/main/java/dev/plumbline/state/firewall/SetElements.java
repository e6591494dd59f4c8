package dev.plumbline.state.firewall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a set as columns, sorted by key as unsigned bytes, then by end. An element is a key, a range of keys
 * (both ends included), and in a map a value or a verdict beside it.
 */
public final class SetElements {

    public static final SetElements NONE = new SetElements(0, 0, new byte[0], null, 0, new byte[0], null);

    private final int count;
    private final int width;
    private final byte[] keys;
    private final byte @Nullable [] ends;
    private final int valueWidth;
    private final byte[] values;
    private final Verdict @Nullable [] verdicts;

    private SetElements(int count, int width, byte[] keys, byte @Nullable [] ends, int valueWidth, byte[] values,
            Verdict @Nullable [] verdicts) {
        this.count = count;
        this.width = width;
        this.keys = keys;
        this.ends = ends;
        this.valueWidth = valueWidth;
        this.values = values;
        this.verdicts = verdicts;
    }

    public int size() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Whether elements have an end of their own. */
    public boolean isInterval() {
        return ends != null;
    }

    /** The key, or the beginning of the range. */
    public Bytes key(int row) {
        return Bytes.of(keys, row * width, (row + 1) * width);
    }

    /** The last key of the range; the key itself where there are no ranges. */
    public Bytes end(int row) {
        return ends == null ? key(row) : Bytes.of(ends, row * width, (row + 1) * width);
    }

    /** The value beside the key; empty in a set and in a map of verdicts. */
    public Optional<Bytes> value(int row) {
        return valueWidth == 0 ? Optional.empty()
                : Optional.of(Bytes.of(values, row * valueWidth, (row + 1) * valueWidth));
    }

    public Optional<Verdict> verdict(int row) {
        return verdicts == null ? Optional.empty() : Optional.of(verdicts[row]);
    }

    /**
     * Which rows must go and come to lead from one content to another.
     *
     * @param removed rows of {@code before}, ascending
     * @param added rows of {@code after}, ascending
     */
    public record Difference(int[] removed, int[] added) {
    }

    /** Compares row by row. */
    public static Difference difference(SetElements before, SetElements after) {
        var removed = new Rows(before.count);
        var added = new Rows(after.count);
        int old = 0;
        int now = 0;
        while (old < before.count || now < after.count) {
            int order = old == before.count ? 1 : now == after.count ? -1 : before.compare(old, after, now);
            if (order < 0) {
                removed.add(old++);
            } else if (order > 0) {
                added.add(now++);
            } else {
                if (!before.sameData(old, after, now)) {
                    removed.add(old);
                    added.add(now);
                }
                old++;
                now++;
            }
        }
        return new Difference(removed.toArray(), added.toArray());
    }

    private static final class Rows {
        private int[] rows;
        private int count;

        Rows(int most) {
            rows = new int[Math.min(most, 16)];
        }

        void add(int row) {
            if (count == rows.length) {
                rows = Arrays.copyOf(rows, Math.max(16, count * 2));
            }
            rows[count++] = row;
        }

        int[] toArray() {
            return Arrays.copyOf(rows, count);
        }
    }

    private int compare(int row, SetElements other, int otherRow) {
        int byKey = compare(keys, row, other.keys, otherRow, width, other.width);
        return byKey != 0 || ends == null || other.ends == null ? byKey
                : compare(ends, row, other.ends, otherRow, width, other.width);
    }

    private static int compare(byte[] some, int row, byte[] others, int otherRow, int width, int otherWidth) {
        return Arrays.compareUnsigned(some, row * width, (row + 1) * width, others, otherRow * otherWidth,
                (otherRow + 1) * otherWidth);
    }

    private boolean sameData(int row, SetElements other, int otherRow) {
        return value(row).equals(other.value(otherRow)) && verdict(row).equals(other.verdict(otherRow));
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof SetElements that && count == that.count && width == that.width
                && valueWidth == that.valueWidth && Arrays.equals(keys, that.keys) && Arrays.equals(ends, that.ends)
                && Arrays.equals(values, that.values) && Arrays.equals(verdicts, that.verdicts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(keys) * 31 + Arrays.hashCode(ends);
    }

    @Override
    public String toString() {
        var text = new ArrayList<String>();
        for (int row = 0; row < Math.min(count, 10); row++) {
            text.add(key(row) + (ends == null ? "" : "-" + end(row)) + verdict(row).map(each -> " : " + each).orElse("")
                    + value(row).map(each -> " : " + each).orElse(""));
        }
        return count + " " + text;
    }

    /** Keys alone, in any order. */
    public static SetElements of(List<Bytes> keys) {
        var builder = new Builder(keys.isEmpty() ? 0 : keys.getFirst().length(), false);
        keys.forEach(builder::add);
        return builder.build();
    }

    /** Gathers elements in any order. An element that is there twice counts once. */
    public static final class Builder {
        private final int width;
        private final boolean interval;
        private int valueWidth;
        private int count;
        private byte[] keys = new byte[64];
        private byte[] ends = new byte[0];
        private byte[] values = new byte[0];
        private final List<Verdict> verdicts = new ArrayList<>();

        /**
         * For keys of one length.
         *
         * @param width bytes of a key
         * @param interval whether elements are ranges
         */
        public Builder(int width, boolean interval) {
            this.width = width;
            this.interval = interval;
        }

        /** Makes room at once. */
        public Builder expect(int more) {
            keys = Arrays.copyOf(keys, Math.max(keys.length, (count + more) * width));
            return this;
        }

        /** A key alone. */
        public Builder add(Bytes key) {
            return add(key, key);
        }

        /**
         * A range, both ends included.
         *
         * @throws IllegalArgumentException if a key has another length, or the end lies before the beginning
         */
        public Builder add(Bytes from, Bytes to) {
            if (from.length() != width || to.length() != width) {
                throw new IllegalArgumentException("a key of " + from.length() + " bytes in a set of " + width);
            }
            if (from.compareTo(to) > 0) {
                throw new IllegalArgumentException("a range ends before it begins: " + from + "-" + to);
            }
            keys = room(keys, (count + 1) * width);
            from.copyTo(keys, count * width);
            if (interval) {
                ends = room(ends, (count + 1) * width);
                to.copyTo(ends, count * width);
            } else if (!from.equals(to)) {
                throw new IllegalArgumentException("a range in a set of single keys");
            }
            count++;
            return this;
        }

        public Builder add(Bytes from, Bytes to, Verdict verdict) {
            add(from, to);
            verdicts.add(verdict);
            return this;
        }

        /** With a value; all of one length. */
        public Builder add(Bytes from, Bytes to, Bytes value) {
            if (valueWidth != 0 && valueWidth != value.length()) {
                throw new IllegalArgumentException("a value of " + value.length() + " bytes among " + valueWidth);
            }
            valueWidth = value.length();
            add(from, to);
            values = room(values, count * valueWidth);
            value.copyTo(values, (count - 1) * valueWidth);
            return this;
        }

        private static byte[] room(byte[] column, int length) {
            return length <= column.length ? column : Arrays.copyOf(column, Math.max(64, length * 2));
        }

        /** The elements as they are. */
        public SetElements build() {
            if (count == 0) {
                return NONE;
            }
            int[] rows = distinct(SortedRows.of(keys, interval ? ends : null, width, count));
            var sortedVerdicts = verdicts.isEmpty() ? null : new Verdict[rows.length];
            for (int i = 0; sortedVerdicts != null && i < rows.length; i++) {
                sortedVerdicts[i] = verdicts.get(rows[i]);
            }
            return new SetElements(rows.length, width, pick(keys, width, rows),
                    interval ? pick(ends, width, rows) : null, valueWidth,
                    valueWidth == 0 ? new byte[0] : pick(values, valueWidth, rows), sortedVerdicts);
        }

        private int[] distinct(int[] rows) {
            int kept = 0;
            for (int i = 0; i < rows.length; i++) {
                if (kept == 0 || !same(rows[kept - 1], rows[i])) {
                    rows[kept++] = rows[i];
                }
            }
            return kept == rows.length ? rows : Arrays.copyOf(rows, kept);
        }

        private boolean same(int row, int other) {
            return compare(keys, row, keys, other, width, width) == 0
                    && (!interval || compare(ends, row, ends, other, width, width) == 0);
        }

        private static byte[] pick(byte[] column, int width, int[] rows) {
            var picked = new byte[rows.length * width];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(column, rows[i] * width, picked, i * width, width);
            }
            return picked;
        }

        /**
         * The ranges of a set without data, those that overlap or touch made one: the kernel takes no overlapping ones.
         * Not for concatenations, whose ranges are boxes.
         */
        public SetElements merged() {
            if (!interval || valueWidth != 0 || !verdicts.isEmpty()) {
                throw new IllegalStateException("only ranges without data can be merged");
            }
            if (count == 0) {
                return NONE;
            }
            var sorted = build();
            var result = new Builder(width, true).expect(sorted.size());
            var from = sorted.key(0);
            var to = sorted.end(0);
            for (int row = 1; row < sorted.size(); row++) {
                var next = sorted.key(row);
                var end = sorted.end(row);
                if (next.compareTo(to) <= 0 || Keys.next(to).filter(next::equals).isPresent()) {
                    to = end.compareTo(to) > 0 ? end : to;
                } else {
                    result.add(from, to);
                    from = next;
                    to = end;
                }
            }
            return result.add(from, to).build();
        }
    }
}
