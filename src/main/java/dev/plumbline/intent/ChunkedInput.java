package dev.plumbline.intent;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Reads what {@link ChunkedOutput} wrote; no byte comes out of a chunk whose checksum is wrong. */
final class ChunkedInput extends InputStream {

    private final InputStream in;
    private final byte[] chunk = new byte[ChunkedOutput.MOST];
    private int position;
    private int size;
    private boolean ended;

    ChunkedInput(InputStream in) {
        this.in = in;
    }

    private boolean hasMore() throws IOException {
        if (position < size) {
            return true;
        }
        if (ended) {
            return false;
        }
        var head = in.readNBytes(8);
        if (head.length < 8) {
            throw new EOFException();
        }
        var buffer = ByteBuffer.wrap(head);
        int length = buffer.getInt();
        if (length < 0 || length > ChunkedOutput.MOST) {
            throw new DocumentCodec.UnreadableException("these are no parsed intents, or damaged ones");
        }
        if (in.readNBytes(chunk, 0, length) < length) {
            throw new EOFException();
        }
        var crc = new CRC32C();
        crc.update(chunk, 0, length);
        if ((int) crc.getValue() != buffer.getInt()) {
            throw new DocumentCodec.UnreadableException("damaged: a checksum is wrong");
        }
        position = 0;
        size = length;
        ended = length == 0;
        return !ended;
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? chunk[position++] & 255 : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int part = Math.min(length, size - position);
        System.arraycopy(chunk, position, into, from, part);
        position += part;
        return part;
    }
}
