package dev.plumbline.intent.firewall;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** {@code ${name}} in text. */
public final class Templates {

    private Templates() {
    }

    /** Whether a name stands in it. */
    public static boolean isTemplate(String text) {
        return text.contains("${");
    }

    /** Whether something can be named so: letters, digits and underscores. */
    public static boolean isName(String name) {
        return name.length() <= 128 && !name.isEmpty() && name.chars().allMatch(c -> c == '_' || c < 128
                && Character.isLetterOrDigit(c));
    }

    /** @throws MalformedException if a brace is missing, or what stands in it is no name */
    static void check(String text) throws MalformedException {
        for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", at + 2)) {
            int end = text.indexOf('}', at);
            if (end < 0) {
                throw new MalformedException(at, "`${` has no `}`; write ${name}");
            }
            var name = text.substring(at + 2, end);
            if (!isName(name)) {
                throw new MalformedException(at + 2, "`" + OperandParser.shown(name)
                        + "` is no name of a variable: it has letters, digits and `_` alone");
            }
        }
    }

    /** The names in a checked text, in their order. */
    public static List<String> names(String text) {
        var names = new ArrayList<String>();
        expand(text, name -> {
            names.add(name);
            return "";
        });
        return names;
    }

    /** A checked text with values for its names. */
    public static String expand(String text, Function<String, String> values) {
        var expanded = new StringBuilder();
        int from = 0;
        for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
            int end = text.indexOf('}', at);
            expanded.append(text, from, at).append(values.apply(text.substring(at + 2, end)));
            from = end + 1;
        }
        return expanded.append(text, from, text.length()).toString();
    }
}
