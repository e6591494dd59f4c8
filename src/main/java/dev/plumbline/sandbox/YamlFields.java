package dev.plumbline.sandbox;

import dev.plumbline.intent.Problem;
import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The fields of one mapping. What is wrong is added to the problems, and reading goes on with what is left, so that all
 * errors are found at once.
 */
final class YamlFields {
    private final String file;
    private final String path;
    private final Node node;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final List<Problem> problems;

    private YamlFields(String file, String path, Node node, List<Problem> problems) {
        this.file = file;
        this.path = path;
        this.node = node;
        this.problems = problems;
    }

    /** A mapping that may have these fields only. */
    static YamlFields of(String file, String path, Node node, List<Problem> problems, List<String> known) {
        var fields = new YamlFields(file, path, node, problems);
        if (!(node instanceof MappingNode mapping)) {
            fields.error(node, "", "this must be a mapping: " + String.join(", ", known));
            return fields;
        }
        for (var tuple : mapping.getValue()) {
            var key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            if (!known.contains(key)) {
                fields.error(tuple.getKeyNode(), key, "there is no such field; there are " + String.join(", ", known)
                        + nearest(key, known));
            } else if (fields.values.put(key, tuple.getValueNode()) != null) {
                fields.error(tuple.getKeyNode(), key, "is said twice");
            }
        }
        return fields;
    }

    private static String nearest(String word, List<String> known) {
        return known.stream().filter(each -> distance(word, each) <= 2)
                .min(Comparator.comparingInt(each -> distance(word, each)))
                .map(each -> "; did you mean '" + each + "'?").orElse("");
    }

    /** Levenshtein's. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }

    /** Where a node stands. */
    static Origin origin(String file, Node node) {
        return node.getStartMark().map(mark -> origin(file, mark)).orElse(new Origin("Topology", file, 1, 1));
    }

    static Origin origin(String file, Mark mark) {
        return new Origin("Topology", file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    Origin origin() {
        return origin(file, node);
    }

    private String pathOf(String name) {
        return name.isEmpty() ? path : path.isEmpty() ? name : path + "." + name;
    }

    private void error(Node at, String name, String message) {
        problems.add(Problem.error(origin(file, at), pathOf(name), message));
    }

    /** An error at a field, or at the whole mapping where the field is absent. */
    void error(String name, String message) {
        error(values.getOrDefault(name, node), name, message);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).flatMap(value -> scalar(value, name));
    }

    private Optional<String> scalar(Node value, String name) {
        if (value instanceof ScalarNode scalar && scalar.getTag() != Tag.NULL) {
            return Optional.of(scalar.getValue());
        }
        error(value, name, "this must be a single value");
        return Optional.empty();
    }

    /** A field that must be there. */
    Optional<String> need(String name) {
        if (!has(name)) {
            error("", "'" + name + "' is missing");
        }
        return text(name);
    }

    <T> Optional<T> parsed(String name, String expected, Function<String, Optional<T>> parser) {
        return text(name).flatMap(text -> parse(values.get(name), name, text, expected, parser));
    }

    private <T> Optional<T> parse(Node at, String name, String text, String expected,
            Function<String, Optional<T>> parser) {
        var value = parser.apply(text);
        if (value.isEmpty()) {
            error(at, name, "'" + text + "' is not " + expected);
        }
        return value;
    }

    OptionalLong number(String name, long least, long most) {
        var value = parsed(name, "a number from " + least + " to " + most, text -> {
            boolean digits = text.matches("0|[1-9][0-9]{0,17}");
            return digits ? Optional.of(Long.parseLong(text)).filter(it -> it >= least && it <= most)
                    : Optional.empty();
        });
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    /** The entries of a list of single values. */
    <T> List<T> parsedList(String name, String expected, Function<String, Optional<T>> parser) {
        var found = new ArrayList<T>();
        eachNode(name, (entry, at) -> scalar(entry, at)
                .flatMap(text -> parse(entry, at, text, expected, parser)).ifPresent(found::add));
        return found;
    }

    /** The entries of a list of mappings. */
    <T> List<T> each(String name, List<String> known, Function<YamlFields, Optional<T>> reader) {
        var found = new ArrayList<T>();
        eachNode(name, (entry, at) ->
                reader.apply(of(file, pathOf(at), entry, problems, known)).ifPresent(found::add));
        return found;
    }

    private void eachNode(String name, BiConsumer<Node, String> consumer) {
        var value = values.get(name);
        if (value instanceof SequenceNode sequence) {
            int index = 0;
            for (var entry : sequence.getValue()) {
                consumer.accept(entry, name + "[" + index++ + "]");
            }
        } else if (value != null) {
            error(value, name, "this must be a list");
        }
    }

    boolean isMapping(String name) {
        return values.get(name) instanceof MappingNode;
    }

    /** A mapping of names of one form to single values. */
    SortedMap<String, String> texts(String name, String expected, Pattern form) {
        var found = new TreeMap<String, String>();
        var value = values.get(name);
        if (value instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                var key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
                if (!form.matcher(key).matches()) {
                    error(tuple.getKeyNode(), name, "'" + key + "' is not " + expected);
                }
                scalar(tuple.getValueNode(), name + "." + key).ifPresent(text -> found.put(key, text));
            }
        } else if (value != null) {
            error(value, name, "this must be a mapping");
        }
        return found;
    }

    Optional<YamlFields> mapping(String name, List<String> known) {
        return Optional.ofNullable(values.get(name)).map(value -> of(file, pathOf(name), value, problems, known));
    }

    /** The one field of a mapping that says what it is by its name. */
    Optional<String> onlyField() {
        if (values.size() == 1) {
            return Optional.of(values.keySet().iterator().next());
        }
        if (node instanceof MappingNode) {
            error("", "say exactly one thing here, not " + (values.isEmpty() ? "none"
                    : values.keySet().stream().collect(Collectors.joining(" and "))));
        }
        return Optional.empty();
    }
}
