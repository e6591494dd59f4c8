package dev.plumbline.host;

import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.intent.HostFilter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What a host is kept true with, from plumbline.yaml and the command line.
 *
 * @param place where the intents come from
 * @param host which host this is
 * @param allow names of guards that may be passed, always
 * @param drift what runs that nobody watches do about drift
 * @param variables for names in rules of firewalls
 */
public record Settings(Path stateDirectory, Place place, HostFilter host, Set<String> allow, DriftPolicy drift,
        Map<String, String> variables) {

    public Settings {
        allow = Set.copyOf(allow);
        variables = Map.copyOf(variables);
    }
}
