package dev.plumbline.state;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the kernel cannot say of one namespace: numbers that were allotted, and what was moved away or adopted and is
 * to be given back as it was.
 *
 * @param devices names of all devices that were ever seen here: tells a device that is absent now from a typing error
 * @param carriedOut documents ({@code kind/name}) that were carried out here in full, and have not had to wait since:
 *     what differs from them has drifted
 */
public record Ledger(List<Allotment> allotments, List<TakenRoute> routes, List<TakenRule> rules, Set<String> devices,
        Set<String> carriedOut) {

    public static final Ledger EMPTY = new Ledger(List.of(), List.of(), List.of(), Set.of());

    public Ledger {
        allotments = List.copyOf(allotments);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
        devices = Set.copyOf(devices);
        carriedOut = Set.copyOf(carriedOut);
    }

    /** A ledger of what nobody has carried out in full. */
    public Ledger(List<Allotment> allotments, List<TakenRoute> routes, List<TakenRule> rules, Set<String> devices) {
        this(allotments, routes, rules, devices, Set.of());
    }

    /**
     * This ledger and the one that an apply was leading to: where it is half done, either may turn out to be true. Of
     * two numbers of one table the later one is taken, because there is one a key; what is in the other is known by
     * its marks. Only what both say was carried out in full was.
     */
    public Ledger union(Ledger later) {
        Set<List<String>> keys = later.allotments.stream().map(each -> List.of(each.document(), each.key()))
                .collect(Collectors.toSet());
        var own = allotments.stream().filter(each -> !keys.contains(List.of(each.document(), each.key()))).toList();
        return new Ledger(both(own, later.allotments), both(routes, later.routes), both(rules, later.rules),
                later.devices, carriedOut.stream().filter(later.carriedOut::contains).collect(Collectors.toSet()));
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
}
