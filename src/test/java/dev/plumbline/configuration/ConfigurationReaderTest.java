package dev.plumbline.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.configuration.Configuration.SourceSettings;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.intent.IntentException;
import dev.plumbline.secret.Secret;
import dev.plumbline.source.SignaturePolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.ObjectMapper;

class ConfigurationReaderTest {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\nkind: Configuration\n";
    private static final Path SAMPLE = Path.of("src/main/dist/plumbline.yaml");

    private static Configuration read(String text) {
        return ConfigurationReader.parse("plumbline.yaml", (HEAD + text).getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> errors(String text) {
        return assertThrows(IntentException.class, () -> read(text)).problems().stream().map(Object::toString).toList();
    }

    @Test
    void theSampleWritesOutEveryDefault() throws IOException {
        assertEquals(Configuration.DEFAULT, ConfigurationReader.read(SAMPLE));
    }

    /** What the sample shows in comments is right too. */
    @Test
    void theSamplesCommentsAreRight() throws IOException {
        var git = new StringBuilder("source:\n");
        Files.readString(SAMPLE).lines().dropWhile(line -> !line.equals("  # git:"))
                .takeWhile(line -> !line.isBlank()).map(line -> line.replaceFirst("# ", "")).forEach(line ->
                        git.append(line).append('\n'));
        var source = (SourceSettings.Git) read(git.toString()).source();
        assertEquals("https://git.example.com/network.git, ref main, path intents", source.location().toString());
        assertEquals(Optional.of(new Secret.File(Path.of("/etc/plumbline/token"))), source.access().token());
        assertEquals(Optional.of(new SignaturePolicy(SignaturePolicy.Mode.HEAD,
                new SignaturePolicy.AllowedSigners(Path.of("/etc/plumbline/allowed_signers")))), source.verify());
    }

    @Test
    void aFileThatIsNotThereAndAnEmptyOneGiveTheDefaults() throws IOException {
        assertEquals(Configuration.DEFAULT, ConfigurationReader.read(Path.of("/nonexistent/plumbline.yaml")));
        assertEquals(Configuration.DEFAULT, ConfigurationReader.parse("x", "# nothing\n".getBytes()));
    }

    @Test
    void readsWhatItSays() {
        var read = read("""
                host: {name: edge-1, labels: {role: edge}}
                stateDirectory: /srv/plumbline
                guards: {allow: [mass-delete]}
                drift: {mode: report, kinds: {RoutingRules: ignore}}
                agent: {poll: 30s, drift: 5m, retry: {first: 5s, most: 1h}, jitter: 0, fights: {corrections: 2, within: 10s}}
                metrics: {listen: "[::1]:9797", textfile: /run/x.prom}
                secrets: {ageIdentity: /etc/age.key}
                cni: {logLevel: debug, logFile: /var/log/cni.log}
                variables: {vns3_public_ip: 203.0.113.7, port: 22}
                """);
        assertEquals(Map.of("vns3_public_ip", "203.0.113.7", "port", "22"), read.variables());
        assertEquals(new Configuration.Host(Optional.of("edge-1"), Map.of("role", "edge")), read.host());
        assertEquals(Path.of("/srv/plumbline"), read.stateDirectory());
        assertEquals(Set.of("mass-delete"), read.allowedGuards());
        assertEquals(new DriftPolicy(DriftMode.REPORT, Map.of("RoutingRules", DriftMode.IGNORE)), read.drift());
        assertEquals(new Configuration.Agent(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(5),
                Duration.ofHours(1), 0, 2, Duration.ofSeconds(10)), read.agent());
        assertEquals(9797, read.metrics().listen().orElseThrow().getPort());
        assertEquals(Optional.of(Path.of("/etc/age.key")), read.secrets().ageIdentity());
        assertEquals(new Configuration.Cni("debug", Optional.of(Path.of("/var/log/cni.log"))), read.cni());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            hots: {}                                   | plumbline.yaml:3:1: error: hots: unknown field `hots`; did you mean `host`?
            stateDirectory: var/lib                    | plumbline.yaml:3:17: error: stateDirectory: expected an absolute path; found `var/lib`
            guards: {allow: [mass-delet]}              | plumbline.yaml:3:18: error: guards.allow[0]: expected one of
            drift: {mode: fix}                         | plumbline.yaml:3:15: error: drift.mode: expected one of correct, report, ignore; found `fix`
            drift: {kinds: {RouteTabel: report}}       | plumbline.yaml:3:17: error: drift.kinds.RouteTabel: unknown field
            agent: {poll: 0s}                          | plumbline.yaml:3:15: error: agent.poll: expected a time from 1s to 24h
            agent: {retry: {first: 1h, most: 1m}}      | `first` is longer than `most`
            metrics: {listen: localhost}               | plumbline.yaml:3:19: error: metrics.listen: expected ADDRESS:PORT
            source: {git: {ref: main}}                 | source.git.url: is missing
            source: {git: {url: "https://a:b@h/x"}}    | source.git: the URL https://h/x has a user or password in it
            source: {git: {url: /x, token: s3cr3t}}    | source.git.token: a secret does not stand here itself
            source: {git: {url: /x, verify: {mode: head}}} | source.git.verify: say who may sign
            variables: {a-b: 1}                        | plumbline.yaml:3:13: error: variables.a-b: the name of a variable has letters, digits and `_` alone
            variables: {a: "${b}"}                     | plumbline.yaml:3:16: error: variables.a: a variable has a value, not the name of another
            source: {directory: /x, git: {url: /x}}    | a host has one source
            """)
    void namesWhatIsWrong(String text, String expected) {
        var errors = errors(text + "\n");
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.getFirst().contains(expected), errors::toString);
        assertTrue(!errors.getFirst().contains("s3cr3t") && !errors.getFirst().contains("a:b@"), errors::toString);
    }

    @Test
    void allErrorsAtOnce() {
        assertEquals(2, errors("agent: {jitter: 101}\nstateDirectory: 5\n").size());
    }

    @Test
    void theSchemaTakesTheSampleAndRefusesWhatTheReaderRefuses() throws IOException {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/configuration.schema.json")));
        assertEquals(List.of(), schema.validate(json(Files.readString(SAMPLE)), InputFormat.JSON));
        for (var wrong : List.of("hots: {}", "drift: {mode: fix}", "agent: {jitter: 101}",
                "source: {git: {url: /x, verify: {mode: head}}}", "source: {git: {url: /x, token: s3cr3t}}")) {
            assertEquals(false, schema.validate(json(HEAD + wrong), InputFormat.JSON).isEmpty(), wrong);
        }
    }

    private static String json(String yaml) {
        return new ObjectMapper().writeValueAsString(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    }
}
