package dev.plumbline.intent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Problems as text: one line each, as compilers print it, and the source line with a caret below the column. */
public final class ProblemText {

    /** How many problems are printed unless somebody says otherwise. */
    public static final int MOST = 50;
    /** Characters of a source line that are shown. */
    private static final int WIDTH = 110;
    /** Bytes of a line that are looked at. */
    private static final int WIDEST = 100_000;

    private ProblemText() {
    }

    /** At most {@link #MOST} problems. */
    public static String render(List<Problem> problems, List<IntentFile> files) {
        return render(problems, files, MOST);
    }

    /**
     * The problems in the order of positions, and how many more there are.
     *
     * @param files those that the problems speak of; without its file a problem has no excerpt
     */
    public static String render(List<Problem> problems, List<IntentFile> files, int most) {
        var sources = new HashMap<String, SourceLines>();
        files.forEach(file -> sources.put(file.name(), new SourceLines(file.content())));
        var sorted = new ArrayList<>(problems);
        sorted.sort(Problem.BY_POSITION);
        var text = new StringBuilder();
        for (var problem : sorted.subList(0, Math.min(most, sorted.size()))) {
            text.append(problem).append('\n');
            excerpt(problem, sources, text);
        }
        if (sorted.size() > most) {
            text.append(rest(sorted.subList(most, sorted.size()))).append('\n');
        }
        return text.toString();
    }

    private static String rest(List<Problem> left) {
        long errors = left.stream().filter(problem -> problem.severity() == Problem.Severity.ERROR).count();
        long warnings = left.size() - errors;
        var counts = new ArrayList<String>();
        if (errors > 0) {
            counts.add(errors + (errors == 1 ? " more error" : " more errors"));
        }
        if (warnings > 0) {
            counts.add(warnings + (warnings == 1 ? " more warning" : " more warnings"));
        }
        return "and " + String.join(" and ", counts);
    }

    private static void excerpt(Problem problem, Map<String, SourceLines> sources, StringBuilder into) {
        var source = sources.get(problem.origin().file());
        int line = problem.origin().line();
        if (source == null || line < 1) {
            return;
        }
        var characters = source.line(line).codePoints()
                .map(c -> c == '\t' ? ' ' : Character.isISOControl(c) ? '?' : c).toArray();
        int column = Math.min(problem.origin().column() - 1, characters.length);
        int start = column < WIDTH - 20 ? 0 : column - WIDTH / 2;
        int end = Math.min(characters.length, start + WIDTH);
        var number = Integer.toString(line);
        into.append(number.length() < 5 ? " ".repeat(5 - number.length()) : "").append(number).append(" | ")
                .append(start > 0 ? "…" : "").append(new String(characters, start, end - start).stripTrailing())
                .append(end < characters.length ? "…" : "").append('\n');
        if (column >= 0) {
            into.append(" ".repeat(Math.max(5, number.length()))).append(" | ")
                    .append(" ".repeat(column - start + (start > 0 ? 1 : 0))).append("^\n");
        }
    }

    /** Lines of a file by number; asked in ascending order it is read once. */
    private static final class SourceLines {
        private final byte[] content;
        private int line = 1;
        private int position;

        SourceLines(byte[] content) {
            this.content = content;
        }

        String line(int number) {
            if (number < line) {
                line = 1;
                position = 0;
            }
            while (line < number && position < content.length) {
                position = end() + 1;
                line++;
            }
            if (position >= content.length) {
                return "";
            }
            var lines = new ArrayList<String>();
            for (int start = context(); start <= position; start = end(start) + 1) {
                int end = Math.min(end(start), start + WIDEST);
                lines.add(new String(content, start, end - start, StandardCharsets.UTF_8));
            }
            return SecretMask.last(lines);
        }

        /** Where the lines begin that may say whether something in this one is secret. */
        private int context() {
            int start = position;
            for (int before = SecretMask.LINES_BEFORE; before > 0 && start > 0 && position - start < WIDEST; before--) {
                start--;
                while (start > 0 && content[start - 1] != '\n') {
                    start--;
                }
            }
            return start;
        }

        private int end() {
            return end(position);
        }

        private int end(int from) {
            int end = from;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            return end;
        }
    }
}
