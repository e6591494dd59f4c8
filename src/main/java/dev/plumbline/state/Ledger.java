package dev.plumbline.state;

import java.util.List;
import java.util.Set;

/**
 * What the kernel cannot say of one namespace: numbers that were allotted, and what was moved away or adopted and is
 * to be given back as it was.
 *
 * @param devices names of all devices that were ever seen here: tells a device that is absent now from a typing error
 */
public record Ledger(List<Allotment> allotments, List<TakenRoute> routes, List<TakenRule> rules, Set<String> devices) {

    public static final Ledger EMPTY = new Ledger(List.of(), List.of(), List.of(), Set.of());

    public Ledger {
        allotments = List.copyOf(allotments);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
        devices = Set.copyOf(devices);
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
