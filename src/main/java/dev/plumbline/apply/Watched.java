package dev.plumbline.apply;

import dev.plumbline.state.Prefix;
import java.util.Map;
import java.util.Set;

/**
 * Whose change in a namespace could make a plan another one, beside links, addresses and what is ours.
 *
 * @param netns {@code host}, or as documents name it
 * @param devices index and name of devices whose routes in table main matter
 * @param tables in which every route matters
 * @param shared tables, and the destinations in them that matter
 * @param firewall whether there are, or are to be, nftables of plumbline
 */
public record Watched(String netns, Map<Integer, String> devices, Set<Long> tables, Map<Long, Set<Prefix>> shared,
        boolean firewall) {

    public Watched {
        devices = Map.copyOf(devices);
        tables = Set.copyOf(tables);
        shared = Map.copyOf(shared);
    }
}
