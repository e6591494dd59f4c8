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
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private int free;

    Reading(List<Document> documents, Ledger ledger, NamespaceState first, Map<String, Long> tableNames) {
        this.documents = documents;
        this.ledger = ledger;
        this.first = first;
        this.interfaces = new Interfaces(first, ledger.devices(), false);
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
        return new Needs(new ReadScope(true, whole, devices, false), free, notFree, documents.stream()
                .anyMatch(each -> each.spec() instanceof FirewallSpec spec
                        && spec.policies().containsValue(FirewallSpec.Policy.DROP)));
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
        if (spec.routes() == RoutesMode.MOVE) {
            movers.putIfAbsent(device, spec);
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
