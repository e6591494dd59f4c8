package dev.plumbline.state;

import java.util.Set;

/**
 * How much of a namespace's routes to read: the kernel filters, so that a table of a million routes that nobody asks
 * about costs next to nothing. Links, addresses and rules are always read whole.
 *
 * @param ours all routes with our mark, in all tables
 * @param tables read whole, whoever made the routes
 * @param mainDevices all routes of the main table over these devices, both families
 * @param everything all routes of all tables but {@code local}
 * @param firewall plumbline's tables of nftables
 * @param sysctls paths below {@code /proc/sys}
 */
public record ReadScope(boolean ours, Set<TableKey> tables, Set<String> mainDevices, boolean everything,
        boolean firewall, Set<String> sysctls) {

    /** No routes at all. */
    public static final ReadScope NO_ROUTES = new ReadScope(false, Set.of(), Set.of(), false);
    /** Our own routes only. */
    public static final ReadScope OURS = new ReadScope(true, Set.of(), Set.of(), false);
    /** The whole namespace. */
    public static final ReadScope ALL = new ReadScope(true, Set.of(), Set.of(), true, true, Set.of());

    public ReadScope {
        tables = Set.copyOf(tables);
        mainDevices = Set.copyOf(mainDevices);
        sysctls = Set.copyOf(sysctls);
    }

    /** Neither firewall nor sysctls. */
    public ReadScope(boolean ours, Set<TableKey> tables, Set<String> mainDevices, boolean everything) {
        this(ours, tables, mainDevices, everything, false, Set.of());
    }
}
