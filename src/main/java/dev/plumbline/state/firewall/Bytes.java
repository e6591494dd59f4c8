package dev.plumbline.state.firewall;

import dev.plumbline.state.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes that do not change: what a register is compared with, or holds. Numbers of a packet are in network order,
 * numbers of the host (marks, states, indexes) in the machine's own. Ordered as unsigned bytes from the first on.
 */
public final class Bytes implements Comparable<Bytes> {

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Bytes of(byte... bytes) {
        return new Bytes(bytes.clone());
    }

    /** A part of an array. */
    public static Bytes of(byte[] bytes, int from, int to) {
        return new Bytes(Arrays.copyOfRange(bytes, from, to));
    }

    /** One byte. */
    public static Bytes u8(int value) {
        return new Bytes(new byte[] {(byte) value});
    }

    /** Two bytes in network order: a port, an EtherType. */
    public static Bytes u16(int value) {
        return new Bytes(new byte[] {(byte) (value >>> 8), (byte) value});
    }

    /** Two bytes in the machine's order: the type of a device. */
    public static Bytes host16(int value) {
        return new Bytes(ByteBuffer.allocate(2).order(ByteOrder.nativeOrder()).putShort((short) value).array());
    }

    /** Four bytes in the machine's order: a mark, a connection's state, an index. */
    public static Bytes host32(long value) {
        return new Bytes(ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt((int) value).array());
    }

    public static Bytes of(IpAddress address) {
        return new Bytes(address.bytes());
    }

    /** A text with zeros behind it up to a length; without any if it is longer. */
    public static Bytes text(String text, int length) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new Bytes(Arrays.copyOf(utf8, Math.max(utf8.length, length)));
    }

    /** The first bits ones, then zeros, in so many bytes. */
    public static Bytes mask(int bits, int length) {
        var mask = new byte[length];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >>> i % 8);
        }
        return new Bytes(mask);
    }

    public static Bytes zeros(int length) {
        return new Bytes(new byte[length]);
    }

    public int length() {
        return bytes.length;
    }

    /** 0 to 255. */
    public int at(int index) {
        return bytes[index] & 0xff;
    }

    public byte[] toArray() {
        return bytes.clone();
    }

    /** Copies all into an array, from an index on. */
    public void copyTo(byte[] target, int index) {
        System.arraycopy(bytes, 0, target, index, bytes.length);
    }

    /** The first bytes. */
    public Bytes first(int count) {
        return new Bytes(Arrays.copyOf(bytes, count));
    }

    /** A part. */
    public Bytes part(int from, int to) {
        return new Bytes(Arrays.copyOfRange(bytes, from, to));
    }

    /** This and another behind it. */
    public Bytes and(Bytes other) {
        var both = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
        other.copyTo(both, bytes.length);
        return new Bytes(both);
    }

    /** With zeros behind it up to a multiple of four, as fields of a concatenation are. */
    public Bytes padded() {
        return new Bytes(Arrays.copyOf(bytes, bytes.length + 3 & ~3));
    }

    public boolean isZero() {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    /** Up to eight bytes as an unsigned number in network order. */
    public long number() {
        long number = 0;
        for (byte each : bytes) {
            number = number << 8 | each & 0xff;
        }
        return number;
    }

    /** Up to eight bytes as an unsigned number in the machine's order. */
    public long hostNumber() {
        long number = 0;
        for (int i = 0; i < bytes.length; i++) {
            int at = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? i : bytes.length - 1 - i;
            number = number << 8 | bytes[at] & 0xff;
        }
        return number;
    }

    /** As UTF-8 up to the first zero. */
    public String text() {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Two lower-case digits a byte. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
