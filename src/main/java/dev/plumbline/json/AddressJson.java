package dev.plumbline.json;

import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Prefix;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Addresses in the words of {@code ip -j addr}, each with its device. {@code address} is the prefix on the link where
 * it is not the own one; {@code flags} lists what {@code ip} prints as single booleans.
 */
public final class AddressJson {

    /** {@code IFA_F_*} of {@code linux/if_addr.h}, named as {@code ip} names them. */
    private static final Bits FLAGS = new Bits(List.of(
            new Bits.Bit(0x1, "secondary"), new Bits.Bit(0x2, "nodad"), new Bits.Bit(0x4, "optimistic"),
            new Bits.Bit(0x8, "dadfailed"), new Bits.Bit(0x10, "home"), new Bits.Bit(0x20, "deprecated"),
            new Bits.Bit(0x40, "tentative"), new Bits.Bit(0x80, "permanent"), new Bits.Bit(0x100, "mngtmpaddr"),
            new Bits.Bit(0x200, "noprefixroute"), new Bits.Bit(0x400, "autojoin"),
            new Bits.Bit(0x800, "stable-privacy")));

    private AddressJson() {
    }

    public static ObjectNode toJson(LinkAddress address) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("dev", address.device());
        node.put("family", Words.family(address.local().family()));
        node.put("local", address.local().toString());
        if (!address.peer().address().equals(address.local())) {
            node.put("address", address.peer().address().toString());
        }
        node.put("prefixlen", address.peer().length());
        node.put("scope", Words.scope(address.scope()));
        var flags = node.putArray("flags");
        FLAGS.names(address.flags()).forEach(flags::add);
        return node;
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @throws IllegalArgumentException if the tree is no such address
     */
    public static LinkAddress fromJson(JsonNode node) {
        var fields = new Fields("an address", node);
        fields.parsed("family", "inet or inet6", Words::family);
        var local = fields.parsed("local", "an address", IpAddress::parse);
        var peer = fields.optional("address", "an address", IpAddress::parse).orElse(local);
        var address = new LinkAddress(fields.text("dev"), local, new Prefix(peer, (int) fields.number("prefixlen")),
                fields.parsed("scope", "a scope", Words::scope), FLAGS.field(fields.texts("flags")));
        fields.end();
        return address;
    }
}
