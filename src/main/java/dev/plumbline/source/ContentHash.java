package dev.plumbline.source;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over a list of texts, each with its length, so that no two lists give the same bytes. */
final class ContentHash {

    private final MessageDigest digest;

    /** @param programVersion another program parses anew, so it belongs to what is hashed */
    ContentHash(String programVersion) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
        add(programVersion);
    }

    void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    void add(byte[] content) {
        addLength(content.length);
        digest.update(content);
    }

    /** Announces as many bytes, to be added in pieces. */
    void addLength(long bytes) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes).flip());
    }

    void addPiece(byte[] content, int length) {
        digest.update(content, 0, length);
    }

    /** 64 digits. Ends the hash. */
    String hexadecimal() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
