package dev.plumbline.plan;

import java.util.Arrays;

/** Collects row numbers without boxing them. */
final class RowNumbers {

    private int[] rows = new int[16];
    private int size;

    void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, size + (size >> 1));
        }
        rows[size++] = row;
    }

    /** Adds {@code from} to {@code to - 1}. */
    void addRange(int from, int to) {
        if (size + to - from > rows.length) {
            rows = Arrays.copyOf(rows, Math.max(size + to - from, size + (size >> 1)));
        }
        for (int row = from; row < to; row++) {
            rows[size++] = row;
        }
    }

    int[] toArray() {
        return Arrays.copyOf(rows, size);
    }
}
