package dev.plumbline.state;

/**
 * A VRF device ({@code ip link add NAME type vrf table TABLE}).
 *
 * @param name at most 15 characters
 * @param alias {@link Link#alias}
 * @param up set up by the administrator
 */
public record Vrf(String name, long table, String alias, boolean up) {

    /** In the words of {@code ip link}. */
    public String words() {
        return name + " type vrf table " + Route.tableName(table);
    }
}
