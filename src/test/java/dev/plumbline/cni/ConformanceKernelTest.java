package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The specification, version by version, as steps: each is done to our executable, with an agent and without, and to
 * Debian's reference {@code sbr} beside it. A step says what each has to answer; where these differ it says why.
 */
@Tag("kernel")
@Timeout(600)
class ConformanceKernelTest {

    private static final List<String> VERSIONS = List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");
    /** The reference plugin of Debian was built before 1.1.0. */
    private static final String NEWER = "1.1.0";
    private static final int SUCCESS = 0;
    private static final int NOT_ASKED = -1;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    /**
     * One call.
     *
     * @param environment what is other than usual; an empty value takes a variable away
     * @param configuration with {@code VERSION} and {@code PREVIOUS} in it
     * @param ours the error that we answer with; 0: success
     * @param theirs the same of the reference; -1: it is not asked
     * @param why it is not the same; empty: it is
     */
    private record Step(String name, String command, Map<String, String> environment, String configuration, int ours,
            int theirs, String why) {

        Step {
            assertEquals(ours == theirs, why.isEmpty(), name);
        }
    }

    private static final String PLAIN = "{'cniVersion': 'VERSION', 'name': 'mynet', 'type': 'sbr'}";
    private static final String CHAINED = "{'cniVersion': 'VERSION', 'name': 'mynet', 'type': 'sbr', "
            + "'prevResult': PREVIOUS}";
    private static final String UNTYPED = "the reference gives all errors of its own the code 999, the"
            + " specification has numbers for them";

    private static Step step(String name, String command, String configuration, int both) {
        return new Step(name, command, Map.of(), configuration, both, both, "");
    }

    private static Step step(String name, String command, String configuration, int ours, int theirs, String why) {
        return new Step(name, command, Map.of(), configuration, ours, theirs, why);
    }

    private static Step wrong(String name, String command, String variable, String value, int both) {
        return new Step(name, command, Map.of(variable, value), CHAINED, both, both, "");
    }

    private static List<Step> steps(String version) {
        boolean checks = VERSIONS.indexOf(version) >= VERSIONS.indexOf("0.4.0");
        boolean collects = version.equals(NEWER);
        var steps = new ArrayList<>(List.of(
                step("no prevResult", "ADD", PLAIN, 7, 999, UNTYPED),
                step("prevResult without addresses", "ADD", PLAIN.replace("'sbr'}", "'sbr', 'prevResult': "
                        + "{'cniVersion': 'VERSION'}}"), 7, 999, UNTYPED),
                step("prevResult that is a list", "ADD", PLAIN.replace("'sbr'}", "'sbr', 'prevResult': []}"), 6, 999,
                        UNTYPED),
                step("no JSON", "ADD", "{", 6),
                step("a name that is missing", "ADD", "{'cniVersion': 'VERSION'}", 7),
                step("a name that is none", "ADD", "{'cniVersion': 'VERSION', 'name': 'a b'}", 7),
                wrong("no container", "ADD", "CNI_CONTAINERID", "", 4),
                wrong("no interface", "DEL", "CNI_IFNAME", "", 4),
                wrong("no namespace", "ADD", "CNI_NETNS", "", 4),
                wrong("a container's id that is none", "ADD", "CNI_CONTAINERID", "-x", 4),
                wrong("an interface's name that is too long", "ADD", "CNI_IFNAME", "abcdefghijklmnop", 4),
                wrong("an interface's name with a slash", "ADD", "CNI_IFNAME", "a/b", 4),
                wrong("an unknown command", "PLEASE", "CNI_ARGS", "", 4),
                step("a version that is unknown", "ADD", CHAINED.replace("'VERSION'", "'9.0.0'"), 1),
                step("ADD", "ADD", CHAINED, SUCCESS),
                step("ADD again", "ADD", CHAINED, SUCCESS, 999, "a repeated ADD is the same ADD; the reference fails,"
                        + " and leaves one more rule"),
                checks ? step("CHECK", "CHECK", CHAINED, SUCCESS) : step("CHECK", "CHECK", CHAINED, 1),
                collects ? step("STATUS", "STATUS", PLAIN, SUCCESS, NOT_ASKED, "newer than the reference")
                        : step("STATUS", "STATUS", PLAIN, 1, 4, "the reference was built before there was STATUS"),
                collects ? step("GC that keeps it", "GC", PLAIN.replace("'sbr'}", "'sbr', 'cni.dev/valid-attachments': "
                        + "[{'containerID': 'c1', 'ifname': 'net1'}]}"), SUCCESS, NOT_ASKED, "newer than the reference")
                        : step("GC", "GC", PLAIN, 1, 4, "the reference was built before there was GC"),
                step("DEL", "DEL", CHAINED, SUCCESS),
                step("DEL again", "DEL", CHAINED, SUCCESS),
                step("DEL without prevResult", "DEL", PLAIN, SUCCESS),
                new Step("DEL without a namespace", "DEL", Map.of("CNI_NETNS", ""), CHAINED, SUCCESS, 999,
                        "CNI_NETNS is optional for DEL; the reference wants it"),
                new Step("DEL with a namespace that is gone", "DEL", Map.of("CNI_NETNS", "/run/netns/plt-no-such"),
                        CHAINED, SUCCESS, 999, "DEL completes without the namespace; the reference fails, and leaves a"
                                + " file of its name"),
                new Step("ADD with a namespace that is none", "ADD", Map.of("CNI_NETNS", "/run/netns/plt-no-such"),
                        CHAINED, 8, 999, UNTYPED)));
        if (checks) {
            steps.add(step("CHECK after DEL", "CHECK", CHAINED, 3, SUCCESS, "the reference never looks"));
        }
        if (collects) {
            steps.add(step("ADD for GC", "ADD", CHAINED, SUCCESS, NOT_ASKED, "newer than the reference"));
            steps.add(step("GC that drops it", "GC", PLAIN.replace("'sbr'}", "'sbr', 'cni.dev/valid-attachments': []}"),
                    SUCCESS, NOT_ASKED, "newer than the reference"));
            steps.add(step("CHECK after GC", "CHECK", CHAINED, 3, NOT_ASKED, "newer than the reference"));
        }
        return steps;
    }

    /** What the plugins before us made, in the shape of a version. */
    private static String previous(String version, String netns) {
        var netnsPath = Plugins.path(netns);
        return switch (version) {
            case "0.1.0", "0.2.0" -> "{'cniVersion': 'VERSION', 'ip4': {'ip': '192.168.1.209/24', 'gateway': "
                    + "'192.168.1.1', 'routes': [{'dst': '0.0.0.0/0', 'gw': '192.168.1.1'}]}, 'dns': {}}";
            case "0.3.0", "0.3.1", "0.4.0" -> "{'cniVersion': 'VERSION', 'interfaces': [{'name': 'net1', 'sandbox': '"
                    + netnsPath + "'}], 'ips': [{'version': '4', 'interface': 0, 'address': '192.168.1.209/24', "
                    + "'gateway': '192.168.1.1'}], 'routes': [{'dst': '0.0.0.0/0'}], 'dns': {}}";
            default -> "{'cniVersion': 'VERSION', 'interfaces': [{'name': 'net1', 'sandbox': '" + netnsPath
                    + "'}], 'ips': [{'interface': 0, 'address': '192.168.1.209/24', 'gateway': '192.168.1.1'}], "
                    + "'routes': [{'dst': '0.0.0.0/0'}], 'dns': {'nameservers': ['192.168.1.1']}}";
        };
    }

    /** Whom a step is done to. */
    @FunctionalInterface
    private interface Caller {
        Plugins.Result call(Map<String, String> environment, String configuration);
    }

    private final class Run {
        private final Plugins plugins;
        private final String container;
        private final String version;
        private final Caller caller;
        private final boolean reference;
        private final Map<String, JsonNode> results = new HashMap<>();

        Run(Plugins plugins, String version, boolean reference, Map<String, String> more) {
            this.plugins = plugins;
            this.version = version;
            this.reference = reference;
            container = namespaces.create();
            plugins.device(container, "net1", "192.168.1.209/24");
            caller = (environment, configuration) -> {
                environment.putAll(more);
                return reference ? plugins.callReference("sbr", environment, configuration)
                        : plugins.callExecutable("sbr", environment, configuration);
            };
        }

        /** What ADD gave, whichever the container; an empty {@code dns} is left out or not, and means the same. */
        JsonNode result() {
            var result = Plugins.configuration(results.get("ADD").toString().replace(container, "POD"));
            if (result.path("dns").isEmpty()) {
                result.remove("dns");
            }
            return result;
        }

        void run(Step step) throws Exception {
            int expected = reference ? step.theirs() : step.ours();
            if (expected == NOT_ASKED) {
                return;
            }
            var environment = Plugins.environment(step.command(), "c1", container, "net1");
            step.environment().forEach((name, value) -> {
                if (value.isEmpty()) {
                    environment.remove(name);
                } else {
                    environment.put(name, value);
                }
            });
            var configuration = step.configuration().replace("PREVIOUS", previous(version, container))
                    .replace("VERSION", version).replace('\'', '"');
            var result = caller.call(environment, configuration);
            assertEquals(expected == SUCCESS, result.code() == 0, () -> step.name() + ": " + result);
            if (expected == SUCCESS && !step.command().equals("ADD")) {
                assertEquals("", result.out(), step.name());
            } else {
                results.put(step.name(), result.json());
            }
            if (expected != SUCCESS) {
                assertEquals(1, result.code(), step.name());
                assertEquals(expected, result.error(), () -> step.name() + ": " + result);
                assertTrue(!result.message().isEmpty(), step.name());
            } else if (step.name().equals("ADD") && !reference) {
                assertEquals(1, plugins.ourRules(container).size());
                assertEquals(version, result.json().get("cniVersion").stringValue());
            }
            Files.deleteIfExists(Path.of("/run/netns/plt-no-such"));
        }
    }

    private Stream<DynamicTest> all(Plugins plugins, boolean beside, List<String> versions, Map<String, String> more) {
        return versions.stream().map(version -> dynamicTest(version, () -> {
            var ours = new Run(plugins, version, false, more);
            for (var step : steps(version)) {
                ours.run(step);
            }
            assertEquals(List.of(), plugins.ourRules(ours.container));
            if (beside && !version.equals(NEWER)) {
                var theirs = new Run(plugins, version, true, Map.of());
                for (var step : steps(version)) {
                    theirs.run(step);
                }
                assertEquals(theirs.result(), ours.result());
            }
            versions(plugins, version, more);
        }));
    }

    private static void versions(Plugins plugins, String version, Map<String, String> more) {
        var environment = new HashMap<>(more);
        environment.put("CNI_COMMAND", "VERSION");
        var answer = plugins.callExecutable("sbr", environment, "{\"cniVersion\": \"" + version + "\"}").succeeded()
                .json();
        assertEquals(version, answer.get("cniVersion").stringValue());
        assertEquals(VERSIONS, answer.get("supportedVersions").values().stream().map(JsonNode::stringValue).toList());
    }

    /** All steps in all versions, beside the reference. */
    @TestFactory
    Stream<DynamicTest> withAnAgent() throws Exception {
        var plugins = new Plugins(namespaces, directory);
        var agent = new RunningAgent(plugins);
        return Stream.concat(all(plugins, true, VERSIONS, Map.of("PLUMBLINE_JAVA", "/no/such/jdk")),
                Stream.of(dynamicTest("the end", agent::close)));
    }

    /** The same answers come from a process of its own; that every version does so the tests of the protocol show. */
    @TestFactory
    Stream<DynamicTest> withoutAnAgent() {
        return all(new Plugins(namespaces, directory), false, List.of("0.2.0", "0.4.0", "1.1.0"), Map.of());
    }
}
