package dev.plumbline.doctor;

import static dev.plumbline.netlink.LinkMessages.IFLA_IFNAME;
import static dev.plumbline.netlink.LinkMessages.IFLA_INFO_DATA;
import static dev.plumbline.netlink.LinkMessages.IFLA_INFO_KIND;
import static dev.plumbline.netlink.LinkMessages.IFLA_LINKINFO;
import static dev.plumbline.netlink.LinkMessages.IFLA_VRF_TABLE;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Rtnetlink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Which kinds of links the kernel makes: one of each is made. */
final class LinkProbe {

    private static final int IFLA_VXLAN_ID = 1;
    private static final int IFLA_XFRM_IF_ID = 2;
    private static final long PROBED_TABLE = 4711;

    /** A kind, what it is for, and its option. */
    private record Kind(String name, String purpose, KernelOption option, Consumer<MessageWriter> data) {
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("veth", "the sandbox and rehearsals", new KernelOption("CONFIG_VETH", "veth"), data -> { }),
            new Kind("vrf", "VRF devices", new KernelOption("CONFIG_NET_VRF", "vrf"),
                    data -> data.u32(IFLA_VRF_TABLE, PROBED_TABLE)),
            new Kind("dummy", "addresses without a network card", new KernelOption("CONFIG_DUMMY", "dummy"),
                    data -> { }),
            new Kind("ifb", "shaping of what comes in", new KernelOption("CONFIG_IFB", "ifb"), data -> { }),
            new Kind("vxlan", "VXLAN devices", new KernelOption("CONFIG_VXLAN", "vxlan"),
                    data -> data.u32(IFLA_VXLAN_ID, 1)),
            new Kind("xfrm", "route-based IPsec", new KernelOption("CONFIG_XFRM_INTERFACE", "xfrm_interface"),
                    data -> data.u32(IFLA_XFRM_IF_ID, 1)));

    private LinkProbe() {
    }

    /** Makes links in the namespace of this socket. */
    static List<Check> checks(NetlinkSocket socket) {
        var checks = new ArrayList<Check>();
        for (var kind : KINDS) {
            checks.add(check(kind, socket));
        }
        return checks;
    }

    private static Check check(Kind kind, NetlinkSocket socket) {
        var name = "link-" + kind.name();
        try {
            socket.request(Rtnetlink.RTM_NEWLINK, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, writer -> {
                writer.u8(0).u8(0).u16(0).u32(0).u32(0).u32(0);
                writer.string(IFLA_IFNAME, "probe-" + kind.name());
                writer.beginNest(IFLA_LINKINFO).string(IFLA_INFO_KIND, kind.name()).beginNest(IFLA_INFO_DATA);
                kind.data().accept(writer);
                writer.endNest().endNest();
            });
            return Check.ok(Doctor.KERNEL, name, "links of kind " + kind.name() + " ("
                    + kind.option().name() + ")");
        } catch (NetlinkException e) {
            return e.errno() == Errno.EOPNOTSUPP
                    ? Check.warning(Doctor.KERNEL, name, "no links of kind " + kind.name() + ", for " + kind.purpose()
                            + ": " + kind.option().name() + " is missing", lines(kind.option()))
                    : Check.warning(Doctor.KERNEL, name, "links of kind " + kind.name() + " cannot be made: "
                            + e.getMessage(), "ip link add probe type " + kind.name()
                            + "    # in a network namespace: what does it say?");
        }
    }

    static String[] lines(KernelOption option) {
        return option.remedy().toArray(String[]::new);
    }
}
