package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A cursor over the attributes of a message or of a nest. Allocates nothing as it goes. */
public final class AttributeReader {

    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).order(ByteOrder.nativeOrder());

    private ByteBuffer buffer = NOTHING;
    private int next;
    private int limit;
    private int start;
    private int length;

    void reset(ByteBuffer other, int from, int to) {
        buffer = other;
        next = from;
        limit = to;
        start = from;
        length = 0;
    }

    /** Goes to the next attribute; false at the end. */
    public boolean next() {
        int remaining = limit - next;
        if (remaining <= 0) {
            return false;
        }
        if (remaining < 4) {
            throw new MalformedMessageException(remaining + " bytes are left, an attribute's header has 4");
        }
        int whole = buffer.getShort(next) & 0xffff;
        if (whole < 4 || whole > remaining) {
            throw new MalformedMessageException("attribute of length " + whole + " with " + remaining + " bytes left");
        }
        start = next + 4;
        length = whole - 4;
        next += Netlink.align(whole);
        return true;
    }

    /** The attribute's number without flags. */
    public int type() {
        return buffer.getShort(start - 2) & Netlink.NLA_TYPE_MASK;
    }

    /** The attribute's number as it was sent, flags included. */
    public int rawType() {
        return buffer.getShort(start - 2) & 0xffff;
    }

    /** Bytes of payload. */
    public int length() {
        return length;
    }

    public int u8() {
        return buffer.get(field(0, 1)) & 0xff;
    }

    public int u16() {
        return buffer.getShort(field(0, 2)) & 0xffff;
    }

    public int s32() {
        return s32(0);
    }

    /** A field of a payload that is a C struct. */
    public int s32(int offset) {
        return buffer.getInt(field(offset, 4));
    }

    public int u16(int offset) {
        return buffer.getShort(field(offset, 2)) & 0xffff;
    }

    public long u32() {
        return s32(0) & 0xffffffffL;
    }

    /** A field of a payload that is a C struct. */
    public long u32(int offset) {
        return s32(offset) & 0xffffffffL;
    }

    public long u64() {
        return buffer.getLong(field(0, 8));
    }

    public int u16be() {
        int value = buffer.getShort(field(0, 2)) & 0xffff;
        return LITTLE_ENDIAN ? Short.reverseBytes((short) value) & 0xffff : value;
    }

    public long u32be() {
        return u32be(0);
    }

    public long u32be(int offset) {
        int value = buffer.getInt(field(offset, 4));
        return (LITTLE_ENDIAN ? Integer.reverseBytes(value) : value) & 0xffffffffL;
    }

    public long u64be(int offset) {
        long value = buffer.getLong(field(offset, 8));
        return LITTLE_ENDIAN ? Long.reverseBytes(value) : value;
    }

    /** UTF-8 up to the first NUL, or to the end. */
    public String string() {
        return string(0);
    }

    /** UTF-8 from an offset up to the first NUL, or to the end. */
    public String string(int offset) {
        var bytes = bytes(offset, length - offset);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
        return bytes(0, length);
    }

    /** A part of the payload. */
    public byte[] bytes(int offset, int count) {
        if (count < 0) {
            throw new MalformedMessageException("attribute " + type() + " ends before offset " + offset);
        }
        var bytes = new byte[count];
        buffer.get(field(offset, count), bytes);
        return bytes;
    }

    /**
     * Copies the attribute as it is, header and padding included, as words in native order.
     *
     * @return the index behind the last word; -1 if the padding lies beyond the end, or the words do not fit
     */
    public int words(int[] target, int index) {
        int from = start - 4;
        int to = from + Netlink.align(length + 4);
        if (to > limit || index + (to - from) / 4 > target.length) {
            return -1;
        }
        int at = index;
        for (int offset = from; offset < to; offset += 4) {
            target[at++] = buffer.getInt(offset);
        }
        return at;
    }

    /** The attributes inside this one. */
    public AttributeReader nested() {
        return nested(0, length);
    }

    /** The attributes inside a part of this one's payload. */
    public AttributeReader nested(int offset, int count) {
        var reader = new AttributeReader();
        reader.reset(buffer, field(offset, count), start + offset + count);
        return reader;
    }

    private int field(int offset, int count) {
        if (offset < 0 || count < 0 || offset + count > length) {
            throw new MalformedMessageException("attribute " + type() + " has " + length + " bytes, not "
                    + (offset + count));
        }
        return start + offset;
    }
}
