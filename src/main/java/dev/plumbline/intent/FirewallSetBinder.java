package dev.plumbline.intent;

import dev.plumbline.intent.firewall.ElementText;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.OperandParser;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.SetElements;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Binds a firewall's named sets. */
final class FirewallSetBinder {

    static final List<String> FIELDS = List.of("name", "type", "interval", "elements");
    private static final List<String> TYPES = FirewallSet.TYPES.stream().map(DataType::toString).toList();
    private static final int MOST_FIELDS = 5;

    private final Values values;
    private final SourceText source;

    FirewallSetBinder(Values values, SourceText source) {
        this.values = values;
        this.source = source;
    }

    /** The set, or nothing if an error was reported. Its origin names neither file nor document. */
    @Nullable FirewallSet bind(Node node, FieldPath path) {
        int before = values.errors();
        var mapping = values.mapping(node, path, FIELDS);
        if (mapping == null) {
            return null;
        }
        var nameNode = values.required(mapping, "name", path, FIELDS, "name: blocked");
        var name = nameNode == null ? null : values.text(nameNode, path.field("name"), "a name");
        if (name != null && !OperandParser.isSetName(name)) {
            values.error(Objects.requireNonNull(nameNode), path.field("name"), "expected 1 to 31 letters, digits, `_`,"
                    + " `.` and `-`, the first a letter or `_`; found " + nameNode);
        }
        var typeNode = values.required(mapping, "type", path, FIELDS, "type: ipv4_addr");
        var types = typeNode == null ? List.<DataType>of() : types(typeNode, path.field("type"));
        boolean interval = values.flag(mapping, "interval", path, false);
        var spans = types.isEmpty() ? new ArrayList<ElementText.Span>()
                : elements(mapping.get("elements"), path.field("elements"), new ElementText(types));
        if (name == null || nameNode == null || values.errors() != before) {
            return null;
        }
        boolean ranges = interval || spans.stream().anyMatch(ElementText.Span::isRange);
        return new FirewallSet(name, types, ranges, elements(types, ranges, spans),
                new Origin("", "", nameNode.line(), nameNode.column()));
    }

    private static SetElements elements(List<DataType> types, boolean ranges, List<ElementText.Span> spans) {
        if (spans.isEmpty()) {
            return SetElements.NONE;
        }
        var builder = new SetElements.Builder(NftSet.length(types), ranges).expect(spans.size());
        spans.forEach(span -> builder.add(span.from(), span.to()));
        return ranges && types.size() == 1 ? builder.merged() : builder.build();
    }

    private List<DataType> types(Node node, FieldPath path) {
        var nodes = node instanceof Node.Sequence ? values.list(node, path, "types") : List.of(node);
        var types = new ArrayList<DataType>();
        for (int i = 0; nodes != null && i < nodes.size(); i++) {
            var word = values.word(nodes.get(i), node instanceof Node.Sequence ? path.item(i) : path, TYPES);
            if (word != null) {
                types.add(FirewallSet.TYPES.get(TYPES.indexOf(word)));
            }
        }
        if (types.size() > MOST_FIELDS) {
            values.error(node, path, "a set has at most " + MOST_FIELDS + " fields");
            return List.of();
        }
        return types;
    }

    private List<ElementText.Span> elements(@Nullable Node node, FieldPath path, ElementText text) {
        var spans = new ArrayList<ElementText.Span>();
        if (node == null) {
            return spans;
        }
        if (!(node instanceof Node.Sequence list)) {
            values.error(node, path, "expected a list of elements, such as [192.0.2.1, 198.51.100.0/24]; found "
                    + node);
            return spans;
        }
        for (int i = 0; i < list.items().size(); i++) {
            var item = list.items().get(i);
            if (!(item instanceof Node.Scalar scalar) || scalar.isNothing()) {
                values.error(item, path.item(i), "expected an element of the set; found " + item);
                continue;
            }
            try {
                spans.add(text.parse(scalar.text()));
            } catch (MalformedException e) {
                var place = source.position(scalar, e.offset());
                values.error(place.line(), place.column(), path.item(i), e.getMessage());
            }
        }
        if (spans.size() == list.items().size()) {
            text.collision(spans).ifPresent(two -> values.error(list.items().get(two[1]), path.item(two[1]),
                    "it lies across " + list.items().get(two[0]) + " at line " + list.items().get(two[0]).line()
                            + ": the kernel takes no such elements of several fields; make them apart"));
        }
        return spans;
    }
}
