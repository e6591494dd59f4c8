package dev.plumbline.plan;

import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkChanges.AddressChange;
import dev.plumbline.state.LinkChanges.MasterChange;
import dev.plumbline.state.Vrf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The links that a plan touches, as they were.
 *
 * @param vrfs devices that it changes, makes anew or deletes
 * @param made devices that were not there
 * @param masters by device, the name of what it was a port of; empty for none
 * @param addresses permanent ones that the kernel drops
 * @param given addresses that were not there
 */
public record FormerLinks(List<Vrf> vrfs, List<Vrf> made, Map<String, String> masters, List<LinkAddress> addresses,
        List<LinkAddress> given) {

    public static final FormerLinks NONE = new FormerLinks(List.of(), List.of(), Map.of(), List.of(), List.of());

    public FormerLinks {
        vrfs = List.copyOf(vrfs);
        made = List.copyOf(made);
        masters = Map.copyOf(masters);
        addresses = List.copyOf(addresses);
        given = List.copyOf(given);
    }

    static FormerLinks of(LinkChanges changes) {
        var masters = new HashMap<String, String>();
        changes.masters().forEach(each -> masters.put(each.device(), each.before()));
        return new FormerLinks(changes.vrfs().stream().flatMap(each -> each.before().stream()).toList(),
                changes.vrfs().stream().filter(each -> each.before().isEmpty())
                        .flatMap(each -> each.after().stream()).toList(), masters,
                changes.masters().stream().map(MasterChange::addresses).flatMap(List::stream)
                        .filter(LinkAddress::isPermanent).toList(),
                changes.addresses().stream().filter(each -> !each.going()).map(AddressChange::address).toList());
    }

    /** Whether a link is the one that the plan made: it may have died before it named the document. */
    boolean isOurs(Vrf wanted, Link link) {
        return link.vrfTable().equals(Optional.of(wanted.table())) && (link.isOurs() || link.alias().isEmpty());
    }
}
