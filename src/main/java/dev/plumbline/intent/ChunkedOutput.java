package dev.plumbline.intent;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Bytes in chunks of at most a mebibyte, each with its length and its CRC-32C before it; an empty one ends them. */
final class ChunkedOutput extends OutputStream {

    static final int MOST = 1 << 20;

    private final OutputStream out;
    private final byte[] chunk = new byte[MOST];
    private int size;

    ChunkedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        if (size == MOST) {
            writeChunk();
        }
        chunk[size++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int position = from;
        int left = length;
        while (left > 0) {
            if (size == MOST) {
                writeChunk();
            }
            int part = Math.min(left, MOST - size);
            System.arraycopy(bytes, position, chunk, size, part);
            size += part;
            position += part;
            left -= part;
        }
    }

    private void writeChunk() throws IOException {
        var crc = new CRC32C();
        crc.update(chunk, 0, size);
        out.write(ByteBuffer.allocate(8).putInt(size).putInt((int) crc.getValue()).array());
        out.write(chunk, 0, size);
        size = 0;
    }

    /** Writes what is left and the end. */
    void finish() throws IOException {
        if (size > 0) {
            writeChunk();
        }
        writeChunk();
        out.flush();
    }
}
