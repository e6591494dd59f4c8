package dev.plumbline.intent;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What must not stand in a file in clear: values of fields whose names say that they are secret, and private keys.
 *
 * @param where they may be instead, as a user writes it
 */
record SecretFields(String where) {

    /** In intents. */
    static final SecretFields IN_REPOSITORY = new SecretFields("{file: PATH}, {environment: NAME},"
            + " {credential: NAME} or {repository: PATH.age}");
    /** In files that come from no repository. */
    static final SecretFields ON_HOST = new SecretFields("{file: PATH}, {environment: NAME} or {credential: NAME}");

    /** An age key, and the first line of what PEM calls some sort of private key. */
    static final Pattern KEY = Pattern.compile("(?i)AGE-SECRET-KEY-(?:[A-Z]+-)?1|-----BEGIN [A-Z0-9 ]*PRIVATE KEY");
    private static final int SHORTEST_KEY = "AGE-SECRET-KEY-1".length();
    /** The ends of names, without their case, dashes and underscores. */
    private static final List<String> ENDS = List.of("secret", "psk", "sharedkey", "password", "passwd", "passphrase",
            "privatekey", "secretkey", "apikey", "token");
    private static final int PIECE = 1 << 20;

    String refusal() {
        return "a secret does not stand here itself; say where it lies: " + where + "; and change it, for what stood"
                + " here is none any more";
    }

    /** Whether a field of this name has a secret as its value; a plural has several. */
    static boolean isSecret(String name) {
        var plain = isPlain(name) ? name : name.replaceAll("[-_. ]", "");
        for (int i = 0; i < ENDS.size(); i++) {
            if (endsWith(plain, plain.length(), ENDS.get(i)) || (plain.endsWith("s") || plain.endsWith("S"))
                    && endsWith(plain, plain.length() - 1, ENDS.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Asked of every field of every route: the usual names are not copied. */
    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            if ("-_. ".indexOf(name.charAt(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsWith(String text, int end, String part) {
        return text.regionMatches(true, end - part.length(), part, 0, part.length());
    }

    /** The same for a field, or an item of such a field's list. */
    static boolean isSecret(FieldPath path) {
        var field = path;
        while (field.index() >= 0 && field.parent() != null) {
            field = field.parent();
        }
        return isSecret(field.name());
    }

    /** Whether this value stands for itself: neither nothing nor a truth value. */
    static boolean isValue(Node.Scalar scalar) {
        return !scalar.isNothing() && scalar.truth() == null;
    }

    /** Whether a private key is in this text. */
    static boolean isKey(String text) {
        return text.length() >= SHORTEST_KEY && text.indexOf('-') >= 0 && KEY.matcher(text).find();
    }

    /** Where the first private key of a file begins, in comments too; -1 if there is none. */
    static int key(byte[] content) {
        for (int from = 0; from < content.length; from += PIECE) {
            // A line's rest more, for what begins at the end of a piece.
            int length = Math.min(PIECE + 100, content.length - from);
            var text = new String(content, from, length, StandardCharsets.ISO_8859_1);
            if (text.contains("PRIVATE KEY") || text.contains("SECRET-KEY-")) {
                var found = KEY.matcher(text);
                if (found.find()) {
                    return from + found.start();
                }
            }
        }
        return -1;
    }
}
