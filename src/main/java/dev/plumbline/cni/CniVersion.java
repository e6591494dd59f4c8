package dev.plumbline.cni;

import java.util.List;
import java.util.regex.Pattern;

/** A version of the specification that is spoken here; in the order in which they came. */
enum CniVersion {
    V0_1_0("0.1.0", Shape.FAMILIES),
    V0_2_0("0.2.0", Shape.FAMILIES),
    V0_3_0("0.3.0", Shape.VERSIONED_ADDRESSES),
    V0_3_1("0.3.1", Shape.VERSIONED_ADDRESSES),
    V0_4_0("0.4.0", Shape.VERSIONED_ADDRESSES),
    V1_0_0("1.0.0", Shape.ADDRESSES),
    V1_1_0("1.1.0", Shape.ADDRESSES);

    /** What an absent {@code cniVersion} means. */
    static final CniVersion FIRST = V0_1_0;
    static final CniVersion NEWEST = V1_1_0;

    private static final Pattern NUMBERS = Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+");

    private final String text;
    private final Shape shape;

    CniVersion(String text, Shape shape) {
        this.text = text;
        this.shape = shape;
    }

    /** What a result looks like. */
    enum Shape {
        /** {@code ip4} and {@code ip6}. */
        FAMILIES,
        /** {@code ips}, each with a {@code version}. */
        VERSIONED_ADDRESSES,
        /** {@code ips}. */
        ADDRESSES
    }

    static List<String> texts() {
        return List.of(values()).stream().map(each -> each.text).toList();
    }

    /**
     * The version of this text; only the very text counts, as with the reference library.
     *
     * @throws CniException if it is none that is spoken here
     */
    static CniVersion of(String text) {
        for (var each : values()) {
            if (each.text.equals(text)) {
                return each;
            }
        }
        throw new CniException(CniException.INCOMPATIBLE_VERSION, "incompatible CNI versions", "config is \"" + text
                + "\", plugin supports " + texts());
    }

    /** Whether a text can be a version at all. */
    static boolean isVersion(String text) {
        return NUMBERS.matcher(text).matches();
    }

    Shape shape() {
        return shape;
    }

    boolean isAtLeast(CniVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
