package dev.plumbline.kernel.route;

import static dev.plumbline.netlink.RouteMessages.*;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.AttributeCache;
import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.state.Family;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableKey;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Takes a dump of routes straight into columns: per route, a few words are copied and compared, nothing is made. */
final class RouteCollector implements NetlinkSocket.Visitor {

    private final Family family;
    private final Devices devices;
    private final LongPredicate wanted;
    private final SortedMap<TableKey, Columns> tables = new TreeMap<>();
    private final AttributeReader attributes = new AttributeReader();
    private final int[] words = new int[512];
    private @Nullable Columns current;

    private static final class Columns {
        private final long table;
        private final RouteRows.Builder builder;
        private final AttributeCache cache = new AttributeCache();

        Columns(Family family, long table) {
            this.table = table;
            builder = new RouteRows.Builder(family, table);
        }
    }

    /** @param wanted which tables to keep */
    RouteCollector(Family family, Devices devices, LongPredicate wanted) {
        this.family = family;
        this.devices = devices;
        this.wanted = wanted;
    }

    @Override
    public void begin() {
        tables.clear();
        current = null;
    }

    /** What was collected, without duplicates: a dump that goes on after a change may list a route twice. */
    SortedMap<TableKey, RouteRows> rows() {
        var rows = new TreeMap<TableKey, RouteRows>();
        tables.forEach((key, columns) -> rows.put(key, distinct(columns.builder.build())));
        return rows;
    }

    @Override
    public void message(MessageReader message) {
        // A kernel without IPv6 answers with the routes of other families.
        if (message.u8(FAMILY) != family.number() || (message.s32(FLAGS) & RTM_F_CLONED) != 0) {
            return;
        }
        long table = message.u8(TABLE);
        long metric = 0;
        long high = 0;
        long low = 0;
        boolean cacheable = true;
        words[0] = message.u8(SRC_LEN);
        words[1] = message.s32(TABLE);
        words[2] = message.s32(FLAGS);
        int count = 3;
        message.attributes(HEADER, attributes);
        while (attributes.next()) {
            switch (attributes.type()) {
                case RTA_TABLE -> table = attributes.u32();
                case RTA_PRIORITY -> metric = attributes.u32();
                case RTA_DST -> {
                    if (family == Family.IPV4) {
                        low = attributes.u32be();
                    } else {
                        high = attributes.u64be(0);
                        low = attributes.u64be(8);
                    }
                }
                // Cleared of what is state, it says something of a route that expires only.
                case RTA_CACHEINFO -> cacheable &= attributes.s32(RouteDecoder.EXPIRES) == 0;
                default -> {
                    if (cacheable) {
                        count = attributes.words(words, count);
                        cacheable = count >= 0;
                    }
                }
            }
        }
        var columns = columns(table);
        if (columns != null) {
            int index = cacheable ? cached(columns, message, count) : decoded(columns, message);
            columns.builder.add(high, low, message.u8(DST_LEN), message.u8(TOS), metric, index);
        }
    }

    private @Nullable Columns columns(long table) {
        var same = current;
        if (same != null && same.table == table) {
            return same;
        }
        if (!wanted.test(table)) {
            return null;
        }
        var columns = tables.computeIfAbsent(new TableKey(family, table), key -> new Columns(family, table));
        current = columns;
        return columns;
    }

    private int cached(Columns columns, MessageReader message, int count) {
        int index = columns.cache.find(words, count);
        if (index < 0) {
            index = decoded(columns, message);
            columns.cache.put(words, count, index);
        }
        return index;
    }

    private int decoded(Columns columns, MessageReader message) {
        return columns.builder.intern(RouteDecoder.attributes(message, devices));
    }

    private static RouteRows distinct(RouteRows rows) {
        for (int row = 1; row < rows.size(); row++) {
            if (isRepeated(rows, row)) {
                return rows.filter(each -> !isRepeated(rows, each));
            }
        }
        return rows;
    }

    /** Equal to an earlier row of its group. */
    static boolean isRepeated(RouteRows rows, int row) {
        for (int other = row - 1; other >= 0 && rows.compareIdentity(row, rows, other) == 0; other--) {
            if (rows.attributesIndex(row) == rows.attributesIndex(other)) {
                return true;
            }
        }
        return false;
    }
}
