package dev.plumbline.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads what {@link ByteWriter} wrote; throws {@link IllegalArgumentException} for anything else. */
final class ByteReader {

    private final byte[] bytes;
    private int at;

    ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == bytes.length) {
                throw new IllegalArgumentException("the bytes end too early");
            }
            byte next = bytes[at++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number is too long");
    }

    long signed() {
        long value = number();
        return value >>> 1 ^ -(value & 1);
    }

    /** A number that is not negative and fits in an int. */
    int integer() {
        long value = number();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a number is out of its range");
        }
        return (int) value;
    }

    /** How many things follow, of a byte each at least. */
    int count() {
        int count = integer();
        if (count > bytes.length - at) {
            throw new IllegalArgumentException("the bytes end too early");
        }
        return count;
    }

    boolean flag() {
        return number() != 0;
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        int length = count();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    <T> Optional<T> optional(Supplier<T> reader) {
        return flag() ? Optional.of(reader.get()) : Optional.empty();
    }

    <T> List<T> list(Supplier<T> reader) {
        int count = count();
        var values = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            values.add(reader.get());
        }
        return values;
    }

    void end() {
        if (at != bytes.length) {
            throw new IllegalArgumentException("bytes are left over");
        }
    }
}
