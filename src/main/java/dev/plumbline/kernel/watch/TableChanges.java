package dev.plumbline.kernel.watch;

import static dev.plumbline.netlink.NfTablesMessages.NFTA_GEN_PROC_NAME;
import static dev.plumbline.netlink.NfTablesMessages.NFTA_GEN_PROC_PID;
import static dev.plumbline.netlink.NfTablesMessages.NFTA_TABLE_NAME;
import static dev.plumbline.netlink.NfTablesMessages.NFT_MSG_NEWGEN;

import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.firewall.Table;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which transactions of nf_tables touched plumbline's tables. The kernel tells what one did, object by object, and at
 * its end who did it.
 */
final class TableChanges {

    private final long self;
    private final Set<Integer> touched = new HashSet<>();

    /** @param self the process whose own transactions are no news */
    TableChanges(long self) {
        this.self = self;
    }

    /** What to tell of a notification of a namespace; empty if it does not matter, or its transaction goes on. */
    Optional<Changed> judge(int namespace, String netns, MessageReader message) {
        try {
            var attributes = message.attributes(Nfnetlink.HEADER);
            if (message.type() != NFT_MSG_NEWGEN) {
                // The first attribute of all objects is their table's name.
                while (attributes.next()) {
                    if (attributes.type() == NFTA_TABLE_NAME) {
                        if (attributes.string().equals(Table.NAME)) {
                            touched.add(namespace);
                        }
                        return Optional.empty();
                    }
                }
                return Optional.empty();
            }
            if (!touched.remove(namespace)) {
                return Optional.empty();
            }
            long pid = 0;
            var process = "";
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NFTA_GEN_PROC_PID -> pid = attributes.u32be();
                    case NFTA_GEN_PROC_NAME -> process = attributes.string();
                    default -> { }
                }
            }
            return pid == self ? Optional.empty() : Optional.of(new Changed(netns, Changed.Kind.FIREWALL,
                    process.isEmpty() ? "of plumbline" : "of plumbline, by " + process));
        } catch (MalformedMessageException e) {
            return Optional.of(Changed.SOMETHING);
        }
    }
}
