package dev.plumbline.sandbox;

import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.link.LinkWriter;
import dev.plumbline.kernel.link.LinkWriter.AddressOption;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.plan.SysctlDiff;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Held;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A copy of a namespace in a throw-away one: links of the same names as ends of veth pairs (VRF devices as such), up as
 * they are, with their addresses, and all routes and rules. What the kernel refuses in the copy is told, not hidden.
 */
public final class Replica implements AutoCloseable {

    private static final Origin ORIGIN = new Origin("the namespace that is copied", "", 0, 0);
    /** A copy is made of what the kernel takes: each round leaves out what it refused in the one before. */
    private static final int ROUNDS = 20;

    private final NetworkNamespace namespace;
    private final NetworkNamespace farEnds;
    private final List<String> notCopied = new ArrayList<>();

    private Replica(NetworkNamespace namespace, NetworkNamespace farEnds) {
        this.namespace = namespace;
        this.farEnds = farEnds;
    }

    /**
     * Copies.
     *
     * @param original read whole ({@link ReadScope#ALL})
     * @throws UncheckedIOException if no namespace can be made
     */
    public static Replica of(NamespaceState original) {
        try {
            var replica = new Replica(NetworkNamespace.anonymous(), NetworkNamespace.anonymous());
            try {
                replica.copy(original);
                return replica;
            } catch (IOException | RuntimeException e) {
                replica.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(NamespaceState original) throws IOException {
        try (var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL);
                var far = NetlinkSocket.open(farEnds, Rtnetlink.PROTOCOL)) {
            var links = new LinkWriter(socket);
            var others = new LinkWriter(far);
            links(original.links(), links, others);
            for (var link : original.links()) {
                if (link.isUp()) {
                    attempt("up: " + link.name(), () -> links.up(link.name()));
                }
            }
            original.addresses().forEach(address -> address(address, links));
        }
        try (var live = open()) {
            routesAndRules(original, live);
            firewall(original.firewall().state(), live);
        }
    }

    private void links(List<Link> originals, LinkWriter links, LinkWriter others) {
        int number = 0;
        for (var link : originals) {
            if (link.isLoopback()) {
                continue;
            }
            var farName = "far" + number++;
            attempt("link " + link.name(), () -> {
                if (link.vrfTable().isPresent()) {
                    links.vrf(link.name(), link.vrfTable().get());
                } else {
                    links.veth(link.name(), farName, farEnds);
                    if (link.hasCarrier()) {
                        others.up(farName);
                    }
                }
                links.mtu(link.name(), link.mtu());
                if (link.isOurs()) {
                    links.alias(link.name(), link.alias());
                }
            });
        }
        var names = originals.stream().collect(Collectors.toMap(Link::index, Link::name));
        for (var link : originals) {
            link.master().ifPresent(master -> {
                var name = names.get(master);
                boolean vrf = originals.stream().anyMatch(each -> each.index() == master && each.vrfTable().isPresent());
                if (vrf && name != null) {
                    attempt("master of " + link.name(), () -> links.master(link.name(), name));
                }
            });
        }
    }

    private void address(LinkAddress address, LinkWriter links) {
        if (address.local().isLoopback()) {
            return;
        }
        var prefix = new Prefix(address.local(), address.peer().length());
        attempt("address " + prefix + " of " + address.device(), () -> {
            if (address.hasNoPrefixRoute()) {
                links.addAddress(address.device(), prefix, AddressOption.NO_DUPLICATE_DETECTION,
                        AddressOption.NO_PREFIX_ROUTE);
            } else {
                links.addAddress(address.device(), prefix, AddressOption.NO_DUPLICATE_DETECTION);
            }
        });
    }

    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (UncheckedIOException e) {
            notCopied.add(what + ": " + e.getCause().getMessage());
        }
    }

    /** The difference between the copy, as links and addresses have made it, and the original is closed like any other. */
    private void routesAndRules(NamespaceState original, KernelNamespace live) {
        var refused = new HashSet<String>();
        for (int round = 0; round < ROUNDS; round++) {
            var copy = live.read(ReadScope.ALL);
            var wanted = refused.isEmpty() ? original.routes()
                    : original.routes().without(route -> refused.contains(route.toString()));
            var desired = new DesiredState(wanted, Set.of(), surplus(copy.routes(), original.routes()), Set.of(),
                    original.rules().stream().filter(rule -> !refused.contains(RuleChanges.subject(rule)))
                            .map(rule -> new DesiredState.DesiredRule(rule, ORIGIN)).toList(), Set.of(),
                    DesiredFirewall.NONE, original.sysctls().entrySet().stream()
                            .filter(each -> !refused.contains(Sysctl.name(each.getKey())))
                            .map(each -> new DesiredState.DesiredSysctl(each.getKey(), each.getValue(), false, ORIGIN))
                            .toList(), List.of(), List.of(), Held.NOTHING);
            var changes = List.of(RouteDiff.between(desired, copy), RuleDiff.between(desired, copy),
                    SysctlDiff.between(desired, copy));
            int before = refused.size();
            changes.forEach(each -> execute(live, each, refused));
            if (refused.size() == before) {
                return;
            }
        }
    }

    /** plumbline's tables, in one transaction: the kernel that took them once takes them again. */
    private void firewall(FirewallState original, KernelNamespace live) {
        if (!original.tables().isEmpty()) {
            execute(live, FirewallDiff.between(DesiredFirewall.of(original), LiveFirewall.NONE), new HashSet<>());
        }
    }

    /** What the copy's kernel made by itself and the original does not have. */
    private static RouteTables surplus(RouteTables copy, RouteTables original) {
        var more = new TreeMap<TableKey, RouteRows>();
        copy.tables().forEach((key, rows) -> {
            var there = new HashSet<Route>(original.rows(key).size());
            original.rows(key).forEach(there::add);
            more.put(key, rows.filter(row -> !there.contains(rows.route(row))));
        });
        return new RouteTables(more);
    }

    private void execute(KernelNamespace live, ChangeSet changes, Set<String> refused) {
        for (var phase : Phase.values()) {
            for (var domain : live.domains()) {
                execute(domain, changes, phase, refused);
            }
        }
    }

    private <C extends ChangeSet> void execute(Domain<C> domain, ChangeSet changes, Phase phase, Set<String> refused) {
        if (domain.changes().isInstance(changes) && domain.execute(domain.changes().cast(changes), phase,
                Progress.SILENT) instanceof Outcome.Failed failed) {
            failed.failures().forEach(failure -> {
                if (failure.change().action() != Change.Action.DELETE && refused.add(failure.change().subject())) {
                    notCopied.add(failure.change().subject() + ": " + failure.message());
                }
            });
        }
    }

    /** What the copy lacks, with the kernel's reason. */
    public List<String> notCopied() {
        return List.copyOf(notCopied);
    }

    /** The copy, to be closed by the caller; it stays until this is closed too. */
    public KernelNamespace open() {
        try {
            return KernelNamespace.open(NetworkNamespace.at(Path.of("/proc/self/fd/" + namespace.descriptor())));
        } catch (NetlinkException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ledger of the original as the copy needs it: its devices have other numbers. */
    public Ledger translated(Ledger ledger, NamespaceState original) {
        Map<Integer, String> names = original.links().stream().collect(Collectors.toMap(Link::index, Link::name));
        Map<String, Integer> numbers;
        try (var live = open()) {
            numbers = live.read(ReadScope.NO_ROUTES).links().stream().collect(Collectors.toMap(Link::name, Link::index));
        }
        var routes = ledger.routes().stream().map(taken -> new Ledger.TakenRoute(taken.document(), taken.route(),
                numbers.getOrDefault(names.getOrDefault(taken.deviceIndex(), ""), -1), taken.adopted())).toList();
        var sysctls = ledger.sysctls().stream().map(taken -> new Ledger.TakenSysctl(taken.documents(), taken.path(),
                taken.former(), taken.written(), taken.deviceIndex() == 0 ? 0
                        : numbers.getOrDefault(names.getOrDefault(taken.deviceIndex(), ""), -1))).toList();
        var addresses = ledger.addresses().stream().map(each -> new Ledger.VrfAddress(each.document(), each.address(),
                numbers.getOrDefault(names.getOrDefault(each.deviceIndex(), ""), -1))).toList();
        return new Ledger(ledger.allotments(), routes, ledger.rules(), ledger.devices(), ledger.carriedOut(), sysctls,
                addresses);
    }

    @Override
    public void close() {
        namespace.close();
        farEnds.close();
    }
}
