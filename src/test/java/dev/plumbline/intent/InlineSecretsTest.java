package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.secret.Secret;
import dev.plumbline.state.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret in a document is refused, and what is printed of it shows none of it. */
class InlineSecretsTest {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: t}\nspec:\n"
            + "  routes: [{to: default, dev: a}]\n";
    private static final String REFUSAL = "a secret does not stand here itself; say where it lies: {file: PATH},"
            + " {environment: NAME}, {credential: NAME} or {repository: PATH.age}; and change it, for what stood"
            + " here is none any more";

    private static String printed(String yaml) {
        var file = Intents.file("a.yaml", yaml);
        return ProblemText.render(new IntentParser().parse(List.of(file)).problems(), List.of(file));
    }

    private static void assertHidden(String yaml) {
        var text = printed(yaml);
        assertTrue(text.contains("a secret does not stand here itself"), () -> yaml + "\n" + text);
        assertShowsNothing(yaml);
    }

    /** Whatever else may be wrong: no line of the file shows the secret. */
    private static void assertShowsNothing(String yaml) {
        var file = Intents.file("a.yaml", yaml);
        var text = printed(yaml);
        assertFalse(text.contains("S3C") || text.contains("R3T"), () -> yaml + "\n" + text);
        for (int line = 1; line <= yaml.lines().count(); line++) {
            var excerpt = ProblemText.render(List.of(Problem.error(new Origin("", "a.yaml", line, 1),
                    "", "")), List.of(file));
            assertFalse(excerpt.contains("S3C") || excerpt.contains("R3T"), () -> yaml + "\n" + excerpt);
        }
    }

    @Test
    void theMessageAndTheLine() {
        assertEquals("a.yaml:6:3: error: spec.psk: unknown field `psk`; known here: id, interface,"
                + " sysctls, exclusive, adopt, optional, routes, hosts, netns, drift\n    6 |   psk: •••\n      |   ^\n"
                + "a.yaml:6:8: error: spec.psk: " + REFUSAL + "\n    6 |   psk: •••\n      |        ^\n",
                printed(HEAD + "  psk: S3CR3T\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "psk", "PSK", "password", "pass-word", "passphrase", "private_key", "privateKey",
            "preSharedKey", "authToken", "token", "api-key", "clientSecret", "secrets", "tokens"})
    void namesOfSecrets(String name) {
        assertHidden(HEAD + "  " + name + ": S3CR3T\n");
        assertHidden(HEAD + "  " + name + ": {value: {" + name + ": S3CR3T}}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"  psk: 'S3CR3T'", "  psk: 0x5ec1337", "  \"psk\": \"S3CR3T\"",
            "  psk: |\n    S3CR3T\n\n    R3T: x",
            "  psk: >-\n    a\n    file: S3CR3T", "  psk:\n    S3CR3T\n    R3T", "  psk: \"S3C\n    R3T\"",
            "  psk: \"a \\\" S3C\n    R3T\"", "  psks: [S3C, R3T]", "  psks:\n    - S3C\n    - R3T",
            "  psks:\n  - S3C\n  - R3T", "  x: {psk: S3CR3T, remote: 10.0.0.1}", "  x: {psk: \"S3C\n  R3T\", a: b}",
            "  x: {psk:\n    S3CR3T}", "  psk: !tag S3CR3T", "  psk: &a S3CR3T", "  psk: *S3CR3T",
            "  ? psk\n  : S3CR3T", "  x:\n    - psk: S3CR3T\n      y: z", "  \"psk\": |\n    a, b\n    S3CR3T",
            "  psk: {file: /x}\n  token: S3CR3T", "  x: {psk: {file: /x}, token: S3CR3T}",
            "  hosts: {labels: {token: S3CR3T$}}", "  netns: {psk: S3CR3T}"})
    void waysToWriteOne(String lines) {
        assertHidden(HEAD + lines + "\n");
    }

    /** What an alias repeats is secret where its anchor stands. */
    @Test
    void anAlias() {
        var text = printed(HEAD + "  id: &a S3CR3T\n  psk: *a\n");
        assertTrue(text.contains("a.yaml:7:8: error: spec.psk: a secret"), text);
        assertFalse(text.contains("S3C"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"  psk: S3CR3T: x: y", "  psk: \"S3CR3T", "  psk S3CR3T\n  x: y", "  psk: {S3CR3T",
            "  psk: @S3CR3T",
            "  psk: |\n    S3CR3T\n   R3T", "  x: {psk: S3CR3T",
            "  x: {\"psk\"\n    : S3CR3T}"})
    void filesThatAreNoYaml(String lines) {
        assertShowsNothing(HEAD + lines + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"# AGE-SECRET-KEY-1S3CR3T", "  id: AGE-SECRET-KEY-1S3CR3T", "  x: age-secret-key-1S3CR3T",
            "  x: \"AGE-SECRET\\x2dKEY-1a\"",
            "  x: |\n    -----BEGIN PRIVATE KEY-----\n    S3C\n    R3T\n    -----END PRIVATE KEY-----",
            "# -----BEGIN OPENSSH PRIVATE KEY-----\n# S3C\n# -----END OPENSSH PRIVATE KEY-----",
            "  x: \"-----BEGIN RSA PRIVATE KEY-----\\nS3CR3T\"", "  x: AGE-SECRET-KEY-PQ-1S3CR3T"})
    void keys(String lines) {
        assertHidden(HEAD + lines + "\n");
    }

    /** Long lists of routes are not read by the YAML parser. */
    @Test
    void keysAmongManyRoutes() {
        var routes = "  routes:\n" + "    - {to: 10.0.0.0/8, dev: a}\n".repeat(40);
        var head = HEAD.substring(0, HEAD.indexOf("  routes"));
        assertHidden(head + routes + "    - {to: 10.1.0.0/16, psk: S3CR3T}\n");
        assertHidden(head + routes.replaceFirst("dev: a", "psk: S3CR3T"));
        assertHidden(head + routes.replaceFirst("dev: a", "dev: AGE-SECRET-KEY-1S3CR3T"));
        assertTrue(printed(head + routes + "# AGE-SECRET-KEY-1S3CR3T\n").startsWith("a.yaml:46:3: error: a secret"));
    }

    @Test
    void aReferenceIsNoSecret() {
        for (var line : List.of("psk: {file: /etc/x}", "psk:\n    file: /etc/x", "token: true", "secret:", "key: abc",
                "x: {file: y, key: z}", "pskFile: /x")) {
            var text = printed(HEAD + "  " + line + "\n");
            assertFalse(text.contains("itself"), text);
            assertEquals(line.startsWith("token"), text.contains("•"), text);
        }
    }

    @Test
    void filesOfSops() {
        var clear = Intents.file("x/a.sops.yaml", "db: S3CR3T\n");
        var sops = Intents.file("b.sops.yaml", "db: ENC[AES256_GCM,data:Tr7o=,iv:1vz=,tag:Npo==,type:str]\n"
                + "sops: {mac: 'ENC[AES256_GCM,data:OYq=,iv:a=,tag:b=,type:str]'}\n");
        var parsed = new IntentParser().parse(List.of(sops, clear));
        assertEquals("x/a.sops.yaml: error: the file is not encrypted with SOPS, as its name says: `sops --encrypt"
                + " --in-place x/a.sops.yaml`; and change the secrets in it, for they are none any more\n",
                ProblemText.render(parsed.problems(), List.of(sops, clear)));
        assertEquals(List.of(), parsed.documents());
    }

    private static final class Bound {
        Optional<Secret> secret = Optional.empty();
        List<Problem> problems = List.of();
    }

    private static Bound bound(String field, String yaml) {
        var bound = new Bound();
        try {
            YamlDocument.read("a.yaml", (field + ": " + yaml).getBytes(), (root, values) -> {
                bound.secret = Optional.ofNullable(values.secret(((Node.Mapping) root).entries().getFirst().value(),
                        FieldPath.ROOT.field(field)));
                return bound;
            });
        } catch (IntentException e) {
            bound.problems = e.problems();
        }
        return bound;
    }

    private static String refused(String field, String yaml) {
        var bound = bound(field, yaml);
        assertEquals(Optional.empty(), bound.secret);
        assertEquals(1, bound.problems.size(), bound.problems::toString);
        return bound.problems.getFirst().toString();
    }

    @Test
    void referencesAreRead() {
        assertEquals(new Secret.File(Path.of("/etc/psk")), bound("psk", "{file: /etc/psk}").secret.orElseThrow());
        assertEquals(new Secret.Environment("PSK"), bound("psk", "{environment: PSK}").secret.orElseThrow());
        assertEquals(new Secret.Credential("psk"), bound("psk", "{credential: psk}").secret.orElseThrow());
        assertEquals(new Secret.Encrypted("s/psk.age", Optional.empty()),
                bound("psk", "{repository: s/psk.age}").secret.orElseThrow());
        assertEquals(new Secret.Encrypted("s.sops.yaml", Optional.of("ipsec.psk")),
                bound("psk", "{repository: s.sops.yaml, key: ipsec.psk}").secret.orElseThrow());
    }

    @Test
    void referencesThatAreWrong() {
        assertTrue(refused("psk", "S3CR3T").startsWith("a.yaml:1:6: error: psk: a secret does not stand here itself"));
        assertTrue(refused("sshKey", "S3CR3T").startsWith("a.yaml:1:9: error: sshKey: a secret does not stand here"));
        assertTrue(refused("psk", "").contains("expected where a secret lies; found nothing; say where: {file: PATH}"));
        assertTrue(refused("psk", "{file: /x, environment: Y}").contains("a secret lies in one place: {file: PATH}"));
        assertTrue(refused("psk", "{key: x}").contains("a secret lies in one place"));
        assertTrue(refused("psk", "{fiel: /x}").contains("unknown field `fiel`; did you mean `file`?"));
        assertTrue(refused("psk", "{file: x}").contains("psk.file: expected an absolute path; found `x`"));
        assertTrue(refused("psk", "{file: /x, key: y}").contains("psk.key: goes with `repository`"));
        assertTrue(refused("psk", "{repository: ../x.age}").contains("psk.repository: '../x.age' is no path"));
        assertTrue(refused("psk", "{repository: x.txt}").contains("does not say how it is encrypted"));
        assertTrue(refused("psk", "{repository: x.age, key: y}").contains("a file of age has no fields"));
    }
}
