package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes netlink messages one behind the other into a direct buffer in native byte order: {@link #begin}, the family's
 * fixed header by {@link #u8}, {@link #u16} and {@link #u32}, attributes, {@link #end}. The buffer grows as needed.
 * Values wider than their field lose their high bits, as a C cast does.
 */
public final class MessageWriter {

    private static final int LONGEST_ATTRIBUTE = 0xffff;

    private ByteBuffer buffer;
    private int message = -1;
    private int[] nests = new int[8];
    private int depth;

    public MessageWriter(int capacity) {
        buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    /** Forgets all messages. */
    public void clear() {
        buffer.clear();
        message = -1;
        depth = 0;
    }

    /** Bytes written so far. */
    public int size() {
        return buffer.position();
    }

    /** What was written, as a view. */
    public ByteBuffer written() {
        return buffer.duplicate().order(ByteOrder.nativeOrder()).flip();
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /**
     * Begins a message ({@code struct nlmsghdr}); the kernel is the receiver.
     *
     * @param flags {@code NLM_F_*}; {@link Netlink#NLM_F_REQUEST} is added
     */
    public MessageWriter begin(int type, int flags, int sequence) {
        ensure(Netlink.HEADER);
        message = buffer.position();
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | Netlink.NLM_F_REQUEST));
        buffer.putInt(sequence).putInt(0);
        return this;
    }

    /** Ends the message: its length is put in. */
    public void end() {
        if (depth != 0) {
            throw new IllegalStateException("an attribute is still open");
        }
        buffer.putInt(message, buffer.position() - message);
        pad();
    }

    public MessageWriter u8(int value) {
        ensure(1);
        buffer.put((byte) value);
        return this;
    }

    public MessageWriter u16(int value) {
        ensure(2);
        buffer.putShort((short) value);
        return this;
    }

    public MessageWriter u32(long value) {
        ensure(4);
        buffer.putInt((int) value);
        return this;
    }

    /** Overwrites a byte of the family's header, which was written already. */
    public MessageWriter u8At(int offset, int value) {
        buffer.put(message + Netlink.HEADER + offset, (byte) value);
        return this;
    }

    /** Bytes as they are: a part of a header, or attributes that were encoded before. */
    public MessageWriter bytes(byte[] value) {
        ensure(value.length);
        buffer.put(value);
        return this;
    }

    /** An attribute without payload. */
    public MessageWriter flag(int type) {
        header(type, 0);
        return this;
    }

    public MessageWriter u8(int type, int value) {
        header(type, 1);
        buffer.put((byte) value);
        pad();
        return this;
    }

    public MessageWriter u16(int type, int value) {
        header(type, 2);
        buffer.putShort((short) value);
        pad();
        return this;
    }

    public MessageWriter u32(int type, long value) {
        header(type, 4);
        buffer.putInt((int) value);
        return this;
    }

    public MessageWriter u64(int type, long value) {
        header(type, 8);
        buffer.putLong(value);
        return this;
    }

    /** Big-endian, as addresses, ports and all of nf_tables are. */
    public MessageWriter u16be(int type, int value) {
        header(type, 2);
        putBe16(value);
        pad();
        return this;
    }

    /** Big-endian, as addresses, ports and all of nf_tables are. */
    public MessageWriter u32be(int type, long value) {
        header(type, 4);
        putBe32((int) value);
        return this;
    }

    /** Big-endian, as numbers of nf_tables are. */
    public MessageWriter u64be(int type, long value) {
        header(type, 8);
        putBe32((int) (value >>> 32));
        putBe32((int) value);
        return this;
    }

    /** Big-endian: the two halves of an IPv6 address. */
    public MessageWriter u128be(int type, long high, long low) {
        header(type, 16);
        putBe32((int) (high >>> 32));
        putBe32((int) high);
        putBe32((int) (low >>> 32));
        putBe32((int) low);
        return this;
    }

    /** UTF-8, with a closing NUL. */
    public MessageWriter string(int type, String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        header(type, bytes.length + 1);
        buffer.put(bytes).put((byte) 0);
        pad();
        return this;
    }

    public MessageWriter bytes(int type, byte[] value) {
        header(type, value.length);
        buffer.put(value);
        pad();
        return this;
    }

    /**
     * Begins an attribute that holds others, or fields that are written one by one.
     *
     * @param type with {@code NLA_F_NESTED} (0x8000) where the family wants it
     */
    public MessageWriter beginNest(int type) {
        header(type, 0);
        if (depth == nests.length) {
            nests = Arrays.copyOf(nests, depth * 2);
        }
        nests[depth++] = buffer.position() - 4;
        return this;
    }

    /**
     * Ends the attribute begun last.
     *
     * @throws IllegalArgumentException if it is longer than 65,535 bytes, which is the format's limit
     */
    public MessageWriter endNest() {
        int start = nests[--depth];
        buffer.putShort(start, (short) checked(buffer.position() - start));
        pad();
        return this;
    }

    /** Begins an element with a length of 16 bits in front and no type: {@code struct rtnexthop}. */
    public MessageWriter beginElement() {
        ensure(2);
        if (depth == nests.length) {
            nests = Arrays.copyOf(nests, depth * 2);
        }
        nests[depth++] = buffer.position();
        buffer.putShort((short) 0);
        return this;
    }

    public MessageWriter endElement() {
        return endNest();
    }

    private void header(int type, int payload) {
        int length = checked(payload + 4);
        ensure(Netlink.align(length));
        buffer.putShort((short) length).putShort((short) type);
    }

    private static int checked(int length) {
        if (length > LONGEST_ATTRIBUTE) {
            throw new IllegalArgumentException("an attribute of " + length + " bytes: the limit is 65535");
        }
        return length;
    }

    private void putBe16(int value) {
        buffer.put((byte) (value >>> 8)).put((byte) value);
    }

    private void putBe32(int value) {
        buffer.putInt(buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
    }

    private void pad() {
        ensure(4);
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
    }

    private void ensure(int more) {
        if (buffer.remaining() >= more) {
            return;
        }
        int capacity = Math.max(buffer.capacity() * 2, buffer.position() + more);
        var larger = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
        larger.put(buffer.flip());
        buffer = larger;
    }
}
