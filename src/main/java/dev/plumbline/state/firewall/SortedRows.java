package dev.plumbline.state.firewall;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The order of rows of byte columns, without an object a row where the first four bytes tell them apart. */
final class SortedRows {

    private SortedRows() {
    }

    /** Row numbers in ascending order of key, then of end. */
    static int[] of(byte[] keys, byte @Nullable [] ends, int width, int count) {
        var heads = new long[count];
        for (int row = 0; row < count; row++) {
            heads[row] = head(keys, row * width, width) << 32 | row;
        }
        Arrays.sort(heads);
        var rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = (int) heads[i];
        }
        if (width <= 4 && ends == null) {
            return rows;
        }
        for (int from = 0; from < count;) {
            int to = from + 1;
            while (to < count && heads[to] >> 32 == heads[from] >> 32) {
                to++;
            }
            if (to - from > 1) {
                sort(rows, from, to, keys, ends, width);
            }
            from = to;
        }
        return rows;
    }

    /** Four bytes, so that signed order is that of unsigned bytes. */
    private static long head(byte[] keys, int at, int width) {
        int head = 0;
        for (int i = 0; i < 4; i++) {
            head = head << 8 | (i < width ? keys[at + i] & 0xff : 0);
        }
        return head ^ 0x80000000;
    }

    private static void sort(int[] rows, int from, int to, byte[] keys, byte @Nullable [] ends, int width) {
        var boxed = new Integer[to - from];
        for (int i = from; i < to; i++) {
            boxed[i - from] = rows[i];
        }
        Arrays.sort(boxed, (one, two) -> {
            int byKey = compare(keys, one, two, width);
            return byKey != 0 || ends == null ? byKey : compare(ends, one, two, width);
        });
        for (int i = from; i < to; i++) {
            rows[i] = boxed[i - from];
        }
    }

    private static int compare(byte[] column, int one, int two, int width) {
        return Arrays.compareUnsigned(column, one * width, (one + 1) * width, column, two * width, (two + 1) * width);
    }
}
