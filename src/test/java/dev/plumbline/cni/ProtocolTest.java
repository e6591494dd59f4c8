package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a call must be like, and what a wrong one is told: before any namespace or store is touched. */
class ProtocolTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    private CniAnswer call(Map<String, String> environment, String configuration) {
        return call(environment, configuration, "sbr");
    }

    private CniAnswer call(Map<String, String> environment, String configuration, String type) {
        var settings = new CniSettings(directory.resolve("state"), LogLevel.ERROR, Optional.empty(), "1.0");
        var answer = new CniService(settings).answer(new CniRequest(environment, configuration.replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8), type));
        assertFalse(Files.exists(directory.resolve("state")), "a wrong call left something behind");
        return answer;
    }

    private static Map<String, String> environment(String command, String... changes) {
        var environment = new HashMap<>(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", "c1", "CNI_NETNS",
                "/run/netns/no-such-namespace", "CNI_IFNAME", "eth0", "CNI_PATH", "/opt/cni/bin"));
        for (int i = 0; i < changes.length; i += 2) {
            environment.put(changes[i], changes[i + 1]);
        }
        return environment;
    }

    private static String configuration(String version) {
        return "{'cniVersion': '" + version + "', 'name': 'mynet', 'type': 'sbr'}";
    }

    private static JsonNode error(CniAnswer answer, int code) {
        assertEquals(1, answer.exitCode(), answer::toString);
        var error = JSON.readTree(answer.stdout());
        assertEquals(code, error.get("code").intValue(), answer::toString);
        assertEquals(1, answer.stderr().size(), answer::toString);
        assertTrue(List.of("cniVersion", "code", "msg", "details").containsAll(error.propertyNames()));
        return error;
    }

    @Test
    void withoutACommandItSaysWhatItIs() {
        var answer = call(Map.of(), "");
        assertEquals(0, answer.exitCode());
        assertEquals("", answer.stdout());
        assertEquals(List.of("CNI sbr plugin of plumbline 1.0",
                "CNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0"), answer.stderr());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{'cniVersion': '0.3.1'}", "{'cniVersion': '9.0.0'}"})
    void versions(String question) {
        var answer = call(Map.of("CNI_COMMAND", "VERSION"), question);
        assertEquals(0, answer.exitCode());
        var said = JSON.readTree(question.isEmpty() ? "{}" : question.replace('\'', '"')).path("cniVersion");
        assertEquals(JSON.readTree("""
                {"cniVersion": "%s",
                 "supportedVersions": ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]}
                """.formatted(said.asString(question.isEmpty() ? "1.1.0" : "0.1.0"))), JSON.readTree(answer.stdout()));
    }

    @ParameterizedTest
    @CsvSource({"ADD,CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME", "DEL,CNI_CONTAINERID,,CNI_IFNAME",
        "CHECK,CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME", "GC,CNI_PATH,,"})
    void missingVariablesAreNamed(String command, String one, String two, String three) {
        var environment = new HashMap<>(Map.of("CNI_COMMAND", command, "CNI_NETNS", ""));
        var missing = String.join(",", List.of(Optional.ofNullable(one), Optional.ofNullable(two),
                Optional.ofNullable(three)).stream().flatMap(Optional::stream).toList());
        var error = error(call(environment, configuration("1.1.0")), 4);
        assertEquals("required env variables [" + missing + "] missing", error.get("msg").stringValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-c1", ".c1", "c 1", "c1\n", "c/1", "é", "c1;"})
    void badContainerIds(String id) {
        var error = error(call(environment("ADD", "CNI_CONTAINERID", id), configuration("1.0.0")), 4);
        assertEquals("invalid characters in containerID", error.get("msg").stringValue());
        assertEquals(id, error.get("details").stringValue());
    }

    @ParameterizedTest
    @CsvSource({"abcdefghijklmnop,interface name is too long", "éééééééé,interface name is too long",
        ".,interface name is . or ..", "..,interface name is . or ..",
        "a/b,interface name contains / or : or whitespace characters",
        "a:b,interface name contains / or : or whitespace characters",
        "'a b',interface name contains / or : or whitespace characters",
        "'a\u00a0b',interface name contains / or : or whitespace characters",
        "'a\u0085b',interface name contains / or : or whitespace characters"})
    void badInterfaceNames(String name, String message) {
        for (var command : List.of("ADD", "DEL", "CHECK")) {
            var error = error(call(environment(command, "CNI_IFNAME", name), configuration("1.0.0")), 4);
            assertEquals(message, error.get("msg").stringValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{'name': 'mynet'} {}", "{'name': 5}", "{'cniVersion': 5}", "'x'"})
    void whatIsNoConfiguration(String text) {
        var error = error(call(environment("ADD"), text), 6);
        assertTrue(error.get("msg").stringValue().startsWith("error unmarshall network config: "), error::toString);
    }

    @Test
    void deepNestingIsAnErrorToo() {
        error(call(environment("ADD"), "[".repeat(100_000)), 6);
    }

    @ParameterizedTest
    @CsvSource({"{'cniVersion':'1.0.0'},missing network name", "{'name':''},missing network name",
        "{'name':'-x'},invalid characters found in network name",
        "{'name':'a b'},invalid characters found in network name"})
    void badNetworkNames(String text, String message) {
        assertEquals(message, error(call(environment("ADD"), text.replace("'", "\"")), 7).get("msg").stringValue());
    }

    @Test
    void unknownCommandsAndTypes() {
        assertEquals("unknown CNI_COMMAND: PLEASE", error(call(environment("PLEASE"), configuration("1.0.0")), 4)
                .get("msg").stringValue());
        error(call(environment("PLEASE"), "{"), 6);
        var error = error(call(environment("ADD"), configuration("1.0.0"), "bridge"), 7);
        assertTrue(error.get("msg").stringValue().contains("`bridge`"), error::toString);
    }

    @ParameterizedTest
    @CsvSource({"ADD,9.0.0,1", "ADD,1.0,1", "ADD,'1.0.0 ',1", "DEL,abc,1", "CHECK,0.3.1,1", "CHECK,0.1.0,1",
        "CHECK,abc,6", "GC,1.0.0,1", "STATUS,1.0.0,1", "STATUS,abc,6", "GC,9.0.0,1"})
    void versionsThatDoNotGo(String command, String version, int code) {
        var error = error(call(environment(command), configuration(version)), code);
        if (version.equals("9.0.0")) {
            assertEquals("incompatible CNI versions", error.get("msg").stringValue());
            assertEquals("config is \"9.0.0\", plugin supports [0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0]",
                    error.get("details").stringValue());
        } else if (code == 1 && CniVersion.texts().contains(version)) {
            assertEquals("config version does not allow " + command, error.get("msg").stringValue());
            assertEquals(version.equals("1.0.0") || version.startsWith("0.") ? "1.1.0" : version,
                    error.get("cniVersion").stringValue());
        }
    }

    @Test
    void aVersionThatIsMissingIsTheFirst() {
        error(call(environment("CHECK"), "{'name': 'mynet'}"), 1);
        var error = error(call(environment("ADD"), "{'name': 'mynet'}"), 7);
        assertEquals("This plugin must be called as chained plugin", error.get("msg").stringValue());
        assertEquals("0.1.0", error.get("cniVersion").stringValue());
    }

    @Test
    void namespacesThatAreNone() {
        var chained = "{'cniVersion': '1.0.0', 'name': 'mynet', 'prevResult': {'cniVersion': '1.0.0', 'ips': "
                + "[{'address': '10.1.2.3/24'}]}}";
        error(call(environment("ADD", "CNI_NETNS", "relative"), chained), 8);
    }

    @Test
    void theLogGoesWhereTheConfigurationSays() throws IOException {
        var file = directory.resolve("cni.log");
        var configuration = "{'cniVersion': '1.0.0', 'name': 'mynet', 'logLevel': '%s', 'logFile': '%s'}";
        for (var level : List.of("debug", "Verbose", "error", "PANIC")) {
            Files.deleteIfExists(file);
            var answer = call(environment("ADD"), configuration.formatted(level, file));
            assertEquals(1, answer.exitCode());
            assertEquals(level.equals("PANIC") ? 0 : 1, answer.stderr().size(), level);
            assertEquals(!level.equals("PANIC"), Files.exists(file), level);
        }
        call(environment("ADD"), configuration.formatted("error", file));
        call(environment("ADD"), configuration.formatted("error", file));
        var lines = Files.readAllLines(file);
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().matches("[0-9TZ:.-]+ \\[error\\] CNI ADD c1/eth0: This plugin must be called as"
                + " chained plugin; the configuration has no prevResult"), lines::toString);
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(file)));
        // A log that cannot be written is no failure of its own, and a level that is none is said.
        var answer = call(environment("ADD"), configuration.formatted("loud", directory.resolve("no/such/folder")));
        assertEquals(3, answer.stderr().size(), answer::toString);
    }
}
