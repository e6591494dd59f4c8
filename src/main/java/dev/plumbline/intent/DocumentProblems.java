package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with one document. The document's name may be known only at its end, so that problems get their origin
 * then.
 */
public final class DocumentProblems {

    /** How many errors, and how many warnings, are kept of one document. */
    static final int LIMIT = 1000;

    private record Entry(int line, int column, String field, String message, Problem.Severity severity) {
    }

    private final String file;
    private final List<Entry> entries = new ArrayList<>();
    private int errors;
    private int warnings;
    private int left;

    DocumentProblems(String file) {
        this.file = file;
    }

    void error(Node at, FieldPath path, String message) {
        error(at.line(), at.column(), path.toString(), message);
    }

    void error(int line, int column, String field, String message) {
        errors++;
        if (errors <= LIMIT) {
            entries.add(new Entry(line, column, field, message, Problem.Severity.ERROR));
        } else {
            left++;
        }
    }

    void warning(Node at, FieldPath path, String message) {
        if (warnings++ < LIMIT) {
            entries.add(new Entry(at.line(), at.column(), path.toString(), message, Problem.Severity.WARNING));
        }
    }

    boolean hasErrors() {
        return errors > 0;
    }

    int errors() {
        return errors;
    }

    /** How many errors and warnings there were so far. */
    int count() {
        return errors + warnings;
    }

    /** The error fields so far: where they say something, the schema need not. */
    List<String> errorFields() {
        return entries.stream().filter(entry -> entry.severity == Problem.Severity.ERROR).map(Entry::field).toList();
    }

    /** All, as problems of this document. */
    List<Problem> finished(String document) {
        var problems = new ArrayList<Problem>(entries.size());
        for (var entry : entries) {
            problems.add(new Problem(new Origin(document, file, entry.line, entry.column), entry.field, entry.message,
                    entry.severity));
        }
        if (left > 0) {
            var last = entries.getLast();
            problems.add(Problem.error(new Origin(document, file, last.line, last.column), "",
                    left + " more errors in this document are not shown"));
        }
        return problems;
    }
}
