package dev.plumbline.secret;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads what secrets refer to. */
final class SecretText {

    static final int LARGEST = 64 << 10;
    /** Base64 and the keys of many hosts make the file longer than the secret. */
    static final int LARGEST_ENCRYPTED = 4 * LARGEST;

    private SecretText() {
    }

    static String of(Secret secret, Path path) {
        try {
            if (Files.size(path) > LARGEST) {
                throw new SecretException("the " + secret + " is larger than 64 KiB, and so no secret");
            }
            return stripped(secret, Files.readString(path));
        } catch (IOException e) {
            throw unreadable(secret, e);
        }
    }

    static String stripped(Secret secret, String value) {
        int end = value.length();
        while (end > 0 && (value.charAt(end - 1) == '\n' || value.charAt(end - 1) == '\r')) {
            end--;
        }
        if (end == 0) {
            throw new SecretException("the " + secret + ", which is to hold a secret, is empty");
        }
        return value.substring(0, end);
    }

    static SecretException unreadable(Secret secret, IOException e) {
        var why = switch (e) {
            case NoSuchFileException missing -> "it does not exist";
            case AccessDeniedException denied -> "no permission; run as its owner or as root";
            default -> e.getMessage();
        };
        return new SecretException("cannot read the secret in " + secret + ": " + why, e);
    }
}
