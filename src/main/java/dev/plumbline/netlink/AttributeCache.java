package dev.plumbline.netlink;

import java.util.Arrays;

/**
 * From the raw words of attributes ({@link AttributeReader#words}) to a number: a million routes share few, and these
 * are decoded once.
 */
public final class AttributeCache {

    private int[] arena = new int[1024];
    private int used;
    private int[] offsets = new int[64];
    private int[] values = new int[64];
    private int[] hashes = new int[64];
    private int size;
    private int[] slots = new int[128];
    private int last = -1;

    public AttributeCache() {
        offsets[0] = 0;
    }

    /** The value kept for these words, or -1. */
    public int find(int[] words, int length) {
        if (last >= 0 && matches(last, words, length)) {
            return values[last];
        }
        int hash = hash(words, length);
        for (int slot = hash & slots.length - 1; slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
            int entry = slots[slot] - 1;
            if (hashes[entry] == hash && matches(entry, words, length)) {
                last = entry;
                return values[entry];
            }
        }
        return -1;
    }

    /** Keeps a value for words that are not there yet. */
    public void put(int[] words, int length, int value) {
        if (used + length > arena.length) {
            arena = Arrays.copyOf(arena, Math.max(arena.length * 2, used + length));
        }
        System.arraycopy(words, 0, arena, used, length);
        used += length;
        if (size + 1 >= offsets.length) {
            offsets = Arrays.copyOf(offsets, size * 2 + 2);
            values = Arrays.copyOf(values, size * 2 + 2);
            hashes = Arrays.copyOf(hashes, size * 2 + 2);
        }
        values[size] = value;
        hashes[size] = hash(words, length);
        last = size++;
        offsets[size] = used;
        if (size * 2 > slots.length) {
            slots = new int[slots.length * 2];
            for (int entry = 0; entry < size; entry++) {
                link(entry);
            }
        } else {
            link(last);
        }
    }

    private void link(int entry) {
        int slot = hashes[entry] & slots.length - 1;
        while (slots[slot] != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = entry + 1;
    }

    private boolean matches(int entry, int[] words, int length) {
        return Arrays.equals(arena, offsets[entry], offsets[entry + 1], words, 0, length);
    }

    private static int hash(int[] words, int length) {
        int hash = length;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ words[i]) * 0x9e3779b1;
            hash ^= hash >>> 15;
        }
        return hash;
    }
}
