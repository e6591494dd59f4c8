package dev.plumbline.kernel.rule;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.netlink.RuleMessages;
import dev.plumbline.state.Family;
import dev.plumbline.state.RoutingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads rules. */
public final class RuleReader {

    private RuleReader() {
    }

    /**
     * All rules of a family in the order in which the kernel tries them; empty if they changed during the read. A dump
     * of several datagrams goes on by position, so that a change makes it list a rule twice or leave one out, without
     * any flag: such a dump is made twice, and counts if both are equal.
     */
    public static Optional<List<RoutingRule>> rules(NetlinkSocket socket, Family family) throws NetlinkException {
        var rules = new ArrayList<RoutingRule>();
        if (dump(socket, family, rules).datagrams() > 1) {
            var again = new ArrayList<RoutingRule>(rules.size());
            dump(socket, family, again);
            if (!rules.equals(again)) {
                return Optional.empty();
            }
        }
        return Optional.of(rules);
    }

    private static NetlinkSocket.Dump dump(NetlinkSocket socket, Family family, List<RoutingRule> into)
            throws NetlinkException {
        try {
            return rawDump(socket, family, into);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.EAFNOSUPPORT) {
                return new NetlinkSocket.Dump(false, 0);
            }
            throw e;
        }
    }

    private static NetlinkSocket.Dump rawDump(NetlinkSocket socket, Family family, List<RoutingRule> into)
            throws NetlinkException {
        // Family 0 would bring rules of multicast routing too.
        return socket.dump(Rtnetlink.RTM_GETRULE, writer -> writer.u8(family.number()).u8(0).u8(0).u8(0).u32(0).u32(0),
                new NetlinkSocket.Visitor() {
                    @Override
                    public void begin() {
                        into.clear();
                    }

                    @Override
                    public void message(MessageReader message) {
                        // A kernel without IPv6 answers with the rules of other families.
                        if (message.u8(RuleMessages.FAMILY) == family.number()) {
                            into.add(RuleCodec.decode(message));
                        }
                    }
                });
    }
}
