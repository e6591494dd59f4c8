package dev.plumbline.cni;

import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Values of configurations; each error names the key, the value and what would be right. */
final class Values {

    private static final long LARGEST_TABLE = 0xffffffffL;

    private Values() {
    }

    static boolean flag(String key, JsonNode node) {
        if (!node.isBoolean()) {
            throw CniException.configuration(key, "expected true or false; found " + node);
        }
        return node.booleanValue();
    }

    static long number(String key, JsonNode node, long least, long most) {
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < least
                || node.longValue() > most) {
            throw CniException.configuration(key, "expected a number from " + least + " to " + most + "; found "
                    + node);
        }
        return node.longValue();
    }

    /** A table that source routing can have. */
    static long table(String key, JsonNode node) {
        long table = number(key, node, 1, LARGEST_TABLE);
        if (table >= Route.TABLE_DEFAULT && table <= Route.TABLE_LOCAL) {
            throw CniException.configuration(key, table + " is the kernel's table `" + Route.tableName(table)
                    + "`; expected another number from 1 to " + LARGEST_TABLE);
        }
        return table;
    }

    /** Addresses of gateways, each once. */
    static List<IpAddress> addresses(String key, JsonNode node) {
        if (!node.isArray()) {
            throw CniException.configuration(key, "expected a list of addresses; found " + node);
        }
        var found = new ArrayList<IpAddress>();
        for (var each : node.values()) {
            var address = each.isString() ? IpAddress.parse(each.stringValue()) : Optional.<IpAddress>empty();
            found.add(address.filter(one -> !one.isUnspecified() && !one.isMulticast() && !one.isLoopback())
                    .orElseThrow(() -> CniException.configuration(key, each + " is no address of a gateway")));
        }
        if (found.stream().distinct().count() < found.size()) {
            throw CniException.configuration(key, "an address stands twice: " + node);
        }
        return found;
    }
}
