package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import dev.plumbline.state.Route;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds the spec of a RouteTable. */
final class RouteTableBinder implements DocumentBinder.SpecBinder {

    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    private static final FieldPath ROUTES = SPEC.field("routes");
    private static final String MAIN = "main";

    private final Values values;
    private final RouteItems routes;

    RouteTableBinder(Values values) {
        this.values = values;
        routes = new RouteItems(values, ROUTES, false);
    }

    @Override
    public List<String> fields() {
        return List.of("id", "interface", "sysctls", "exclusive", "adopt", "optional", "routes");
    }

    @Override
    public YamlReader.@Nullable Items stream(String field) {
        return field.equals("routes") ? routes : null;
    }

    @Override
    public Spec finish(Node.Mapping spec, String name, Origin document) {
        var id = id(spec, name);
        var device = device(spec, name);
        boolean manage = values.managesSysctls(spec, SPEC);
        if (spec.get("interface") == null && spec.get("sysctls") != null) {
            values.error(Objects.requireNonNull(spec.get("sysctls")), SPEC.field("sysctls"), "a table depends on"
                    + " sysctls where it is an interface's own: add `interface`, or leave this to what leads packets"
                    + " into the table (RoutingRules, Firewall)");
        }
        boolean exclusive = values.flag(spec, "exclusive", SPEC, false);
        boolean adopt = values.flag(spec, "adopt", SPEC, false);
        boolean optional = values.flag(spec, "optional", SPEC, false);
        if (exclusive && name.equals(MAIN)) {
            values.error(Objects.requireNonNull(spec.get("exclusive")), SPEC.field("exclusive"),
                    "the main table is never exclusive: the kernel, DHCP clients and others keep their routes in it");
        }
        routes.list(spec.get("routes"));
        var built = routes.build(document, adopt);
        return new RouteTableSpec(id.map(located -> new Located<>(located.value(),
                document(document, located.origin()))), device.map(located -> new Located<>(located.value(),
                document(document, located.origin()))), manage, exclusive, adopt, optional, built.ipv4(),
                built.ipv6());
    }

    private static Origin document(Origin document, Origin at) {
        return new Origin(document.document(), document.file(), at.line(), at.column());
    }

    @Override
    public void checkName(Node at, String name) {
        var path = FieldPath.ROOT.field("metadata").field("name");
        if (name.equals("local") || name.equals("default")) {
            values.error(at, path, "`" + name + "` is the name of a table of the kernel's own; take another");
        } else if (name.chars().allMatch(Character::isDigit)) {
            values.error(at, path, "the name of a table needs a letter: `lookup: " + name + "` means the number");
        }
    }

    private Optional<Located<String>> device(Node.Mapping spec, String name) {
        var node = spec.get("interface");
        var path = SPEC.field("interface");
        var device = node == null ? null : values.device(node, path);
        if (node == null || device == null) {
            return Optional.empty();
        }
        if (name.equals(MAIN)) {
            values.error(node, path, "the main table is everybody's; give the routes of " + device
                    + " a table of their own");
        }
        return Optional.of(new Located<>(device, new Origin("", "", node.line(), node.column())));
    }

    private Optional<Located<Long>> id(Node.Mapping spec, String name) {
        var node = spec.get("id");
        if (node == null) {
            return Optional.empty();
        }
        var path = SPEC.field("id");
        var number = values.integer(node, path, 0, Values.MAX_U32);
        if (number.isEmpty()) {
            return Optional.empty();
        }
        long id = number.getAsLong();
        if (id == 0) {
            values.error(node, path, "0 is no table (RT_TABLE_UNSPEC); write a number from 1 to 4294967295, or leave"
                    + " the field out and a free one is allotted");
        } else if (id == Route.TABLE_DEFAULT || id == Route.TABLE_LOCAL) {
            values.error(node, path, "table " + id + " is reserved: it is the kernel's `" + Route.tableName(id) + "`");
        } else if (id == Route.TABLE_MAIN && !name.equals(MAIN)) {
            values.error(node, path, "table 254 is `main`: give the document that name, and leave the id out");
        } else if (name.equals(MAIN) && id != Route.TABLE_MAIN) {
            values.error(node, path, "the document named `main` is table 254; leave the id out, or take another name");
        }
        return Optional.of(new Located<>(id, new Origin("", "", node.line(), node.column())));
    }
}
