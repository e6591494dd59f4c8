package dev.plumbline.intent;

import dev.plumbline.secret.SopsFile;
import dev.plumbline.state.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        var secret = secret(file, runs);
        if (secret.isPresent()) {
            // Nothing else is said of the file, for it could quote the secret.
            problems.add(secret.get());
            return;
        }
        if (SopsFile.isName(file.name())) {
            return;
        }
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

    /** A private key, wherever it stands in the file; or a file that is to be encrypted and is not. */
    private static Optional<Problem> secret(IntentFile file, RouteLines runs) {
        var text = runs.isEmpty() ? file.content() : runs.rest();
        int key = SecretFields.key(text);
        if (key >= 0) {
            int line = 0;
            int start = 0;
            for (int i = 0; i < key; i++) {
                if (text[i] == '\n') {
                    line++;
                    start = i + 1;
                }
            }
            int column = new String(text, start, key - start, StandardCharsets.UTF_8).length() + 1;
            return Optional.of(Problem.error(new Origin("", file.name(), runs.line(line), column), "",
                    SecretFields.IN_REPOSITORY.refusal()));
        }
        return SopsFile.isName(file.name()) && SopsFile.parse(file.content()).isEmpty()
                ? Optional.of(Problem.error(new Origin("", file.name(), 0, 0), "", "the file is not encrypted with"
                        + " SOPS, as its name says: `sops --encrypt --in-place " + file.name() + "`; and change the"
                        + " secrets in it, for they are none any more")) : Optional.empty();
    }

    private void parse(IntentFile file, RouteLines runs, List<Document> documents, List<Problem> problems) {
        var ownProblems = new DocumentProblems(file.name());
        try {
            var reader = new YamlReader(file.content(), runs, SecretFields.IN_REPOSITORY);
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
