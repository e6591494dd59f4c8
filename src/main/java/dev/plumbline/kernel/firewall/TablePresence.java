package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.NFTA_TABLE_NAME;
import static dev.plumbline.netlink.NfTablesMessages.NFT_MSG_GETTABLE;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.firewall.Table;

/** Whether a namespace has a table of plumbline's: one short dump, so that those without one pay next to nothing. */
public enum TablePresence {
    NONE, SOME,
    /** This process may not look (CAP_NET_ADMIN). */
    FORBIDDEN,
    /** The kernel has no nf_tables. */
    UNSUPPORTED;

    private static final int EVERY_FAMILY = 0;

    /**
     * Looks into a namespace.
     *
     * @throws NetlinkException if the kernel cannot be asked
     */
    public static TablePresence of(NetworkNamespace namespace) throws NetlinkException {
        boolean[] found = {false};
        try (var socket = NetlinkSocket.open(namespace, Nfnetlink.PROTOCOL)) {
            socket.dump(NFT_MSG_GETTABLE, writer -> Nfnetlink.header(writer, EVERY_FAMILY),
                    message -> found[0] |= isOurs(message));
        } catch (NetlinkException e) {
            return switch (e.errno()) {
                case Errno.EPERM, Errno.EACCES -> FORBIDDEN;
                // The socket's protocol, or the subsystem within it.
                case Errno.EPROTONOSUPPORT, Errno.EINVAL, Errno.EOPNOTSUPP -> UNSUPPORTED;
                default -> throw e;
            };
        }
        return found[0] ? SOME : NONE;
    }

    private static boolean isOurs(MessageReader message) {
        var attributes = message.attributes(Nfnetlink.HEADER);
        while (attributes.next()) {
            if (attributes.type() == NFTA_TABLE_NAME) {
                return attributes.string().equals(Table.NAME);
            }
        }
        return false;
    }
}
