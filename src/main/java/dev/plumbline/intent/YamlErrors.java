package dev.plumbline.intent;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Plain words and a position for what SnakeYAML Engine cannot read. */
final class YamlErrors {

    private YamlErrors() {
    }

    static YamlSyntaxException explain(YamlEngineException e, byte[] content, RouteLines runs) {
        if (!runs.isEmpty()) {
            // Positions and words are those of the whole file: it is read again uncut.
            throw new RouteLines.NotPlain();
        }
        return switch (e) {
            case MarkedYamlEngineException marked -> explain(marked);
            case ReaderException reader -> at(text(content), reader.getPosition(),
                    "the character U+%04X is not allowed in YAML".formatted(reader.getCodePoint()));
            default -> unreadable(e, content);
        };
    }

    private static YamlSyntaxException explain(MarkedYamlEngineException e) {
        var mark = e.getProblemMark().or(e::getContextMark);
        int line = mark.map(Mark::getLine).orElse(0) + 1;
        int column = mark.map(Mark::getColumn).orElse(0) + 1;
        var problem = e.getProblem() == null ? "cannot be read" : e.getProblem().strip();
        var context = e.getContext() == null ? "" : " (" + e.getContext().strip()
                + e.getContextMark().map(at -> at.getLine() + 1 == line ? "" : " from line " + (at.getLine() + 1))
                .orElse("")
                + ")";
        return new YamlSyntaxException(line, column, "not YAML: " + problem + context + hint(problem));
    }

    private static String hint(String problem) {
        if (problem.contains("'\\t'") || problem.contains("\\t(TAB)")) {
            return "; indent with spaces, never with tabs";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "; is the indentation right, or does a text with `: ` lack quotes?";
        }
        if (problem.contains("found ':'")) {
            return "; an address with a colon at its begin or end, such as `::1`, needs quotes: \"::1\"";
        }
        return "";
    }

    private static YamlSyntaxException unreadable(YamlEngineException e, byte[] content) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(content);
        var out = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        if (!result.isError()) {
            return new YamlSyntaxException(1, 1, "not YAML: " + e.getMessage());
        }
        var before = new String(content, 0, in.position(), StandardCharsets.UTF_8);
        return at(before, before.codePointCount(0, before.length()),
                "the byte 0x%02x is not UTF-8: save the file as UTF-8".formatted(content[in.position()]));
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** @param index of the code point at fault */
    private static YamlSyntaxException at(String text, int index, String message) {
        int line = 1;
        int column = 1;
        int count = 0;
        for (int i = 0; i < text.length() && count < index; i += Character.charCount(text.codePointAt(i)), count++) {
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return new YamlSyntaxException(line, column, message);
    }
}
