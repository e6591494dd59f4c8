package dev.plumbline.intent;

import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds the spec of a SourceRouting. */
final class SourceRoutingBinder implements DocumentBinder.SpecBinder {

    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    private static final List<String> MODES = List.of("move", "copy", "leave");
    private static final List<String> FIELDS = List.of("device", "addresses", "gateways", "table", "routes", "priority",
            "sourceHints", "optional", "extraRoutes", "method");
    private static final List<String> KNOWN = DocumentBinder.withShared(FIELDS);
    private static final List<String> METHODS = List.of("rule", "vrf");
    private static final String AUTO = "auto";

    private final Values values;
    private final RouteItems extraRoutes;

    SourceRoutingBinder(Values values) {
        this.values = values;
        extraRoutes = new RouteItems(values, SPEC.field("extraRoutes"), true);
    }

    @Override
    public List<String> fields() {
        return FIELDS;
    }

    @Override
    public YamlReader.@Nullable Items stream(String field) {
        return field.equals("extraRoutes") ? extraRoutes : null;
    }

    @Override
    public @Nullable Spec finish(Node.Mapping spec, String name, Origin document) {
        var deviceNode = values.required(spec, "device", SPEC, KNOWN, "device: net1");
        var device = deviceNode == null ? null : values.device(deviceNode, SPEC.field("device"));
        var addresses = addresses(spec, "addresses", document);
        var gateways = addresses(spec, "gateways", document);
        var table = table(spec, document);
        var modeNode = spec.get("routes");
        var mode = modeNode == null ? "move" : values.word(modeNode, SPEC.field("routes"), MODES);
        var priorityNode = spec.get("priority");
        long priority = priorityNode == null ? SourceRoutingSpec.DEFAULT_PRIORITY
                : values.integer(priorityNode, SPEC.field("priority"), 1, 32765).orElse(1);
        boolean sourceHints = values.flag(spec, "sourceHints", SPEC, false);
        boolean optional = values.flag(spec, "optional", SPEC, false);
        extraRoutes.list(spec.get("extraRoutes"));
        var extra = extraRoutes.build(document, false);
        var method = method(spec, document);
        if (device == null || deviceNode == null || mode == null) {
            return null;
        }
        var routes = SourceRoutingSpec.RoutesMode.valueOf(mode.toUpperCase(Locale.ROOT));
        SourceRoutingSpec.contradiction(method.value(), routes, sourceHints).ifPresent(each -> values.error(
                Objects.requireNonNull(spec.get(each.getKey())), SPEC.field(each.getKey()), each.getValue()));
        return new SourceRoutingSpec(new Located<>(device, at(document, deviceNode)), addresses, gateways, table,
                routes, priority, sourceHints, optional, extra.ipv4(), extra.ipv6()).by(method);
    }

    private Located<Method> method(Node.Mapping spec, Origin document) {
        var node = spec.get("method");
        var word = node == null ? null : values.word(node, SPEC.field("method"), METHODS);
        return new Located<>(word == null ? Method.RULE : Method.valueOf(word.toUpperCase(Locale.ROOT)),
                node == null ? document : at(document, node));
    }

    private static Origin at(Origin document, Node node) {
        return new Origin(document.document(), document.file(), node.line(), node.column());
    }

    private static boolean isAuto(Node node) {
        return node instanceof Node.Scalar scalar && scalar.text().equals(AUTO);
    }

    private Optional<List<Located<IpAddress>>> addresses(Node.Mapping spec, String field, Origin document) {
        var node = spec.get(field);
        if (node == null || isAuto(node)) {
            return Optional.empty();
        }
        var path = SPEC.field(field);
        if (!(node instanceof Node.Sequence)) {
            values.error(node, path, "expected `auto` or a list of addresses; found " + node
                    + (node instanceof Node.Scalar scalar && IpAddress.parse(scalar.text()).isPresent()
                    ? "; write [" + scalar.text() + "]" : ""));
            return Optional.empty();
        }
        var items = values.list(node, path, "addresses");
        var found = new ArrayList<Located<IpAddress>>();
        var seen = new HashSet<IpAddress>();
        for (int i = 0; items != null && i < items.size(); i++) {
            var item = items.get(i);
            var address = values.address(item, path.item(i));
            if (address == null) {
                continue;
            }
            if (address.isUnspecified() || address.isMulticast() || address.isLoopback()) {
                values.error(item, path.item(i), address + " is not an address of a host on a network");
            } else if (!seen.add(address)) {
                values.error(item, path.item(i), address + " stands twice");
            }
            found.add(new Located<>(address, at(document, item)));
        }
        return Optional.of(List.copyOf(found));
    }

    private Located<TableChoice> table(Node.Mapping spec, Origin document) {
        var node = spec.get("table");
        if (node == null) {
            return new Located<>(new TableChoice.Auto(), document);
        }
        var origin = at(document, node);
        var path = SPEC.field("table");
        if (isAuto(node)) {
            return new Located<>(new TableChoice.Auto(), origin);
        }
        if (node instanceof Node.Scalar scalar && (scalar.isInteger() || scalar.isFloat())) {
            long number = values.integer(node, path, 0, Values.MAX_U32).orElse(-1);
            if (number == 0) {
                values.error(node, path, "0 is no table (RT_TABLE_UNSPEC); write a number from 1 to 4294967295, or"
                        + " auto");
            } else if (number >= Route.TABLE_DEFAULT && number <= Route.TABLE_LOCAL) {
                values.error(node, path, "table " + number + " is the kernel's `" + Route.tableName(number)
                        + "`; source routing needs a table of its own");
            }
            return new Located<>(new TableChoice.Number(number), origin);
        }
        var name = values.tableName(node, path, "`auto`, a table's number or its name");
        if (name != null && List.of("main", "local", "default").contains(name)) {
            values.error(node, path, "the table `" + name
                    + "` is the kernel's; source routing needs a table of its own");
        }
        return new Located<>(new TableChoice.Name(name == null ? "" : name), origin);
    }
}
