package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Binds one YAML document to a {@link Document}: what all kinds share, and the kind's own binder for its spec. */
final class DocumentBinder implements YamlReader.Streams {

    static final String API_VERSION = "plumbline.dev/v1";
    static final List<String> KINDS = List.of("SourceRouting", "RouteTable", "RoutingRules", "Firewall");
    private static final List<String> FIELDS = List.of("apiVersion", "kind", "metadata", "spec");
    private static final List<String> METADATA = List.of("name", "labels");
    private static final List<String> HOSTS = List.of("names", "labels");
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern HOST_GLOB = Pattern.compile("[A-Za-z0-9*?._-]{1,253}");
    private static final Pattern NETNS_NAME = Pattern.compile("[^/\\s\\x00-\\x1f]{1,255}");
    private static final List<String> DRIFT_MODES = Stream.of(DriftMode.values()).map(DriftMode::word).toList();
    private static final FieldPath METADATA_PATH = FieldPath.ROOT.field("metadata");
    private static final FieldPath SPEC_PATH = FieldPath.ROOT.field("spec");

    /** Binds the spec of one kind. */
    interface SpecBinder {

        /** The fields beside those that all kinds share. */
        List<String> fields();

        /** Takes a list item by item, if it is one that may be long. Asked at most once for each list. */
        YamlReader.@Nullable Items stream(String field);

        /** Reports what the kind refuses in {@code metadata.name}. */
        default void checkName(Node at, String name) {
        }

        /**
         * Binds the rest, and the lists that did not come item by item.
         *
         * @return nothing if problems were reported that leave no spec
         */
        @Nullable Spec finish(Node.Mapping spec, String name, Origin document);
    }

    private final String file;
    private final DocumentProblems problems;
    private final Values values;
    private final SourceText source;
    private @Nullable SpecBinder specBinder;

    DocumentBinder(String file, DocumentProblems problems, SourceText source) {
        this.file = file;
        this.source = source;
        this.problems = problems;
        values = new Values(problems);
    }

    @Override
    public YamlReader.@Nullable Items open(String kind, String field) {
        if (specBinder == null) {
            specBinder = binder(kind);
        }
        return specBinder == null ? null : specBinder.stream(field);
    }

    private @Nullable SpecBinder binder(String kind) {
        return switch (kind) {
            case "SourceRouting" -> new SourceRoutingBinder(values);
            case "RouteTable" -> new RouteTableBinder(values);
            case "RoutingRules" -> new RoutingRulesBinder(values);
            case "Firewall" -> new FirewallBinder(values, source);
            default -> null;
        };
    }

    /**
     * The document, or nothing if it has errors.
     *
     * @param into takes the problems
     */
    @Nullable Document bind(Node root, List<Problem> into, SchemaCheck schema) {
        var mapping = values.mapping(root, FieldPath.ROOT, FIELDS);
        if (mapping == null) {
            into.addAll(problems.finished(""));
            return null;
        }
        var document = bind(mapping);
        boolean streamedAsOther = document == null && !problems.hasErrors();
        if (streamedAsOther) {
            throw new IllegalStateException("a document was refused without a reason");
        }
        var kind = mapping.get("kind");
        if (kind instanceof Node.Scalar scalar && KINDS.contains(scalar.text())) {
            schema.check(scalar.text(), mapping, problems);
        }
        into.addAll(problems.finished(id(mapping)));
        return problems.hasErrors() ? null : document;
    }

    private static String id(Node.Mapping root) {
        var metadata = root.get("metadata");
        return root.get("kind") instanceof Node.Scalar kind && metadata instanceof Node.Mapping mapping
                && mapping.get("name") instanceof Node.Scalar name ? kind.text() + "/" + name.text() : "";
    }

    private @Nullable Document bind(Node.Mapping root) {
        apiVersion(root);
        var kindNode = values.required(root, "kind", FieldPath.ROOT, FIELDS, "kind: RouteTable");
        var kind = kindNode == null ? null : kind(kindNode);
        var metadataNode = values.required(root, "metadata", FieldPath.ROOT, FIELDS, "metadata: {name: uplink}");
        var metadata = metadataNode == null ? null : values.mapping(metadataNode, METADATA_PATH, METADATA);
        var name = metadata == null ? null : name(metadata);
        var labels = metadata == null || metadata.get("labels") == null ? Map.<String, String>of()
                : values.labels(Objects.requireNonNull(metadata.get("labels")), METADATA_PATH.field("labels"));
        var specNode = values.required(root, "spec", FieldPath.ROOT, FIELDS, "spec: {…}");
        if (kind == null || specNode == null) {
            return null;
        }
        if (specBinder == null) {
            specBinder = binder(kind);
        }
        var binder = Objects.requireNonNull(specBinder);
        var spec = values.mapping(specNode, SPEC_PATH, withShared(binder.fields()));
        if (spec == null) {
            return null;
        }
        if (metadata != null && name != null) {
            binder.checkName(Objects.requireNonNull(metadata.get("name")), name);
        }
        var hosts = hosts(spec);
        var netns = netns(spec);
        var drift = drift(spec);
        var origin = new Origin(kind + "/" + (name == null ? "" : name), file, kindNode.line(), kindNode.column());
        var bound = binder.finish(spec, name == null ? "" : name, origin);
        return bound == null || name == null ? null : new Document(kind, name, labels, hosts, netns, drift, bound,
                origin);
    }

    /** A kind's fields and those that all kinds have. */
    static List<String> withShared(List<String> fields) {
        var all = new ArrayList<>(fields);
        all.addAll(List.of("hosts", "netns", "drift"));
        return List.copyOf(all);
    }

    private void apiVersion(Node.Mapping root) {
        var node = values.required(root, "apiVersion", FieldPath.ROOT, FIELDS, "apiVersion: " + API_VERSION);
        if (node != null && !(node instanceof Node.Scalar scalar && scalar.text().equals(API_VERSION))) {
            values.error(node, FieldPath.ROOT.field("apiVersion"),
                    "expected " + API_VERSION + ", the only version there is; found " + node);
        }
    }

    private @Nullable String kind(Node node) {
        var path = FieldPath.ROOT.field("kind");
        var kind = values.text(node, path, "a kind");
        if (kind != null && !KINDS.contains(kind)) {
            values.error(node, path, "unknown kind `" + Node.Scalar.shortened(kind) + "`" + Spelling.hint(kind, KINDS));
            return null;
        }
        return kind;
    }

    private @Nullable String name(Node.Mapping metadata) {
        var node = values.required(metadata, "name", METADATA_PATH, METADATA, "name: uplink");
        var path = METADATA_PATH.field("name");
        var name = node == null ? null : values.text(node, path, "a name");
        if (name != null && !DNS_LABEL.matcher(name).matches()) {
            values.error(Objects.requireNonNull(node), path, "`" + Node.Scalar.shortened(name)
                    + "` is no DNS-1123 label: 1 to 63 lower-case letters, digits and dashes, no dash at either end");
            return null;
        }
        return name;
    }

    /** {@code [edge-1, edge-*]}, or {@code {names: […], labels: {…}}}. */
    private HostSelector hosts(Node.Mapping spec) {
        var node = spec.get("hosts");
        var path = SPEC_PATH.field("hosts");
        if (node == null) {
            return HostSelector.ALL;
        }
        if (!(node instanceof Node.Mapping)) {
            return new HostSelector(hostNames(node, path), Map.of());
        }
        var mapping = values.mapping(node, path, HOSTS);
        if (mapping == null || mapping.entries().isEmpty()) {
            values.error(node, path, "names no host; leave it out for all hosts, or write for example [edge-*]");
            return HostSelector.ALL;
        }
        var names = mapping.get("names");
        var labels = mapping.get("labels");
        if (labels instanceof Node.Mapping none && none.entries().isEmpty()) {
            values.error(labels, path.field("labels"),
                    "names no label; leave it out, or write for example {role: edge}");
        }
        return new HostSelector(names == null ? List.of() : hostNames(names, path.field("names")),
                labels == null ? Map.of() : values.labels(labels, path.field("labels")));
    }

    private List<String> hostNames(Node node, FieldPath path) {
        var items = values.list(node, path, "host names or globs");
        var names = new ArrayList<String>();
        for (int i = 0; items != null && i < items.size(); i++) {
            var name = values.text(items.get(i), path.item(i), "a host's name or a glob");
            if (name != null && !HOST_GLOB.matcher(name).matches()) {
                values.error(items.get(i), path.item(i), "expected a host's name or a glob with `*` and `?`; found "
                        + items.get(i));
            } else if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    private String netns(Node.Mapping spec) {
        var node = spec.get("netns");
        var path = SPEC_PATH.field("netns");
        var netns = node == null ? Document.HOST : values.text(node, path, "`host`, a name below /run/netns or a path");
        if (netns == null || node == null) {
            return Document.HOST;
        }
        boolean valid = netns.startsWith("/") ? netns.length() > 1 && netns.length() < 4096 && netns.indexOf('\0') < 0
                : NETNS_NAME.matcher(netns).matches() && !netns.equals(".") && !netns.equals("..");
        if (!valid) {
            values.error(node, path, "expected `host`, a name below /run/netns or an absolute path; found " + node);
        }
        return netns;
    }

    private Optional<DriftMode> drift(Node.Mapping spec) {
        return Optional.ofNullable(spec.get("drift"))
                .flatMap(node -> Optional.ofNullable(values.word(node, SPEC_PATH.field("drift"), DRIFT_MODES)))
                .map(DriftMode::of);
    }
}
