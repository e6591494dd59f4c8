package dev.plumbline.kernel.watch;

import static dev.plumbline.netlink.RouteMessages.*;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.kernel.link.LinkReader;
import dev.plumbline.netlink.AddressMessages;
import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.LinkMessages;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetconfMessages;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.netlink.RuleMessages;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which of one namespace's notifications matter. Remembers links and addresses, to tell news from repetitions. */
final class Sieve {

    private static final Devices NO_NAMES = new Devices(List.of());
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    /** Then what is remembered is forgotten: the next notification of each counts as news. */
    private static final int MOST_REMEMBERED = 4096;

    private record AddressKey(int device, IpAddress local) {
    }

    private final Interests interests;
    private final Map<Integer, Link> links;
    private final Map<AddressKey, LinkAddress> addresses;

    Sieve(Interests interests) {
        this(interests, new HashMap<>(), new HashMap<>());
    }

    private Sieve(Interests interests, Map<Integer, Link> links, Map<AddressKey, LinkAddress> addresses) {
        this.interests = interests;
        this.links = links;
        this.addresses = addresses;
    }

    /** With other interests and the same memory. */
    Sieve with(Interests other) {
        return new Sieve(other, links, addresses);
    }

    /** What to tell of a notification; empty if it does not matter. */
    Optional<Changed> judge(MessageReader message) {
        return switch (message.type()) {
            case Rtnetlink.RTM_NEWLINK, Rtnetlink.RTM_DELLINK -> link(message);
            case Rtnetlink.RTM_NEWADDR, Rtnetlink.RTM_DELADDR -> address(message);
            case Rtnetlink.RTM_NEWROUTE, Rtnetlink.RTM_DELROUTE -> route(message);
            case Rtnetlink.RTM_NEWRULE, Rtnetlink.RTM_DELRULE -> rule(message);
            case Rtnetlink.RTM_NEWNETCONF -> configuration(message);
            default -> Optional.empty();
        };
    }

    private Optional<Changed> changed(Changed.Kind kind, String object) {
        return Optional.of(new Changed(interests.netns(), kind, object));
    }

    private Optional<Changed> link(MessageReader message) {
        var link = LinkReader.link(message);
        return isNews(links, link.index(), link, message.type() == Rtnetlink.RTM_DELLINK)
                ? changed(Changed.Kind.LINK, link.name()) : Optional.empty();
    }

    /** The kernel repeats addresses when a router advertisement prolongs them. */
    private Optional<Changed> address(MessageReader message) {
        var address = LinkReader.address(message, NO_NAMES);
        if (address == null) {
            return Optional.empty();
        }
        int device = message.s32(AddressMessages.INDEX);
        return isNews(addresses, new AddressKey(device, address.local()), address,
                message.type() == Rtnetlink.RTM_DELADDR)
                ? changed(Changed.Kind.ADDRESS, address.local() + " dev " + deviceName(device)) : Optional.empty();
    }

    private static <K, V> boolean isNews(Map<K, V> known, K key, V value, boolean gone) {
        if (gone) {
            known.remove(key);
            return true;
        }
        if (known.size() >= MOST_REMEMBERED) {
            known.clear();
        }
        return !value.equals(known.put(key, value));
    }

    private String deviceName(int index) {
        var link = links.get(index);
        return link == null ? interests.devices().getOrDefault(index, "#" + index) : link.name();
    }

    /** All at once comes with a new device, which is told as such. */
    private Optional<Changed> configuration(MessageReader message) {
        int device = 0;
        int known = 0;
        int others = 0;
        var attributes = message.attributes(NetconfMessages.HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case NetconfMessages.NETCONFA_IFINDEX -> device = attributes.s32();
                case NetconfMessages.NETCONFA_FORWARDING, NetconfMessages.NETCONFA_RP_FILTER -> known++;
                default -> others++;
            }
        }
        if (known != 1 || others > 0 || device == NetconfMessages.DEFAULT) {
            return Optional.empty();
        }
        var name = device == NetconfMessages.ALL ? "all" : deviceName(device);
        return changed(Changed.Kind.SYSCTL, (message.u8(NetconfMessages.FAMILY) == AF_INET6 ? "net.ipv6.conf."
                : "net.ipv4.conf.") + name);
    }

    private Optional<Changed> rule(MessageReader message) {
        long priority = 0;
        int protocol = 0;
        var attributes = message.attributes(RuleMessages.HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case RuleMessages.FRA_PRIORITY -> priority = attributes.u32();
                case RuleMessages.FRA_PROTOCOL -> protocol = attributes.u8();
                default -> { }
            }
        }
        var family = message.u8(RuleMessages.FAMILY) == AF_INET6 ? "IPv6" : "IPv4";
        return protocol == Protocol.PLUMBLINE ? changed(Changed.Kind.RULE, priority + " " + family) : Optional.empty();
    }

    private Optional<Changed> route(MessageReader message) {
        int family = message.u8(FAMILY);
        if (family != AF_INET && family != AF_INET6) {
            return Optional.empty();
        }
        long table = message.u8(TABLE);
        boolean onDevice = false;
        IpAddress address = null;
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case RTA_TABLE -> table = attributes.u32();
                case RTA_DST -> address = IpAddress.of(attributes.bytes());
                case RTA_OIF -> onDevice |= interests.devices().containsKey(attributes.s32());
                case RTA_MULTIPATH -> onDevice |= anyHopOnDevice(attributes);
                // What a nexthop object stands for is not told with it.
                case RTA_NH_ID -> onDevice |= !interests.devices().isEmpty();
                default -> { }
            }
        }
        var destination = destination(family, address, message.u8(DST_LEN));
        boolean matters = message.u8(PROTOCOL) == Protocol.PLUMBLINE || interests.tables().contains(table)
                || table == Route.TABLE_MAIN && onDevice || isReplaced(message, table, destination);
        return matters ? changed(Changed.Kind.ROUTE, destination.destinationText() + " table " + table)
                : Optional.empty();
    }

    private static Prefix destination(int family, @Nullable IpAddress address, int length) {
        var any = new IpAddress(family == AF_INET ? dev.plumbline.state.Family.IPV4 : dev.plumbline.state.Family.IPV6,
                0, 0);
        return new Prefix(address == null ? any : address, length);
    }

    /** A replaced route is announced by the new one alone. */
    private boolean isReplaced(MessageReader message, long table, Prefix destination) {
        var destinations = interests.shared().get(table);
        return destinations != null && message.type() == Rtnetlink.RTM_NEWROUTE
                && (message.flags() & Netlink.NLM_F_REPLACE) != 0 && destinations.contains(destination);
    }

    private boolean anyHopOnDevice(AttributeReader hops) {
        for (int at = 0; at + RTNEXTHOP <= hops.length();) {
            if (interests.devices().containsKey(hops.s32(at + 4))) {
                return true;
            }
            int length = hops.u16(at);
            at += Math.max(RTNEXTHOP, length + 3 & ~3);
        }
        return false;
    }
}
