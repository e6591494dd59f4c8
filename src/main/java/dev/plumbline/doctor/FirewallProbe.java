package dev.plumbline.doctor;

import static dev.plumbline.netlink.NfTablesMessages.*;
import static dev.plumbline.netlink.Nfnetlink.*;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.NfnetlinkBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What nf_tables can do. Tables and base chains are made; expressions are asked for without their parameters: a kernel
 * that knows one complains of those, and one that does not says so first (ENOENT: {@code nft_expr_type_get}).
 */
final class FirewallProbe {

    private static final String TABLE = "plumbline-probe";
    private static final int ANY_GENERATION = 0;
    private static final KernelOption NF_TABLES = new KernelOption("CONFIG_NF_TABLES", "nf_tables");

    private static final Map<String, KernelOption> EXPRESSIONS = new TreeMap<>(Map.ofEntries(
            Map.entry("counter", NF_TABLES), Map.entry("meta", NF_TABLES), Map.entry("payload", NF_TABLES),
            Map.entry("lookup", NF_TABLES),
            Map.entry("ct", new KernelOption("CONFIG_NFT_CT", "nft_ct")),
            Map.entry("nat", new KernelOption("CONFIG_NFT_NAT", "nft_chain_nat")),
            Map.entry("masq", new KernelOption("CONFIG_NFT_MASQ", "nft_masq")),
            Map.entry("redir", new KernelOption("CONFIG_NFT_REDIR", "nft_redir")),
            Map.entry("reject", new KernelOption("CONFIG_NFT_REJECT", "nft_reject")),
            Map.entry("limit", new KernelOption("CONFIG_NFT_LIMIT", "nft_limit")),
            Map.entry("log", new KernelOption("CONFIG_NFT_LOG", "nft_log")),
            Map.entry("fib", new KernelOption("CONFIG_NFT_FIB_INET", "nft_fib_inet")),
            Map.entry("dup", new KernelOption("CONFIG_NFT_DUP_IPV4", "nft_dup_ipv4"))));

    private FirewallProbe() {
    }

    /** A family of tables. */
    private record Kind(String name, int family, KernelOption option) {
    }

    private static final List<Kind> FAMILIES = List.of(new Kind("inet", NFPROTO_INET, new KernelOption(
                    "CONFIG_NF_TABLES_INET", "nf_tables")),
            new Kind("ip", NFPROTO_IPV4, new KernelOption("CONFIG_NF_TABLES_IPV4", "nf_tables")),
            new Kind("ip6", NFPROTO_IPV6, new KernelOption("CONFIG_NF_TABLES_IPV6", "nf_tables")),
            new Kind("netdev", NFPROTO_NETDEV, new KernelOption("CONFIG_NF_TABLES_NETDEV", "nf_tables")));

    /** Makes tables in a throw-away namespace. */
    static List<Check> checks(NetworkNamespace namespace) {
        try (var socket = NetlinkSocket.open(namespace, PROTOCOL)) {
            var refusals = FAMILIES.stream().map(each -> attempt(socket, batch -> table(batch, each.family()))).toList();
            var checks = new ArrayList<Check>();
            for (int i = 0; i < refusals.size(); i++) {
                checks.add(family(FAMILIES.get(i), refusals.get(i)));
            }
            // Expressions need a table to stand in, and families may be missing one by one.
            if (refusals.getFirst().isEmpty() && refusals.get(1).isEmpty()) {
                checks.add(expressions(socket));
                checks.add(nat(socket));
            }
            return checks;
        } catch (NetlinkException e) {
            return List.of(Check.warning(Doctor.KERNEL, "nft", "no nftables (" + e.getMessage() + "): "
                    + NF_TABLES.name() + " is missing", LinkProbe.lines(NF_TABLES)));
        }
    }

    private static Check family(Kind kind, Optional<NetlinkException> refusal) {
        var name = "nft-" + kind.name();
        return refusal.isEmpty()
                ? Check.ok(Doctor.KERNEL, name, "nftables of family " + kind.name() + " (" + kind.option().name() + ")")
                : Check.warning(Doctor.KERNEL, name, "no nftables of family " + kind.name() + " ("
                        + refusal.get().getMessage() + "): " + kind.option().name() + " is missing",
                        LinkProbe.lines(kind.option()));
    }

    private static Check expressions(NetlinkSocket socket) {
        var missing = new ArrayList<KernelOption>();
        var names = new ArrayList<String>();
        EXPRESSIONS.forEach((name, option) -> {
            // `dup` is known to the families ip and ip6 only.
            int family = name.equals("dup") ? NFPROTO_IPV4 : NFPROTO_INET;
            var refusal = attempt(socket, batch -> rule(batch, family, name));
            if (refusal.filter(each -> each.errno() == Errno.ENOENT || each.errno() == Errno.EOPNOTSUPP).isPresent()) {
                missing.add(option);
                names.add(name);
            }
        });
        if (missing.isEmpty()) {
            return Check.ok(Doctor.KERNEL, "nft-expressions", "nftables expressions "
                    + String.join(", ", EXPRESSIONS.keySet()));
        }
        return Check.warning(Doctor.KERNEL, "nft-expressions", "no nftables expressions " + String.join(", ", names)
                + ": " + String.join(", ", missing.stream().map(KernelOption::name).distinct().toList())
                + (missing.size() == 1 ? " is missing" : " are missing"),
                missing.stream().distinct().flatMap(each -> each.remedy().stream()).distinct().toArray(String[]::new));
    }

    private static Check nat(NetlinkSocket socket) {
        var refusal = attempt(socket, batch -> {
            table(batch, NFPROTO_IPV4);
            batch.begin(NFT_MSG_NEWCHAIN, Netlink.NLM_F_CREATE, NFPROTO_IPV4, 0).string(NFTA_CHAIN_TABLE, TABLE)
                    .string(NFTA_CHAIN_NAME, "nat").beginNest(NFTA_CHAIN_HOOK | Netlink.NLA_F_NESTED)
                    .u32be(NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING).u32be(NFTA_HOOK_PRIORITY, 100).endNest()
                    .string(NFTA_CHAIN_TYPE, "nat");
            batch.end();
        });
        var option = new KernelOption("CONFIG_NFT_NAT", "nft_chain_nat");
        return refusal.isEmpty() ? Check.ok(Doctor.KERNEL, "nft-nat", "nftables chains of type nat"
                + " (" + option.name() + ")")
                : Check.warning(Doctor.KERNEL, "nft-nat", "no nftables chains of type nat ("
                        + refusal.get().getMessage() + "): " + option.name() + " is missing", LinkProbe.lines(option));
    }

    /** Requests that stand or fall together. */
    private interface Requests {
        void addTo(NfnetlinkBatch batch);
    }

    private static void table(NfnetlinkBatch batch, int family) {
        batch.begin(NFT_MSG_NEWTABLE, Netlink.NLM_F_CREATE, family, 0).string(NFTA_TABLE_NAME, TABLE);
        batch.end();
    }

    private static void rule(NfnetlinkBatch batch, int family, String expression) {
        table(batch, family);
        batch.begin(NFT_MSG_NEWCHAIN, Netlink.NLM_F_CREATE, family, 0).string(NFTA_CHAIN_TABLE, TABLE)
                .string(NFTA_CHAIN_NAME, "probe");
        batch.end();
        batch.begin(NFT_MSG_NEWRULE, Netlink.NLM_F_CREATE, family, 0).string(NFTA_RULE_TABLE, TABLE)
                .string(NFTA_RULE_CHAIN, "probe").beginNest(NFTA_RULE_EXPRESSIONS | Netlink.NLA_F_NESTED)
                .beginNest(NFTA_LIST_ELEM | Netlink.NLA_F_NESTED).string(NFTA_EXPR_NAME, expression).endNest().endNest();
        batch.end();
    }

    private static Optional<NetlinkException> attempt(NetlinkSocket socket, Requests requests) {
        var batch = new NfnetlinkBatch(socket, NFNL_SUBSYS_NFTABLES);
        requests.addTo(batch);
        try {
            return switch (batch.commit(ANY_GENERATION)) {
                case NfnetlinkBatch.Result.Committed _ -> Optional.empty();
                case NfnetlinkBatch.Result.Refused refused -> Optional.of(refused.refusals().getFirst().cause());
                case NfnetlinkBatch.Result.Stale _, NfnetlinkBatch.Result.Unknown _ ->
                        Optional.of(new NetlinkException("answers were lost", Errno.ENOBUFS));
            };
        } catch (NetlinkException e) {
            return Optional.of(e);
        }
    }
}
