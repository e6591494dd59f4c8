package dev.plumbline.store;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Bytes in zlib's format (RFC 1950), which carries a checksum. */
final class Compressed {

    private static final int BUFFER = 1 << 16;

    private Compressed() {
    }

    /** Compressed for speed. */
    static byte[] of(byte[] bytes) {
        try (var deflater = new Deflater(Deflater.BEST_SPEED)) {
            deflater.setInput(bytes);
            deflater.finish();
            var out = new ByteArrayOutputStream(bytes.length / 4 + 64);
            var buffer = new byte[BUFFER];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        }
    }

    /**
     * The bytes as they were.
     *
     * @throws IllegalArgumentException if they are damaged or cut short
     */
    static byte[] expanded(byte[] compressed) {
        try (var inflater = new Inflater()) {
            inflater.setInput(compressed);
            var out = new ByteArrayOutputStream(compressed.length * 4 + 64);
            var buffer = new byte[BUFFER];
            while (!inflater.finished()) {
                int length = inflater.inflate(buffer);
                if (length == 0 && !inflater.finished()) {
                    throw new IllegalArgumentException("the bytes end too early");
                }
                out.write(buffer, 0, length);
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("damaged: " + e.getMessage());
        }
    }
}
