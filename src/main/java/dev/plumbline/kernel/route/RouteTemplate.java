package dev.plumbline.kernel.route;

import static dev.plumbline.netlink.RouteMessages.*;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What routes with equal attributes in one table have in common on the wire, encoded once: a route adds its prefix, tos
 * and metric.
 *
 * @param common header and attributes; the header lacks prefix length and tos
 * @param missing names of devices that do not exist
 */
record RouteTemplate(RouteAttributes attributes, byte[] common, List<String> missing) {

    private static final int RTA_MASK = 0x3fff;
    private static final int WEIGHT_BITS = 0xff;

    RouteTemplate {
        missing = List.copyOf(missing);
    }

    /** For a request that creates or replaces. */
    static RouteTemplate creating(Family family, long table, RouteAttributes attributes, Devices devices) {
        return new Encoding(family, table, attributes, devices, false).template();
    }

    /** For a delete: the same, but an IPv6 multipath goes whole, which it does when no gateway is named. */
    static RouteTemplate deleting(Family family, long table, RouteAttributes attributes, Devices devices) {
        return new Encoding(family, table, attributes, devices, true).template();
    }

    /** Whether the kernel must be able to reach something before it takes the route. */
    static boolean needsOthers(RouteAttributes attributes) {
        return attributes.hasGateway()
                || attributes.other().stream().anyMatch(raw -> (raw.type() & RTA_MASK) == RTA_NH_ID);
    }

    /** Writes header and attributes of one row, in few steps: most of a short run is interpreted. */
    void write(MessageWriter writer, RouteRows rows, int row) {
        int length = rows.prefixLength(row);
        writer.bytes(common).u8At(DST_LEN, length).u8At(TOS, rows.tos(row));
        if (length > 0) {
            if (rows.family() == Family.IPV4) {
                writer.u32be(RTA_DST, rows.lo(row));
            } else {
                writer.u128be(RTA_DST, rows.hi(row), rows.lo(row));
            }
        }
        long metric = rows.metric(row);
        if (metric != 0) {
            writer.u32(RTA_PRIORITY, metric);
        }
    }

    private static final class Encoding {
        private final Family family;
        private final long table;
        private final RouteAttributes attributes;
        private final Devices devices;
        private final boolean deleting;
        private final MessageWriter writer = new MessageWriter(512);
        private final List<String> missing = new ArrayList<>();

        Encoding(Family family, long table, RouteAttributes attributes, Devices devices, boolean deleting) {
            this.family = family;
            this.table = table;
            this.attributes = attributes;
            this.devices = devices;
            this.deleting = deleting;
        }

        RouteTemplate template() {
            header();
            attributes.source().ifPresent(source -> address(RTA_PREFSRC, source));
            attributes.from().ifPresent(from -> address(RTA_SRC, from.address()));
            nextHops();
            metrics();
            if (attributes.expires() > 0 && !deleting) {
                writer.u32(RTA_EXPIRES, attributes.expires());
            }
            for (var raw : attributes.other()) {
                switch (raw.type() & RTA_MASK) {
                    case 0, RTA_METRICS, RTA_MULTIPATH -> { }
                    default -> writer.bytes(raw.type(), raw.payload());
                }
            }
            var written = writer.written();
            var common = new byte[written.remaining()];
            written.get(common);
            return new RouteTemplate(attributes, common, missing);
        }

        private void header() {
            writer.u8(family.number()).u8(0).u8(attributes.from().map(from -> from.length()).orElse(0)).u8(0);
            writer.u8((int) (table > 255 ? RT_TABLE_COMPAT : table)).u8(attributes.protocol());
            writer.u8(attributes.scope()).u8(attributes.type().number()).u32(onlink() ? RTNH_F_ONLINK : 0);
            writer.u32(RTA_TABLE, table);
        }

        private boolean onlink() {
            return attributes.nextHops().size() == 1 && attributes.nextHops().getFirst().onlink();
        }

        private void nextHops() {
            var hops = attributes.nextHops();
            // A next hop object stands for the next hops that the kernel shows beside it.
            if (hops.isEmpty() || raw(RTA_NH_ID).findAny().isPresent()) {
                return;
            }
            if (hops.size() == 1 && raw(RTA_MULTIPATH).findAny().isEmpty()) {
                gateway(hops.getFirst());
                oif(hops.getFirst());
            } else if (deleting && family == Family.IPV6) {
                oif(hops.getFirst());
            } else {
                raw(RTA_MULTIPATH).findAny().ifPresentOrElse(this::kept, this::multipath);
            }
        }

        private Stream<RawAttribute> raw(int type) {
            return attributes.other().stream().filter(raw -> (raw.type() & RTA_MASK) == type);
        }

        private void oif(NextHop hop) {
            if (!hop.device().isEmpty()) {
                writer.u32(RTA_OIF, index(hop));
            }
        }

        private int index(NextHop hop) {
            var index = hop.device().isEmpty() ? OptionalInt.of(0) : devices.index(hop.device());
            if (index.isEmpty()) {
                missing.add(hop.device());
            }
            return index.orElse(0);
        }

        private void multipath() {
            writer.beginNest(RTA_MULTIPATH);
            for (var hop : attributes.nextHops()) {
                writer.beginElement().u8(hop.onlink() ? RTNH_F_ONLINK : 0).u8(hop.weight() - 1 & WEIGHT_BITS);
                writer.u32(index(hop));
                gateway(hop);
                writer.endElement();
            }
            writer.endNest();
        }

        /** The attribute as it was read, with the numbers that the devices have now. */
        private void kept(RawAttribute raw) {
            var payload = ByteBuffer.wrap(raw.payload()).order(ByteOrder.nativeOrder());
            int at = 0;
            for (var hop : attributes.nextHops()) {
                payload.putInt(at + 4, index(hop));
                at += (payload.getShort(at) & 0xffff) + 3 & ~3;
            }
            writer.bytes(raw.type(), payload.array());
        }

        private void gateway(NextHop hop) {
            hop.gateway().ifPresent(gateway -> {
                if (gateway.family() == family) {
                    address(RTA_GATEWAY, gateway);
                } else {
                    writer.beginNest(RTA_VIA).u16(gateway.family().number()).bytes(gateway.bytes()).endNest();
                }
            });
        }

        private void metrics() {
            var strings = raw(RTA_METRICS).toList();
            if (attributes.metrics().isEmpty() && strings.isEmpty()) {
                return;
            }
            writer.beginNest(RTA_METRICS);
            attributes.metrics().forEach(writer::u32);
            strings.forEach(raw -> writer.bytes(raw.payload()));
            writer.endNest();
        }

        private void address(int type, IpAddress address) {
            if (address.family() == Family.IPV4) {
                writer.u32be(type, address.lo());
            } else {
                writer.u128be(type, address.hi(), address.lo());
            }
        }
    }
}
