package dev.plumbline.intent;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A YAML value and where it stands. Lines and columns count from 1. Aliases share the node that they name. */
public sealed interface Node {

    int line();

    int column();

    /**
     * Text, a number, a truth value or nothing, as the core schema of YAML 1.2 has it (section 10.3.2).
     *
     * @param plain without quotes: may be something else than text
     */
    record Scalar(String text, boolean plain, int line, int column) implements Node {

        private static final Pattern FLOAT = Pattern.compile(
                "[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
                + "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

        /** Whether it says nothing: {@code null}, {@code ~} or no text at all. */
        public boolean isNothing() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null") || text.equals("Null")
                    || text.equals("NULL"));
        }

        /** The truth value, or nothing. */
        public @Nullable Boolean truth() {
            if (!plain) {
                return null;
            }
            return switch (text) {
                case "true", "True", "TRUE" -> true;
                case "false", "False", "FALSE" -> false;
                default -> null;
            };
        }

        /** Decimal, {@code 0x10} or {@code 0o10}. Leading zeros do not make it octal. */
        boolean isInteger() {
            if (!plain || text.isEmpty()) {
                return false;
            }
            if (text.startsWith("0x")) {
                return digits(2, 16);
            }
            if (text.startsWith("0o")) {
                return digits(2, 8);
            }
            return digits(text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0, 10);
        }

        private boolean digits(int from, int radix) {
            for (int i = from; i < text.length(); i++) {
                if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
                    return false;
                }
            }
            return text.length() > from;
        }

        /**
         * The value of what {@linkplain #isInteger is a whole number}; {@link Long#MIN_VALUE} if it needs more than
         * 63 bits.
         */
        long integer() {
            int radix = text.startsWith("0x") ? 16 : text.startsWith("0o") ? 8 : 10;
            try {
                return Long.parseLong(radix == 10 ? text : text.substring(2), radix);
            } catch (NumberFormatException tooLong) {
                return Long.MIN_VALUE;
            }
        }

        /** A number with a fraction or an exponent. */
        boolean isFloat() {
            return plain && !isInteger() && FLOAT.matcher(text).matches();
        }

        boolean isText() {
            return !plain || !isNothing() && truth() == null && !isInteger() && !isFloat();
        }

        /** As problems name it. */
        @Override
        public String toString() {
            if (isNothing()) {
                return "nothing";
            }
            if (!plain) {
                return "the text \"" + shortened(text) + "\"";
            }
            return (isInteger() || isFloat() ? "the number " + shortened(text) : "`" + shortened(text) + "`");
        }

        static String shortened(String text) {
            var printable = new StringBuilder();
            text.codePoints().limit(61).forEach(c -> {
                if (Character.isISOControl(c)) {
                    printable.append(c == '\n' ? "\\n" : "?");
                } else {
                    printable.appendCodePoint(c);
                }
            });
            return text.codePointCount(0, text.length()) > 60
                    ? printable.substring(0, printable.offsetByCodePoints(0, 59)) + "…" : printable.toString();
        }
    }

    /**
     * @param items all; of a streamed list the first {@link YamlReader#KEPT_ITEMS}
     * @param streamed the items were handed over one by one already
     */
    record Sequence(List<Node> items, boolean streamed, int line, int column) implements Node {
        @Override
        public String toString() {
            return "a list";
        }
    }

    /** Keys are text and distinct. */
    record Mapping(List<Entry> entries, int line, int column) implements Node {

        /** A field's value; nothing if it is not there. */
        public @Nullable Node get(String key) {
            for (int i = 0; i < entries.size(); i++) {
                var entry = entries.get(i);
                if (entry.key().text().equals(key)) {
                    return entry.value();
                }
            }
            return null;
        }

        @Override
        public String toString() {
            return "a mapping";
        }
    }

    /** A field. */
    record Entry(Scalar key, Node value) {
    }
}
