package dev.plumbline.compile;

import dev.plumbline.compile.BoundDevice.BoundTable;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.state.DesiredState.DesiredVrf;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkChanges.MasterChange;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Route;
import dev.plumbline.state.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compiles {@code SourceRouting} documents of {@code method: vrf}: a VRF device for the bound one, whose table has what
 * main had over it. The kernel itself brings the prefixes of addresses there.
 */
final class VrfCompiler {

    private static final String TCP = "net/ipv4/tcp_l3mdev_accept";
    private static final String UDP = "net/ipv4/udp_l3mdev_accept";
    /** Whether sockets that are bound to nothing get what comes in through a VRF. */
    static final Set<String> ACCEPTING = Set.of(TCP, UDP);
    private static final String PREFIX = "vrf-";
    /** {@code IFNAMSIZ} without the end. */
    private static final int LONGEST_NAME = 15;
    private static final int HASH_DIGITS = 4;

    private final Draft draft;
    private final TableNumbers tables;
    private final DeviceRoutes deviceRoutes;
    private final Map<Long, Document> byTable = new HashMap<>();

    VrfCompiler(Draft draft, TableNumbers tables, DeviceRoutes deviceRoutes) {
        this.draft = draft;
        this.tables = tables;
        this.deviceRoutes = deviceRoutes;
    }

    /** The VRF for a device: {@code vrf-net1}; long names end in a hash. */
    static String nameFor(String device) {
        if (PREFIX.length() + device.length() <= LONGEST_NAME) {
            return PREFIX + device;
        }
        var hash = Integer.toHexString(device.hashCode() & 0xffff | 0x10000).substring(1);
        return PREFIX + device.substring(0, LONGEST_NAME - PREFIX.length() - HASH_DIGITS) + hash;
    }

    void compile(Document document, SourceRoutingSpec spec, OptionalLong explicit) {
        var origin = spec.device().origin();
        var obstacle = draft.interfaces().obstacle(spec.device().value(), spec.optional());
        if (obstacle.isPresent()) {
            draft.report(document, origin, "spec.device", obstacle.get());
            return;
        }
        var link = draft.interfaces().link(spec.device().value()).orElseThrow();
        var name = nameFor(link.name());
        if (!hasAddresses(document, spec) || !isFree(spec, link, name)) {
            return;
        }
        var number = explicit.isPresent() ? explicit : tables.allotVrf(document);
        if (number.isEmpty()) {
            draft.problems(List.of(TableNumbers.noneFree(document)));
            return;
        }
        long table = number.getAsLong();
        if (!isOwnTable(document, spec, name, table)) {
            return;
        }
        var allotment = new Allotment(document.id(), "", table);
        if (!draft.facts().ledger().allotments().contains(allotment)) {
            draft.note(document.id() + ": table " + table + " for the VRF " + name);
        }
        draft.allotment(allotment);
        routes(new BoundDevice(document, spec, link, List.of(new BoundTable(table, addresses(link)))), table);
        if (draft.isWaiting(document.id())) {
            return;
        }
        draft.wantsVrf(new DesiredVrf(name, table, document.id(), link.name(), document.origin()));
        if (isEntering(draft.facts().live(), link, name, table)) {
            warnOfUnboundSockets(spec, link);
        }
    }

    private List<LinkAddress> addresses(Link link) {
        var all = new ArrayList<LinkAddress>();
        for (var family : Family.values()) {
            draft.interfaces().addresses(link.name(), family).stream()
                    .filter(each -> each.scope() == Scope.UNIVERSE).forEach(all::add);
        }
        return all;
    }

    /** All that the document lists; whether duplicates of them are looked for just now does not matter. */
    private boolean hasAddresses(Document document, SourceRoutingSpec spec) {
        var device = spec.device().value();
        for (var each : spec.addresses().orElse(List.of())) {
            var address = draft.interfaces().address(device, each.value());
            if (address.filter(here -> !here.isFailed()).isEmpty()) {
                draft.report(document, each.origin(), "spec.addresses", new Obstacle(Obstacle.ADDRESS, "address "
                        + each.value() + (address.isEmpty() ? " is not on " + device + " now"
                        : " on " + device + " is a duplicate of another host's")));
                return false;
            }
        }
        return true;
    }

    /** The kernel has VRFs, and nobody else has the device, and nobody else has the name. */
    private boolean isFree(SourceRoutingSpec spec, Link link, String name) {
        var live = draft.facts().live();
        var there = draft.interfaces().link(name);
        var master = live.master(link);
        if (!draft.facts().canMakeVrf() && there.isEmpty()) {
            draft.error(spec.method().origin(), "spec.method", "this kernel makes no VRF devices: it was built without"
                    + " CONFIG_NET_VRF, or its module vrf is missing; say `method: rule`, or use another kernel");
        } else if (link.kind().equals(Link.VRF)) {
            draft.error(spec.device().origin(), "spec.device", link.name() + " is a VRF itself; name a device that is"
                    + " to be in one");
        } else if (link.isLoopback()) {
            draft.error(spec.device().origin(), "spec.device", link.name() + " is the loopback device, which cannot be"
                    + " in a VRF");
        } else if (link.master().isPresent() && master.filter(Link::isOurVrf).isEmpty()) {
            draft.error(spec.device().origin(), "spec.device", link.name() + " is a port of " + master.map(Link::name)
                    .orElse("a device of another namespace") + " (" + master.map(Link::kind).orElse("unknown")
                    + ") already, which is not plumbline's; take it out, name another device, or say `method: rule`");
        } else if (there.isPresent() && !there.get().isOurVrf()) {
            draft.error(spec.device().origin(), "spec.device", "a device " + name + " is there already, and is not"
                    + " plumbline's; rename or remove it, or say `method: rule`");
        } else if (draft.vrfs().stream().anyMatch(each -> each.name().equals(name))) {
            draft.error(spec.device().origin(), "spec.device", "another document's VRF is called " + name + " too");
        } else {
            return true;
        }
        return false;
    }

    private boolean isOwnTable(Document document, SourceRoutingSpec spec, String name, long table) {
        var other = byTable.putIfAbsent(table, document);
        var foreign = draft.facts().live().links().stream().filter(link -> link.vrfTable().isPresent()
                && link.vrfTable().get() == table && !link.isOurVrf() && !link.name().equals(name)).findFirst();
        if (other != null || foreign.isPresent()) {
            draft.error(spec.table().origin(), "spec.table", "table " + table + " is that of "
                    + (other != null ? "the VRF of " + other.id() + " at " + other.origin().position()
                            : "the VRF " + foreign.get().name() + ", which is not plumbline's")
                    + "; a VRF has a table of its own");
            return false;
        }
        return true;
    }

    private void routes(BoundDevice bound, long table) {
        var gateways = new ListedGateways(draft, bound);
        for (var family : Family.values()) {
            var input = deviceRoutes.of(bound, family);
            var boundTable = bound.tables().getFirst();
            draft.wants(bound.document(), new PrivateTable(draft, bound, boundTable, family).rows(input,
                    gateways.of(boundTable, family), family == Family.IPV4 ? bound.spec().ipv4Routes()
                            : bound.spec().ipv6Routes()), false);
        }
        gateways.reportUnused();
    }

    private static boolean isEntering(NamespaceState live, Link link, String name, long table) {
        return live.master(link).filter(each -> each.name().equals(name)
                && each.vrfTable().equals(Optional.of(table))).isEmpty();
    }

    private void warnOfUnboundSockets(SourceRoutingSpec spec, Link link) {
        var values = draft.facts().live().sysctls();
        var off = new ArrayList<String>();
        for (var path : List.of(TCP, UDP)) {
            if (!values.getOrDefault(path, "0").strip().equals("1")) {
                off.add(path.replace('/', '.') + "=1");
            }
        }
        if (!off.isEmpty()) {
            draft.warning(spec.method().origin(), "spec.method", "sockets that are bound to no device do not hear what"
                    + " comes in over " + link.name() + " any more" + (values.keySet().containsAll(ACCEPTING) ? ": set "
                            : ", unless it is set: ") + String.join(" and ", off)
                    + ", or run the service with `ip vrf exec " + nameFor(link.name()) + "`");
        }
    }

    /**
     * The namespace as it is once devices whose documents are not of this method any more have left their VRFs: main
     * has their prefixes again then.
     */
    static NamespaceState released(List<Document> documents, NamespaceState live) {
        var masters = new ArrayList<MasterChange>();
        for (var document : documents) {
            if (document.spec() instanceof SourceRoutingSpec spec && !spec.isVrf()) {
                live.link(spec.device().value()).ifPresent(link -> live.master(link).filter(Link::isOurVrf)
                        .ifPresent(master -> masters.add(new MasterChange(link.name(), master.name(), "", List.of(),
                                Optional.empty(), ""))));
            }
        }
        return LinkEffects.after(live, new LinkChanges(List.of(), masters, List.of()));
    }

    /**
     * Puts back what others have in other tables over devices that enter or leave a VRF, and what is in main over those
     * that leave: the kernel takes it away.
     *
     * @param before as it was read
     */
    static void restore(Draft draft, NamespaceState before, List<Document> documents) {
        Map<String, Long> leaving = new HashMap<>();
        Map<String, Origin> cycled = new HashMap<>();
        for (var each : draft.vrfs()) {
            var document = documents.stream().filter(one -> one.id().equals(each.document())).findFirst().orElseThrow();
            var link = before.link(each.device()).orElseThrow();
            if (!draft.isHeld(document) && isEntering(before, link, each.name(), each.table())) {
                cycled.put(each.device(), each.origin());
            }
        }
        var wanted = draft.vrfs().stream().map(DesiredVrf::name).collect(Collectors.toSet());
        for (var link : before.links()) {
            var vrf = before.master(link).filter(Link::isOurVrf).filter(each -> !wanted.contains(each.name())
                    && !draft.keptTables().contains(each.vrfTable().orElseThrow())
                    && (draft.facts().attended() || !draft.uncorrected().containsKey(each.owner())));
            if (vrf.isPresent() && !cycled.containsKey(link.name())) {
                leaving.put(link.name(), vrf.get().vrfTable().orElseThrow());
                cycled.put(link.name(), new Origin(vrf.get().owner(), "", 0, 0));
            }
        }
        if (cycled.isEmpty()) {
            return;
        }
        var changes = new LinkChanges(List.of(), cycled.keySet().stream().map(device -> new MasterChange(device, "", "",
                List.of(), Optional.empty(), "")).toList(), List.of());
        LinkEffects.lost(before, changes).forEach((key, rows) -> {
            for (var route : rows) {
                var device = route.attributes().nextHops().getFirst().device();
                boolean own = key.table() == leaving.getOrDefault(device, Route.TABLE_MAIN);
                if (!route.attributes().isOurs() && route.attributes().expires() == 0 && !own
                        && draft.wanting(route).findAny().isEmpty()) {
                    draft.restores(route, cycled.get(device));
                }
            }
        });
    }
}
