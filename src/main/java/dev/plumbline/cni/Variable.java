package dev.plumbline.cni;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The variables of a call, in the order in which the reference library looks at them. */
enum Variable {
    CNI_CONTAINERID {
        @Override
        void check(String value) {
            if (!NAME.matcher(value).matches()) {
                throw new CniException(CniException.INVALID_ENVIRONMENT, "invalid characters in containerID", value);
            }
        }
    },
    CNI_NETNS,
    CNI_IFNAME {
        @Override
        void check(String value) {
            if (value.getBytes(StandardCharsets.UTF_8).length > LONGEST_DEVICE) {
                throw new CniException(CniException.INVALID_ENVIRONMENT, "interface name is too long",
                        "interface name should be less than 16 characters");
            }
            if (value.equals(".") || value.equals("..")) {
                throw new CniException(CniException.INVALID_ENVIRONMENT, "interface name is . or ..");
            }
            if (value.codePoints().anyMatch(each -> each == '/' || each == ':' || Character.isWhitespace(each)
                    || Character.isSpaceChar(each) || each == NEXT_LINE)) {
                throw new CniException(CniException.INVALID_ENVIRONMENT,
                        "interface name contains / or : or whitespace characters");
            }
        }
    },
    CNI_PATH;

    /** Container ids and names of networks. */
    static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");

    /** {@code IFNAMSIZ} without the zero at the end. */
    private static final int LONGEST_DEVICE = 15;
    /** A space to Unicode, and so to the reference library, which Java's methods leave out. */
    private static final int NEXT_LINE = 0x85;

    /**
     * Looks whether a value can be one.
     *
     * @throws CniException if it cannot
     */
    void check(String value) {
    }
}
