package dev.plumbline.kernel.route;

import static dev.plumbline.netlink.RouteMessages.*;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one route message says beside its identity, in canonical form. */
final class RouteDecoder {

    /** {@code USER_HZ}: the unit of {@code rta_expires} on every architecture that Java runs on. */
    private static final int TICKS_PER_SECOND = 100;
    /** Offset of {@code rta_expires} in {@code struct rta_cacheinfo}. */
    static final int EXPIRES = 8;

    private final MessageReader message;
    private final Devices devices;
    private final Family family;
    private final boolean onlink;
    private Optional<IpAddress> source = Optional.empty();
    private Optional<Prefix> from = Optional.empty();
    private @Nullable IpAddress gateway;
    private int device;
    private List<NextHop> multipath = List.of();
    private final SortedMap<Integer, Long> metrics = new TreeMap<>();
    private int expires;
    private final List<RawAttribute> other = new ArrayList<>();

    private RouteDecoder(MessageReader message, Devices devices) {
        this.message = message;
        this.devices = devices;
        family = Family.of(message.u8(FAMILY));
        onlink = (message.u32(FLAGS) & RTNH_F_ONLINK) != 0;
    }

    /** The attributes of an {@code RTM_NEWROUTE} or {@code RTM_DELROUTE}. */
    static RouteAttributes attributes(MessageReader message, Devices devices) {
        return new RouteDecoder(message, devices).decode();
    }

    /** The whole route. */
    static Route route(MessageReader message, Devices devices) {
        var decoder = new RouteDecoder(message, devices);
        var value = decoder.decode();
        long table = message.u8(TABLE);
        long metric = 0;
        var address = decoder.family.everything().address();
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case RTA_TABLE -> table = attributes.u32();
                case RTA_PRIORITY -> metric = attributes.u32();
                case RTA_DST -> address = IpAddress.of(attributes.bytes());
                default -> { }
            }
        }
        return new Route(table, new Prefix(address, message.u8(DST_LEN)), message.u8(TOS), metric, value);
    }

    private RouteAttributes decode() {
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            take(attributes);
        }
        var type = RouteType.of(message.u8(TYPE));
        if (type == RouteType.UNSPEC) {
            // A type that has no name must not look like another one.
            other.add(RawAttribute.of(0, new byte[] {(byte) message.u8(TYPE)}));
        }
        return new RouteAttributes(type, message.u8(SCOPE), message.u8(PROTOCOL), source, from, nextHops(type), metrics,
                expires, other);
    }

    private void take(AttributeReader attribute) {
        switch (attribute.type()) {
            case RTA_DST, RTA_PRIORITY, RTA_TABLE, RTA_PAD -> { }
            case RTA_SRC -> from = Optional.of(
                    new Prefix(IpAddress.of(attribute.bytes()), message.u8(SRC_LEN)).masked());
            case RTA_PREFSRC -> source = Optional.of(IpAddress.of(attribute.bytes()));
            case RTA_GATEWAY -> gateway = IpAddress.of(attribute.bytes());
            case RTA_VIA -> gateway = via(attribute);
            case RTA_OIF -> device = attribute.s32();
            case RTA_MULTIPATH -> multipath(attribute);
            case RTA_METRICS -> metrics(attribute);
            case RTA_CACHEINFO -> expires = seconds(attribute.s32(EXPIRES));
            case RTA_PREF -> {
                if (attribute.u8() != 0) {
                    other.add(raw(attribute));
                }
            }
            default -> other.add(raw(attribute));
        }
    }

    private static RawAttribute raw(AttributeReader attribute) {
        return RawAttribute.of(attribute.rawType(), attribute.bytes());
    }

    /** What has expired and is still there counts as in its last second. */
    private static int seconds(int ticks) {
        return ticks == 0 ? 0 : Math.max(1, ticks / TICKS_PER_SECOND);
    }

    /** {@code struct rtvia}: family (16 bits), address. */
    private static IpAddress via(AttributeReader attribute) {
        return IpAddress.of(attribute.bytes(2, attribute.length() - 2));
    }

    /** IPv6 gives types without a next hop the loopback device: no part of what was asked for. */
    private List<NextHop> nextHops(RouteType type) {
        if (!multipath.isEmpty()) {
            return multipath;
        }
        if (type.hasNoNextHop() || device == 0 && gateway == null) {
            return List.of();
        }
        return List.of(new NextHop(Optional.ofNullable(gateway), device == 0 ? "" : devices.name(device), 1, onlink));
    }

    /** Every {@code struct rtnexthop} with its attributes. What is not modelled keeps the whole, freed of state. */
    private void multipath(AttributeReader attribute) {
        var hops = new ArrayList<NextHop>();
        var canonical = ByteBuffer.wrap(attribute.bytes()).order(ByteOrder.nativeOrder());
        boolean modelled = true;
        int at = 0;
        while (attribute.length() - at >= RTNEXTHOP) {
            int length = attribute.u16(at);
            if (length < RTNEXTHOP || at + length > attribute.length()) {
                throw new MalformedMessageException("next hop of length " + length);
            }
            int flagsAndHops = attribute.bytes(at + 2, 2)[0] & 0xff;
            int weight = (attribute.bytes(at + 3, 1)[0] & 0xff) + 1;
            Optional<IpAddress> router = Optional.empty();
            var inner = attribute.nested(at + RTNEXTHOP, length - RTNEXTHOP);
            while (inner.next()) {
                switch (inner.type()) {
                    case RTA_GATEWAY -> router = Optional.of(IpAddress.of(inner.bytes()));
                    case RTA_VIA -> router = Optional.of(via(inner));
                    default -> modelled = false;
                }
            }
            hops.add(new NextHop(router, devices.name(attribute.s32(at + 4)), weight,
                    (flagsAndHops & RTNH_F_ONLINK) != 0));
            canonical.put(at + 2, (byte) (flagsAndHops & RTNH_F_ONLINK)).putInt(at + 4, 0);
            at += length + 3 & ~3;
        }
        multipath = hops;
        if (!modelled) {
            other.add(RawAttribute.of(attribute.rawType(), canonical.array()));
        }
    }

    /** Numbers into the map; what is longer than a number (the congestion control's name) stays as it came. */
    private void metrics(AttributeReader attribute) {
        var inner = attribute.nested();
        int at = 0;
        while (inner.next()) {
            int whole = inner.length() + 4 + 3 & ~3;
            if (inner.type() != RTAX_CC_ALGO && inner.length() == 4) {
                metrics.put(inner.type(), inner.u32());
            } else {
                other.add(RawAttribute.of(attribute.rawType(),
                        attribute.bytes(at, Math.min(whole, attribute.length() - at))));
            }
            at += whole;
        }
    }
}
