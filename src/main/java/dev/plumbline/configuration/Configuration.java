package dev.plumbline.configuration;

import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.source.GitAccess;
import dev.plumbline.source.GitLocation;
import dev.plumbline.source.SignaturePolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code plumbline.yaml} says; what it does not say has its default here. {@code schemas/configuration.schema.json}
 * describes the file, and {@code plumbline.yaml} in the distribution has every default written out.
 *
 * @param host which host this is
 * @param stateDirectory the store
 * @param source where the intents come from
 * @param allowedGuards names of guards that every apply may pass
 * @param drift what unattended runs do about drift
 * @param agent how often the agent works
 * @param metrics where the agent and unattended runs leave figures
 * @param secrets how encrypted files in the repository are read
 * @param cni what the CNI plugin logs
 * @param variables what {@code ${name}} stands for in intents, where they do not say it themselves
 */
public record Configuration(Host host, Path stateDirectory, SourceSettings source, Set<String> allowedGuards,
        DriftPolicy drift, Agent agent, Metrics metrics, Secrets secrets, Cni cni,
        Map<String, String> variables) {

    /** Where the file is, unless somebody says otherwise. */
    public static final Path FILE = Path.of("/etc/plumbline/plumbline.yaml");

    /** The store, unless somebody says otherwise. */
    public static final Path STATE_DIRECTORY = Path.of("/var/lib/plumbline");

    /** The folder of intents, unless somebody says otherwise. */
    public static final Path INTENTS = Path.of("/etc/plumbline/intents");

    /** What holds without a file. */
    public static final Configuration DEFAULT = new Configuration(new Host(Optional.empty(), Map.of()),
            STATE_DIRECTORY, new SourceSettings.Directory(INTENTS), Set.of(), DriftPolicy.DEFAULT, Agent.DEFAULT,
            new Metrics(Optional.empty(), Optional.empty()), new Secrets(Optional.empty()), Cni.DEFAULT, Map.of());

    public Configuration {
        allowedGuards = Set.copyOf(allowedGuards);
        variables = Map.copyOf(variables);
    }

    /**
     * Which host this is, for {@code hosts:} in intents.
     *
     * @param name absent: the kernel's host name
     */
    public record Host(Optional<String> name, Map<String, String> labels) {
        public Host {
            labels = Map.copyOf(labels);
        }
    }

    /** Where the intents come from. */
    public sealed interface SourceSettings {

        /** A folder on this host. */
        record Directory(Path folder) implements SourceSettings {
        }

        /** A folder in a Git repository. */
        record Git(GitLocation location, GitAccess access, Optional<SignaturePolicy> verify)
                implements SourceSettings {
        }
    }

    /**
     * How the agent works.
     *
     * @param poll time between two looks at the Git repository
     * @param drift time between two looks at the network, where nothing wakes it before
     * @param retryFirst time until the first try after a failure; doubled for each that fails
     * @param retryMost the longest time between two tries
     * @param jitter by how many percent a time is longer or shorter by chance, 0 to 50, so that many hosts do not ask at once
     * @param corrections how often within {@code window} it corrects what somebody keeps changing; then it reports
     */
    public record Agent(Duration poll, Duration drift, Duration retryFirst, Duration retryMost, int jitter,
            int corrections, Duration window) {

        public static final Agent DEFAULT = new Agent(Duration.ofMinutes(1), Duration.ofMinutes(10),
                Duration.ofSeconds(10), Duration.ofMinutes(10), 10, 5, Duration.ofMinutes(1));
    }

    /**
     * Figures for Prometheus.
     *
     * @param listen where the agent answers scrapes
     * @param textfile a file for node-exporter's textfile collector, written after each unattended run
     */
    public record Metrics(Optional<InetSocketAddress> listen, Optional<Path> textfile) {
    }

    /** @param ageIdentity the host's key for files that were encrypted with age or SOPS */
    public record Secrets(Optional<Path> ageIdentity) {
    }

    /**
     * The CNI plugin's log; a network's own configuration may say otherwise.
     *
     * @param logLevel one of {@link #LEVELS}
     * @param logFile beside standard error
     */
    public record Cni(String logLevel, Optional<Path> logFile) {

        /** In the words of Multus, the quietest first. */
        public static final List<String> LEVELS = List.of("panic", "error", "verbose", "debug");

        public static final Cni DEFAULT = new Cni("error", Optional.empty());
    }
}
