package dev.plumbline.sandbox;

import dev.plumbline.intent.TableChoice;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.link.LinkWriter.AddressOption;
import dev.plumbline.kernel.link.LinkWriter;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.TopologyLink;
import dev.plumbline.sandbox.Topology.TopologyRoute;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Progress;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.Scope;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A topology made real: a namespace that plays the host, and one for each router. The kernel takes them away when the
 * process ends, however it ends, unless they were given names.
 */
public final class SandboxNetwork implements AutoCloseable {

    private static final String PEER_DEVICE = "up0";

    private final NetworkNamespace host;
    private final Optional<String> name;
    private final Map<String, NetworkNamespace> routers = new LinkedHashMap<>();
    private final List<EchoService> services = new ArrayList<>();

    private SandboxNetwork(NetworkNamespace host, Optional<String> name) {
        this.host = host;
        this.name = name;
    }

    /**
     * Makes the namespaces, links, addresses and routes.
     *
     * @param name under {@code /run/netns}, for a host that is to outlive the process; its routers are called after it
     * @throws UncheckedIOException with the kernel's words if it refuses something
     */
    public static SandboxNetwork make(Topology topology, Optional<String> name) {
        SandboxNetwork network = null;
        try {
            network = new SandboxNetwork(namespace(name), name);
            network.build(topology);
            return network;
        } catch (IOException e) {
            undo(network);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            undo(network);
            throw e;
        }
    }

    private static NetworkNamespace namespace(Optional<String> name) throws NetlinkException {
        return name.isPresent() ? NetworkNamespace.create(name.get()) : NetworkNamespace.anonymous();
    }

    private static void undo(@Nullable SandboxNetwork network) {
        if (network == null) {
            return;
        }
        network.close();
        for (var each : network.names()) {
            try {
                NetworkNamespace.delete(each);
            } catch (NetlinkException e) {
                // The error that is on its way says what went wrong first.
            }
        }
    }

    /** The names under {@code /run/netns} that stay: the host's first; none if none was asked for. */
    public List<String> names() {
        var names = new ArrayList<String>();
        name.ifPresent(each -> {
            names.add(each);
            routers.keySet().forEach(device -> names.add(each + "-" + device));
        });
        return names;
    }

    private void build(Topology topology) throws IOException {
        try (var socket = NetlinkSocket.open(host, Rtnetlink.PROTOCOL)) {
            var links = new LinkWriter(socket);
            links.up("lo");
            for (var link : topology.links()) {
                build(link, links);
            }
        }
        add(host, topology.routes());
        for (var link : topology.links()) {
            var router = routers.get(link.name());
            add(router, link.peer().routes());
            services.add(EchoService.start(router, link.name(), addresses(link)));
        }
    }

    private void build(TopologyLink link, LinkWriter links) throws NetlinkException {
        var router = namespace(name.map(each -> each + "-" + link.name()));
        routers.put(link.name(), router);
        links.veth(link.name(), PEER_DEVICE, router);
        link.mtu().ifPresent(mtu -> links.mtu(link.name(), mtu));
        try (var socket = NetlinkSocket.open(router, Rtnetlink.PROTOCOL)) {
            var far = new LinkWriter(socket);
            far.up("lo");
            link.mtu().ifPresent(mtu -> far.mtu(PEER_DEVICE, mtu));
            far.up(PEER_DEVICE);
            links.up(link.name());
            link.addresses().forEach(each -> links.addAddress(link.name(), each, AddressOption.NO_DUPLICATE_DETECTION));
            link.peer().addresses().forEach(each ->
                    far.addAddress(PEER_DEVICE, each, AddressOption.NO_DUPLICATE_DETECTION));
            link.peer().owns().forEach(each ->
                    far.addAddress("lo", each.host(), AddressOption.NO_DUPLICATE_DETECTION));
        }
    }

    private static List<IpAddress> addresses(TopologyLink link) {
        var all = new ArrayList<>(link.peer().owns());
        link.peer().addresses().forEach(each -> all.add(each.address()));
        return all;
    }

    private static void add(NetworkNamespace namespace, List<TopologyRoute> routes) throws NetlinkException {
        for (var route : routes) {
            try (var live = again(namespace)) {
                write(live, create(route(route)));
            }
        }
    }

    private static Route route(TopologyRoute route) {
        var family = route.to().family();
        var hop = new NextHop(route.via(), route.device().isEmpty() ? PEER_DEVICE : route.device(), 1, false);
        int scope = family == Family.IPV4 && route.via().isEmpty() ? Scope.LINK : Scope.UNIVERSE;
        var attributes = RouteAttributes.unicast(scope, List.of(hop)).withProtocol(Protocol.STATIC)
                .withSource(route.source());
        return new Route(route.table(), route.to().masked(), 0, route.metric().orElse(
                family == Family.IPV6 ? Route.IPV6_DEFAULT_METRIC : 0), attributes);
    }

    private static RouteChanges create(Route route) {
        var rows = rows(route);
        return new RouteChanges(List.of(changes(rows, RouteRows.empty(rows.family(), rows.table()),
                new int[] {0}, new int[0])));
    }

    private static RouteRows rows(Route route) {
        return RouteTables.of(List.of(route)).tables().firstEntry().getValue();
    }

    private static TableChanges changes(RouteRows desired, RouteRows live, int[] create, int[] delete) {
        int[] none = {};
        return new TableChanges(new TableKey(desired.family(), desired.table()), Phase.NEW_ROUTES,
                desired, live, RouteRows.empty(desired.family(), desired.table()), create, none, none, none, none, delete);
    }

    /**
     * Breaks something behind plumbline's back.
     *
     * @param tables number of a table that the topology names
     * @return what was done, in the words of {@code ip}
     * @throws UncheckedIOException if there is nothing to break, or the kernel refuses
     */
    public List<String> drift(Drift drift, ToLongFunction<TableChoice> tables) {
        try (var live = open()) {
            return switch (drift) {
                case Drift.AddRoute(var route, _) -> {
                    write(live, create(route(route)));
                    yield List.of("ip route add " + route(route));
                }
                case Drift.DeleteRoute(var table, var to, _) -> deleteRoutes(live, tables.applyAsLong(table), to);
                case Drift.DeleteRule(long priority, var from, _) -> deleteRules(live, priority, from);
            };
        }
    }

    private static List<String> deleteRoutes(KernelNamespace live, long table, List<Prefix> destinations) {
        var said = new ArrayList<String>();
        for (var family : Family.values()) {
            var key = new TableKey(family, table);
            var rows = live.read(new ReadScope(false, Set.of(key), Set.of(), false)).routes().rows(key);
            int[] hit = IntStream.range(0, rows.size()).filter(row -> destinations.contains(rows.destination(row)))
                    .toArray();
            if (hit.length > 0) {
                write(live, new RouteChanges(List.of(changes(RouteRows.empty(family, table), rows, new int[0], hit))));
                for (int row : hit) {
                    said.add("ip route del " + rows.route(row));
                }
            }
        }
        return found(said, "no such route in table " + table);
    }

    private static List<String> deleteRules(KernelNamespace live, long priority, Optional<Prefix> from) {
        var hit = live.read(ReadScope.NO_ROUTES).rules().stream().filter(rule -> rule.priority() == priority
                && (from.isEmpty() || rule.from().equals(from))).toList();
        write(live, new RuleChanges(List.of(), List.of(),
                hit.stream().map(rule -> new RuleChanges.Deletion(rule, Optional.empty())).toList()));
        return found(hit.stream().map(rule -> "ip rule del " + rule).toList(), "no rule with priority " + priority);
    }

    private static List<String> found(List<String> said, String otherwise) {
        if (said.isEmpty()) {
            throw new UncheckedIOException(new IOException("drift: " + otherwise));
        }
        return said;
    }

    private static void write(KernelNamespace live, ChangeSet changes) {
        for (var phase : Phase.values()) {
            for (var domain : live.domains()) {
                execute(domain, changes, phase);
            }
        }
    }

    private static <C extends ChangeSet> void execute(Domain<C> domain, ChangeSet changes,
            Phase phase) {
        if (!domain.changes().isInstance(changes)) {
            return;
        }
        var outcome = domain.execute(domain.changes().cast(changes), phase, Progress.SILENT);
        if (outcome instanceof Outcome.Failed failed) {
            var failure = failed.failures().getFirst();
            throw new UncheckedIOException(new IOException(failure.change().subject() + ": " + failure.message()));
        }
    }

    /** The host's namespace, to be closed by the caller; it stays when that is done. */
    public KernelNamespace open() {
        try {
            return again(host);
        } catch (NetlinkException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KernelNamespace again(NetworkNamespace namespace) throws NetlinkException {
        return KernelNamespace.open(NetworkNamespace.at(Path.of("/proc/self/fd/" + namespace.descriptor())));
    }

    /**
     * What became of a flow.
     *
     * @param device by which it left the host; empty if it reached no router
     * @param answered the answer came back
     */
    public record Passage(Optional<String> device, boolean answered) {
    }

    /** Sends a datagram from one of the host's addresses, and looks where it arrives and whether an answer comes. */
    public Passage ask(IpAddress from, IpAddress to) {
        return EchoService.ask(host, from, to);
    }

    /** Lets go: what has no name ends. */
    @Override
    public void close() {
        services.forEach(EchoService::close);
        routers.values().forEach(NetworkNamespace::close);
        host.close();
    }
}
