package dev.plumbline.kernel.link;

import static dev.plumbline.netlink.AddressMessages.*;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An IPv6 address with all that the kernel says of it: lifetimes, metric and peer too. The kernel drops such addresses
 * with a device that goes down, but for those that it makes by itself.
 */
record KeptAddress(String device, IpAddress local, int length, int scope, List<Attribute> attributes) {

    private static final int AF_INET6 = 10;
    private static final int IFA_F_TEMPORARY = 0x01;
    private static final int IFA_F_DADFAILED = 0x08;
    /** What a request may say of an address. */
    private static final Set<Integer> SAID = Set.of(IFA_ADDRESS, IFA_LOCAL, IFA_CACHEINFO, IFA_FLAGS, IFA_RT_PRIORITY,
            IFA_PROTO);

    record Attribute(int type, byte[] value) {
    }

    /** Those of a device now. */
    static List<KeptAddress> of(NetlinkSocket socket, String device) throws NetlinkException {
        var devices = new Devices(LinkReader.links(socket));
        var kept = new ArrayList<KeptAddress>();
        LinkReader.addresses(socket, AF_INET6, message -> {
            if (devices.name(message.s32(INDEX)).equals(device)) {
                read(device, message, kept);
            }
        }, kept::clear);
        return kept;
    }

    private static void read(String device, MessageReader message, List<KeptAddress> kept) {
        int flags = message.u8(FLAGS);
        IpAddress local = null;
        IpAddress address = null;
        var said = new ArrayList<Attribute>();
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case IFA_FLAGS -> flags = attributes.s32();
                case IFA_LOCAL -> local = IpAddress.of(attributes.bytes());
                case IFA_ADDRESS -> address = IpAddress.of(attributes.bytes());
                default -> { }
            }
            if (SAID.contains(attributes.type())) {
                said.add(new Attribute(attributes.type(), attributes.bytes()));
            }
        }
        var own = local == null ? address : local;
        if (own != null && (flags & (IFA_F_TEMPORARY | IFA_F_DADFAILED)) == 0) {
            kept.add(new KeptAddress(device, own, message.u8(PREFIXLEN), message.u8(SCOPE), said));
        }
    }

    boolean isOf(LinkAddress other) {
        return other.device().equals(device) && other.local().equals(local);
    }

    void putBack(LinkWriter writer) {
        writer.address(device, AF_INET6, length, scope, this::write);
    }

    private void write(MessageWriter writer) {
        attributes.forEach(each -> writer.bytes(each.type(), each.value()));
    }
}
