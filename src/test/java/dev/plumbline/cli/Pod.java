package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.cni.CniAnswer;
import dev.plumbline.cni.CniRequest;
import dev.plumbline.cni.CniService;
import dev.plumbline.cni.CniSettings;
import dev.plumbline.cni.LogLevel;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A container beside a host, as a plugin like {@code bridge} leaves it: one end of a veth pair is its interface, the
 * other is the host's. Its runtime calls the plugin {@code plumbline} with that plugin's result.
 */
final class Pod {

    static final int UNKNOWN_CONTAINER = 3;
    static final int INVALID_CONFIGURATION = 7;
    /** plumbline's own: the network is not such that it can be done. */
    static final int NOT_POSSIBLE = 100;
    /** plumbline's own: something is missing or different. */
    static final int DRIFTED = 101;

    private static final JsonMapper JSON = new JsonMapper();

    private final TestHost host;
    private final TestHost network;
    private final String device;
    private final String result;

    /** What the plugin printed, and its exit code. */
    record Answer(int code, String out, String err) {

        /** Succeeded; what it printed. */
        String succeeded() {
            assertEquals(0, code, this::toString);
            return out;
        }

        /** Failed with this code of the specification; the message and the details. */
        String failed(int error) {
            assertEquals(1, code, this::toString);
            var answer = JSON.readTree(out);
            assertEquals(error, answer.get("code").intValue(), this::toString);
            var details = answer.get("details");
            return answer.get("msg").stringValue() + (details == null ? "" : "; " + details.stringValue());
        }
    }

    /** With an interface that has one address of each family, and the host's end as its gateway. */
    Pod(TestHost host, ThrowAwayNamespaces namespaces, String device) {
        this.host = host;
        this.network = host.elsewhere(namespaces);
        this.device = device;
        this.result = """
                {"cniVersion": "1.0.0", "interfaces": [{"name": "NAME", "sandbox": "/run/netns/NETNS"}],
                 "ips": [{"interface": 0, "address": "192.168.1.209/24", "gateway": "192.168.1.1"},
                         {"interface": 0, "address": "2001:db8:1::9/64", "gateway": "2001:db8:1::1"}],
                 "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}""".replace("NAME", device)
                .replace("NETNS", network.name());
        host.ip().batch("""
                link add v-NAME type veth peer name NAME netns NETNS
                link set v-NAME addrgenmode none
                link set v-NAME up
                addr add 192.168.1.1/24 dev v-NAME
                addr add 2001:db8:1::1/64 dev v-NAME nodad
                """.replace("NAME", device).replace("NETNS", network.name()));
        network.ip().batch("""
                link set NAME addrgenmode none
                link set NAME up
                addr add 192.168.1.209/24 dev NAME
                addr add 2001:db8:1::9/64 dev NAME nodad
                """.replace("NAME", device));
    }

    /** Its namespace. */
    TestHost network() {
        return network;
    }

    /** What the plugin before said. */
    JsonNode result() {
        return JSON.readTree(result);
    }

    /**
     * Calls the plugin in this process, in the host's namespace.
     *
     * @param sourceRouting its key of this name
     */
    Answer call(String command, String sourceRouting) {
        return carryOut(command, configuration(sourceRouting));
    }

    /** Says in this process that the network has no attachments any more. */
    Answer collect() {
        return carryOut("GC", "{\"cniVersion\": \"1.1.0\", \"name\": \"mynet\", \"type\": \"plumbline\","
                + " \"cni.dev/valid-attachments\": []}");
    }

    private Answer carryOut(String command, String configuration) {
        var settings = new CniSettings(host.state(), LogLevel.VERBOSE, Optional.empty(), VersionCommand.version());
        try (var namespace = NetworkNamespace.named(host.name())) {
            CniAnswer answer = namespace.call(() -> new CniService(settings).answer(new CniRequest(
                    environment(command), configuration.getBytes(StandardCharsets.UTF_8), "plumbline")));
            return new Answer(answer.exitCode(), answer.stdout(), String.join("\n", answer.stderr()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Calls the packaged executable. */
    Answer callExecutable(String command, String sourceRouting) {
        try {
            var classes = Path.of(Pod.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            var builder = new ProcessBuilder("ip", "netns", "exec", host.name(),
                    classes.resolveSibling("plumbline/cni/plumbline").toString());
            builder.environment().putAll(environment(command));
            builder.environment().put("PLUMBLINE_STATE_DIR", host.state().toString());
            builder.environment().put("PLUMBLINE_JAVA", System.getProperty("java.home"));
            var errors = host.state().resolveSibling("errors").toFile();
            var process = builder.redirectError(errors).start();
            try (var in = process.getOutputStream()) {
                in.write(configuration(sourceRouting).getBytes(StandardCharsets.UTF_8));
            }
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), out, Files.readString(errors.toPath()));
        } catch (IOException | URISyntaxException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Map<String, String> environment(String command) {
        return new HashMap<>(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", "c1", "CNI_NETNS",
                "/run/netns/" + network.name(), "CNI_IFNAME", device, "CNI_PATH", "/usr/lib/cni"));
    }

    private String configuration(String sourceRouting) {
        return "{\"cniVersion\": \"1.0.0\", \"name\": \"mynet\", \"type\": \"plumbline\", \"sourceRouting\": "
                + sourceRouting + ", \"prevResult\": " + result + "}";
    }

    /** The interface's addresses, as {@code ip} shows them; lifetimes masked. */
    List<String> addresses() {
        return network.ip().lines("-o addr show dev " + device).stream()
                .map(line -> line.replaceAll("_lft [0-9]+sec", "_lft ?").replaceAll(" *\\\\.*", "")).sorted().toList();
    }

    /** What {@code plumbline attachments} prints. */
    String attachments() {
        var listed = host.execute("attachments", "--state-dir", host.state().toString());
        assertEquals(0, listed.code(), listed::toString);
        return listed.out();
    }
}
