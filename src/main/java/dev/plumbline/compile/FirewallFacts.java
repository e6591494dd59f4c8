package dev.plumbline.compile;

import dev.plumbline.state.IpAddress;
import dev.plumbline.state.firewall.LiveFirewall;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the compiler of firewalls needs of the world beside {@link Facts}.
 *
 * @param live plumbline's tables as they are
 * @param now when rules end is compared with it
 * @param sessionPorts local ports of the SSH sessions of now
 * @param variables {@code variables} of {@code plumbline.yaml}; absent where that file is not known: then every name
 *     may be one of them
 * @param attachments addresses of containers by their names and labels
 */
public record FirewallFacts(LiveFirewall live, Instant now, Set<Integer> sessionPorts,
        Optional<Map<String, String>> variables, Map<String, List<IpAddress>> attachments) {

    /** Where nothing is known of the host. */
    public static final FirewallFacts NOWHERE = at(Instant.MIN);

    /** Where the time alone is known. */
    public static FirewallFacts at(Instant now) {
        return new FirewallFacts(LiveFirewall.NONE, now, Set.of(), Optional.empty(), Map.of());
    }

    public FirewallFacts {
        sessionPorts = Set.copyOf(sessionPorts);
        variables = variables.map(Map::copyOf);
        attachments = Map.copyOf(attachments);
    }
}
