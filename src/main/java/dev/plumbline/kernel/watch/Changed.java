package dev.plumbline.kernel.watch;

/**
 * Something changed in the kernel, by whomever.
 *
 * @param netns as in {@link Interests}; empty where it is not known
 * @param object what it is, short and the same each time, such as {@code 10.0.0.0/8 table 110}; empty for
 *     {@link Kind#ANYTHING}
 */
public record Changed(String netns, Kind kind, String object) {

    /** It is not known what. */
    public static final Changed SOMETHING = new Changed("", Kind.ANYTHING, "");

    /** What sort of object. */
    public enum Kind {
        LINK("link"),
        ADDRESS("address"),
        ROUTE("route"),
        RULE("rule"),
        /** plumbline's nftables. */
        FIREWALL("nftables"),
        /** Forwarding or a reverse-path filter: the kernel tells of no others. */
        SYSCTL("sysctl"),
        /** A network namespace got or lost its number in the host's. */
        NAMESPACE("namespace"),
        /** Notifications were lost. */
        ANYTHING("anything");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    @Override
    public String toString() {
        var text = object.isEmpty() ? kind.word : kind.word + " " + object;
        return netns.isEmpty() || netns.equals(Interests.HOST) ? text : text + " in " + netns;
    }
}
