package dev.plumbline.intent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Long runs of lines such as <code>- {to: 192.0.2.0/24, via: 198.51.100.1}</code> in a file, cut out before YAML is
 * parsed: the parser needs some 7 µs for such a line, reading it here a tenth of that.
 *
 * <p>Each run is replaced by one list item that names it. The parser then says where that item stands: in a list of
 * routes the lines of the run are read as what they plainly are, items of that list. Anywhere else (in a block of text,
 * in a list of something else) the file is parsed again without cutting. Only lines that can mean one thing alone are
 * cut: one space after the dash, a flow mapping to the line's end, and no quote, comment, anchor or nested value.
 */
final class RouteLines {

    /** The file means something else than it seemed: it is to be parsed without cutting. */
    static final class NotPlain extends RuntimeException {
        NotPlain() {
            super("not plain route lines", null, false, false);
        }
    }

    /** Stands in items that name a run; from the private use area, in no file that is cut. */
    private static final char MARK = '\ue000';
    private static final int SHORTEST_RUN = 16;
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (int c = 0; c < 128; c++) {
            PLAIN[c] = Character.isLetterOrDigit(c) || "._:/, -".indexOf(c) >= 0;
        }
    }

    /** Lines of equal indentation, one after the other. */
    private record Run(int from, int to, int firstLine, int lines, int indentation) {
    }

    /** Takes the lines of a run. */
    interface Sink {
        /**
         * @param content of the file
         * @param from the opening brace
         * @param to after the closing brace
         */
        void line(byte[] content, int from, int to, int line, int column);
    }

    private final byte[] content;
    private final List<Run> runs;
    /** For each run the line of its mark in the text that is left, counted from 0. */
    private final int[] markLines;
    private final int[] linesBefore;

    private RouteLines(byte[] content, List<Run> runs) {
        this.content = content;
        this.runs = runs;
        markLines = new int[runs.size()];
        linesBefore = new int[runs.size() + 1];
        int cut = 0;
        for (int i = 0; i < runs.size(); i++) {
            markLines[i] = runs.get(i).firstLine - 1 - cut;
            cut += runs.get(i).lines - 1;
            linesBefore[i + 1] = cut;
        }
    }

    /** The runs of a file in UTF-8; empty if there are none, or if the file itself uses the mark. */
    static RouteLines of(byte[] content) {
        var runs = new ArrayList<Run>();
        int line = 1;
        int position = 0;
        while (position < content.length) {
            int indentation = indentation(content, position);
            int end = plainEnd(content, position + indentation);
            if (end < 0) {
                position = lineEnd(content, position + indentation) + 1;
                line++;
                continue;
            }
            int start = position;
            int first = line;
            while (end >= 0) {
                position = end + 1;
                line++;
                end = position < content.length && indentation(content, position) == indentation
                        ? plainEnd(content, position + indentation) : -1;
            }
            if (line - first >= SHORTEST_RUN) {
                runs.add(new Run(start, Math.min(position, content.length), first, line - first, indentation));
            }
        }
        return new RouteLines(content, !runs.isEmpty() && hasMark(content) ? List.of() : runs);
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** The file with one item for each run. */
    byte[] rest() {
        var rest = new java.io.ByteArrayOutputStream();
        int position = 0;
        for (int i = 0; i < runs.size(); i++) {
            var run = runs.get(i);
            rest.write(content, position, run.from - position);
            rest.writeBytes((" ".repeat(run.indentation) + "- " + MARK + i + "\n").getBytes(StandardCharsets.UTF_8));
            position = run.to;
        }
        rest.write(content, position, content.length - position);
        return rest.toByteArray();
    }

    /** The line in the file, from 1, for a line in {@link #rest}, from 0. */
    int line(int restLine) {
        if (markLines.length == 0) {
            return restLine + 1;
        }
        int found = Arrays.binarySearch(markLines, restLine);
        int before = found >= 0 ? found : -found - 1;
        return restLine + 1 + linesBefore[before];
    }

    /** Whether a scalar speaks of a run. */
    boolean isMark(String scalar) {
        return !runs.isEmpty() && scalar.indexOf(MARK) >= 0;
    }

    /** Hands over the lines of the run that this item of a list of routes names. */
    void lines(String mark, Sink sink) {
        if (mark.lastIndexOf(MARK) != 0) {
            throw new NotPlain();
        }
        var run = runs.get(Integer.parseInt(mark.substring(1)));
        int position = run.from;
        for (int line = run.firstLine; line < run.firstLine + run.lines; line++) {
            int end = lineEnd(content, position);
            sink.line(content, position + run.indentation + 2, end, line, run.indentation + 3);
            position = end + 1;
        }
    }

    /**
     * The mapping that a line is.
     *
     * @throws NotPlain if it is no list of {@code name: value} after all
     */
    static Node.Mapping mapping(byte[] content, int from, int to, int line, int column) {
        var text = new String(content, from, to - from, StandardCharsets.ISO_8859_1);
        var entries = new ArrayList<Node.Entry>(5);
        int position = 1;
        while (true) {
            int keyEnd = position;
            while (isLetter(text.charAt(keyEnd))) {
                keyEnd++;
            }
            if (keyEnd == position || !text.startsWith(": ", keyEnd)) {
                throw new NotPlain();
            }
            var key = scalar(text, position, keyEnd, line, column);
            int valueEnd = valueEnd(text, keyEnd + 2);
            if (SecretFields.isSecret(key.text()) || SecretFields.isKey(text.substring(keyEnd + 2, valueEnd))) {
                throw new NotPlain();
            }
            for (var entry : entries) {
                if (entry.key().text().equals(key.text())) {
                    throw new NotPlain();
                }
            }
            entries.add(new Node.Entry(key, scalar(text, keyEnd + 2, valueEnd, line, column)));
            if (valueEnd == text.length() - 1) {
                return new Node.Mapping(entries, line, column);
            }
            if (!text.startsWith(", ", valueEnd)) {
                throw new NotPlain();
            }
            position = valueEnd + 2;
        }
    }

    private static int valueEnd(String text, int start) {
        int end = start;
        while (text.charAt(end) != ',' && text.charAt(end) != ' ' && text.charAt(end) != '}') {
            end++;
        }
        boolean startsPlainly = end > start && Character.isLetterOrDigit(text.charAt(start));
        if (!startsPlainly || text.charAt(end - 1) == ':') {
            throw new NotPlain();
        }
        return end;
    }

    private static Node.Scalar scalar(String text, int from, int to, int line, int column) {
        return new Node.Scalar(text.substring(from, to), true, line, column + from);
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static int indentation(byte[] content, int position) {
        int end = position;
        while (end < content.length && content[end] == ' ') {
            end++;
        }
        return end - position;
    }

    private static int lineEnd(byte[] content, int position) {
        int end = position;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        return end;
    }

    /** The end of a line that is plain from here on, or -1. */
    private static int plainEnd(byte[] content, int from) {
        if (from + 8 > content.length || content[from] != '-' || content[from + 1] != ' ' || content[from + 2] != '{') {
            return -1;
        }
        int end = from + 3;
        while (end < content.length && content[end] >= 0 && PLAIN[content[end]]) {
            end++;
        }
        boolean closed = end > from + 6 && end < content.length && content[end] == '}'
                && (end + 1 == content.length || content[end + 1] == '\n');
        return closed ? end + 1 : -1;
    }

    private static boolean hasMark(byte[] content) {
        for (int i = 0; i + 2 < content.length; i++) {
            if (content[i] == (byte) 0xee && content[i + 1] == (byte) 0x80 && content[i + 2] == (byte) 0x80) {
                return true;
            }
        }
        return false;
    }

    /** Nothing is cut. */
    static RouteLines none(byte[] content) {
        return new RouteLines(content, List.of());
    }
}
