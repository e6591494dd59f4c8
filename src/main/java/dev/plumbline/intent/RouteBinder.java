package dev.plumbline.intent;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Binds one route to the form in which the kernel echoes it. The limits are the kernel's own, seen on Linux 6.18;
 * scopes are derived as {@code ip route} derives them.
 */
final class RouteBinder {

    static final List<String> FIELDS = List.of("to", "via", "dev", "src", "metric", "scope", "onlink", "mtu", "advmss",
            "type", "tos");
    private static final List<String> HOP_FIELDS = List.of("address", "dev", "weight", "onlink");
    static final List<String> TYPES = List.of("unicast", "blackhole", "unreachable", "prohibit", "throw");
    private static final List<String> SCOPES = List.of("global", "site", "link", "host");
    /** What {@code ip_metrics_convert} cuts to: 65535 less 15, and less 40. */
    static final long MAX_MTU = 65520;
    static final long MAX_ADVMSS = 65495;
    private static final int MOST_HOPS = 1000;
    private static final List<Family> BOTH = List.of(Family.IPV4, Family.IPV6);

    /**
     * A route of one family, or the default route of both.
     *
     * @param destination absent for {@code default}
     */
    record Parsed(@Nullable Prefix destination, List<Family> families, int tos, long givenMetric, int scope,
            RouteType type, Optional<IpAddress> source, List<NextHop> hops, SortedMap<Integer, Long> metrics) {

        /** An IPv6 route without a metric has 1024. */
        long metric(Family family) {
            return family == Family.IPV6 && givenMetric == 0 ? Route.IPV6_DEFAULT_METRIC : givenMetric;
        }

        RouteAttributes attributes(Family family) {
            return new RouteAttributes(type, family == Family.IPV6 ? Scope.UNIVERSE : scope, Protocol.PLUMBLINE, source,
                    Optional.empty(), hops, metrics, 0, List.of());
        }
    }

    /** A next hop and where it stands. */
    private record Hop(@Nullable IpAddress gateway, String device, int weight, boolean onlink, Node at,
            FieldPath path) {
    }

    private final Values values;
    private final boolean deviceImplied;

    RouteBinder(Values values, boolean deviceImplied) {
        this.values = values;
        this.deviceImplied = deviceImplied;
    }

    /** The route, or nothing if something about it was reported as an error. */
    @Nullable Parsed bind(Node node, FieldPath path) {
        int before = values.errors();
        var mapping = values.mapping(node, path, FIELDS);
        if (mapping == null) {
            return null;
        }
        var to = values.required(mapping, "to", path, FIELDS, "to: default");
        boolean isDefault = to instanceof Node.Scalar scalar && scalar.text().equals("default");
        var destination = to == null || isDefault ? null : destination(to, path.field("to"));
        var type = type(mapping, path);
        var hops = hops(mapping, path);
        var source = source(mapping, path);
        long metric = number(mapping, "metric", path, 0, Values.MAX_U32, 0);
        long scope = scope(mapping, path);
        int tos = tos(mapping, path);
        var metrics = metrics(mapping, path);
        if (values.errors() != before) {
            return null;
        }
        var families = destination != null ? List.of(destination.family()) : familiesOfDefault(source, hops);
        checkType(mapping, path, type, hops);
        if (hops.size() > MOST_HOPS) {
            values.error(mapping, path.field("via"), "has " + hops.size() + " next hops; at most " + MOST_HOPS
                    + " fit");
        }
        for (var family : families) {
            checkFamily(mapping, path, family, type, source);
            for (var hop : hops) {
                checkHop(hop, family, hops.size() > 1);
            }
            checkDistinct(family, hops);
        }
        checkScope(mapping, path, scope, hops);
        if (values.errors() != before) {
            return null;
        }
        return new Parsed(destination, families, tos, metric, scope >= 0 ? (int) scope : derivedScope(type, hops), type,
                Optional.ofNullable(source), nextHops(type, hops), metrics);
    }

    private @Nullable Prefix destination(Node node, FieldPath path) {
        var prefix = values.prefix(node, path, "default");
        if (prefix == null) {
            return null;
        }
        var masked = prefix.masked();
        if (!masked.equals(prefix)) {
            values.error(node, path, prefix + " has bits set behind its length; write " + masked
                    + " for the network, or " + prefix.address() + " for the one address");
            return null;
        }
        return prefix;
    }

    private static List<Family> familiesOfDefault(@Nullable IpAddress source, List<Hop> hops) {
        if (source != null) {
            return List.of(source.family());
        }
        Family family = null;
        for (var hop : hops) {
            if (hop.gateway != null && (family == null || hop.gateway.family() == Family.IPV4)) {
                family = hop.gateway.family();
            }
        }
        return family == null ? BOTH : List.of(family);
    }

    private RouteType type(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("type");
        var word = node == null ? null : values.word(node, path.field("type"), TYPES);
        return word == null ? RouteType.UNICAST : RouteType.named(word).orElse(RouteType.UNICAST);
    }

    private List<Hop> hops(Node.Mapping mapping, FieldPath path) {
        var deviceNode = mapping.get("dev");
        var device = deviceNode == null ? null : values.device(deviceNode, path.field("dev"));
        boolean onlink = values.flag(mapping, "onlink", path, false);
        var via = mapping.get("via");
        var hops = new ArrayList<Hop>(1);
        var deviceOrNone = device == null ? "" : device;
        if (via == null) {
            if (deviceNode != null || onlink) {
                hops.add(new Hop(null, deviceOrNone, 1, onlink, mapping, path));
            }
            return hops;
        }
        var viaPath = path.field("via");
        if (via instanceof Node.Sequence) {
            var items = values.list(via, viaPath, "addresses, or of {address, dev, weight, onlink}");
            for (int i = 0; items != null && i < items.size(); i++) {
                hop(items.get(i), viaPath.item(i), deviceOrNone, onlink, hops);
            }
        } else if (via instanceof Node.Mapping) {
            hop(via, viaPath, deviceOrNone, onlink, hops);
        } else {
            var gateway = values.address(via, viaPath);
            if (gateway != null) {
                hops.add(new Hop(gateway, deviceOrNone, 1, onlink, via, viaPath));
            }
        }
        return hops;
    }

    private void hop(Node node, FieldPath path, String device, boolean onlink, List<Hop> into) {
        if (node instanceof Node.Scalar) {
            var gateway = values.address(node, path);
            if (gateway != null) {
                into.add(new Hop(gateway, device, 1, onlink, node, path));
            }
            return;
        }
        var mapping = values.mapping(node, path, HOP_FIELDS);
        if (mapping == null) {
            return;
        }
        var addressNode = mapping.get("address");
        var address = addressNode == null ? null : values.address(addressNode, path.field("address"));
        var deviceNode = mapping.get("dev");
        var ownDevice = deviceNode == null ? null : values.device(deviceNode, path.field("dev"));
        if (addressNode == null && deviceNode == null) {
            values.error(node, path, "a next hop needs `address`, `dev` or both");
        }
        int weight = (int) number(mapping, "weight", path, 1, 256, 1);
        boolean ownOnlink = values.flag(mapping, "onlink", path, onlink);
        into.add(new Hop(address, ownDevice == null ? device : ownDevice, weight, ownOnlink, node, path));
    }

    private @Nullable IpAddress source(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("src");
        var source = node == null ? null : values.address(node, path.field("src"));
        if (source != null && (source.isUnspecified() || source.isMulticast())) {
            values.error(Objects.requireNonNull(node), path.field("src"),
                    "expected an address of this host; found " + source);
        }
        return source;
    }

    private long number(Node.Mapping mapping, String field, FieldPath path, long least, long most, long otherwise) {
        var node = mapping.get(field);
        return node == null ? otherwise : values.integer(node, path.field(field), least, most).orElse(otherwise);
    }

    /** The given scope, or -1. */
    private long scope(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("scope");
        if (node == null) {
            return -1;
        }
        if (node instanceof Node.Scalar scalar && scalar.isText()) {
            var word = values.word(node, path.field("scope"), SCOPES);
            return word == null ? -1 : Scope.number(word).orElse(-1);
        }
        return values.integer(node, path.field("scope"), 0, Scope.HOST).orElse(-1);
    }

    private int tos(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("tos");
        if (node == null) {
            return 0;
        }
        int tos = (int) values.integer(node, path.field("tos"), 0, 255).orElse(0);
        if ((tos & 3) != 0) {
            values.error(node, path.field("tos"), "the two lowest bits of " + node + " are ECN bits, which the kernel"
                    + " refuses here; write 0x" + Integer.toHexString(tos & ~3));
        }
        return tos;
    }

    private SortedMap<Integer, Long> metrics(Node.Mapping mapping, FieldPath path) {
        var metrics = new TreeMap<Integer, Long>();
        clamped(mapping, "mtu", path, MAX_MTU, RouteAttributes.RTAX_MTU, metrics);
        clamped(mapping, "advmss", path, MAX_ADVMSS, RouteAttributes.RTAX_ADVMSS, metrics);
        return metrics;
    }

    private void clamped(Node.Mapping mapping, String field, FieldPath path, long most, int number,
            SortedMap<Integer, Long> into) {
        var node = mapping.get(field);
        var value = node == null ? OptionalLong.empty()
                : values.integer(node, path.field(field), 1, Values.MAX_U32);
        if (node == null || value.isEmpty()) {
            return;
        }
        if (value.getAsLong() > most) {
            values.warning(node, path.field(field), "the kernel stores at most " + most + "; write that instead of "
                    + value.getAsLong());
        }
        into.put(number, Math.min(value.getAsLong(), most));
    }

    private void checkType(Node.Mapping mapping, FieldPath path, RouteType type, List<Hop> hops) {
        if (type.hasNoNextHop()) {
            for (var field : List.of("via", "dev", "onlink")) {
                var node = mapping.get(field);
                if (node != null) {
                    values.error(node, path.field(field), "a route of type " + type + " has no next hop; leave `"
                            + field + "` out");
                }
            }
        } else if (hops.isEmpty() && !deviceImplied) {
            values.error(mapping, path, "the route leads nowhere; give it `via`, `dev`, or a `type` such"
                    + " as unreachable");
        }
    }

    private void checkFamily(Node.Mapping mapping, FieldPath path, Family family, RouteType type,
            @Nullable IpAddress source) {
        var src = mapping.get("src");
        if (source != null && src != null) {
            if (source.family() != family) {
                values.error(src, path.field("src"), source + " is " + name(source.family()) + ", but the route is "
                        + name(family));
            } else if (family == Family.IPV6 && type.hasNoNextHop()) {
                values.error(src, path.field("src"), "an IPv6 route of type " + type + " takes no source address");
            }
        }
        if (family == Family.IPV4) {
            return;
        }
        for (var field : List.of("tos", "scope")) {
            var node = mapping.get(field);
            if (node != null) {
                values.error(node, path.field(field), "IPv6 routes have no " + field + (mapping.get("to") instanceof
                        Node.Scalar to && to.text().equals("default") && source == null
                        ? "; for the IPv4 default route alone write to: 0.0.0.0/0" : "; leave it out"));
            }
        }
    }

    private void checkHop(Hop hop, Family family, boolean multipath) {
        var gateway = hop.gateway;
        if (gateway == null) {
            if (hop.onlink && family == Family.IPV4) {
                values.error(hop.at, hop.path, "`onlink` speaks of a gateway; give `via` too, or leave it out");
            } else if (multipath && family == Family.IPV6) {
                values.error(hop.at, hop.path, "each of several next hops of an IPv6 route needs an address");
            } else if (hop.device.isEmpty() && !deviceImplied) {
                values.error(hop.at, hop.path, "`onlink` needs `via` and `dev`");
            }
            return;
        }
        if (family == Family.IPV6 && gateway.family() == Family.IPV4) {
            values.error(hop.at, hop.path, gateway
                    + " is IPv4, but the route is IPv6; an IPv6 route needs an IPv6 gateway");
        } else if (gateway.isUnspecified() || gateway.isMulticast() || gateway.isLoopback()) {
            values.error(hop.at, hop.path, gateway + " cannot be a gateway; name the router's address");
        } else if (hop.device.isEmpty() && !deviceImplied) {
            if (gateway.family() == Family.IPV6 && gateway.isLinkLocal()) {
                values.error(hop.at, hop.path, "the link-local gateway " + gateway
                        + " says nothing without its link; give `dev` too");
            } else if (hop.onlink) {
                values.error(hop.at, hop.path, "`onlink` needs `dev`: the kernel takes the gateway to be on that link");
            }
        }
    }

    /** IPv6 refuses the same next hop twice (EEXIST); IPv4 takes it. */
    private void checkDistinct(Family family, List<Hop> hops) {
        if (family == Family.IPV4 || hops.size() < 2) {
            return;
        }
        var seen = new HashSet<List<Object>>();
        for (var hop : hops) {
            if (hop.gateway != null && !seen.add(List.of(hop.gateway, hop.device))) {
                values.error(hop.at, hop.path, "the next hop " + hop.gateway
                        + " stands twice; give it a weight instead");
            }
        }
    }

    private void checkScope(Node.Mapping mapping, FieldPath path, long scope, List<Hop> hops) {
        var node = mapping.get("scope");
        if (node != null && scope >= Scope.LINK && hops.stream().anyMatch(hop -> hop.gateway != null)) {
            values.error(node, path.field("scope"), "a route through a gateway has a scope below 253; `"
                    + Scope.name((int) scope) + "` is for what is on the link or the host itself; leave it out");
        }
    }

    private int derivedScope(RouteType type, List<Hop> hops) {
        boolean onLink = type == RouteType.UNICAST && hops.size() <= 1
                && hops.stream().allMatch(hop -> hop.gateway == null);
        return onLink ? Scope.LINK : Scope.UNIVERSE;
    }

    private List<NextHop> nextHops(RouteType type, List<Hop> hops) {
        if (type.hasNoNextHop()) {
            return List.of();
        }
        if (hops.isEmpty()) {
            return List.of(NextHop.onLink(""));
        }
        boolean single = hops.size() == 1;
        var nextHops = new ArrayList<NextHop>(hops.size());
        for (var hop : hops) {
            nextHops.add(new NextHop(Optional.ofNullable(hop.gateway), hop.device, single ? 1 : hop.weight,
                    hop.onlink));
        }
        return nextHops;
    }

    static String name(Family family) {
        return family == Family.IPV4 ? "IPv4" : "IPv6";
    }
}
