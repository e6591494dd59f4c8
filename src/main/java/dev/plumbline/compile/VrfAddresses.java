package dev.plumbline.compile;

import dev.plumbline.intent.Attachment;
import dev.plumbline.state.DesiredState.DesiredAddress;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.VrfAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkChanges.AddressChange;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Scope;
import dev.plumbline.state.Sysctl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * IPv6 addresses of devices in VRFs of ours. The kernel drops them when somebody takes a device out, so what a device
 * had there last is recorded, and is put back once it is out. What goes from a device in its VRF is gone.
 */
final class VrfAddresses {

    /** {@code IPV6_MIN_MTU} ({@code linux/ipv6.h}). */
    private static final int IPV6_MIN_MTU = 1280;

    private final Draft draft;
    private final NamespaceState read;

    /** @param read the namespace as it was read */
    VrfAddresses(Draft draft, NamespaceState read) {
        this.draft = draft;
        this.read = read;
    }

    /** The namespace as it is once its addresses are back. */
    static NamespaceState putBack(Ledger ledger, NamespaceState live) {
        return ledger.addresses().isEmpty() ? live : putBack(missing(ledger, live), live);
    }

    /** The same for documents that are at hand. */
    static NamespaceState putBack(Facts facts) {
        var ledger = facts.ledger();
        return ledger.addresses().isEmpty() ? facts.live() : putBack(missing(ledger, facts.live())
                .filter(each -> !facts.onlyAttachments() || Attachment.isDocument(each.document())), facts.live());
    }

    private static NamespaceState putBack(Stream<VrfAddress> missing, NamespaceState live) {
        return LinkEffects.after(live, new LinkChanges(List.of(), List.of(),
                missing.map(each -> new AddressChange(each.address(), false, Optional.empty())).toList()));
    }

    /** What is recorded of devices that are in nothing now, and have been made before the record was. */
    private static Stream<VrfAddress> missing(Ledger ledger, NamespaceState live) {
        return ledger.addresses().stream().filter(each -> !live.has(each.address())
                && live.link(each.address().device()).filter(link -> link.index() == each.deviceIndex()
                        && link.master().isEmpty() && takesIpv6(link, live)).isPresent());
    }

    /** The kernel refuses IPv6 addresses where somebody switched IPv6 off, or packets are too small for it. */
    private static boolean takesIpv6(Link link, NamespaceState live) {
        return link.mtu() >= IPV6_MIN_MTU && !"1".equals(live.sysctls().get(disabled(link.name())));
    }

    /** The sysctl that says whether a device has IPv6 at all. */
    static String disabled(String device) {
        return Sysctl.path(Family.IPV6, device, "disable_ipv6");
    }

    /** What devices in VRFs, or on their way there, are to have, and what those of former documents get back. */
    List<DesiredAddress> desired() {
        var wanted = new TreeMap<String, DesiredAddress>();
        for (var vrf : draft.vrfs()) {
            of(vrf.device()).forEach(each -> wanted.put(key(each), new DesiredAddress(each, vrf.origin())));
        }
        missing(draft.facts().ledger(), read).filter(each -> !draft.isWaiting(each.document()))
                .forEach(each -> wanted.putIfAbsent(key(each.address()), new DesiredAddress(each.address(),
                        new Origin(each.document(), "", 0, 0))));
        return List.copyOf(wanted.values());
    }

    private static String key(LinkAddress address) {
        return address.device() + " " + address.local();
    }

    /**
     * What is on record then. Of a document that waits or is held, nothing new is while its device is out.
     *
     * @param held documents whose drift is left alone
     */
    List<VrfAddress> ledger(Set<String> held) {
        var records = new TreeMap<String, VrfAddress>();
        for (var vrf : draft.vrfs()) {
            var link = read.link(vrf.device()).orElseThrow();
            if (!held.contains(vrf.document()) || isInVrf(link)) {
                record(vrf.document(), link, records);
            }
        }
        for (var each : draft.facts().ledger().addresses()) {
            if (held.contains(each.document()) || draft.isWaiting(each.document())) {
                read.link(each.address().device()).filter(this::isInVrf).ifPresentOrElse(
                        link -> record(each.document(), link, records), () -> records.put(each.key(), each));
            }
        }
        return List.copyOf(records.values());
    }

    /** One that is down has no addresses, wherever it is. */
    private boolean isInVrf(Link link) {
        return link.isUp() && read.master(link).filter(Link::isOurVrf).isPresent();
    }

    private void record(String document, Link link, Map<String, VrfAddress> records) {
        of(link.name()).stream().map(each -> new VrfAddress(document, each, link.index()))
                .forEach(each -> records.put(each.key(), each));
    }

    private List<LinkAddress> of(String device) {
        return draft.facts().live().addresses().stream().filter(each -> each.device().equals(device)
                && each.local().family() == Family.IPV6 && each.scope() == Scope.UNIVERSE && each.isPermanent()
                && !each.isTemporary() && !each.isFailed()).map(LinkAddress::asGiven).toList();
    }
}
