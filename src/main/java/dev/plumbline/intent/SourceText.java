package dev.plumbline.intent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a character of a YAML scalar stands in its file. What is not blank stands there in the same order, in whatever
 * style it is written, but for the escapes of quoted text; so those are counted.
 */
final class SourceText {

    /** Both from 1. */
    record Position(int line, int column) {
    }

    private final byte[] content;
    private String text = "";
    private int[] starts = {};

    SourceText(byte[] content) {
        this.content = content;
    }

    /** @param offset into the scalar's text; its end is a place too */
    Position position(Node.Scalar scalar, int offset) {
        lines();
        if (scalar.line() < 1 || scalar.line() > starts.length || scalar.column() < 1) {
            return new Position(scalar.line(), scalar.column());
        }
        int lineEnd = scalar.line() < starts.length ? starts[scalar.line()] - 1 : text.length();
        int start = starts[scalar.line() - 1];
        for (int i = 1; i < scalar.column() && start < lineEnd; i++) {
            start = text.offsetByCodePoints(start, 1);
        }
        var decoded = scalar.text();
        int end = Math.min(offset, decoded.length());
        int wanted = 0;
        for (int i = 0; i < end; i += Character.charCount(decoded.codePointAt(i))) {
            wanted += isBlank(decoded.codePointAt(i)) ? 0 : 1;
        }
        boolean behind = end == decoded.length() || isBlank(decoded.codePointAt(end));
        return at(find(content(start), wanted, behind));
    }

    private void lines() {
        if (starts.length > 0) {
            return;
        }
        text = new String(content, StandardCharsets.UTF_8);
        var found = new ArrayList<Integer>(List.of(0));
        for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
            found.add(i + 1);
        }
        starts = found.stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    /** Where the text begins: behind tag and anchor, the quote, or the head of a block. */
    private int content(int start) {
        int at = start;
        while (at < text.length() && (text.charAt(at) == '&' || text.charAt(at) == '!')) {
            while (at < text.length() && !isBlank(text.charAt(at))) {
                at++;
            }
            while (at < text.length() && isBlank(text.charAt(at))) {
                at++;
            }
        }
        if (at < text.length() && (text.charAt(at) == '|' || text.charAt(at) == '>')) {
            int end = text.indexOf('\n', at);
            return end < 0 ? text.length() : end + 1;
        }
        return at;
    }

    /** The place behind so many characters that are not blank, or before the next one. */
    private int find(int start, int wanted, boolean behind) {
        char style = start < text.length() ? text.charAt(start) : ' ';
        boolean quoted = style == '"' || style == '\'';
        int at = quoted ? start + 1 : start;
        for (int left = wanted; left > 0 && at < text.length();) {
            int length = length(at, style);
            left -= blank(at, length) ? 0 : 1;
            at += length;
        }
        while (!behind && at < text.length() && blank(at, length(at, style))) {
            at += length(at, style);
        }
        return at;
    }

    /** How long the character at a place is as it is written. */
    private int length(int at, char style) {
        char c = text.charAt(at);
        if (style == '\'' && c == '\'' && text.startsWith("''", at)) {
            return 2;
        }
        if (style == '"' && c == '\\' && at + 1 < text.length()) {
            return Math.min(text.length() - at, switch (text.charAt(at + 1)) {
                case 'x' -> 4;
                case 'u' -> 6;
                case 'U' -> 10;
                default -> 2;
            });
        }
        return Character.charCount(text.codePointAt(at));
    }

    private boolean blank(int at, int length) {
        if (length == 1) {
            return isBlank(text.charAt(at));
        }
        char escape = text.charAt(at) == '\\' ? text.charAt(at + 1) : 'a';
        return switch (escape) {
            case ' ', 'n', 'r', 't', '\n', '\t' -> true;
            case 'x', 'u', 'U' -> isBlank(Integer.parseUnsignedInt(text.substring(at + 2, at + length), 16));
            default -> false;
        };
    }

    private Position at(int index) {
        int line = Arrays.binarySearch(starts, index);
        int number = line >= 0 ? line : -line - 2;
        return new Position(number + 1, text.codePointCount(starts[number], index) + 1);
    }
}
