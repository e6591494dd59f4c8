package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.Comparator;

/**
 * One thing wrong with the intents, for the person who wrote them.
 *
 * @param origin the file, line and column at fault
 * @param field the field's path within the document, such as {@code spec.routes[3].via}; empty if none is at fault
 * @param message what is wrong, with the value, and what would be right
 * @param severity an error stops everything; a warning is printed
 */
public record Problem(Origin origin, String field, String message, Severity severity) {

    /** By file, line and column. */
    public static final Comparator<Problem> BY_POSITION = Problem::comparePositions;

    /** Not composed of Comparator's own: their lambdas are serializable, and such ones no AOT cache holds. */
    private static int comparePositions(Problem one, Problem other) {
        int byFile = one.origin.file().compareTo(other.origin.file());
        int byLine = Integer.compare(one.origin.line(), other.origin.line());
        int byColumn = Integer.compare(one.origin.column(), other.origin.column());
        return byFile != 0 ? byFile : byLine != 0 ? byLine : byColumn;
    }

    public enum Severity { ERROR, WARNING }

    public static Problem error(Origin origin, String field, String message) {
        return new Problem(origin, field, message, Severity.ERROR);
    }

    public static Problem warning(Origin origin, String field, String message) {
        return new Problem(origin, field, message, Severity.WARNING);
    }

    /** {@code file:line:column: error: field: message}, as compilers print it. */
    @Override
    public String toString() {
        var severityText = severity == Severity.ERROR ? "error" : "warning";
        return origin.position() + ": " + severityText + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
