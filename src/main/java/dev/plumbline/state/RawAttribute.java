package dev.plumbline.state;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A netlink attribute that plumbline does not model, kept as the kernel sent it: it takes part in comparing, and what
 * was moved away is put back with it.
 *
 * @param type the attribute's number, flags included
 * @param hex the payload, two lower-case digits a byte
 */
public record RawAttribute(int type, String hex) {

    public static RawAttribute of(int type, byte[] payload) {
        return new RawAttribute(type, HexFormat.of().formatHex(payload));
    }

    public byte[] payload() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return type + ":" + hex;
    }

    /** Reads what {@link #toString} wrote. */
    public static RawAttribute parse(String text) {
        var parts = text.split(":", 2);
        var payload = HexFormat.of().parseHex(parts[1]);
        return of(Integer.parseInt(parts[0]), Arrays.copyOf(payload, payload.length));
    }
}
