package dev.plumbline.intent;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads the documents of one YAML 1.2 file. Long lists are handed over item by item while they are read. */
final class YamlReader {

    /** How many items of a streamed list stay in the tree. */
    static final int KEPT_ITEMS = 1000;
    private static final int DEEPEST = 50;
    /** Nodes that aliases may stand for in one document: more is an attack, or a mistake. */
    private static final int ALIASED_NODES = 1_000_000;

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setUseMarks(true).setParseComments(false).setCodePointLimit(Integer.MAX_VALUE).setBufferSize(1 << 14)
            .build();

    /** Takes the items of a list. */
    interface Items {
        void item(Node item, int index);

        /**
         * A line of a run, its braces included.
         *
         * @return whether it was understood; else it comes again as an item
         */
        boolean line(byte[] content, int from, int to, int line);
    }

    /** Says which lists are handed over. */
    interface Streams {
        @Nullable Items open(String kind, String field);
    }

    private record Anchored(Node node, int size) {
    }

    /** What is known of the document that is being read. */
    private static final class State {
        final Streams streams;
        final DocumentProblems problems;
        final Map<String, Anchored> anchors = new HashMap<>();
        @Nullable String kind;
        int nodes;
        int aliased;

        State(Streams streams, DocumentProblems problems) {
            this.streams = streams;
            this.problems = problems;
        }
    }

    private final byte[] content;
    private final RouteLines runs;
    private final SecretFields secrets;
    private final ParserImpl parser;
    private State state = new State((kind, field) -> null, new DocumentProblems(""));

    /**
     * A file.
     *
     * @param runs the runs of route lines that are read beside the parser
     * @param secrets what is said of one that stands in the file
     */
    YamlReader(byte[] content, RouteLines runs, SecretFields secrets) {
        this.secrets = secrets;
        this.content = content;
        this.runs = runs;
        var text = runs.isEmpty() ? content : runs.rest();
        // A decoder by charset replaces malformed bytes; this one refuses them.
        var reader = new InputStreamReader(new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder());
        parser = new ParserImpl(SETTINGS, new StreamReader(SETTINGS, reader));
    }

    /**
     * Reads the next document.
     *
     * @return its root, or nothing at the end of the file
     * @throws YamlSyntaxException if the file is no YAML from some place on
     */
    @Nullable Node next(Streams streams, DocumentProblems problems) {
        state = new State(streams, problems);
        try {
            while (parser.hasNext()) {
                var event = parser.next();
                if (event instanceof NodeEvent) {
                    var root = node(event, FieldPath.ROOT, 0);
                    parser.next();
                    return root;
                }
            }
            return null;
        } catch (org.snakeyaml.engine.v2.exceptions.YamlEngineException e) {
            throw YamlErrors.explain(e, content, runs);
        }
    }

    private int line(Event event) {
        return runs.line(event.getStartMark().orElseThrow().getLine());
    }

    private static int column(Event event) {
        return event.getStartMark().orElseThrow().getColumn() + 1;
    }

    /** The name of a field: what stands below a field of a secret's name is no secret itself. */
    private Node key(Event event, FieldPath path, int depth) {
        return event instanceof ScalarEvent scalar && scalar.getAnchor().isEmpty() ? text(scalar, path)
                : node(event, path, depth);
    }

    private Node node(Event event, FieldPath path, int depth) {
        int before = state.nodes + state.aliased;
        state.nodes++;
        if (event instanceof AliasEvent alias) {
            return aliased(alias, path);
        }
        var node = switch (event) {
            case ScalarEvent scalar -> scalar(scalar, path);
            case SequenceStartEvent sequence -> sequence(sequence, path, depth);
            case MappingStartEvent mapping -> mapping(mapping, path, depth);
            default -> throw new IllegalStateException("unexpected " + event);
        };
        ((NodeEvent) event).getAnchor().ifPresent(anchor ->
                state.anchors.put(anchor.getValue(), new Anchored(node, state.nodes + state.aliased - before)));
        return node;
    }

    private Node aliased(AliasEvent alias, FieldPath path) {
        var name = alias.getAlias().getValue();
        var known = state.anchors.get(name);
        var nothing = new Node.Scalar("", true, line(alias), column(alias));
        if (SecretFields.isSecret(path) && (known == null || known.node instanceof Node.Scalar)) {
            // Not a word more of this document: what the anchor names is secret wherever it stands.
            throw new YamlSyntaxException(nothing.line(), nothing.column(), path + ": " + secrets.refusal());
        }
        if (known == null) {
            state.problems.error(nothing, path, "the alias `*" + name + "` has no anchor `&" + name + "` before it");
            return nothing;
        }
        state.aliased += known.size;
        if (state.aliased > ALIASED_NODES) {
            throw new YamlSyntaxException(nothing.line(), nothing.column(),
                    "the aliases of this document stand for more than " + ALIASED_NODES + " values");
        }
        return known.node;
    }

    private Node.Scalar scalar(ScalarEvent event, FieldPath path) {
        if (runs.isMark(event.getValue())) {
            throw new RouteLines.NotPlain();
        }
        if (SecretFields.isKey(event.getValue()) || SecretFields.isSecret(path) && isValue(event)) {
            var hidden = new Node.Scalar("hidden", false, line(event), column(event));
            state.problems.error(hidden, path, secrets.refusal());
            return hidden;
        }
        return text(event, path);
    }

    private static boolean isValue(ScalarEvent event) {
        return SecretFields.isValue(new Node.Scalar(event.getValue(), event.isPlain(), 0, 0));
    }

    private Node.Scalar text(ScalarEvent event, FieldPath path) {
        var tag = event.getTag();
        boolean plain = event.isPlain() && tag.isEmpty();
        var scalar = new Node.Scalar(event.getValue(), plain, line(event), column(event));
        tag.ifPresent(name -> {
            if (!name.equals("!") && !name.equals("tag:yaml.org,2002:str")) {
                state.problems.error(scalar, path, "the tag `" + name + "` is not part of the intent language");
            }
        });
        return scalar;
    }

    private void checkCollection(CollectionStartEvent event, FieldPath path, int depth) {
        if (depth > DEEPEST) {
            throw new YamlSyntaxException(line(event), column(event), "nested deeper than " + DEEPEST + " levels");
        }
        if (event.getTag().isPresent()) {
            state.problems.error(line(event), column(event), path.toString(),
                    "the tag `" + event.getTag().get() + "` is not part of the intent language");
        }
    }

    private Node.Sequence sequence(SequenceStartEvent start, FieldPath path, int depth) {
        checkCollection(start, path, depth);
        var items = new ArrayList<Node>();
        while (true) {
            var event = parser.next();
            if (event.getEventId() == Event.ID.SequenceEnd) {
                return new Node.Sequence(items, false, line(start), column(start));
            }
            items.add(node(event, path.item(items.size()), depth + 1));
        }
    }

    private Node.Mapping mapping(MappingStartEvent start, FieldPath path, int depth) {
        checkCollection(start, path, depth);
        var entries = new ArrayList<Node.Entry>(5);
        boolean spec = depth == 1 && path.name().equals("spec") && start.getAnchor().isEmpty();
        while (true) {
            var event = parser.next();
            if (event.getEventId() == Event.ID.MappingEnd) {
                return new Node.Mapping(entries, line(start), column(start));
            }
            if (!(key(event, path, depth + 1) instanceof Node.Scalar key)) {
                state.problems.error(line(event), column(event), path.toString(),
                        "a field's name is text, not a list or a mapping");
                node(parser.next(), path, depth + 1);
                continue;
            }
            var field = path.field(key.text());
            boolean isNew = isNew(key, entries, field);
            var valueEvent = parser.next();
            var items = spec && isNew && state.kind != null && valueEvent instanceof SequenceStartEvent list
                    && list.getAnchor().isEmpty() ? state.streams.open(state.kind, key.text()) : null;
            var value = items != null ? streamed((SequenceStartEvent) valueEvent, items, field, depth + 1)
                    : node(valueEvent, field, depth + 1);
            if (!isNew) {
                continue;
            }
            entries.add(new Node.Entry(key, value));
            if (depth == 0 && key.text().equals("kind") && value instanceof Node.Scalar kind) {
                state.kind = kind.text();
            }
        }
    }

    private boolean isNew(Node.Scalar key, List<Node.Entry> entries, FieldPath field) {
        if (key.plain() && key.text().equals("<<")) {
            state.problems.error(key, field, "YAML 1.2 has no merge keys: write the fields out, or give a whole value"
                    + " an anchor (`&name`) and repeat it by its alias (`*name`)");
            return false;
        }
        for (int i = 0; i < entries.size(); i++) {
            var known = entries.get(i).key();
            if (known.text().equals(key.text())) {
                state.problems.error(key, field, "stands twice; the first is at line " + known.line());
                return false;
            }
        }
        return true;
    }

    private Node.Sequence streamed(SequenceStartEvent start, Items sink, FieldPath path, int depth) {
        checkCollection(start, path, depth);
        var kept = new ArrayList<Node>();
        int[] index = {0};
        while (true) {
            var event = parser.next();
            if (event.getEventId() == Event.ID.SequenceEnd) {
                return new Node.Sequence(kept, true, line(start), column(start));
            }
            if (event instanceof ScalarEvent scalar && scalar.isPlain() && runs.isMark(scalar.getValue())) {
                runs.lines(scalar.getValue(), (bytes, from, to, line, column) -> {
                    boolean keep = kept.size() < KEPT_ITEMS;
                    if (keep || !sink.line(bytes, from, to, line)) {
                        var item = RouteLines.mapping(bytes, from, to, line, column);
                        sink.item(item, index[0]);
                        if (keep) {
                            kept.add(item);
                        }
                    }
                    index[0]++;
                });
                continue;
            }
            var item = node(event, path.item(index[0]), depth + 1);
            sink.item(item, index[0]++);
            if (kept.size() < KEPT_ITEMS) {
                kept.add(item);
            }
        }
    }
}
