package dev.plumbline.configuration;

import dev.plumbline.configuration.Configuration.SourceSettings;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.intent.FieldPath;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.Node;
import dev.plumbline.intent.Values;
import dev.plumbline.intent.YamlDocument;
import dev.plumbline.plan.Guard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code plumbline.yaml}: every error of the file at once, with its position. */
public final class ConfigurationReader {

    static final String KIND = "Configuration";
    private static final String VERSION = "plumbline.dev/v1";
    private static final List<String> TOP = List.of("apiVersion", "kind", "host", "stateDirectory", "source", "guards",
            "drift", "agent", "metrics", "secrets", "cni", "variables");
    private static final List<String> MODES = Arrays.stream(DriftMode.values()).map(DriftMode::word).toList();
    private static final Configuration.Agent AGENT = Configuration.Agent.DEFAULT;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Values values;
    private final Fields fields;

    private ConfigurationReader(Values values) {
        this.values = values;
        this.fields = new Fields(values);
    }

    /**
     * Reads the file; what it does not say, and a file that is not there, give the defaults.
     *
     * @throws dev.plumbline.intent.IntentException with every problem of the file
     * @throws IOException if it is there and cannot be read
     */
    public static Configuration read(Path file) throws IOException {
        return Files.exists(file) ? parse(file.toString(), Files.readAllBytes(file)) : Configuration.DEFAULT;
    }

    /** The same for a text. */
    static Configuration parse(String file, byte[] content) {
        return YamlDocument.read(file, content, (root, values) -> new ConfigurationReader(values).bind(root))
                .orElse(Configuration.DEFAULT);
    }

    private Configuration bind(Node root) {
        var path = FieldPath.ROOT;
        var top = values.mapping(root, path, TOP);
        if (top == null) {
            return Configuration.DEFAULT;
        }
        fields.fixed(top, path, "apiVersion", VERSION);
        fields.fixed(top, path, "kind", KIND);
        var otherwise = Configuration.DEFAULT;
        return new Configuration(
                fields.part(top, path, "host", List.of("name", "labels"), this::host).orElse(otherwise.host()),
                fields.path(top, path, "stateDirectory").orElse(otherwise.stateDirectory()),
                fields.part(top, path, "source", List.of("directory", "git"), this::source).orElse(otherwise.source()),
                fields.part(top, path, "guards", List.of("allow"), this::guards).orElse(otherwise.allowedGuards()),
                fields.part(top, path, "drift", List.of("mode", "kinds"), this::drift).orElse(otherwise.drift()),
                fields.part(top, path, "agent", List.of("poll", "drift", "retry", "jitter", "fights"), this::agent)
                        .orElse(otherwise.agent()),
                fields.part(top, path, "metrics", List.of("listen", "textfile"), this::metrics)
                        .orElse(otherwise.metrics()),
                fields.part(top, path, "secrets", List.of("ageIdentity"), this::secrets).orElse(otherwise.secrets()),
                fields.part(top, path, "cni", List.of("logLevel", "logFile"), this::cni).orElse(otherwise.cni()),
                variables(top, path.field("variables")));
    }

    private Configuration.Host host(Node.Mapping host, FieldPath path) {
        var labels = host.get("labels");
        return new Configuration.Host(fields.text(host, path, "name", "the host's name"),
                labels == null ? Map.of() : values.labels(labels, path.field("labels")));
    }

    private SourceSettings source(Node.Mapping source, FieldPath path) {
        var git = source.get("git");
        if (git != null && source.get("directory") != null) {
            values.error(git, path.field("git"), "there is a directory too; a host has one source: leave one out");
        }
        if (git == null) {
            return new SourceSettings.Directory(fields.path(source, path, "directory").orElse(Configuration.INTENTS));
        }
        return new GitReader(values, fields).git(git, path.field("git"))
                .<SourceSettings>map(each -> each).orElse(new SourceSettings.Directory(Configuration.INTENTS));
    }

    private Set<String> guards(Node.Mapping guards, FieldPath path) {
        var names = new LinkedHashSet<String>();
        var allow = guards.get("allow");
        if (allow instanceof Node.Sequence list) {
            for (int i = 0; i < list.items().size(); i++) {
                var name = values.word(list.items().get(i), path.field("allow").item(i), Guard.NAMES);
                if (name != null) {
                    names.add(name);
                }
            }
        } else if (allow != null) {
            values.error(allow, path.field("allow"), "expected a list of " + String.join(", ", Guard.NAMES) + "; found "
                    + allow);
        }
        return names;
    }

    private DriftPolicy drift(Node.Mapping drift, FieldPath path) {
        var kinds = fields.part(drift, path, "kinds", IntentParser.kinds(), (mapping, at) -> {
            var modes = new LinkedHashMap<String, DriftMode>();
            mapping.entries().forEach(entry -> mode(entry.value(), at.field(entry.key().text()))
                    .ifPresent(mode -> modes.put(entry.key().text(), mode)));
            return modes;
        });
        var mode = drift.get("mode");
        return new DriftPolicy(Optional.ofNullable(mode).flatMap(node -> mode(node, path.field("mode")))
                .orElse(DriftMode.CORRECT), kinds.<Map<String, DriftMode>>map(each -> each).orElse(Map.of()));
    }

    private Optional<DriftMode> mode(Node node, FieldPath path) {
        return Optional.ofNullable(values.word(node, path, MODES)).map(DriftMode::of);
    }

    private Configuration.Agent agent(Node.Mapping agent, FieldPath path) {
        var retry = fields.part(agent, path, "retry", List.of("first", "most"), (mapping, at) -> new Duration[] {
                fields.time(mapping, at, "first", SECOND, DAY).orElse(AGENT.retryFirst()),
                fields.time(mapping, at, "most", SECOND, DAY).orElse(AGENT.retryMost())})
                .orElse(new Duration[] {AGENT.retryFirst(), AGENT.retryMost()});
        if (retry[0].compareTo(retry[1]) > 0) {
            values.error(agent, path.field("retry"), "`first` is longer than `most`");
        }
        var fights = path.field("fights");
        var corrections = fields.part(agent, path, "fights", List.of("corrections", "within"), (mapping, at) ->
                fields.number(mapping, at, "corrections", 1, 1000).orElse(AGENT.corrections()))
                .orElse(AGENT.corrections());
        var window = agent.get("fights") instanceof Node.Mapping mapping
                ? fields.time(mapping, fights, "within", SECOND, DAY).orElse(AGENT.window()) : AGENT.window();
        return new Configuration.Agent(
                fields.time(agent, path, "poll", SECOND, DAY).orElse(AGENT.poll()),
                fields.time(agent, path, "drift", SECOND, DAY).orElse(AGENT.drift()), retry[0], retry[1],
                fields.number(agent, path, "jitter", 0, 50).orElse(AGENT.jitter()), corrections, window);
    }

    private Configuration.Metrics metrics(Node.Mapping metrics, FieldPath path) {
        return new Configuration.Metrics(fields.text(metrics, path, "listen", "an address and a port").flatMap(text -> {
            var parsed = ListenAddress.parse(text);
            if (parsed.isEmpty()) {
                values.error(fields.at(metrics, "listen"), path.field("listen"),
                        "expected ADDRESS:PORT, such as 127.0.0.1:9797 or \"[::1]:9797\"; found `" + text + "`");
            }
            return parsed;
        }), fields.path(metrics, path, "textfile"));
    }

    private Map<String, String> variables(Node.Mapping top, FieldPath path) {
        var node = top.get("variables");
        boolean nothing = node == null || node instanceof Node.Scalar scalar && scalar.isNothing();
        return nothing ? Map.of() : values.variables(fields.at(top, "variables"), path);
    }

    private Configuration.Secrets secrets(Node.Mapping secrets, FieldPath path) {
        return new Configuration.Secrets(fields.path(secrets, path, "ageIdentity"));
    }

    private Configuration.Cni cni(Node.Mapping cni, FieldPath path) {
        var level = cni.get("logLevel");
        return new Configuration.Cni(Optional.ofNullable(level).map(node -> values.word(node, path.field("logLevel"),
                Configuration.Cni.LEVELS)).orElse(Configuration.Cni.DEFAULT.logLevel()),
                fields.path(cni, path, "logFile"));
    }
}
