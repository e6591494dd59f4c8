package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** A YAML file of one document that is no intent, read by the same rules as those. */
public final class YamlDocument {

    private YamlDocument() {
    }

    /**
     * Reads a file.
     *
     * @param file its name in problems
     * @param binder gets the root and makes what is read of it; what it reports is thrown afterwards
     * @return nothing if the file has no document
     * @throws IntentException with every problem of the file if one is an error
     */
    public static <T> Optional<T> read(String file, byte[] content, BiFunction<Node, Values, T> binder) {
        var problems = new DocumentProblems(file);
        try {
            var reader = new YamlReader(content, RouteLines.none(content), SecretFields.ON_HOST);
            var root = reader.next((kind, field) -> null, problems);
            if (root == null || root instanceof Node.Scalar scalar && scalar.isNothing()) {
                return Optional.empty();
            }
            var value = binder.apply(root, new Values(problems));
            var second = reader.next((kind, field) -> null, problems);
            if (second != null) {
                problems.error(second, FieldPath.ROOT, "the file has a second document; it takes one");
            }
            if (problems.hasErrors()) {
                throw new IntentException(problems.finished(""));
            }
            return Optional.of(value);
        } catch (YamlSyntaxException e) {
            throw new IntentException(List.of(Problem.error(new Origin("", file, e.line(), e.column()), "",
                    e.getMessage())));
        }
    }
}
