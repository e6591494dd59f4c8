package dev.plumbline.state.firewall;

import java.util.Optional;

/** Arithmetic on keys as unsigned numbers in network order. */
public final class Keys {

    private Keys() {
    }

    /** One more; empty if all bits are set. */
    public static Optional<Bytes> next(Bytes key) {
        var bytes = key.toArray();
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (++bytes[i] != 0) {
                return Optional.of(Bytes.of(bytes));
            }
        }
        return Optional.empty();
    }

    /** One less; empty if no bit is set. */
    public static Optional<Bytes> previous(Bytes key) {
        var bytes = key.toArray();
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i]-- != 0) {
                return Optional.of(Bytes.of(bytes));
            }
        }
        return Optional.empty();
    }

    /** All bits set. */
    public static Bytes last(int length) {
        return Bytes.mask(length * 8, length);
    }

    /** The last key of a prefix whose first is this, with so many bits. */
    public static Bytes lastOf(Bytes first, int bits) {
        var bytes = first.toArray();
        for (int i = bits; i < bytes.length * 8; i++) {
            bytes[i / 8] |= (byte) (0x80 >>> i % 8);
        }
        return Bytes.of(bytes);
    }

    /** The length of the prefix that a range is; empty if it is none. */
    public static Optional<Integer> prefixLength(Bytes from, Bytes to) {
        int bits = 0;
        int all = from.length() * 8;
        while (bits < all && bit(from, bits) == bit(to, bits)) {
            bits++;
        }
        for (int i = bits; i < all; i++) {
            if (bit(from, i) != 0 || bit(to, i) != 1) {
                return Optional.empty();
            }
        }
        return Optional.of(bits);
    }

    private static int bit(Bytes key, int index) {
        return key.at(index / 8) >>> 7 - index % 8 & 1;
    }
}
