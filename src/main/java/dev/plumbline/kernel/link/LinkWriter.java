package dev.plumbline.kernel.link;

import static dev.plumbline.netlink.AddressMessages.*;
import static dev.plumbline.netlink.LinkMessages.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plumbline.netlink.AddressMessages;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.LinkMessages;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Scope;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Makes and changes links and addresses in one namespace, one request at a time. Every method throws an
 * {@link UncheckedIOException} with the kernel's words if it refuses.
 */
public final class LinkWriter {

    private static final int CREATE = Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL;

    private final NetlinkSocket socket;

    /** Over a socket in the namespace to change; whoever else uses it synchronizes on it. */
    public LinkWriter(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** How an address is added. */
    public enum AddressOption {
        /** No connected route. */
        NO_PREFIX_ROUTE(IFA_F_NOPREFIXROUTE),
        /** No duplicate address detection: an IPv6 address can be used at once. */
        NO_DUPLICATE_DETECTION(IFA_F_NODAD);

        private final int flag;

        AddressOption(int flag) {
            this.flag = flag;
        }
    }

    /** A pair of devices, the other end in another namespace. */
    public void veth(String name, String peer, NetworkNamespace peerNamespace) {
        create(name, "veth", data -> {
            data.beginNest(VETH_INFO_PEER);
            header(data, 0, 0, 0);
            data.string(IFLA_IFNAME, peer).u32(IFLA_NET_NS_FD, peerNamespace.descriptor());
            data.endNest();
        });
    }

    /** A pair of devices, both ends here. */
    public void veth(String name, String peer) {
        create(name, "veth", data -> {
            data.beginNest(VETH_INFO_PEER);
            header(data, 0, 0, 0);
            data.string(IFLA_IFNAME, peer);
            data.endNest();
        });
    }

    public void bridge(String name) {
        create(name, "bridge", data -> { });
    }

    /** A VRF device over a table. */
    public void vrf(String name, long table) {
        create(name, "vrf", data -> data.u32(IFLA_VRF_TABLE, table));
    }

    public void up(String name) {
        change(name, IFF_UP, IFF_UP, writer -> { });
    }

    public void down(String name) {
        change(name, 0, IFF_UP, writer -> { });
    }

    /** Sets the greatest packet that it sends, in bytes. */
    public void mtu(String name, int mtu) {
        change(name, 0, 0, writer -> writer.u32(IFLA_MTU, mtu));
    }

    /** Makes it a port of a bridge, bond or VRF. */
    public void master(String name, String master) {
        int index = index(master);
        change(name, 0, 0, writer -> writer.u32(IFLA_MASTER, index));
    }

    /** Takes it out of the bridge, bond or VRF that it is a port of. */
    public void noMaster(String name) {
        change(name, 0, 0, writer -> writer.u32(IFLA_MASTER, 0));
    }

    /** Sets {@code IFLA_IFALIAS}; an empty one takes it away. */
    public void alias(String name, String alias) {
        change(name, 0, 0, writer -> writer.bytes(IFLA_IFALIAS, alias.getBytes(UTF_8)));
    }

    /** Moves it into another namespace. */
    public void move(String name, NetworkNamespace target) {
        change(name, 0, 0, writer -> writer.u32(IFLA_NET_NS_FD, target.descriptor()));
    }

    public void delete(String name) {
        int index = index(name);
        send(Rtnetlink.RTM_DELLINK, 0, writer -> header(writer, index, 0, 0));
    }

    /** Adds an address with the length of its connected prefix. */
    public void addAddress(String device, Prefix address, AddressOption... options) {
        address(Rtnetlink.RTM_NEWADDR, CREATE, device, address, options);
    }

    public void deleteAddress(String device, Prefix address) {
        address(Rtnetlink.RTM_DELADDR, 0, device, address);
    }

    private void address(int type, int flags, String device, Prefix prefix, AddressOption... options) {
        int index = index(device);
        int bits = 0;
        for (var option : options) {
            bits |= option.flag;
        }
        int all = bits;
        var address = prefix.address();
        int scope = address.isLoopback() ? Scope.HOST : Scope.UNIVERSE;
        send(type, flags, writer -> {
            writer.u8(prefix.family().number()).u8(prefix.length()).u8(0).u8(scope).u32(index);
            put(writer, IFA_LOCAL, address);
            put(writer, AddressMessages.IFA_ADDRESS, address);
            if (all != 0) {
                writer.u32(IFA_FLAGS, all);
            }
        });
    }

    /** Adds an address as it was read, for ever. */
    void address(LinkAddress address) {
        address(address.device(), address.local().family().number(), address.peer().length(), address.scope(),
                writer -> {
                    put(writer, IFA_LOCAL, address.local());
                    put(writer, AddressMessages.IFA_ADDRESS, address.peer().address());
                    writer.u32(IFA_FLAGS, (address.hasNoPrefixRoute() ? IFA_F_NOPREFIXROUTE : 0)
                            | (address.isWithoutDetection() ? IFA_F_NODAD : 0));
                });
    }

    /** Adds an address with all that is said of it. */
    void address(String device, int family, int length, int scope, Consumer<MessageWriter> attributes) {
        int index = index(device);
        send(Rtnetlink.RTM_NEWADDR, CREATE, writer -> {
            writer.u8(family).u8(length).u8(0).u8(scope).u32(index);
            attributes.accept(writer);
        });
    }

    /**
     * Whether this kernel makes VRF devices, which are in a module of their own. It is asked for one without its table:
     * it refuses that either way, and says why. True where it cannot be asked.
     */
    public boolean canMakeVrf() {
        synchronized (socket) {
            try {
                socket.request(Rtnetlink.RTM_NEWLINK, CREATE, writer -> {
                    header(writer, 0, 0, 0);
                    writer.string(IFLA_IFNAME, "vrf-probe%d");
                    writer.beginNest(IFLA_LINKINFO).string(IFLA_INFO_KIND, Link.VRF).endNest();
                });
                return true;
            } catch (NetlinkException e) {
                return e.errno() != Errno.EOPNOTSUPP;
            }
        }
    }

    private static void put(MessageWriter writer, int type, IpAddress address) {
        if (address.family() == Family.IPV4) {
            writer.u32be(type, address.lo());
        } else {
            writer.u128be(type, address.hi(), address.lo());
        }
    }

    private void create(String name, String kind, Consumer<MessageWriter> data) {
        send(Rtnetlink.RTM_NEWLINK, CREATE, writer -> {
            header(writer, 0, 0, 0);
            writer.string(IFLA_IFNAME, name);
            writer.beginNest(IFLA_LINKINFO).string(IFLA_INFO_KIND, kind).beginNest(IFLA_INFO_DATA);
            data.accept(writer);
            writer.endNest().endNest();
        });
    }

    private void change(String name, int flags, int mask, Consumer<MessageWriter> attributes) {
        int index = index(name);
        send(Rtnetlink.RTM_NEWLINK, 0, writer -> {
            header(writer, index, flags, mask);
            attributes.accept(writer);
        });
    }

    private static void header(MessageWriter writer, int index, int flags, int mask) {
        writer.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(mask);
    }

    /** The device's number now. */
    private int index(String name) {
        var found = new int[1];
        synchronized (socket) {
            try {
                socket.request(Rtnetlink.RTM_GETLINK, 0, writer -> {
                    header(writer, 0, 0, 0);
                    writer.string(IFLA_IFNAME, name);
                }, message -> found[0] = message.s32(LinkMessages.INDEX));
            } catch (NetlinkException e) {
                var named = e.errno() == Errno.ENODEV ? new NetlinkException("device " + name, Errno.ENODEV) : e;
                throw new UncheckedIOException(named.getMessage(), named);
            }
        }
        return found[0];
    }

    private void send(int type, int flags, NetlinkSocket.Request request) {
        synchronized (socket) {
            try {
                socket.request(type, flags, request);
            } catch (NetlinkException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }
}
