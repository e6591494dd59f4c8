package dev.plumbline.json;

import dev.plumbline.state.Link;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Links in the words of {@code ip -j -d link}. A master that is not in the namespace's list of links is
 * {@code ifN}, as {@code ip} writes it.
 */
public final class LinkJson {

    /** {@code IFF_*} of {@code linux/if.h}, named as {@code ip} names them. */
    private static final Bits FLAGS = new Bits(List.of(
            new Bits.Bit(0x1, "UP"), new Bits.Bit(0x2, "BROADCAST"), new Bits.Bit(0x4, "DEBUG"),
            new Bits.Bit(0x8, "LOOPBACK"), new Bits.Bit(0x10, "POINTOPOINT"), new Bits.Bit(0x20, "NOTRAILERS"),
            new Bits.Bit(0x40, "RUNNING"), new Bits.Bit(0x80, "NOARP"), new Bits.Bit(0x100, "PROMISC"),
            new Bits.Bit(0x200, "ALLMULTI"), new Bits.Bit(0x400, "MASTER"), new Bits.Bit(0x800, "SLAVE"),
            new Bits.Bit(0x1000, "MULTICAST"), new Bits.Bit(0x2000, "PORTSEL"), new Bits.Bit(0x4000, "AUTOMEDIA"),
            new Bits.Bit(0x8000, "DYNAMIC"), new Bits.Bit(0x10000, "LOWER_UP"), new Bits.Bit(0x20000, "DORMANT"),
            new Bits.Bit(0x40000, "ECHO")));

    private LinkJson() {
    }

    /**
     * The link as a tree.
     *
     * @param names names of the namespace's links by index, for the master
     */
    public static ObjectNode toJson(Link link, Map<Integer, String> names) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("ifindex", link.index());
        node.put("ifname", link.name());
        var flags = node.putArray("flags");
        FLAGS.names(link.flags()).forEach(flags::add);
        node.put("mtu", link.mtu());
        link.master().ifPresent(index -> node.put("master", names.getOrDefault(index, "if" + index)));
        if (!link.kind().isEmpty() || link.vrfTable().isPresent()) {
            var info = node.putObject("linkinfo").put("info_kind", link.kind());
            link.vrfTable().ifPresent(table -> info.putObject("info_data").put("table", table));
        }
        if (!link.address().isEmpty()) {
            node.put("address", link.address());
        }
        if (!link.alias().isEmpty()) {
            node.put("ifalias", link.alias());
        }
        return node;
    }

    /**
     * Reads what {@link #toJson} made.
     *
     * @param indexes indexes of the namespace's links by name, for the master
     * @throws IllegalArgumentException if the tree is no such link
     */
    public static Link fromJson(JsonNode node, Map<String, Integer> indexes) {
        var fields = new Fields("a link", node);
        var kind = "";
        Optional<Long> table = Optional.empty();
        var infoNode = fields.object("linkinfo");
        if (infoNode.isPresent()) {
            var info = new Fields("linkinfo", infoNode.get());
            kind = info.text("info_kind");
            table = info.object("info_data").map(data -> new Fields("info_data", data).number("table"));
            info.end();
        }
        var link = new Link((int) fields.number("ifindex"), fields.text("ifname"), kind,
                FLAGS.field(fields.texts("flags")), (int) fields.number("mtu"),
                fields.optionalText("master").map(name -> OptionalInt.of(indexOf(name, indexes)))
                        .orElse(OptionalInt.empty()),
                fields.optionalText("ifalias").orElse(""), fields.optionalText("address").orElse(""), table);
        fields.end();
        return link;
    }

    private static int indexOf(String name, Map<String, Integer> indexes) {
        var known = indexes.get(name);
        return known != null ? known : Integer.parseInt(name.substring("if".length()));
    }
}
