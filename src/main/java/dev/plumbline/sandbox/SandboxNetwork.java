package dev.plumbline.sandbox;

import dev.plumbline.intent.TableChoice;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.link.LinkWriter;
import dev.plumbline.kernel.link.LinkWriter.AddressOption;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.sandbox.Topology.FlowCheck;
import dev.plumbline.sandbox.Topology.Receiver;
import dev.plumbline.sandbox.Topology.TopologyLink;
import dev.plumbline.sandbox.Topology.TopologyRoute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A topology made real: a namespace that plays the host, and one for each router. The kernel takes them away when the
 * process ends, however it ends, unless they were given names.
 */
public final class SandboxNetwork implements AutoCloseable {

    private static final String PEER_DEVICE = "up0";
    private static final Path SYSCTLS = Path.of("/proc/sys");
    /** Else the kernel cannot ask for IPv6 neighbours while it tries its link-local addresses, for a second or two. */
    private static final Map<String, String> NO_DUPLICATE_DETECTION = Map.of("net.ipv6.conf.all.accept_dad", "0",
            "net.ipv6.conf.default.accept_dad", "0");
    /** A router passes on what comes by any way, and tells nobody of a better one. */
    private static final Map<String, String> FORWARDING = Map.of("net.ipv4.ip_forward", "1",
            "net.ipv6.conf.all.forwarding", "1", "net.ipv4.conf.all.rp_filter", "0",
            "net.ipv4.conf." + PEER_DEVICE + ".rp_filter", "0", "net.ipv4.conf.all.send_redirects", "0",
            "net.ipv4.conf." + PEER_DEVICE + ".send_redirects", "0");

    private final NetworkNamespace host;
    private final Optional<String> name;
    private final Map<String, NetworkNamespace> routers = new LinkedHashMap<>();
    private final List<EchoService> services = new ArrayList<>();
    private final Capture capture = new Capture();
    private final Asking asking = new Asking(capture);

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
        set(host, NO_DUPLICATE_DETECTION);
        try (var socket = NetlinkSocket.open(host, Rtnetlink.PROTOCOL)) {
            var links = new LinkWriter(socket);
            links.up("lo");
            for (var link : topology.links()) {
                build(link, links);
            }
        }
        set(host, topology.sysctls());
        add(host, topology.routes());
        for (var link : topology.links()) {
            var router = routers.get(link.name());
            add(router, link.peer().routes());
            capture.add(link.name(), router);
            services.add(EchoService.start(router, link.name(), listeners(topology, link), asking::arrived));
        }
    }

    private static void set(NetworkNamespace namespace, Map<String, String> sysctls) throws IOException {
        EchoService.inside(namespace, () -> {
            for (var each : sysctls.entrySet()) {
                Files.writeString(SYSCTLS.resolve(path(each.getKey())), each.getValue());
            }
            return true;
        });
    }

    /** As {@code sysctl} has them: dots between the parts, and slashes for the dots of a device's name. */
    private static String path(String sysctl) {
        return sysctl.replace('.', ' ').replace('/', '.').replace(' ', '/');
    }

    private void build(TopologyLink link, LinkWriter links) throws IOException {
        var router = namespace(name.map(each -> each + "-" + link.name()));
        routers.put(link.name(), router);
        set(router, NO_DUPLICATE_DETECTION);
        links.veth(link.name(), PEER_DEVICE, router);
        link.mtu().ifPresent(mtu -> links.mtu(link.name(), mtu));
        try (var socket = NetlinkSocket.open(router, Rtnetlink.PROTOCOL)) {
            set(router, FORWARDING);
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

    /** Whatever is asked of the peer's addresses in one of the checks. */
    private static Set<Receiver> listeners(Topology topology, TopologyLink link) {
        var all = new LinkedHashSet<Receiver>();
        for (var check : topology.checks()) {
            all.add(check.to());
            for (var each : check.expectations()) {
                if (each instanceof Expectation.Leaves leaves && leaves.destination().isPresent()) {
                    var to = leaves.destination().get();
                    all.add(new Receiver(check.to().transport(), to.address(), to.port().orElse(check.to().port())));
                }
            }
        }
        all.removeIf(each -> !link.peer().has(each.address()));
        return all;
    }

    private static void add(NetworkNamespace namespace, List<TopologyRoute> routes) throws NetlinkException {
        try (var live = again(namespace)) {
            routes.forEach(route -> Others.add(live, route, device(route)));
        }
    }

    private static String device(TopologyRoute route) {
        return route.device().isEmpty() ? PEER_DEVICE : route.device();
    }

    /**
     * Breaks something behind plumbline's back.
     *
     * @param tables number of a table that the topology names
     * @return what was done, in the words of {@code ip} and {@code nft}
     * @throws UncheckedIOException if there is nothing to break, or the kernel refuses
     */
    public List<String> drift(Drift drift, ToLongFunction<TableChoice> tables) {
        try (var live = open()) {
            return switch (drift) {
                case Drift.AddRoute(var route, _) -> List.of(Others.add(live, route, device(route)));
                case Drift.DeleteRoute(var table, var to, _) ->
                        Others.deleteRoutes(live, tables.applyAsLong(table), to);
                case Drift.DeleteRule(long priority, var from, _) -> Others.deleteRules(live, priority, from);
                case Drift.DeleteFirewallRule(var text, _) -> Others.deleteFirewallRules(live, text);
                case Drift.FlushFirewall(var family, _) -> Others.flushFirewall(live, family);
            };
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

    /** Sends what a check says, and looks where it arrives, which way it takes, and whether an answer comes. */
    public Passage ask(FlowCheck check) throws IOException {
        return asking.ask(check.from().link().map(routers::get).orElse(host), check);
    }

    /** Lets go: what has no name ends. */
    @Override
    public void close() {
        services.forEach(EchoService::close);
        capture.close();
        routers.values().forEach(NetworkNamespace::close);
        host.close();
    }
}
