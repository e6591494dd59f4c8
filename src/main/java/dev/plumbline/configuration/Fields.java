package dev.plumbline.configuration;

import dev.plumbline.intent.FieldPath;
import dev.plumbline.intent.Node;
import dev.plumbline.intent.Values;
import dev.plumbline.intent.TimeSpan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;

/** Fields that may be absent. One that is wrong is reported, and is as if it were absent. */
record Fields(Values values) {

    /** A field that has but one right value. */
    void fixed(Node.Mapping mapping, FieldPath path, String field, String value) {
        var node = mapping.get(field);
        if (node == null) {
            values.error(mapping, path.field(field), "is missing; write `" + field + ": " + value + "`");
        } else {
            values.word(node, path.field(field), List.of(value));
        }
    }

    /** A mapping. */
    <T> Optional<T> part(Node.Mapping mapping, FieldPath path, String field, List<String> known,
            BiFunction<Node.Mapping, FieldPath, T> binder) {
        var node = mapping.get(field);
        if (node == null || node instanceof Node.Scalar scalar && scalar.isNothing()) {
            return Optional.empty();
        }
        var part = values.mapping(node, path.field(field), known);
        return part == null ? Optional.empty() : Optional.of(binder.apply(part, path.field(field)));
    }

    Optional<String> text(Node.Mapping mapping, FieldPath path, String field, String what) {
        var node = mapping.get(field);
        return node == null ? Optional.empty() : Optional.ofNullable(values.text(node, path.field(field), what));
    }

    /** An absolute path. */
    Optional<Path> path(Node.Mapping mapping, FieldPath path, String field) {
        return text(mapping, path, field, "an absolute path").flatMap(text -> {
            if (!text.startsWith("/")) {
                values.error(at(mapping, field), path.field(field), "expected an absolute path; found `" + text + "`");
                return Optional.empty();
            }
            return Optional.of(Path.of(text));
        });
    }

    Optional<Integer> number(Node.Mapping mapping, FieldPath path, String field, int least, int most) {
        var node = mapping.get(field);
        var number = node == null ? java.util.OptionalLong.empty()
                : values.integer(node, path.field(field), least, most);
        return number.isPresent() ? Optional.of((int) number.getAsLong()) : Optional.empty();
    }

    /** A span of time. */
    Optional<Duration> time(Node.Mapping mapping, FieldPath path, String field, Duration least, Duration most) {
        var node = mapping.get(field);
        if (node == null) {
            return Optional.empty();
        }
        var time = node instanceof Node.Scalar scalar ? TimeSpan.parse(scalar.text()) : Optional.<Duration>empty();
        if (time.filter(each -> each.compareTo(least) >= 0 && each.compareTo(most) <= 0).isEmpty()) {
            values.error(node, path.field(field), "expected a time from " + least.toSeconds() + "s to "
                    + most.toHours() + "h, such as 30s, 5m or 1h; found " + node);
            return Optional.empty();
        }
        return time;
    }

    /** The value of a field that is there. */
    Node at(Node.Mapping mapping, String field) {
        return Objects.requireNonNull(mapping.get(field));
    }
}
