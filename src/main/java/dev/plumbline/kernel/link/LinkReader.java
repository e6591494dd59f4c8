package dev.plumbline.kernel.link;

import static dev.plumbline.netlink.LinkMessages.*;

import dev.plumbline.netlink.AddressMessages;
import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Prefix;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads links and addresses. */
public final class LinkReader {

    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int DUMP_TRIES = 20;
    /** Device types whose address is an IP address ({@code linux/if_arp.h}). */
    private static final int ARPHRD_TUNNEL = 768;
    private static final int ARPHRD_TUNNEL6 = 769;
    private static final int ARPHRD_SIT = 776;
    private static final int ARPHRD_IPGRE = 778;
    private static final int ARPHRD_IP6GRE = 823;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private LinkReader() {
    }

    /**
     * All links of the namespace.
     *
     * @throws NetlinkException if the kernel refuses, or links change without a pause
     */
    public static List<Link> links(NetlinkSocket socket) throws NetlinkException {
        var links = new ArrayList<Link>();
        dump(socket, Rtnetlink.RTM_GETLINK, writer -> writer.u32(AF_UNSPEC).u32(0).u32(0).u32(0)
                .u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS), links, LinkReader::link);
        return links;
    }

    /** All addresses of both families, in the kernel's order. */
    public static List<LinkAddress> addresses(NetlinkSocket socket, Devices devices) throws NetlinkException {
        var addresses = new ArrayList<LinkAddress>();
        for (int family : new int[] {AF_INET, AF_INET6}) {
            var some = new ArrayList<LinkAddress>();
            dump(socket, Rtnetlink.RTM_GETADDR, writer -> writer.u8(family).u8(0).u8(0).u8(0).u32(0), some,
                    message -> message.u8(AddressMessages.FAMILY) == family ? address(message, devices) : null);
            addresses.addAll(some);
        }
        return addresses;
    }

    /** All addresses of one family as the kernel says them; {@code again} is called before each try. */
    static void addresses(NetlinkSocket socket, int family, Consumer<MessageReader> each, Runnable again)
            throws NetlinkException {
        var seen = new ArrayList<Boolean>();
        dump(socket, Rtnetlink.RTM_GETADDR, writer -> writer.u8(family).u8(0).u8(0).u8(0).u32(0), seen, message -> {
            if (seen.isEmpty()) {
                again.run();
            }
            if (message.u8(AddressMessages.FAMILY) == family) {
                each.accept(message);
            }
            return true;
        });
    }

    private interface Decoder<T> {
        @Nullable T decode(MessageReader message);
    }

    private static <T> void dump(NetlinkSocket socket, int type, NetlinkSocket.Request request, List<T> into,
            Decoder<T> decoder) throws NetlinkException {
        for (int attempt = 0; attempt < DUMP_TRIES; attempt++) {
            var dump = socket.dump(type, request, new NetlinkSocket.Visitor() {
                @Override
                public void begin() {
                    into.clear();
                }

                @Override
                public void message(MessageReader message) {
                    var value = decoder.decode(message);
                    if (value != null) {
                        into.add(value);
                    }
                }
            });
            if (!dump.interrupted()) {
                return;
            }
        }
        throw new NetlinkException("links or addresses changed during each of " + DUMP_TRIES + " reads",
                Errno.EAGAIN);
    }

    /** The link of an {@code RTM_NEWLINK} or {@code RTM_DELLINK}. */
    public static Link link(MessageReader message) {
        var attributes = message.attributes(HEADER);
        var name = "";
        var kind = "";
        var alias = "";
        var address = "";
        int mtu = 0;
        var master = OptionalInt.empty();
        var table = Optional.<Long>empty();
        while (attributes.next()) {
            switch (attributes.type()) {
                case IFLA_IFNAME -> name = attributes.string();
                case IFLA_MTU -> mtu = attributes.s32();
                case IFLA_MASTER -> master = OptionalInt.of(attributes.s32());
                case IFLA_IFALIAS -> alias = attributes.string();
                case IFLA_ADDRESS -> address = linkLayerAddress(message.u16(TYPE), attributes.bytes());
                case IFLA_LINKINFO -> {
                    var information = attributes.nested();
                    while (information.next()) {
                        switch (information.type()) {
                            case IFLA_INFO_KIND -> kind = information.string();
                            case IFLA_INFO_DATA -> table = kind.equals("vrf") ? vrfTable(information) : table;
                            default -> { }
                        }
                    }
                }
                default -> { }
            }
        }
        return new Link(message.s32(INDEX), name, kind, message.s32(FLAGS), mtu, master, alias, address, table);
    }

    private static Optional<Long> vrfTable(AttributeReader data) {
        var attributes = data.nested();
        while (attributes.next()) {
            if (attributes.type() == IFLA_VRF_TABLE) {
                return Optional.of(attributes.u32());
            }
        }
        return Optional.empty();
    }

    /** As {@code ip} prints it: an address where the device is a tunnel over IP, else pairs of digits. */
    private static String linkLayerAddress(int type, byte[] bytes) {
        boolean tunnel = switch (type) {
            case ARPHRD_TUNNEL, ARPHRD_SIT, ARPHRD_IPGRE -> bytes.length == 4;
            case ARPHRD_TUNNEL6, ARPHRD_IP6GRE -> bytes.length == 16;
            default -> false;
        };
        return tunnel ? IpAddress.of(bytes).toString() : COLONS.formatHex(bytes);
    }

    /** The address of an {@code RTM_NEWADDR} or {@code RTM_DELADDR}; null for a family other than IPv4 and IPv6. */
    public static @Nullable LinkAddress address(MessageReader message, Devices devices) {
        int family = message.u8(AddressMessages.FAMILY);
        if (family != AF_INET && family != AF_INET6) {
            return null;
        }
        IpAddress local = null;
        IpAddress peer = null;
        int flags = message.u8(AddressMessages.FLAGS);
        var attributes = message.attributes(AddressMessages.HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case AddressMessages.IFA_LOCAL -> local = IpAddress.of(attributes.bytes());
                case AddressMessages.IFA_ADDRESS -> peer = IpAddress.of(attributes.bytes());
                case AddressMessages.IFA_FLAGS -> flags = attributes.s32();
                default -> { }
            }
        }
        if (local == null && peer == null) {
            return null;
        }
        var own = local == null ? peer : local;
        var prefix = new Prefix(peer == null ? own : peer, message.u8(AddressMessages.PREFIXLEN));
        return new LinkAddress(devices.name(message.s32(AddressMessages.INDEX)), own, prefix,
                message.u8(AddressMessages.SCOPE), flags);
    }
}
