package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chains without their rules, to and from {@code NFTA_CHAIN_*}. */
final class ChainCodec {

    private static final int NESTED = 0x8000;

    private ChainCodec() {
    }

    /** The table that an {@code NFT_MSG_NEWCHAIN} speaks of. */
    static String table(MessageReader message) {
        var attributes = message.attributes(Nfnetlink.HEADER);
        while (attributes.next()) {
            if (attributes.type() == NFTA_CHAIN_TABLE) {
                return attributes.string();
            }
        }
        return "";
    }

    /** The chain of an {@code NFT_MSG_NEWCHAIN}, without rules. */
    static Chain decode(TableFamily family, MessageReader message) {
        var attributes = message.attributes(Nfnetlink.HEADER);
        var name = "";
        var type = "";
        long policy = Verdict.Code.ACCEPT.number();
        AttributeReader hook = null;
        while (attributes.next()) {
            switch (attributes.type()) {
                case NFTA_CHAIN_NAME -> name = attributes.string();
                case NFTA_CHAIN_TYPE -> type = attributes.string();
                case NFTA_CHAIN_POLICY -> policy = attributes.u32be();
                case NFTA_CHAIN_HOOK -> hook = attributes.nested();
                default -> { }
            }
        }
        return new Chain(name, base(family, type, policy, hook), List.of());
    }

    private static Optional<Chain.Base> base(TableFamily family, String type, long policy,
            @Nullable AttributeReader hook) {
        if (hook == null) {
            return Optional.empty();
        }
        int number = -1;
        int priority = 0;
        var devices = new ArrayList<String>();
        while (hook.next()) {
            switch (hook.type()) {
                case NFTA_HOOK_HOOKNUM -> number = (int) hook.u32be();
                case NFTA_HOOK_PRIORITY -> priority = (int) hook.u32be();
                case NFTA_HOOK_DEVS -> {
                    var each = hook.nested();
                    while (each.next()) {
                        devices.add(each.string());
                    }
                }
                default -> { }
            }
        }
        var place = Hook.of(family, number);
        int at = priority;
        return place.map(each -> new Chain.Base(type, each, at,
                policy == Verdict.Code.DROP.number() ? Verdict.Code.DROP : Verdict.Code.ACCEPT, devices));
    }

    /** What makes a chain: its table was written before. */
    static void encode(MessageWriter writer, TableFamily family, Chain chain) {
        writer.string(NFTA_CHAIN_NAME, chain.name());
        chain.base().ifPresent(base -> {
            writer.string(NFTA_CHAIN_TYPE, base.type());
            writer.beginNest(NFTA_CHAIN_HOOK | NESTED).u32be(NFTA_HOOK_HOOKNUM, base.hook().number(family))
                    .u32be(NFTA_HOOK_PRIORITY, base.priority());
            if (base.devices().size() == 1) {
                writer.string(NFTA_HOOK_DEV, base.devices().getFirst());
            } else if (!base.devices().isEmpty()) {
                writer.beginNest(NFTA_HOOK_DEVS | NESTED);
                base.devices().forEach(device -> writer.string(NFTA_DEVICE_NAME, device));
                writer.endNest();
            }
            writer.endNest();
            writer.u32be(NFTA_CHAIN_POLICY, base.policy().number());
        });
    }

    /** What changes a base chain's policy: its table was written before. */
    static void encodePolicy(MessageWriter writer, Chain chain) {
        writer.string(NFTA_CHAIN_NAME, chain.name());
        chain.base().ifPresent(base -> writer.u32be(NFTA_CHAIN_POLICY, base.policy().number()));
    }
}
