package dev.plumbline.doctor;

import dev.plumbline.doctor.Check.Verdict;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Checks as people read them: one line a check, what to do below it, and a summary last. */
public final class CheckText {

    private static final int WIDTH = Verdict.NOT_APPLICABLE.toString().length();
    private static final String RESET = "\u001b[0m";

    private CheckText() {
    }

    /** Writes them, with ANSI escapes if colours are wanted. */
    public static void write(List<Check> checks, boolean colour, PrintWriter out) {
        for (var check : checks) {
            var verdict = check.verdict().toString();
            out.println((colour ? colour(check.verdict()) + verdict + RESET : verdict)
                    + " ".repeat(WIDTH - verdict.length() + 1) + check.area() + " " + check.name() + ": "
                    + check.finding());
            var lead = "-> ";
            for (var line : check.remedy()) {
                out.println(" ".repeat(WIDTH + 1) + lead + line);
                lead = "   ";
            }
        }
        out.println();
        out.println(Arrays.stream(Verdict.values()).map(verdict -> count(checks, verdict) + " " + verdict)
                .collect(Collectors.joining(", ")) + ".");
    }

    static long count(List<Check> checks, Verdict verdict) {
        return checks.stream().filter(each -> each.verdict() == verdict).count();
    }

    private static String colour(Verdict verdict) {
        return switch (verdict) {
            case OK -> "\u001b[32m";
            case WARNING -> "\u001b[33m";
            case FAILED -> "\u001b[31m";
            case NOT_APPLICABLE -> "\u001b[2m";
        };
    }
}
