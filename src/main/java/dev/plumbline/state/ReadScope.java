package dev.plumbline.state;

import java.util.Set;

/**
 * How much of a namespace's routes to read: the kernel filters, so that a table of a million routes that nobody asks
 * about costs next to nothing. Our marked routes are always read, in all tables; links, addresses and rules are read whole.
 *
 * @param tables read whole, whoever made the routes
 * @param mainDevices all routes of the main table over these devices, both families
 * @param everything all routes of all tables but {@code local}
 */
public record ReadScope(Set<TableKey> tables, Set<String> mainDevices, boolean everything) {

    /** Our own routes only. */
    public static final ReadScope OURS = new ReadScope(Set.of(), Set.of(), false);
    /** The whole namespace. */
    public static final ReadScope ALL = new ReadScope(Set.of(), Set.of(), true);

    public ReadScope {
        tables = Set.copyOf(tables);
        mainDevices = Set.copyOf(mainDevices);
    }
}
