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
     * any flag: such a dump is made twice, and counts if both bring the same bytes. Notifications cannot stand in for
     * the second: since Linux 6.9 dumps do not wait for writers, and a writer announces a rule after the list has it.
     */
    public static Optional<List<RoutingRule>> rules(NetlinkSocket socket, Family family) throws NetlinkException {
        var first = new Collector(family, true);
        if (dump(socket, family, first).datagrams() > 1) {
            var second = new Collector(family, false);
            dump(socket, family, second);
            if (first.digest != second.digest) {
                return Optional.empty();
            }
        }
        return Optional.of(first.rules);
    }

    private static final class Collector implements NetlinkSocket.Visitor {
        private final Family family;
        private final boolean decoding;
        private final List<RoutingRule> rules = new ArrayList<>();
        private long digest;

        Collector(Family family, boolean decoding) {
            this.family = family;
            this.decoding = decoding;
        }

        @Override
        public void begin() {
            rules.clear();
            digest = 0;
        }

        @Override
        public void message(MessageReader message) {
            // A kernel without IPv6 answers with the rules of other families.
            if (message.u8(RuleMessages.FAMILY) != family.number()) {
                return;
            }
            digest = message.digest(digest);
            if (decoding) {
                rules.add(RuleCodec.decode(message));
            }
        }
    }

    private static NetlinkSocket.Dump dump(NetlinkSocket socket, Family family, Collector into) throws NetlinkException {
        try {
            // Family 0 would bring rules of multicast routing too.
            return socket.dump(Rtnetlink.RTM_GETRULE,
                    writer -> writer.u8(family.number()).u8(0).u8(0).u8(0).u32(0).u32(0), into);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.EAFNOSUPPORT) {
                return new NetlinkSocket.Dump(false, 0);
            }
            throw e;
        }
    }
}
