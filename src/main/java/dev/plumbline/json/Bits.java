package dev.plumbline.json;

import java.util.ArrayList;
import java.util.List;

/**
 * A bit field as a list of names, without loss: bits that have no name make one last entry, such as {@code 0x40000}.
 */
record Bits(List<Bit> known) {

    /** One named bit. */
    record Bit(int value, String name) {
    }

    List<String> names(int field) {
        var names = new ArrayList<String>();
        int rest = field;
        for (var bit : known) {
            if ((field & bit.value()) != 0) {
                names.add(bit.name());
                rest &= ~bit.value();
            }
        }
        if (rest != 0) {
            names.add(Words.hex(rest & 0xffffffffL));
        }
        return names;
    }

    int field(List<String> names) {
        int field = 0;
        for (var name : names) {
            field |= name.startsWith("0x") ? Long.decode(name).intValue() : valueOf(name);
        }
        return field;
    }

    private int valueOf(String name) {
        return known.stream().filter(bit -> bit.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a flag: " + name)).value();
    }
}
