package dev.plumbline.state;

import dev.plumbline.state.Change.Action;
import dev.plumbline.state.Change.Difference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Changes of links: VRF devices, and which devices are in them. All in {@link Phase#LINKS}, but for VRF devices that
 * go: those in {@link Phase#OLD_LINKS}, when nothing is in them any more.
 *
 * @param vrfs devices that are made, changed, made anew or deleted
 * @param masters devices that enter or leave a VRF
 * @param addresses that are not there any more and are put back, or were put back and go; after all else
 */
public record LinkChanges(List<VrfChange> vrfs, List<MasterChange> masters, List<AddressChange> addresses)
        implements ChangeSet {

    public static final LinkChanges NONE = new LinkChanges(List.of(), List.of(), List.of());
    private static final String RESOURCE = "link";

    public LinkChanges {
        vrfs = List.copyOf(vrfs);
        masters = List.copyOf(masters);
        addresses = List.copyOf(addresses);
    }

    /** @param origin the document that wants it; empty for one that no document wants any more */
    public record VrfChange(Optional<Vrf> before, Optional<Vrf> after, Optional<Origin> origin) {

        /** Of another table: the kernel makes none of it in place. */
        public boolean isAnew() {
            return before.isPresent() && after.isPresent() && before.get().table() != after.get().table();
        }

        public boolean isGoing() {
            return after.isEmpty();
        }

        public Change change() {
            var vrf = after.or(() -> before).orElseThrow();
            var action = before.isEmpty() ? Action.CREATE : after.isEmpty() ? Action.DELETE
                    : isAnew() ? Action.RECREATE : Action.CHANGE;
            return new Change(action, after.isEmpty() ? Phase.OLD_LINKS : Phase.LINKS, RESOURCE, vrf.words(),
                    differences(), origin, "");
        }

        private List<Difference> differences() {
            var found = new ArrayList<Difference>();
            if (before.isPresent() && after.isPresent()) {
                add(found, "table", Route.tableName(before.get().table()), Route.tableName(after.get().table()));
                add(found, "alias", before.get().alias(), after.get().alias());
                add(found, "state", state(before.get()), state(after.get()));
            }
            return found;
        }

        private static String state(Vrf vrf) {
            return vrf.up() ? "up" : "down";
        }

        private static void add(List<Difference> found, String name, String before, String after) {
            if (!before.equals(after)) {
                found.add(new Difference(name, before, after));
            }
        }
    }

    /**
     * A device that enters or leaves a VRF: the kernel takes it down and up then, all routes over it go, and so do its
     * IPv6 addresses.
     *
     * @param before the master's name; empty for none
     * @param after likewise; the same as before where the VRF is made anew
     * @param addresses that the kernel drops, and that are put back
     * @param note what goes, for people
     */
    public record MasterChange(String device, String before, String after, List<LinkAddress> addresses,
            Optional<Origin> origin, String note) {

        public MasterChange {
            addresses = List.copyOf(addresses);
        }

        public Change change() {
            return new Change(before.equals(after) ? Action.RECREATE : Action.CHANGE, Phase.LINKS, RESOURCE, device,
                    before.equals(after) ? List.of() : List.of(new Difference("master", before, after)), origin, note);
        }
    }

    /**
     * An address that comes or goes.
     *
     * @param going false: it is put back
     */
    public record AddressChange(LinkAddress address, boolean going, Optional<Origin> origin) {

        /** What changes of this address call it. */
        public static String subject(LinkAddress address) {
            return address.local() + "/" + address.peer().length() + " dev " + address.device();
        }

        public Change change() {
            return new Change(going ? Action.DELETE : Action.CREATE, Phase.LINKS, "address", subject(address),
                    List.of(), origin, going ? "" : "put back as it was");
        }
    }

    /** The devices that the kernel takes down and up. */
    public Set<String> cycled() {
        var cycled = new HashSet<String>();
        masters.forEach(each -> cycled.add(each.device()));
        return cycled;
    }

    @Override
    public boolean isEmpty() {
        return vrfs.isEmpty() && masters.isEmpty() && addresses.isEmpty();
    }

    @Override
    public String resource() {
        return RESOURCE;
    }

    @Override
    public int toAdd() {
        return (int) addresses.stream().filter(each -> !each.going()).count()
                + (int) vrfs.stream().filter(each -> each.before().isEmpty()).count();
    }

    @Override
    public int toChange() {
        return masters.size() + (int) vrfs.stream().filter(each -> each.before().isPresent() && !each.isGoing())
                .count();
    }

    @Override
    public int toDestroy() {
        return (int) addresses.stream().filter(AddressChange::going).count()
                + (int) vrfs.stream().filter(VrfChange::isGoing).count();
    }

    @Override
    public Stream<Pending> pending() {
        return Stream.of(
                vrfs.stream().filter(each -> !each.isGoing()).map(each -> pending(each.origin(), each.change())),
                masters.stream().map(each -> pending(each.origin(), each.change())),
                addresses.stream().map(each -> pending(each.origin(), each.change())),
                vrfs.stream().filter(VrfChange::isGoing).map(each -> pending(each.origin(), each.change())))
                .flatMap(each -> each);
    }

    private static Pending pending(Optional<Origin> origin, Change change) {
        return new Pending(origin.map(Origin::document).orElse(""), () -> change);
    }
}
