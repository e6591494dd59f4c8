package dev.plumbline.intent;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** One line of YAML in flow style: {@code {to: default, via: 198.51.100.3}}. */
final class FlowText {

    /** Text that means itself without quotes, whatever stands around it. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_](?:[A-Za-z0-9_./-]*[A-Za-z0-9_])?");
    private static final Pattern WORD = Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n");

    private final StringBuilder text = new StringBuilder("{");

    /** Adds a value that is written as it is: a number, a flag, an address, or what this class made. */
    FlowText raw(String name, Object value) {
        if (text.length() > 1) {
            text.append(", ");
        }
        text.append(name).append(": ").append(value);
        return this;
    }

    FlowText text(String name, String value) {
        return raw(name, quoted(value));
    }

    /** An address or prefix; with quotes where a colon at either end would mean something else. */
    FlowText address(String name, Object value) {
        return raw(name, address(value));
    }

    static String address(Object value) {
        var plain = value.toString();
        return plain.endsWith(":") || plain.startsWith(":") ? '"' + plain + '"' : plain;
    }

    static String labels(Map<String, String> labels) {
        var flow = new FlowText();
        new TreeMap<>(labels).forEach((name, value) -> flow.text(quoted(name), value));
        return flow.toString();
    }

    /** The text, with quotes unless it means itself without. */
    static String quoted(String value) {
        if (PLAIN.matcher(value).matches() && !WORD.matcher(value).matches()) {
            return value;
        }
        var quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c > 0x7e) {
                quoted.append(c > 0xffff ? "\\U%08x".formatted(c) : "\\u%04x".formatted(c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
