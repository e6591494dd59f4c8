package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.List;

/** Parses intent files: all of them, whatever is wrong with some. */
public final class IntentParser {

    private final SchemaCheck schema;

    private IntentParser(SchemaCheck schema) {
        this.schema = schema;
    }

    /** Checks every document against its published JSON Schema too, and the first thousand items of long lists. */
    public IntentParser() {
        this(SchemaCheck.published());
    }

    /**
     * Leaves the published schemas out: they refuse nothing that is not refused anyway, and loading their validator
     * costs more at start than all other work on small files.
     */
    public static IntentParser withoutSchema() {
        return new IntentParser((kind, root, problems) -> { });
    }

    /** The kinds of documents. */
    public static List<String> kinds() {
        return DocumentBinder.KINDS;
    }

    /** The documents and the problems of these files. Throws nothing on account of their content. */
    public ParsedIntents parse(List<IntentFile> files) {
        var documents = new ArrayList<Document>();
        var problems = new ArrayList<Problem>();
        for (var file : files) {
            parse(file, documents, problems);
        }
        return new ParsedIntents(documents, problems);
    }

    private void parse(IntentFile file, List<Document> documents, List<Problem> problems) {
        var runs = RouteLines.of(file.content());
        if (!runs.isEmpty()) {
            var ownDocuments = new ArrayList<Document>();
            var ownProblems = new ArrayList<Problem>();
            try {
                parse(file, runs, ownDocuments, ownProblems);
                documents.addAll(ownDocuments);
                problems.addAll(ownProblems);
                return;
            } catch (RouteLines.NotPlain notPlain) {
                // What looked like runs of routes is something else; the whole file goes to the YAML parser.
            }
        }
        parse(file, RouteLines.none(file.content()), documents, problems);
    }

    private void parse(IntentFile file, RouteLines runs, List<Document> documents, List<Problem> problems) {
        var ownProblems = new DocumentProblems(file.name());
        try {
            var reader = new YamlReader(file.content(), runs);
            var source = new SourceText(file.content());
            while (true) {
                ownProblems = new DocumentProblems(file.name());
                var binder = new DocumentBinder(file.name(), ownProblems, source);
                var root = reader.next(binder, ownProblems);
                if (root == null) {
                    return;
                }
                if (root instanceof Node.Scalar scalar && scalar.isNothing()) {
                    continue;
                }
                var document = binder.bind(root, problems, schema);
                if (document != null) {
                    documents.add(document);
                }
            }
        } catch (YamlSyntaxException e) {
            problems.addAll(ownProblems.finished(""));
            problems.add(Problem.error(new Origin("", file.name(), e.line(), e.column()), "", e.getMessage()));
        }
    }
}
