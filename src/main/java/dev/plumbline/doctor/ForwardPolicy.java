package dev.plumbline.doctor;

import static dev.plumbline.netlink.NfTablesMessages.*;
import static dev.plumbline.netlink.Nfnetlink.*;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.firewall.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Base chains that drop forwarded packets unless a rule lets them pass, whoever made them: docker, firewalld, ufw. */
record ForwardPolicy(HostFiles files) {

    private static final String NAME = "forward-policy";
    private static final Map<Integer, String> FAMILIES = Map.of(NFPROTO_INET, "inet", NFPROTO_IPV4, "ip", NFPROTO_IPV6,
            "ip6");

    /** Reads the chains of this thread's network namespace. */
    Check check() {
        boolean forwards = List.of("ipv4/ip_forward", "ipv6/conf/all/forwarding").stream()
                .anyMatch(each -> files.text("/proc/sys/net/" + each).filter("1"::equals).isPresent());
        if (!forwards) {
            return Check.notApplicable(Others.AREA, NAME, "nothing is forwarded");
        }
        try {
            var chains = chains(Set.of(NF_INET_FORWARD));
            return chains.isEmpty() ? Check.ok(Others.AREA, NAME, "no chain of nftables drops forwarded packets by"
                    + " its policy")
                    : new Check(Others.AREA, NAME, Check.Verdict.WARNING, "forwarded packets are dropped unless a"
                            + " rule lets them pass, by the policy of " + String.join(", ", chains), chains.stream()
                                    .map(chain -> "nft 'add chain " + chain + " { policy accept; }'").toList());
        } catch (NetlinkException e) {
            return Check.notApplicable(Others.AREA, NAME, "not looked at: nftables: " + e.getMessage(),
                    "sudo plumbline doctor");
        }
    }

    /**
     * Chains of others that drop by their policy, as {@code nft} names them.
     *
     * @param hooks numbers of hooks that they may be at
     */
    static List<String> chains(Set<Integer> hooks) throws NetlinkException {
        try (var namespace = NetworkNamespace.current(); var socket = NetlinkSocket.open(namespace, PROTOCOL)) {
            var chains = new ArrayList<String>();
            socket.dump(NFT_MSG_GETCHAIN, writer -> header(writer, NFPROTO_UNSPEC),
                    message -> add(message, hooks, chains));
            return chains;
        }
    }

    private static void add(MessageReader message, Set<Integer> hooks, List<String> chains) {
        var family = FAMILIES.get(message.u8(0));
        var table = "";
        var name = "";
        boolean hooked = false;
        boolean drops = false;
        var attributes = message.attributes(HEADER);
        while (attributes.next()) {
            switch (attributes.type()) {
                case NFTA_CHAIN_TABLE -> table = attributes.string();
                case NFTA_CHAIN_NAME -> name = attributes.string();
                case NFTA_CHAIN_POLICY -> drops = attributes.u32be() == NF_DROP;
                case NFTA_CHAIN_HOOK -> {
                    var hook = attributes.nested();
                    while (hook.next()) {
                        hooked |= hook.type() == NFTA_HOOK_HOOKNUM && hooks.contains((int) hook.u32be());
                    }
                }
                default -> { }
            }
        }
        if (family != null && hooked && drops && !table.equals(Table.NAME)) {
            chains.add(family + " " + table + " " + name);
        }
    }
}
