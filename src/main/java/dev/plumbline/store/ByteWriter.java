package dev.plumbline.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** Numbers in as few bytes as they need, seven bits a byte, low ones first; texts in UTF-8 with their length. */
final class ByteWriter {

    private byte[] bytes = new byte[1024];
    private int size;

    /** A number that is mostly small and not negative; negative ones take ten bytes. */
    void number(long value) {
        if (size + 10 > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A number that is mostly near zero, on either side. */
    void signed(long value) {
        number(value << 1 ^ value >> 63);
    }

    void flag(boolean value) {
        number(value ? 1 : 0);
    }

    void text(String value) {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void bytes(byte[] value) {
        number(value.length);
        while (size + value.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    <T> void optional(Optional<T> value, Consumer<T> writer) {
        flag(value.isPresent());
        value.ifPresent(writer);
    }

    <T> void list(Iterable<T> values, int count, Consumer<T> writer) {
        number(count);
        values.forEach(writer);
    }

    byte[] written() {
        return Arrays.copyOf(bytes, size);
    }
}
