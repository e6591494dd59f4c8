package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over the messages of one datagram. Valid until the next datagram is received into the same buffer.
 * Lengths that do not fit give a {@link MalformedMessageException}.
 */
public final class MessageReader {

    /** 2^64 over the golden ratio, odd. */
    private static final long DIGEST_FACTOR = 0x9e3779b97f4a7c15L;

    private ByteBuffer buffer;
    private int limit;
    private int next;
    private int start;
    private int end;

    /** Over the bytes between position and limit of a buffer in native byte order. */
    public MessageReader(ByteBuffer buffer) {
        this.buffer = buffer;
        reset(buffer, buffer.position(), buffer.limit());
    }

    void reset(ByteBuffer other, int from, int to) {
        if (other.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("not in native byte order");
        }
        buffer = other;
        next = from;
        limit = to;
        start = from;
        end = from;
    }

    /** Goes to the next message; false at the end. */
    public boolean next() {
        int remaining = limit - next;
        if (remaining == 0) {
            return false;
        }
        if (remaining < Netlink.HEADER) {
            throw new MalformedMessageException(remaining + " bytes are left, a header has " + Netlink.HEADER);
        }
        int length = buffer.getInt(next);
        if (length < Netlink.HEADER || length > remaining) {
            throw new MalformedMessageException("length " + length + " with " + remaining + " bytes left");
        }
        start = next;
        end = start + length;
        next = Math.min(limit, start + Netlink.align(length));
        return true;
    }

    public int type() {
        return buffer.getShort(start + 4) & 0xffff;
    }

    /** {@code NLM_F_*}. */
    public int flags() {
        return buffer.getShort(start + 6) & 0xffff;
    }

    public int sequence() {
        return buffer.getInt(start + 8);
    }

    public int portId() {
        return buffer.getInt(start + 12);
    }

    /** Bytes behind the message header. */
    public int payloadLength() {
        return end - start - Netlink.HEADER;
    }

    /** A number that tells what is behind the message header from anything else, and from another order of messages. */
    public long digest(long before) {
        long digest = before;
        int at = start + Netlink.HEADER;
        for (; at + 4 <= end; at += 4) {
            digest = (digest ^ buffer.getInt(at) & 0xffffffffL) * DIGEST_FACTOR;
            digest ^= digest >>> 32;
        }
        for (; at < end; at++) {
            digest = (digest ^ buffer.get(at) & 0xff) * DIGEST_FACTOR;
        }
        return (digest ^ payloadLength()) * DIGEST_FACTOR;
    }

    /** A field of the family's header, at this offset behind the message header. */
    public int u8(int offset) {
        return buffer.get(field(offset, 1)) & 0xff;
    }

    public int u16(int offset) {
        return buffer.getShort(field(offset, 2)) & 0xffff;
    }

    public int s32(int offset) {
        return buffer.getInt(field(offset, 4));
    }

    public long u32(int offset) {
        return buffer.getInt(field(offset, 4)) & 0xffffffffL;
    }

    /**
     * The attributes behind the family's header.
     *
     * @param headerLength of the family's header, 4-byte aligned
     */
    public AttributeReader attributes(int headerLength) {
        var reader = new AttributeReader();
        attributes(headerLength, reader);
        return reader;
    }

    /** The same, with a reader that is there already. */
    public void attributes(int headerLength, AttributeReader reader) {
        reader.reset(buffer, field(headerLength, 0), end);
    }

    private int field(int offset, int length) {
        int at = start + Netlink.HEADER + offset;
        if (offset < 0 || at + length > end) {
            throw new MalformedMessageException("a message of type " + type() + " ends before offset "
                    + (offset + length));
        }
        return at;
    }
}
