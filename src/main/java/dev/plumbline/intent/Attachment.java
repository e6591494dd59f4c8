package dev.plumbline.intent;

import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RouteRows;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A container's interface, as its runtime announced it by CNI ADD: an input beside the documents that people write.
 *
 * @param netns the namespace's path, or its name below {@code /run/netns}: a label, which may be used again
 * @param namespace the namespace itself
 * @param addresses those of this interface, in the order of the runtime
 * @param routes what the plugins before said that they made; they may not be on the interface
 * @param sourceRouting what is wanted for it; empty: nothing
 * @param labels for selectors, from the network's configuration
 * @param arguments what the runtime says of the container ({@code CNI_ARGS}): the known ones, which hold no secrets
 * @param addedAt when it was announced, to the millisecond
 */
public record Attachment(Key key, String netns, NamespaceId namespace, List<Address> addresses,
        List<Destination> routes, Optional<SourceRouting> sourceRouting, Map<String, String> labels,
        Map<String, String> arguments, Instant addedAt) {

    private static final String SOURCE_ROUTING = "SourceRouting";
    private static final String ORIGIN = "attachment ";

    public Attachment {
        netns = Document.canonical(netns);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        labels = Map.copyOf(labels);
        arguments = Map.copyOf(arguments);
    }

    /**
     * Which attachment it is. A container has one interface of a name, so container, device and type are enough to find
     * it; the network tells a late DEL from one that is meant.
     *
     * @param container {@code CNI_CONTAINERID}
     * @param device {@code CNI_IFNAME}
     * @param network {@code name} of the network configuration
     * @param type of the plugin: {@code sbr}, {@code plumbline}
     */
    public record Key(String container, String device, String network, String type) {

        /** For people. */
        @Override
        public String toString() {
            return container + "/" + device;
        }
    }

    /** @param gateway what the plugins before said with the address */
    public record Address(Prefix address, Optional<IpAddress> gateway) {
    }

    /** A route that the plugins before speak of. */
    public record Destination(Prefix to, Optional<IpAddress> via) {
    }

    /**
     * What is wanted.
     *
     * @param gateways at most one a family and network; empty: those that the plugins before, and the routes on the
     *     interface, name
     */
    public record SourceRouting(TableChoice table, List<IpAddress> gateways, RoutesMode routes, long priority,
            boolean sourceHints) {
        public SourceRouting {
            gateways = List.copyOf(gateways);
        }
    }

    /** What it comes to for the compiler. */
    public List<Document> documents() {
        return sourceRouting.map(wanted -> List.of(new Document(SOURCE_ROUTING, key.toString(), labels,
                HostSelector.ALL, netns, Optional.empty(), spec(wanted), origin()))).orElse(List.of());
    }

    /** Where its objects come from. */
    public Origin origin() {
        return new Origin(ORIGIN + key, "", 0, 0);
    }

    private SourceRoutingSpec spec(SourceRouting wanted) {
        var origin = origin();
        var gateways = new HashMap<IpAddress, IpAddress>();
        for (var each : addresses) {
            gateway(each, wanted).ifPresent(gateway -> gateways.put(each.address().address(), gateway));
        }
        return new SourceRoutingSpec(new Located<>(key.device(), origin),
                Optional.of(addresses.stream().map(each -> new Located<>(each.address().address(), origin)).toList()),
                Optional.empty(), new Located<>(wanted.table(), origin), wanted.routes(), wanted.priority(),
                wanted.sourceHints(), true, none(Family.IPV4), none(Family.IPV6), gateways);
    }

    private static RouteRows none(Family family) {
        return new RouteRows.Builder(family, 0).build();
    }

    /** The configuration's, else the address's own, else a default route's; else the routes on the device tell. */
    private Optional<IpAddress> gateway(Address address, SourceRouting wanted) {
        var family = address.address().family();
        var listed = wanted.gateways().stream().filter(each -> each.family() == family).toList();
        if (listed.size() == 1) {
            return Optional.of(listed.getFirst());
        }
        if (!listed.isEmpty()) {
            return listed.stream().filter(address.address().masked()::contains).findFirst();
        }
        if (wanted.routes() == RoutesMode.LEAVE) {
            return Optional.empty();
        }
        return address.gateway().or(() -> ofDefaultRoute(address.address()));
    }

    /** One in the address's network; else one that is in no address's network, and so is meant for all. */
    private Optional<IpAddress> ofDefaultRoute(Prefix address) {
        Predicate<IpAddress> near = address.masked()::contains;
        Predicate<IpAddress> nearOther = gateway -> addresses.stream()
                .anyMatch(each -> each.address().masked().contains(gateway));
        var gateways = routes.stream().filter(each -> each.to().isDefault() && each.to().family() == address.family())
                .flatMap(each -> each.via().stream()).toList();
        return gateways.stream().filter(near).findFirst()
                .or(() -> gateways.stream().filter(nearOther.negate()).findFirst());
    }

    /** How origins name the document of this id: {@code kind/name}, or the attachment that it comes from. */
    public static String named(String id) {
        return isDocument(id) ? ORIGIN + id.substring(id.indexOf('/') + 1) : id;
    }

    /** Whether the document of this id comes from an attachment: names of people's documents have no slash. */
    public static boolean isDocument(String id) {
        return id.indexOf('/') != id.lastIndexOf('/');
    }
}
