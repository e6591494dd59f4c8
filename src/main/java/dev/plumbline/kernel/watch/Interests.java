package dev.plumbline.kernel.watch;

import dev.plumbline.state.Prefix;
import java.util.Map;
import java.util.Set;

/**
 * Of which foreign changes in one namespace to hear. Always heard: links, addresses, and routes and rules of protocol
 * 157 ({@link dev.plumbline.state.Protocol#PLUMBLINE}).
 *
 * @param netns {@link #HOST}, a name under {@code /run/netns}, or an absolute path
 * @param devices index and name of devices whose routes in table main matter, whoever makes them
 * @param tables in which every route matters: private and exclusive ones
 * @param shared tables, and destinations in them, where a route of ours may be replaced by another's. Name a table in
 *     {@code tables} where there are more than some ten thousand
 * @param firewall whether plumbline's nftables matter: the kernel then announces every change of anybody's
 */
public record Interests(String netns, Map<Integer, String> devices, Set<Long> tables, Map<Long, Set<Prefix>> shared,
        boolean firewall) {

    /** The namespace that the watch was opened in. */
    public static final String HOST = "host";

    public Interests {
        devices = Map.copyOf(devices);
        tables = Set.copyOf(tables);
        shared = Map.copyOf(shared);
    }

    /** Routes and rules alone. */
    public Interests(String netns, Map<Integer, String> devices, Set<Long> tables, Map<Long, Set<Prefix>> shared) {
        this(netns, devices, tables, shared, false);
    }
}
