package dev.plumbline.kernel.link;

import dev.plumbline.state.Link;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Names and numbers of the devices of one snapshot. An index is used again after a device has gone: never keep one. */
public final class Devices {

    private final Map<Integer, String> names = new HashMap<>();
    private final Map<String, Integer> indexes = new HashMap<>();

    public Devices(List<Link> links) {
        for (var link : links) {
            names.put(link.index(), link.name());
            indexes.put(link.name(), link.index());
        }
    }

    /** The device's name; empty if it has gone since. */
    public String name(int index) {
        return names.getOrDefault(index, "");
    }

    public OptionalInt index(String name) {
        var index = indexes.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
