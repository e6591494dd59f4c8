package dev.plumbline.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A commit or tag that carries a signature.
 *
 * @param payload what is signed
 * @param signature armored
 */
record SignedObject(byte[] payload, byte[] signature) {

    private static final List<String> BEGINNINGS = List.of("-----BEGIN PGP SIGNATURE-----",
            "-----BEGIN PGP MESSAGE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----");
    private static final String HEADER = "gpgsig ";

    /** Whether it is one of ssh-keygen(1). */
    boolean isSsh() {
        return text(signature).startsWith("-----BEGIN SSH SIGNATURE-----");
    }

    boolean isOpenPgp() {
        return text(signature).startsWith("-----BEGIN PGP ");
    }

    /** The signature of a commit is one of its headers, whose further lines begin with a space. */
    static Optional<SignedObject> commit(byte[] raw) {
        var text = text(raw);
        for (int line = 0; line < text.length() && text.charAt(line) != '\n'; line = next(text, line)) {
            if (text.startsWith(HEADER, line)) {
                int end = next(text, line);
                while (text.startsWith(" ", end)) {
                    end = next(text, end);
                }
                var signature = text.substring(line + HEADER.length(), end).replace("\n ", "\n");
                return Optional.of(new SignedObject(bytes(text.substring(0, line) + text.substring(end)),
                        bytes(signature)));
            }
        }
        return Optional.empty();
    }

    /** The signature of a tag ends it; it is the last thing in it that looks like one. */
    static Optional<SignedObject> tag(byte[] raw) {
        var text = text(raw);
        int start = -1;
        for (int line = 0; line < text.length(); line = next(text, line)) {
            int at = line;
            if (BEGINNINGS.stream().anyMatch(beginning -> text.startsWith(beginning, at))) {
                start = line;
            }
        }
        return start < 0 ? Optional.empty()
                : Optional.of(new SignedObject(Arrays.copyOf(raw, start), bytes(text.substring(start))));
    }

    private static int next(String text, int line) {
        int end = text.indexOf('\n', line);
        return end < 0 ? text.length() : end + 1;
    }

    /** One character a byte, whatever the encoding is. */
    private static String text(byte[] raw) {
        return new String(raw, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
