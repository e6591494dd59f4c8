package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.TableKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Finds out what has to be read before compiling, from a first look that saw no routes but ours. */
final class Reading {

    private final List<Document> documents;
    private final Ledger ledger;
    private final NamespaceState first;
    private final Interfaces interfaces;
    private final TableNumbers tables;
    private final Set<TableKey> whole = new TreeSet<>();
    private final Set<String> devices = new TreeSet<>();
    private final Map<String, SourceRoutingSpec> movers = new HashMap<>();
    private final Set<String> sysctls = new TreeSet<>();
    private final Set<String> vrfs = new TreeSet<>();
    private boolean vrf;
    private int free;

    Reading(List<Document> documents, Ledger ledger, NamespaceState first, Map<String, Long> tableNames) {
        this.documents = documents;
        this.ledger = ledger;
        this.first = VrfAddresses.putBack(ledger, first);
        this.interfaces = new Interfaces(this.first, ledger.devices(), false);
        this.tables = new TableNumbers(documents, ledger, first, tableNames, List.of());
        this.free = tables.remaining();
    }

    Needs needs(Map<String, Long> tableNames) {
        for (var document : documents) {
            switch (document.spec()) {
                case RouteTableSpec spec -> routeTable(document, spec);
                case SourceRoutingSpec spec -> sourceRouting(document, spec);
                case RoutingRulesSpec _ -> { }
                case FirewallSpec _ -> { }
            }
        }
        ledger.routes().forEach(this::taken);
        var notFree = new TreeSet<>(tables.explicitNumbers());
        notFree.addAll(tableNames.values());
        notFree.addAll(List.of(0L, Route.TABLE_DEFAULT, Route.TABLE_MAIN, Route.TABLE_LOCAL));
        ledger.allotments().stream().map(Allotment::table).forEach(notFree::add);
        first.rules().forEach(rule -> rule.table().ifPresent(notFree::add));
        first.links().forEach(link -> link.vrfTable().ifPresent(notFree::add));
        forwarding();
        ledger.addresses().forEach(each -> sysctls.add(VrfAddresses.disabled(each.address().device())));
        return new Needs(new ReadScope(true, whole, devices, changesLinks(), true, sysctls), free, notFree, vrf);
    }

    private void forwarding() {
        if (!"1".equals(first.sysctls().get(Sysctl.IPV6_FORWARD))
                && documents.stream().anyMatch(SysctlNeeds::mayForwardIpv6)) {
            // Routes from router advertisements go when a host begins to forward.
            first.links().stream().filter(link -> link.isUp() && !link.isLoopback()
                    && !interfaces.addresses(link.name(), Family.IPV6).isEmpty()).map(Link::name).forEach(devices::add);
        }
        if (!ledger.sysctls().isEmpty() || documents.stream().anyMatch(SysctlNeeds::mayNeedAny)) {
            sysctls.addAll(Sysctl.known(first.links()));
        }
    }

    /** Then the kernel takes routes away in whichever table they are. */
    private boolean changesLinks() {
        return vrf || first.links().stream().anyMatch(link -> link.isOurVrf() && !vrfs.contains(link.name()));
    }

    private void vrf(Document document, SourceRoutingSpec spec) {
        sysctls.addAll(VrfCompiler.ACCEPTING);
        var name = VrfCompiler.nameFor(spec.device().value());
        vrfs.add(name);
        var device = first.link(spec.device().value());
        var master = device.flatMap(first::master);
        var table = switch (spec.table().value()) {
            case TableChoice.Number(long id) -> OptionalLong.of(id);
            case TableChoice.Name(String of) -> tables.named(of);
            case TableChoice.Auto() -> tables.allotVrf(document);
        };
        table.ifPresent(this::whole);
        if (spec.table().value() instanceof TableChoice.Auto
                && (table.isEmpty() || !tables.holdsOurs(table.getAsLong()))) {
            free++;
        }
        vrf |= device.isPresent() && master.filter(each -> each.isOurVrf() && each.name().equals(name)
                && each.vrfTable().map(OptionalLong::of).equals(Optional.of(table))).isEmpty();
    }

    private void whole(long table) {
        for (var family : Family.values()) {
            whole.add(new TableKey(family, table));
        }
    }

    private void routeTable(Document document, RouteTableSpec spec) {
        List.of(spec.ipv4(), spec.ipv6()).forEach(this::gatewayDevices);
        var number = tables.of(document);
        if (number.isEmpty()) {
            return;
        }
        long table = number.getAsLong();
        for (var rows : List.of(spec.ipv4(), spec.ipv6())) {
            if (!rows.isEmpty() || spec.exclusive() || spec.id().isEmpty() && table != Route.TABLE_MAIN) {
                whole.add(new TableKey(rows.family(), table));
            }
        }
        if (spec.id().isEmpty() && !TableNumbers.isReserved(table) && !tables.holdsOurs(table)) {
            free++;
        }
    }

    /** Devices whose routes in main may be what reaches a gateway: no address and no route of the document does. */
    private void gatewayDevices(RouteRows rows) {
        rows.pool().stream().flatMap(each -> each.nextHops().stream())
                .filter(hop -> hop.gateway().isPresent() && !hop.device().isEmpty() && !hop.onlink()).distinct()
                .filter(hop -> !interfaces.isConnected(hop.device(), hop.gateway().get())
                        && !CoveringRoutes.reach(rows, hop.gateway().get(), hop.device()))
                .map(NextHop::device).forEach(devices::add);
    }

    private void sourceRouting(Document document, SourceRoutingSpec spec) {
        var device = spec.device().value();
        devices.add(device);
        if (spec.routes() == RoutesMode.MOVE || spec.isVrf()) {
            movers.putIfAbsent(device, spec);
        }
        if (spec.isVrf()) {
            vrf(document, spec);
            return;
        }
        switch (spec.table().value()) {
            case TableChoice.Number(long id) -> whole(id);
            case TableChoice.Name(String name) -> tables.named(name).ifPresent(this::whole);
            case TableChoice.Auto() -> {
                for (var address : addresses(spec)) {
                    var kept = tables.allot(document, address);
                    kept.ifPresent(this::whole);
                    if (kept.isEmpty() || !tables.holdsOurs(kept.getAsLong())) {
                        free++;
                    }
                }
            }
        }
    }

    private List<IpAddress> addresses(SourceRoutingSpec spec) {
        return spec.addresses()
                .map(list -> list.stream().map(each -> each.value()).distinct().toList())
                .orElseGet(() -> interfaces.usable(spec.device().value()).stream().map(LinkAddress::local).toList());
    }

    /** What may be put back is compared with what stands there now, over whichever device. */
    private void taken(TakenRoute taken) {
        var route = taken.route();
        var key = new TableKey(route.family(), route.table());
        var hops = route.attributes().nextHops();
        if (taken.adopted() && route.table() != Route.TABLE_MAIN || hops.isEmpty() || isDue(taken)) {
            whole.add(key);
        } else {
            hops.forEach(hop -> devices.add(hop.device()));
        }
    }

    private boolean isDue(TakenRoute taken) {
        return !taken.adopted() && taken.route().attributes().nextHops().stream().map(NextHop::device)
                .map(movers::get).allMatch(mover -> mover == null
                        || mover.sourceHints() && taken.route().attributes().protocol() == Protocol.KERNEL);
    }
}
