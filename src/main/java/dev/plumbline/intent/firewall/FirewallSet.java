package dev.plumbline.intent.firewall;

import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.SetElements;
import java.util.List;

/**
 * A named set.
 *
 * @param type the fields of an element; several are a concatenation
 * @param interval whether elements may be ranges; those of a single field are merged where they overlap or touch
 * @param elements as the kernel has them
 * @param origin where its name stands
 */
public record FirewallSet(String name, List<DataType> type, boolean interval, SetElements elements, Origin origin) {

    /** The types of fields that a set may have. */
    public static final List<DataType> TYPES = List.of(DataType.IPV4_ADDR, DataType.IPV6_ADDR, DataType.ETHER_ADDR,
            DataType.INET_PROTO, DataType.INET_SERVICE, DataType.MARK, DataType.IFNAME);

    public FirewallSet {
        type = List.copyOf(type);
    }
}
