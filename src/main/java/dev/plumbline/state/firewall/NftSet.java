package dev.plumbline.state.firewall;

import dev.plumbline.state.RawAttribute;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A set, or a map from keys to values or verdicts.
 *
 * @param name empty for an anonymous set, which the kernel names
 * @param key the fields of a key; several are a concatenation, each of which begins at a multiple of four bytes
 * @param interval whether an element is a range, ends included
 * @param constant its elements do not change once a rule uses it
 * @param dynamic packets may add elements
 * @param mapping what the keys lead to; absent for a set
 * @param timeout milliseconds after which an element goes; absent for never
 * @param size how many elements it may hold; absent for any number, and for anonymous sets
 * @param other attributes that plumbline does not model
 */
public record NftSet(String name, List<DataType> key, boolean interval, boolean constant, boolean dynamic,
        Optional<Mapping> mapping, OptionalLong timeout, OptionalLong size, SetElements elements,
        List<RawAttribute> other) {

    public NftSet {
        key = List.copyOf(key);
        other = List.copyOf(other);
    }

    /** What the keys of a map lead to. */
    public sealed interface Mapping {

        /** Fields of a value, as of a key. */
        record Values(List<DataType> types) implements Mapping {
            public Values {
                types = List.copyOf(types);
            }
        }

        record Verdicts() implements Mapping {
        }
    }

    /** A set of the table. */
    public static NftSet named(String name, List<DataType> key, boolean interval, SetElements elements) {
        return new NftSet(name, key, interval, false, false, Optional.empty(), OptionalLong.empty(),
                OptionalLong.empty(), elements, List.of());
    }

    /** A map of the table. */
    public static NftSet map(String name, List<DataType> key, boolean interval, Mapping mapping,
            SetElements elements) {
        return new NftSet(name, key, interval, false, false, Optional.of(mapping), OptionalLong.empty(),
                OptionalLong.empty(), elements, List.of());
    }

    /** A set, or a map, of one rule. */
    public static NftSet anonymous(List<DataType> key, boolean interval, Optional<Mapping> mapping,
            SetElements elements) {
        return new NftSet("", key, interval, true, false, mapping, OptionalLong.empty(), OptionalLong.empty(),
                elements, List.of());
    }

    /** Bytes of fields as they lie in registers: one as it is, each of several padded to four bytes. */
    public static int length(List<DataType> fields) {
        if (fields.size() == 1) {
            return fields.getFirst().length();
        }
        return fields.stream().mapToInt(type -> type.length() + 3 & ~3).sum();
    }

    public int keyLength() {
        return length(key);
    }

    public boolean isConcatenation() {
        return key.size() > 1;
    }

    public boolean isAnonymous() {
        return name.isEmpty();
    }

    /** Whether its elements come and go without plumbline: then they are state, and are not compared. */
    public boolean holdsState() {
        return dynamic || timeout.isPresent();
    }

    public NftSet withElements(SetElements others) {
        return new NftSet(name, key, interval, constant, dynamic, mapping, timeout, size, others, other);
    }

    /** Whether both are the same but for the elements. */
    public boolean sameDefinition(NftSet that) {
        return withElements(SetElements.NONE).equals(that.withElements(SetElements.NONE));
    }
}
