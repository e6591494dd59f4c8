package dev.plumbline.compile;

import dev.plumbline.compile.BoundDevice.BoundTable;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Compiles {@code SourceRouting} documents: rules from addresses into tables of their own, and what is in them. */
final class SourceRoutingCompiler {

    private final Draft draft;
    private final TableNumbers tables;
    private final DeviceRoutes deviceRoutes;
    private final VrfCompiler vrfs;
    private final Map<String, Document> devices = new HashMap<>();
    private final Map<IpAddress, Document> bound = new HashMap<>();
    private final List<SourceRoutingSpec> unrecorded = new ArrayList<>();

    SourceRoutingCompiler(Draft draft, TableNumbers tables, DeviceRoutes deviceRoutes) {
        this.draft = draft;
        this.tables = tables;
        this.deviceRoutes = deviceRoutes;
        this.vrfs = new VrfCompiler(draft, tables, deviceRoutes);
    }

    void compile(Document document, SourceRoutingSpec spec) {
        var other = devices.putIfAbsent(spec.device().value(), document);
        if (other != null) {
            draft.error(spec.device().origin(), "spec.device", "device " + spec.device().value()
                    + " is already bound by " + other.id() + " at " + other.origin().position());
            return;
        }
        var explicit = explicitTable(spec);
        boolean tableKnown = spec.table().value() instanceof TableChoice.Auto || explicit.isPresent();
        warnOfNoEffect(spec);
        if (spec.isVrf()) {
            compileVrf(document, spec, explicit, tableKnown);
            return;
        }
        var addresses = addresses(document, spec);
        if (addresses.isEmpty() || !tableKnown) {
            if (draft.isWaiting(document.id())) {
                keepAll(document, spec, explicit);
            }
            return;
        }
        keepTentative(document, spec);
        var boundTables = tables(document, addresses, explicit);
        if (boundTables.isEmpty()) {
            return;
        }
        var link = draft.interfaces().link(spec.device().value()).orElseThrow();
        var before = draft.mark();
        compile(new BoundDevice(document, spec, link, boundTables));
        if (draft.isWaiting(document.id())) {
            draft.rollBack(before);
            keepAll(document, spec, explicit);
        }
    }

    private void compileVrf(Document document, SourceRoutingSpec spec, OptionalLong explicit, boolean tableKnown) {
        var before = draft.mark();
        if (tableKnown) {
            vrfs.compile(document, spec, explicit);
        }
        if (draft.isWaiting(document.id())) {
            draft.rollBack(before);
            keepAll(document, spec, explicit);
        }
    }

    private void warnOfNoEffect(SourceRoutingSpec spec) {
        if (spec.isVrf() && spec.priority() != SourceRoutingSpec.DEFAULT_PRIORITY) {
            draft.warning(spec.device().origin(), "spec.priority", "priority has no effect: `method: vrf` makes no "
                    + "rules");
        }
        if (spec.sourceHints() && spec.routes() != RoutesMode.MOVE) {
            draft.warning(spec.device().origin(), "spec.sourceHints", "sourceHints has no effect: only `routes: move` "
                    + "takes connected prefixes out of main");
        }
    }

    /** The number that the document says or names; empty for {@code auto} and after an error. */
    private OptionalLong explicitTable(SourceRoutingSpec spec) {
        var origin = spec.table().origin();
        var table = switch (spec.table().value()) {
            case TableChoice.Auto() -> OptionalLong.empty();
            case TableChoice.Number(long id) -> OptionalLong.of(id);
            case TableChoice.Name(String name) -> {
                var number = tables.named(name);
                if (number.isEmpty()) {
                    draft.error(origin, "spec.table", "no RouteTable and no line of rt_tables is named " + name
                            + NearestName.hint(name, tables.names()));
                }
                yield number;
            }
        };
        if (table.isPresent() && TableNumbers.isReserved(table.getAsLong())) {
            draft.error(origin, "spec.table", "table " + Route.tableName(table.getAsLong()) + " cannot be a "
                    + "source-routing table: 0, 253 (default), 254 (main) and 255 (local) are reserved; use `auto`, "
                    + "1 to 252, or 256 to 4294967295");
            return OptionalLong.empty();
        }
        return table;
    }

    /** The addresses to bind; empty if there is an error or the document waits. */
    private List<LinkAddress> addresses(Document document, SourceRoutingSpec spec) {
        var device = spec.device().value();
        var obstacle = draft.interfaces().obstacle(device, spec.optional());
        if (obstacle.isPresent()) {
            draft.report(document, spec.device().origin(), "spec.device", obstacle.get());
            return List.of();
        }
        if (spec.addresses().isPresent()) {
            return listed(document, device, spec.addresses().get());
        }
        var usable = draft.interfaces().usable(device);
        if (usable.isEmpty()) {
            boolean tentative = !draft.interfaces().tentative(device).isEmpty();
            draft.report(document, spec.device().origin(), "spec.addresses", new Obstacle(Obstacle.ADDRESS,
                    tentative ? "duplicate address detection still runs on " + device
                            : "device " + device + " has no global address now"));
        }
        Set<IpAddress> seen = new HashSet<>();
        return usable.stream().filter(each -> seen.add(each.local()) && claim(document, each.local(), spec.device()))
                .toList();
    }

    private List<LinkAddress> listed(Document document, String device, List<Located<IpAddress>> list) {
        var found = new ArrayList<LinkAddress>();
        Set<IpAddress> seen = new HashSet<>();
        boolean complete = !list.isEmpty();
        for (var each : list) {
            if (!seen.add(each.value())) {
                draft.error(each.origin(), "spec.addresses", "address " + each.value() + " is listed twice");
                complete = false;
                continue;
            }
            complete &= claim(document, each.value(), each);
            var address = draft.interfaces().address(device, each.value());
            if (address.filter(here -> !here.isTentative() && !here.isFailed()).isPresent()) {
                found.add(address.get());
                continue;
            }
            complete = false;
            draft.report(document, each.origin(), "spec.addresses", new Obstacle(Obstacle.ADDRESS, "address "
                    + each.value() + (address.isEmpty() ? " is not on " + device + " now"
                    : address.get().isFailed() ? " on " + device + " is a duplicate of another host's"
                    : " on " + device + " still awaits duplicate address detection")));
        }
        if (list.isEmpty()) {
            draft.error(document.origin(), "spec.addresses", "the list is empty; say `auto` for all addresses");
        }
        return complete ? found : List.of();
    }

    private boolean claim(Document document, IpAddress address, Located<?> place) {
        var other = bound.putIfAbsent(address, document);
        if (other != null && other != document) {
            draft.error(place.origin(), "spec.addresses", "address " + address + " is already bound by " + other.id()
                    + " at " + other.origin().position());
            return false;
        }
        return true;
    }

    /** After all documents: what is marked and nobody claimed may belong to one that waits, if the store is lost. */
    void keepUnrecorded() {
        unrecorded.forEach(spec -> tables.marked(spec.priority()).forEach(draft::keep));
    }

    /** While a document waits, all that it owns stays. */
    private void keepAll(Document document, SourceRoutingSpec spec, OptionalLong explicit) {
        var ledger = draft.facts().ledger();
        draft.keepAllotments(document);
        draft.facts().live().links().stream().filter(link -> link.isOurVrf() && link.owner().equals(document.id()))
                .forEach(link -> draft.keep(link.vrfTable().orElseThrow()));
        explicit.ifPresent(draft::keep);
        if (spec.sourceHints()) {
            draft.keep(Route.TABLE_MAIN);
        }
        boolean known = ledger.allotments().stream().anyMatch(each -> each.document().equals(document.id()));
        if (!known && spec.table().value() instanceof TableChoice.Auto) {
            unrecorded.add(spec);
        }
        draft.claim(each -> !each.adopted() && each.route().attributes().uses(spec.device().value()))
                .forEach(draft::takes);
    }

    /** An address that is being checked for duplicates keeps its table, and its family what was moved for it. */
    private void keepTentative(Document document, SourceRoutingSpec spec) {
        var device = spec.device().value();
        if (spec.addresses().isPresent()) {
            return;
        }
        for (var address : draft.interfaces().tentative(device)) {
            draft.unfinished(document);
            draft.note(document.id() + ": " + address.local() + " waits for duplicate address detection");
            draft.facts().ledger().allotments().stream().filter(each -> each.document().equals(document.id())
                    && each.key().equals(address.local().toString())).forEach(each -> {
                        draft.allotment(each);
                        draft.keep(each.table());
                    });
            var family = address.local().family();
            if (draft.interfaces().usable(device).stream().noneMatch(each -> each.local().family() == family)) {
                draft.claim(each -> !each.adopted() && each.route().family() == family
                        && each.route().attributes().uses(device)).forEach(draft::takes);
            }
        }
    }

    private List<BoundTable> tables(Document document, List<LinkAddress> addresses, OptionalLong explicit) {
        if (explicit.isPresent()) {
            draft.allotment(new Allotment(document.id(), "", explicit.getAsLong()));
            return List.of(new BoundTable(explicit.getAsLong(), addresses));
        }
        var found = new ArrayList<BoundTable>();
        for (var address : addresses) {
            var table = tables.allot(document, address.local());
            if (table.isEmpty()) {
                draft.problems(List.of(TableNumbers.noneFree(document)));
                return List.of();
            }
            var allotment = new Allotment(document.id(), address.local().toString(), table.getAsLong());
            if (!draft.facts().ledger().allotments().contains(allotment)) {
                draft.note(document.id() + ": table " + table.getAsLong() + " for " + address.local());
            }
            draft.allotment(allotment);
            found.add(new BoundTable(table.getAsLong(), List.of(address)));
        }
        return found;
    }

    private void compile(BoundDevice device) {
        var spec = device.spec();
        var gateways = new ListedGateways(draft, device);
        for (var family : Family.values()) {
            var extra = family == Family.IPV4 ? spec.ipv4Routes() : spec.ipv6Routes();
            if (!device.binds(family)) {
                if (!extra.isEmpty()) {
                    draft.warning(device.document().origin().atLine(extra.line(0)), "spec", "no "
                            + (family == Family.IPV4 ? "IPv4" : "IPv6") + " address of " + device.device()
                            + " is bound, so there is no table for " + extra.destination(0).destinationText());
                }
                continue;
            }
            var input = deviceRoutes.of(device, family);
            for (var table : device.tables()) {
                if (!table.of(family).isEmpty()) {
                    draft.wants(device.document(), new PrivateTable(draft, device, table, family)
                            .rows(input, gateways.of(table, family), extra), false);
                }
            }
            if (family == Family.IPV6 && spec.sourceHints() && device.moves()) {
                draft.wants(device.document(), hints(device, input), false);
            }
        }
        gateways.reportUnused();
        for (var table : device.tables()) {
            for (var address : table.addresses()) {
                draft.wantsRule(device.document(), new DesiredRule(RoutingRule.from(spec.priority(),
                        address.local().host(), table.number()), device.document().origin()), false);
            }
        }
    }

    /**
     * The kernel's IPv6 prefix routes name no source, so they are moved like the others, and one of ours with the bound
     * address as source stands in for each. With a metric of its own, because a replace in the kernel would hit the
     * first route of an identity, over whichever device; and not beside the kernel's, because the kernel removes the
     * first prefix route that it finds when the address goes.
     */
    private RouteRows hints(BoundDevice device, SourceRoutes input) {
        var rows = new RouteRows.Builder(Family.IPV6, Route.TABLE_MAIN);
        for (var route : input.all()) {
            var source = device.addresses(Family.IPV6).stream()
                    .filter(each -> each.network().equals(route.destination())).findFirst();
            if (device.needsHint(route) && source.isPresent() && CoveringRoutes.isOnLink(route.attributes())) {
                var attributes = route.attributes().withoutExpiry().withProtocol(Protocol.PLUMBLINE)
                        .withSource(Optional.of(source.get().local()));
                rows.add(unclaimed(new Route(route.table(), route.destination(), 0, Math.max(1, route.metric() - 1),
                        attributes)), device.document().origin());
            }
        }
        return rows.build();
    }

    /** With the next lower metric that no other document has: another device may be in the same network. */
    private Route unclaimed(Route hint) {
        var route = hint;
        while (route.metric() > 1 && draft.wanting(route).findAny().isPresent()) {
            route = new Route(route.table(), route.destination(), 0, route.metric() - 1, route.attributes());
        }
        return route;
    }
}
