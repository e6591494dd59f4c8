package dev.plumbline.kernel;

import dev.plumbline.kernel.firewall.FirewallDomain;
import dev.plumbline.kernel.firewall.NfTables;
import dev.plumbline.kernel.firewall.TablePresence;
import dev.plumbline.kernel.link.Devices;
import dev.plumbline.kernel.link.LinkReader;
import dev.plumbline.kernel.link.LinkWriter;
import dev.plumbline.kernel.link.LinksDomain;
import dev.plumbline.kernel.route.FibTables;
import dev.plumbline.kernel.route.RouteQuery;
import dev.plumbline.kernel.route.RouteReader;
import dev.plumbline.kernel.route.RoutesDomain;
import dev.plumbline.kernel.rule.RuleReader;
import dev.plumbline.kernel.rule.RulesDomain;
import dev.plumbline.kernel.socket.SshSessions;
import dev.plumbline.kernel.sysctl.SysctlReader;
import dev.plumbline.kernel.sysctl.SysctlsDomain;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.Gate;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.netlink.SockDiag;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.Flow;
import dev.plumbline.state.ForbiddenNamespaceException;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.TcpSession;
import dev.plumbline.state.firewall.LiveFirewall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace of the running kernel, by netlink and {@code /proc/sys/net}. Reading needs no privilege, but for
 * nftables; writing needs CAP_NET_ADMIN, and sysctls their owner, root.
 */
public final class KernelNamespace implements LiveNamespace {

    /** What intents call the namespace that the command runs in. */
    public static final String HOST = "host";

    private static final int READ_TRIES = 10;
    private static final int[] GROUPS = {Rtnetlink.RTNLGRP_LINK, Rtnetlink.RTNLGRP_IPV4_IFADDR,
        Rtnetlink.RTNLGRP_IPV6_IFADDR, Rtnetlink.RTNLGRP_IPV4_ROUTE, Rtnetlink.RTNLGRP_IPV6_ROUTE,
        Rtnetlink.RTNLGRP_IPV4_RULE, Rtnetlink.RTNLGRP_IPV6_RULE};

    private final NetworkNamespace namespace;
    private final NetlinkSocket socket;
    private final NamespaceId id;
    private @Nullable NetlinkSocket watch;
    private @Nullable NfTables tables;
    private Gate gate = Gate.OPEN;

    private KernelNamespace(NetworkNamespace namespace) throws IOException {
        this.namespace = namespace;
        socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL);
        id = new NamespaceId(NetworkNamespace.bootId(), socket.namespaceCookie());
    }

    /**
     * Opens a namespace.
     *
     * @param netns {@code host} for the current one, a name under {@code /run/netns}, or an absolute path
     * @throws ForbiddenNamespaceException if it may not be entered
     * @throws UncheckedIOException if there is none
     */
    public static KernelNamespace open(String netns) {
        try {
            if (netns.equals(HOST)) {
                return open(NetworkNamespace.current());
            }
            return open(netns.startsWith("/") ? NetworkNamespace.at(Path.of(netns)) : NetworkNamespace.named(netns));
        } catch (NetlinkException e) {
            throw failure(e);
        }
    }

    private static UncheckedIOException failure(IOException e) {
        return e instanceof NetlinkException refusal
                && (refusal.errno() == Errno.EPERM || refusal.errno() == Errno.EACCES)
                        ? new ForbiddenNamespaceException(e) : new UncheckedIOException(e.getMessage(), e);
    }

    /**
     * Opens a namespace if there is one now.
     *
     * @param netns as for {@link #open(String)}
     * @throws ForbiddenNamespaceException if it is there and may not be entered
     * @throws UncheckedIOException if it is no namespace
     */
    public static Optional<LiveNamespace> find(String netns) {
        boolean absent = !netns.equals(HOST)
                && Files.notExists(netns.startsWith("/") ? Path.of(netns) : NetworkNamespace.path(netns));
        try {
            return absent ? Optional.empty() : Optional.of(open(netns));
        } catch (UncheckedIOException e) {
            // Its last process has ended between the two looks.
            if (e.getCause() instanceof NetlinkException gone && gone.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Opens a namespace that is held already; it is closed with this.
     *
     * @throws ForbiddenNamespaceException if it may not be entered
     */
    public static KernelNamespace open(NetworkNamespace namespace) {
        try {
            return new KernelNamespace(namespace);
        } catch (IOException e) {
            namespace.close();
            throw failure(e);
        }
    }

    @Override
    public NamespaceId id() {
        return id;
    }

    /** The namespace itself, to run something inside. */
    public NetworkNamespace namespace() {
        return namespace;
    }

    @Override
    public NamespaceState read(ReadScope scope) {
        synchronized (socket) {
            try {
                var watch = watch();
                watch.listen(GROUPS);
                try {
                    return settled(scope, watch);
                } finally {
                    watch.listen();
                    watch.rest();
                    socket.rest();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    /** Opened when it is needed: many who open a namespace ask only which one it is. */
    private NetlinkSocket watch() throws NetlinkException {
        if (watch == null) {
            watch = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL);
        }
        return watch;
    }

    /**
     * Reads until nothing that was read changed meanwhile. Where only a doubt remains (changes of other routes in IPv6
     * tables that were listed in several steps), two equal readings in a row settle it.
     */
    private NamespaceState settled(ReadScope scope, NetlinkSocket watch) throws IOException {
        NamespaceState doubtful = null;
        for (int attempt = 0; attempt < READ_TRIES; attempt++) {
            watch.notifications(message -> { });
            var reading = new Reading(scope, watch);
            var state = reading.take();
            var effect = reading.effect();
            if (state == null || effect == RouteReader.Effect.RELEVANT) {
                doubtful = null;
                continue;
            }
            if (effect == RouteReader.Effect.NONE || state.equals(doubtful)) {
                return state;
            }
            doubtful = state;
        }
        throw new IOException("the network of " + namespace.label() + " changed during each of " + READ_TRIES
                + " reads: something writes routes, rules, addresses or links without a pause; try again later");
    }

    /** One pass over everything, and what the notifications say about it. */
    private final class Reading {
        private final ReadScope scope;
        private final NetlinkSocket watch;
        private List<Link> links = List.of();
        private List<LinkAddress> addresses = List.of();
        private Devices devices = new Devices(List.of());
        private @Nullable RouteReader routes;
        private RouteReader.Effect worst = RouteReader.Effect.NONE;

        Reading(ReadScope scope, NetlinkSocket watch) {
            this.scope = scope;
            this.watch = watch;
        }

        /** What was read; null if it changed while it was. */
        @Nullable NamespaceState take() throws NetlinkException {
            links = LinkReader.links(socket);
            devices = new Devices(links);
            addresses = LinkReader.addresses(socket, devices);
            var rules = new ArrayList<RoutingRule>();
            for (var family : Family.values()) {
                var some = RuleReader.rules(socket, family);
                if (some.isEmpty()) {
                    return null;
                }
                rules.addAll(some.get());
            }
            routes = new RouteReader(socket, devices, scope, () -> FibTables.read(namespace));
            // Each part is from within the time in which none of those that are watched changed.
            return new NamespaceState(id, links, addresses, routes.read(), rules,
                    scope.firewall() ? firewall() : LiveFirewall.NONE, SysctlReader.read(namespace, scope, links));
        }

        RouteReader.Effect effect() throws NetlinkException {
            if (!watch.notifications(this::take)) {
                return RouteReader.Effect.RELEVANT;
            }
            return worst;
        }

        private void take(MessageReader message) {
            var effect = switch (message.type()) {
                case Rtnetlink.RTM_NEWROUTE, Rtnetlink.RTM_DELROUTE ->
                        routes == null ? RouteReader.Effect.RELEVANT : routes.effect(message);
                case Rtnetlink.RTM_NEWLINK -> relevantUnless(links.contains(LinkReader.link(message)));
                case Rtnetlink.RTM_NEWADDR -> relevantUnless(Optional.ofNullable(LinkReader.address(message, devices))
                        .map(addresses::contains).orElse(true));
                default -> RouteReader.Effect.RELEVANT;
            };
            worst = effect.compareTo(worst) > 0 ? effect : worst;
        }

        private static RouteReader.Effect relevantUnless(boolean known) {
            return known ? RouteReader.Effect.NONE : RouteReader.Effect.RELEVANT;
        }
    }

    /** plumbline's tables. Most namespaces have none: nothing is opened to read them there. */
    private LiveFirewall firewall() throws NetlinkException {
        if (tables != null) {
            return tables.read();
        }
        return switch (TablePresence.of(namespace)) {
            case NONE -> LiveFirewall.NONE;
            case SOME -> tables().read();
            case FORBIDDEN -> LiveFirewall.FORBIDDEN;
            case UNSUPPORTED -> LiveFirewall.UNSUPPORTED;
        };
    }

    private NfTables tables() {
        if (tables == null) {
            try {
                tables = NfTables.open(namespace);
                tables.gate(gate);
            } catch (NetlinkException e) {
                throw new UncheckedIOException("nftables cannot be reached: " + e.getMessage(), e);
            }
        }
        return tables;
    }

    @Override
    public boolean canMakeVrf() {
        return links().canMakeVrf();
    }

    @Override
    public boolean isOccupied(long table) {
        synchronized (socket) {
            try {
                return RouteReader.isOccupied(socket, Family.IPV4, table)
                        || RouteReader.isOccupied(socket, Family.IPV6, table);
            } catch (NetlinkException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    /**
     * Which route a flow takes.
     *
     * @throws UncheckedIOException if the kernel cannot be asked, or a device of the query does not exist
     */
    public RouteQuery.Answer lookup(RouteQuery query) {
        synchronized (socket) {
            try {
                return query.ask(socket);
            } catch (NetlinkException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    /** Puts a gate before every request that changes something. */
    public void gate(Gate other) {
        gate = other;
        socket.gate(other);
        if (tables != null) {
            tables.gate(other);
        }
    }

    @Override
    public FibResult lookup(Flow flow) {
        synchronized (socket) {
            try {
                return RouteQuery.of(flow).result(socket, new Devices(LinkReader.links(socket)));
            } catch (NetlinkException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    @Override
    public List<TcpSession> sshSessions() {
        var connection = Optional.ofNullable(System.getenv("SSH_CONNECTION")).orElse("");
        synchronized (socket) {
            try (var diagnosis = NetlinkSocket.open(namespace, SockDiag.PROTOCOL)) {
                return SshSessions.list(diagnosis, new Devices(LinkReader.links(socket)), connection);
            } catch (NetlinkException e) {
                throw new UncheckedIOException("the SSH sessions cannot be listed: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public RouteTables routes(Set<TableKey> tables) {
        return read(new ReadScope(false, tables, Set.of(), false)).routes();
    }

    /** What makes and changes links and addresses here. */
    public LinkWriter links() {
        return new LinkWriter(socket);
    }

    @Override
    public List<Domain<?>> domains() {
        return List.of(new LinksDomain(socket), new RoutesDomain(socket), new RulesDomain(socket),
                new SysctlsDomain(namespace, gate), new FirewallDomain(this::tables));
    }

    @Override
    public void close() {
        if (tables != null) {
            tables.close();
        }
        socket.close();
        if (watch != null) {
            watch.close();
        }
        namespace.close();
    }
}
