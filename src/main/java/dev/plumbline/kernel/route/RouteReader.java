package dev.plumbline.kernel.route;

import static dev.plumbline.netlink.RouteMessages.*;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Family;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/** One reading of routes: the kernel filters, and what several filters brought is put together. */
public final class RouteReader {

    /** From so many routes in tables that were read whole, it pays to ask which other tables there are. */
    private static final int MANY = 20_000;
    /** More tables than these are dumped at once. */
    private static final int FEW_TABLES = 64;

    private final NetlinkSocket socket;
    private final Devices devices;
    private final ReadScope scope;
    private final Supplier<Optional<Map<Long, Long>>> ipv4Tables;
    private final Set<Integer> deviceIndexes = new HashSet<>();
    private final Set<Family> suspended = new HashSet<>();

    /**
     * A filter that the kernel applies; 0 for what does not filter.
     *
     * @param table to read alone
     * @param protocol of the routes' maker
     * @param device index of a device that a next hop uses
     */
    private record Filter(long table, int protocol, int device) {
    }

    /** @param ipv4Tables the IPv4 tables that there are and the number of routes in each, if that can be told */
    public RouteReader(NetlinkSocket socket, Devices devices, ReadScope scope,
            Supplier<Optional<Map<Long, Long>>> ipv4Tables) {
        this.ipv4Tables = ipv4Tables;
        this.socket = socket;
        this.devices = devices;
        this.scope = scope;
        scope.mainDevices().forEach(name -> devices.index(name).ifPresent(deviceIndexes::add));
    }

    /** Reads all that the scope asks for. */
    public RouteTables read() throws NetlinkException {
        var tables = new TreeMap<TableKey, RouteRows>();
        for (var family : Family.values()) {
            if (scope.everything()) {
                tables.putAll(dump(family, new Filter(0, 0, 0), table -> table != Route.TABLE_LOCAL));
            } else {
                read(family, tables);
            }
        }
        tables.values().removeIf(RouteRows::isEmpty);
        return new RouteTables(tables);
    }

    private void read(Family family, SortedMap<TableKey, RouteRows> tables) throws NetlinkException {
        var whole = new HashSet<Long>();
        for (var key : scope.tables()) {
            if (key.family() == family && whole.add(key.table())) {
                tables.putAll(table(family, key.table()));
            }
        }
        if (scope.ours()) {
            ours(family, whole, tables);
        }
        if (whole.contains(Route.TABLE_MAIN) || deviceIndexes.isEmpty()) {
            return;
        }
        var main = new TableKey(family, Route.TABLE_MAIN);
        var parts = new ArrayList<RouteRows>();
        parts.add(tables.getOrDefault(main, RouteRows.empty(family, Route.TABLE_MAIN)));
        for (int device : deviceIndexes) {
            var some = dump(family, new Filter(Route.TABLE_MAIN, 0, device), table -> table == Route.TABLE_MAIN);
            parts.add(some.getOrDefault(main, RouteRows.empty(family, Route.TABLE_MAIN)));
        }
        tables.put(main, united(family, parts));
    }

    /**
     * Our routes in the tables that were not read whole. A dump of all tables cannot leave those out: it would list all
     * that was read already a second time. Where that is much, the other tables are asked one by one instead. A table
     * that appears meanwhile with a route of ours is announced, and everything is read again.
     */
    private void ours(Family family, Set<Long> whole, SortedMap<TableKey, RouteRows> tables) throws NetlinkException {
        int read = tables.entrySet().stream().filter(each -> each.getKey().family() == family)
                .mapToInt(each -> each.getValue().size()).sum();
        var sizes = family == Family.IPV4 && read >= MANY ? ipv4Tables.get() : Optional.<Map<Long, Long>>empty();
        var others = sizes.map(each -> each.entrySet().stream()
                .filter(table -> table.getValue() > 0 && !whole.contains(table.getKey()))
                .map(Map.Entry::getKey).toList());
        if (others.isEmpty() || others.get().size() > FEW_TABLES) {
            tables.putAll(dump(family, new Filter(0, Protocol.PLUMBLINE, 0), table -> !whole.contains(table)));
            return;
        }
        for (long table : others.get()) {
            tables.putAll(dump(family, new Filter(table, Protocol.PLUMBLINE, 0), each -> each == table));
        }
    }

    private SortedMap<TableKey, RouteRows> table(Family family, long table) throws NetlinkException {
        return dump(family, new Filter(table, 0, 0), each -> each == table);
    }

    /** All rows once. Where one group of equal identity is in several parts, only the whole table tells its order. */
    private RouteRows united(Family family, List<RouteRows> parts) throws NetlinkException {
        var builder = new RouteRows.Builder(family, Route.TABLE_MAIN);
        for (var part : parts) {
            for (int row = 0; row < part.size(); row++) {
                builder.addRow(part, row);
            }
        }
        var all = builder.build();
        var distinct = all.filter(row -> !RouteCollector.isRepeated(all, row));
        for (int row = 0; row < distinct.size(); row = distinct.groupEnd(row)) {
            int size = distinct.groupEnd(row) - row;
            if (size > 1 && !isWholeIn(parts, distinct, row, size)) {
                return filteredMain(family);
            }
        }
        return distinct;
    }

    private static boolean isWholeIn(List<RouteRows> parts, RouteRows rows, int row, int size) {
        for (var part : parts) {
            int found = part.find(rows, row);
            if (found >= 0 && part.groupEnd(found) - found == size) {
                return true;
            }
        }
        return false;
    }

    private RouteRows filteredMain(Family family) throws NetlinkException {
        var whole = table(family, Route.TABLE_MAIN).getOrDefault(new TableKey(family, Route.TABLE_MAIN),
                RouteRows.empty(family, Route.TABLE_MAIN));
        return whole.filter(row -> {
            var attributes = whole.attributes(row);
            return scope.ours() && attributes.isOurs() || scope.mainDevices().stream().anyMatch(attributes::uses);
        });
    }

    private SortedMap<TableKey, RouteRows> dump(Family family, Filter filter, LongPredicate wanted)
            throws NetlinkException {
        var collector = new RouteCollector(family, devices, wanted);
        var dump = dump(socket, family, filter, collector);
        if (dump.datagrams() > 1 && family == Family.IPV6) {
            suspended.add(family);
        }
        return collector.rows();
    }

    private static NetlinkSocket.Dump dump(NetlinkSocket socket, Family family, Filter filter,
            NetlinkSocket.Visitor visitor) throws NetlinkException {
        try {
            return socket.dump(Rtnetlink.RTM_GETROUTE, writer -> {
                writer.u8(family.number()).u8(0).u8(0).u8(0);
                writer.u8((int) (filter.table() > 255 ? RT_TABLE_COMPAT : filter.table()));
                writer.u8(filter.protocol()).u8(0).u8(0).u32(0);
                if (filter.table() != 0) {
                    writer.u32(RTA_TABLE, filter.table());
                }
                if (filter.device() != 0) {
                    writer.u32(RTA_OIF, filter.device());
                }
            }, visitor);
        } catch (NetlinkException e) {
            // No route ever used the table, or the device went meanwhile: nothing to list.
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
                visitor.begin();
                return new NetlinkSocket.Dump(false, 0);
            }
            throw e;
        }
    }

    /** Whether a table holds any route in a family, whoever made it. */
    public static boolean isOccupied(NetlinkSocket socket, Family family, long table) throws NetlinkException {
        var found = new boolean[1];
        dump(socket, family, new Filter(table, 0, 0), message -> found[0] |= message.u8(FAMILY) == family.number());
        return found[0];
    }

    /** What a notification means for a reading during which it came. */
    public enum Effect {
        /** Nothing that was read is concerned. */
        NONE,
        /**
         * A route that was not asked for, in a table that a suspended IPv6 dump walked: that goes on by count, so that
         * another route may be missing.
         */
        DOUBTFUL,
        /** Something that was read has changed. */
        RELEVANT
    }

    /** The effect of an {@code RTM_NEWROUTE} or {@code RTM_DELROUTE} on what this reading brought. */
    public Effect effect(MessageReader message) {
        int number = message.u8(FAMILY);
        if (number != Family.IPV4.number() && number != Family.IPV6.number()
                || (message.u32(FLAGS) & RTM_F_CLONED) != 0) {
            return Effect.NONE;
        }
        var family = Family.of(number);
        var route = RouteDecoder.route(message, devices);
        boolean concerned = scope.everything() && route.table() != Route.TABLE_LOCAL
                || scope.ours() && route.attributes().isOurs()
                || scope.tables().contains(new TableKey(family, route.table()))
                || route.table() == Route.TABLE_MAIN && scope.mainDevices().stream().anyMatch(route.attributes()::uses);
        if (concerned) {
            return Effect.RELEVANT;
        }
        boolean listed = route.table() != Route.TABLE_LOCAL;
        return listed && suspended.contains(family) ? Effect.DOUBTFUL : Effect.NONE;
    }
}
