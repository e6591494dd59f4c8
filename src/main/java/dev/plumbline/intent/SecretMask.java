package dev.plumbline.intent;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Lines of a file without the secrets in them, for excerpts. It goes by the look of lines alone, since a file that is
 * no YAML may have secrets too; in doubt it hides more than it must.
 */
final class SecretMask {

    /** How many lines before a line are looked at: no secret is longer. */
    static final int LINES_BEFORE = 1000;
    private static final String HIDDEN = "•••";

    private static final Pattern NAME = Pattern.compile("[\"']?([A-Za-z][A-Za-z0-9_.-]{0,99})[\"']?");
    private static final String FORMS = "[\"']?(?:file|environment|credential|repository|key)[\"']?\\s*:.*";
    private static final Pattern REFERENCE = Pattern.compile("\\{\\s*" + FORMS);
    private static final Pattern REFERENCE_BELOW = Pattern.compile("\\s+" + FORMS);
    private static final Pattern SEPARATED = Pattern.compile("\\s*[:=].*");
    private static final Pattern PEM_END = Pattern.compile(".*-----END [A-Z0-9 ]+-----.*");

    /** What goes on from line to line. */
    private enum In { NOTHING, PEM, BLOCK, QUOTES, FLOW }

    private In in = In.NOTHING;
    private int column;
    private boolean startsBelow;
    private boolean references;
    private char quote;

    private SecretMask() {
    }

    /** The last of these lines of a file without what is secret. */
    static String last(List<String> lines) {
        var mask = new SecretMask();
        var masked = "";
        for (var line : lines) {
            masked = mask.next(line);
        }
        return masked;
    }

    private String next(String line) {
        if (in == In.NOTHING) {
            return fresh(line);
        }
        if (line.isBlank()) {
            return line;
        }
        switch (in) {
            case PEM -> in = PEM_END.matcher(line).matches() ? In.NOTHING : In.PEM;
            case QUOTES -> in = closes(line, 0) ? In.NOTHING : In.QUOTES;
            case FLOW -> value(line.strip());
            default -> {
                int indentation = indentation(line);
                boolean item = startsBelow && indentation == column && line.startsWith("-", indentation);
                if (indentation <= column && !item) {
                    in = In.NOTHING;
                    return fresh(line);
                }
                references &= REFERENCE_BELOW.matcher(line).matches();
                if (references) {
                    return line;
                }
            }
        }
        return line.substring(0, indentation(line)) + HIDDEN;
    }

    private static int indentation(String line) {
        return line.length() - line.stripLeading().length();
    }

    private String fresh(String line) {
        var key = SecretFields.KEY.matcher(line);
        int end = key.find() ? key.start() : line.length();
        var name = NAME.matcher(line);
        while (name.find() && name.end() <= end) {
            if (isSecret(line, name.start(), name.end(), name.group(1))) {
                int start = name.end();
                while (start < line.length() && " \t:=".indexOf(line.charAt(start)) >= 0) {
                    start++;
                }
                var value = line.substring(start).strip();
                if (!REFERENCE.matcher(value).matches()) {
                    field(line, name.start(), value);
                    return value.isEmpty() ? line : line.substring(0, start) + HIDDEN;
                }
            }
        }
        if (end == line.length()) {
            return line;
        }
        in = key.group().startsWith("-") && !PEM_END.matcher(line).matches() ? In.PEM : In.NOTHING;
        return line.substring(0, end) + HIDDEN;
    }

    private static boolean isSecret(String line, int start, int end, String name) {
        if (!SecretFields.isSecret(name)) {
            return false;
        }
        var before = line.substring(0, start).stripTrailing();
        var after = line.substring(end);
        return startsLine(line, start) || SEPARATED.matcher(after).matches()
                || after.isBlank() && (before.endsWith("{") || before.endsWith(","));
    }

    private static boolean startsLine(String line, int at) {
        return line.substring(0, at).chars().allMatch(c -> c == ' ' || c == '-' || c == '?');
    }

    private void field(String line, int at, String value) {
        boolean blockText = value.startsWith("|") || value.startsWith(">");
        // JSON has its names in double quotes, and says nothing by indentation.
        if (startsLine(line, at) && (line.charAt(at) != '"' || blockText) && line.indexOf('?') < 0) {
            in = In.BLOCK;
            column = at;
            startsBelow = value.isEmpty();
            references = startsBelow;
        } else {
            value(value);
        }
    }

    /** How the value of a field within braces goes on after this line. */
    private void value(String text) {
        boolean quoted = text.startsWith("\"") || text.startsWith("'");
        if (quoted) {
            quote = text.charAt(0);
            in = closes(text, 1) ? In.NOTHING : In.QUOTES;
        } else {
            in = text.indexOf(',') >= 0 || text.indexOf('}') >= 0 ? In.NOTHING : In.FLOW;
        }
    }

    private boolean closes(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (quote == '"' && text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == quote) {
                return true;
            }
        }
        return false;
    }
}
