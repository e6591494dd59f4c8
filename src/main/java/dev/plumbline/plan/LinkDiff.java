package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredVrf;
import dev.plumbline.state.Family;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkChanges.AddressChange;
import dev.plumbline.state.LinkChanges.MasterChange;
import dev.plumbline.state.LinkChanges.VrfChange;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Scope;
import dev.plumbline.state.Vrf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What must change among links: VRF devices of ours, and which devices are in them. */
public final class LinkDiff {

    private static final int MOST_WORDED = 5;

    private final DesiredState desired;
    private final NamespaceState live;
    private final List<VrfChange> vrfs = new ArrayList<>();
    private final List<MasterChange> masters = new ArrayList<>();
    private final Set<String> settled = new HashSet<>();

    private LinkDiff(DesiredState desired, NamespaceState live) {
        this.desired = desired;
        this.live = live;
    }

    /** The changes that lead from the live links to the desired ones. */
    public static LinkChanges between(DesiredState desired, NamespaceState live) {
        if (desired.vrfs().isEmpty() && desired.addresses().isEmpty()
                && live.links().stream().noneMatch(Link::isOurVrf)) {
            return LinkChanges.NONE;
        }
        return new LinkDiff(desired, live).changes();
    }

    private LinkChanges changes() {
        for (var each : desired.vrfs()) {
            if (!desired.held().holds(each.origin())) {
                wanted(each);
            }
        }
        for (var link : live.links()) {
            if (link.isOurVrf() && !isWanted(link) && !isKept(link)) {
                leave(link, "", Optional.empty());
                vrfs.add(new VrfChange(live.vrf(link), Optional.empty(), Optional.empty()));
            }
        }
        return new LinkChanges(vrfs, masters, addresses());
    }

    private List<AddressChange> addresses() {
        return desired.addresses().stream().filter(each -> !desired.held().holds(each.origin())
                && !live.has(each.address()))
                .map(each -> new AddressChange(each.address(), false, Optional.of(each.origin()))).toList();
    }

    private void wanted(DesiredVrf wanted) {
        var now = live.link(wanted.name());
        var before = now.flatMap(live::vrf);
        var change = new VrfChange(before, Optional.of(wanted.vrf()), Optional.of(wanted.origin()));
        if (!before.equals(change.after())) {
            vrfs.add(change);
        }
        if (change.isAnew()) {
            now.ifPresent(link -> leave(link, link.name(), Optional.of(wanted.origin())));
        }
        var device = live.link(wanted.device());
        var master = device.flatMap(live::master).map(Link::name).orElse("");
        if (device.isPresent() && !master.equals(wanted.name())) {
            enter(wanted.device(), master, wanted.name(), Optional.of(wanted.origin()));
        }
    }

    /** What is in a VRF device that goes, or is made anew. */
    private void leave(Link vrf, String after, Optional<Origin> origin) {
        for (var link : live.links()) {
            boolean wantedElsewhere = desired.vrfs().stream().anyMatch(each -> each.device().equals(link.name())
                    && !each.name().equals(vrf.name()) && !desired.held().holds(each.origin()));
            if (live.master(link).filter(vrf::equals).isPresent() && !wantedElsewhere) {
                enter(link.name(), vrf.name(), after, origin);
            }
        }
    }

    private void enter(String device, String before, String after, Optional<Origin> origin) {
        if (settled.add(device)) {
            var addresses = lost(live, device);
            masters.add(new MasterChange(device, before, after, addresses, origin, note(device, before, after,
                    addresses)));
        }
    }

    private boolean isWanted(Link vrf) {
        return desired.vrfs().stream().anyMatch(each -> each.name().equals(vrf.name()));
    }

    private boolean isKept(Link vrf) {
        return desired.keptTables().contains(vrf.vrfTable().orElseThrow())
                || desired.held().documents().contains(vrf.owner());
    }

    /** The addresses that the kernel drops as a device is taken down. */
    static List<LinkAddress> lost(NamespaceState live, String device) {
        return live.addresses().stream().filter(each -> each.device().equals(device)
                && each.local().family() == Family.IPV6 && !each.isTemporary() && !each.isFailed()).toList();
    }

    private String note(String device, String before, String after, List<LinkAddress> addresses) {
        var one = new LinkChanges(vrfs, List.of(new MasterChange(device, before, after, List.of(), Optional.empty(),
                "")), List.of());
        var going = new ArrayList<String>();
        addresses.stream().filter(each -> each.scope() == Scope.UNIVERSE)
                .forEach(each -> going.add(each.local() + "/" + each.peer().length()));
        LinkEffects.lost(live, one).values().forEach(rows -> {
            for (int row = 0; row < rows.size() && going.size() <= MOST_WORDED; row++) {
                going.add("`" + rows.route(row) + "`");
            }
        });
        return "it goes down and up, which ends its connections" + (going.isEmpty() ? ""
                : ", and the kernel drops " + String.join(", ", going.subList(0, Math.min(MOST_WORDED, going.size())))
                        + (going.size() > MOST_WORDED ? " and more" : "")
                        + "; addresses are put back, and so are routes, where they belong then");
    }

    /**
     * The way back, for an undo.
     *
     * @param former how what a plan touches was
     * @param impossible takes what cannot come back
     */
    static LinkChanges back(FormerLinks former, NamespaceState live, Set<String> impossible) {
        var vrfs = new ArrayList<VrfChange>();
        for (var vrf : former.vrfs()) {
            var now = live.link(vrf.name()).flatMap(live::vrf);
            if (!now.equals(Optional.of(vrf))) {
                vrfs.add(new VrfChange(now, Optional.of(vrf), Optional.of(Former.ORIGIN)));
            }
        }
        for (var made : former.made()) {
            var now = live.link(made.name()).filter(link -> former.isOurs(made, link)).flatMap(live::vrf);
            now.ifPresent(vrf -> vrfs.add(new VrfChange(now, Optional.empty(), Optional.of(Former.ORIGIN))));
        }
        var anew = new HashSet<String>();
        vrfs.stream().filter(VrfChange::isAnew).forEach(each -> anew.add(each.after().orElseThrow().name()));
        var masters = new ArrayList<MasterChange>();
        var addresses = new ArrayList<AddressChange>();
        former.masters().forEach((device, master) -> {
            var link = live.link(device);
            if (link.isEmpty()) {
                impossible.add("master of " + device + ": the device is gone");
                return;
            }
            var lost = former.addresses().stream().filter(each -> each.device().equals(device)
                    && !live.has(each)).toList();
            var now = live.master(link.get()).map(Link::name).orElse("");
            if (now.equals(master) && !anew.contains(master)) {
                lost.forEach(each -> addresses.add(new AddressChange(each, false, Optional.of(Former.ORIGIN))));
            } else {
                var all = new ArrayList<>(lost(live, device));
                all.addAll(lost);
                masters.add(new MasterChange(device, now, master, all, Optional.of(Former.ORIGIN), ""));
            }
        });
        former.given().stream().filter(live::has)
                .forEach(each -> addresses.add(new AddressChange(each, true, Optional.of(Former.ORIGIN))));
        return new LinkChanges(vrfs, masters, addresses);
    }
}
