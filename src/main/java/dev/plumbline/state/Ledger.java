package dev.plumbline.state;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the kernel cannot say of one namespace: numbers that were allotted, and what was moved away or adopted and is
 * to be given back as it was.
 *
 * @param devices names of all devices that were ever seen here: tells a device that is absent now from a typing error
 * @param carriedOut documents ({@code kind/name}) that were carried out here in full, and have not had to wait since:
 *     what differs from them has drifted
 * @param sysctls that documents have set, at most one a path, by path
 * @param addresses of devices that documents have put into VRFs, by document, device and address
 */
public record Ledger(List<Allotment> allotments, List<TakenRoute> routes, List<TakenRule> rules, Set<String> devices,
        Set<String> carriedOut, List<TakenSysctl> sysctls, List<VrfAddress> addresses) {

    public static final Ledger EMPTY = new Ledger(List.of(), List.of(), List.of(), Set.of());

    public Ledger {
        allotments = List.copyOf(allotments);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
        devices = Set.copyOf(devices);
        carriedOut = Set.copyOf(carriedOut);
        sysctls = List.copyOf(sysctls);
        addresses = List.copyOf(addresses);
    }

    /** A ledger of neither sysctls nor addresses. */
    public Ledger(List<Allotment> allotments, List<TakenRoute> routes, List<TakenRule> rules, Set<String> devices,
            Set<String> carriedOut) {
        this(allotments, routes, rules, devices, carriedOut, List.of(), List.of());
    }

    /** A ledger of what nobody has carried out in full. */
    public Ledger(List<Allotment> allotments, List<TakenRoute> routes, List<TakenRule> rules, Set<String> devices) {
        this(allotments, routes, rules, devices, Set.of());
    }

    /**
     * This ledger and the one that an apply was leading to: where it is half done, either may turn out to be true. Of
     * two numbers of one table the later one is taken, because there is one a key; what is in the other is known by
     * its marks. Only what both say was carried out in full was. What a sysctl was at first is what the earlier one
     * says, and what an address is what the later one says.
     */
    public Ledger union(Ledger later) {
        Set<List<String>> keys = later.allotments.stream().map(each -> List.of(each.document(), each.key()))
                .collect(Collectors.toSet());
        var own = allotments.stream().filter(each -> !keys.contains(List.of(each.document(), each.key()))).toList();
        return new Ledger(both(own, later.allotments), both(routes, later.routes), both(rules, later.rules),
                later.devices, carriedOut.stream().filter(later.carriedOut::contains).collect(Collectors.toSet()),
                sysctls(later), addresses(later));
    }

    private List<VrfAddress> addresses(Ledger later) {
        var all = new TreeMap<String, VrfAddress>();
        addresses.forEach(each -> all.put(each.key(), each));
        later.addresses.forEach(each -> all.put(each.key(), each));
        return List.copyOf(all.values());
    }

    private List<TakenSysctl> sysctls(Ledger later) {
        var all = new TreeMap<String, TakenSysctl>();
        later.sysctls.forEach(each -> all.put(each.path(), each));
        sysctls.forEach(each -> all.merge(each.path(), each, (newer, older) -> older.with(
                Stream.concat(older.documents().stream(), newer.documents().stream()).toList(), newer.written())));
        return List.copyOf(all.values());
    }

    private static <T> List<T> both(List<T> own, List<T> later) {
        var all = new LinkedHashSet<>(later);
        all.addAll(own);
        return List.copyOf(all);
    }

    /**
     * A table number that plumbline chose, or the table that a document's objects are in.
     *
     * @param document {@code kind/name}
     * @param key the address for source routing with one table an address; empty where a document has a single table
     */
    public record Allotment(String document, String key, long table) {
    }

    /**
     * A foreign route that a document took out of its table, or adopted in place.
     *
     * @param route as it was, protocol included
     * @param deviceIndex index of the device that it led over when it was taken: a device made anew has another
     * @param adopted false: moved away; true: taken over where it stood
     */
    public record TakenRoute(String document, Route route, int deviceIndex, boolean adopted) {
    }

    /** A foreign rule that a document adopted, as it was. */
    public record TakenRule(String document, RoutingRule rule) {
    }

    /**
     * A global permanent IPv6 address of a device that a document has put into a VRF: the kernel drops it when somebody
     * takes the device out, or deletes the VRF device.
     *
     * @param document {@code kind/name}
     * @param address as somebody gave it
     * @param deviceIndex index of the device: a device made anew has another
     */
    public record VrfAddress(String document, LinkAddress address, int deviceIndex) {

        /** What there is one of in a ledger. */
        public String key() {
            return document + " " + address.device() + " " + address.local();
        }
    }

    /**
     * A sysctl that documents have set, or that the kernel has set along with one of those and would not put back.
     *
     * @param documents ({@code kind/name}) that want it, sorted
     * @param path below {@code /proc/sys}
     * @param former what it was before plumbline wrote it the first time
     * @param written what it is since; only if it still is that is it put back
     * @param deviceIndex index of the device that it is of: a device made anew has another; 0 for what is of none
     */
    public record TakenSysctl(List<String> documents, String path, String former, String written, int deviceIndex) {

        public TakenSysctl {
            documents = documents.stream().distinct().sorted().toList();
        }

        /** The same for others, who want it to be this. */
        public TakenSysctl with(List<String> others, String value) {
            return new TakenSysctl(others, path, former, value, deviceIndex);
        }
    }
}
