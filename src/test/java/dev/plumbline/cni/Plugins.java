package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.kernel.Ip;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A machine with containers: a throw-away namespace in which plugins run, Debian's reference plugins as programs and
 * plumbline's in this process, called by hand as a runtime would.
 */
final class Plugins {

    static final JsonMapper JSON = new JsonMapper();
    static final Path REFERENCE = Path.of("/usr/lib/cni");
    /** As {@code mvn package} left them. */
    static final Path EXECUTABLES = Path.of("target/plumbline/cni").toAbsolutePath();
    static final Attachments.Patience SHORT = new Attachments.Patience(Duration.ofMillis(300), Duration.ofMillis(300),
            Duration.ofMillis(300));

    private final ThrowAwayNamespaces namespaces;
    private final Path state;
    final String host;

    /** What a plugin printed, and its exit code. */
    record Result(int code, String out, String err) {

        JsonNode json() {
            return JSON.readTree(out);
        }

        /** The code of the error. */
        int error() {
            return json().get("code").intValue();
        }

        String message() {
            return json().get("msg").stringValue();
        }

        Result succeeded() {
            assertEquals(0, code, this::toString);
            return this;
        }

        Result failed(int error) {
            assertEquals(1, code, this::toString);
            assertEquals(error, error(), this::toString);
            return this;
        }
    }

    Plugins(ThrowAwayNamespaces namespaces, Path directory) {
        this.namespaces = namespaces;
        this.host = namespaces.create();
        this.state = directory.resolve("cni-state");
    }

    /** The same plugins with another store. */
    Path state() {
        return state;
    }

    CniSettings settings() {
        return new CniSettings(state, LogLevel.VERBOSE, Optional.empty(), "1.0");
    }

    /** The path of a namespace. */
    static String path(String namespace) {
        return namespace.startsWith("/") || namespace.isEmpty() ? namespace : "/run/netns/" + namespace;
    }

    /** A configuration, single quotes for double ones. */
    static ObjectNode configuration(String json) {
        return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
    }

    /** A call of one attachment. */
    static Map<String, String> environment(String command, String container, String netns, String device) {
        var environment = new HashMap<String, String>();
        environment.put("CNI_COMMAND", command);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_NETNS", path(netns));
        environment.put("CNI_IFNAME", device);
        environment.put("CNI_PATH", REFERENCE.toString());
        return environment;
    }

    /** Calls plumbline's plugin of a type, in the host's namespace. */
    Result call(String type, Map<String, String> environment, String configuration) {
        return call(type, environment, configuration, Attachments.Patience.DEFAULT);
    }

    Result call(String type, Map<String, String> environment, String configuration, Attachments.Patience patience) {
        try (var namespace = NetworkNamespace.named(host)) {
            var answer = namespace.call(() -> new CniService(settings(), patience, Optional.empty())
                    .answer(new CniRequest(environment, configuration.getBytes(StandardCharsets.UTF_8), type)));
            return new Result(answer.exitCode(), answer.stdout(), String.join("\n", answer.stderr()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Calls a plugin of Debian's, as a program in the host's namespace. */
    Result callReference(String type, Map<String, String> environment, String configuration) {
        return callProgram(REFERENCE.resolve(type), environment, configuration);
    }

    /** Calls plumbline's plugin of a type by its executable, with its store. */
    Result callExecutable(String type, Map<String, String> environment, String configuration) {
        var variables = new HashMap<>(environment);
        variables.putIfAbsent("PLUMBLINE_STATE_DIR", state.toString());
        return callProgram(EXECUTABLES.resolve(type), variables, configuration);
    }

    /** Calls a program in the host's namespace, with no other variables than these and a path. */
    Result callProgram(Path program, Map<String, String> environment, String configuration) {
        try {
            var builder = new ProcessBuilder(List.of("ip", "netns", "exec", host, program.toString()));
            builder.environment().keySet().retainAll(Set.of("PATH"));
            builder.environment().putAll(environment);
            var error = Files.createTempFile("cni", ".err");
            var process = builder.redirectError(error.toFile()).start();
            try (var in = process.getOutputStream()) {
                in.write(configuration.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It does not read: whether that is right, its answer shows.
            }
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                throw new AssertionError(program + " does not end");
            }
            var result = new Result(process.exitValue(), out, Files.readString(error));
            Files.delete(error);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Ip ip(String namespace) {
        return namespaces.ip(namespace);
    }

    /** A container's namespace with a management interface that has the default route. */
    String container() {
        var name = namespaces.create();
        device(name, "eth0", "10.0.0.10/24");
        ip(name).run("route add default via 10.0.0.1 dev eth0");
        return name;
    }

    /** Makes a device that is up, without addresses of its own making. */
    void device(String namespace, String device, String... addresses) {
        var ip = ip(namespace);
        ip.run("link add " + device + " type veth peer name p-" + device);
        for (var each : List.of(device, "p-" + device)) {
            ip.run("link set " + each + " addrgenmode none");
            ip.run("link set " + each + " up");
        }
        for (var address : addresses) {
            ip.run("addr add " + address + " dev " + device + (address.contains(":") ? " nodad" : ""));
        }
    }

    /** The routes of one table in both families. */
    List<String> routes(String namespace, String table) {
        var all = new ArrayList<String>();
        for (var family : List.of("-4", "-6")) {
            for (var line : ip(namespace).lines(family + " -o route show table all")) {
                var text = line.replaceAll("[\\\\ ]+", " ") + " ";
                boolean main = !text.contains(" table ");
                if (table.equals("main") ? main : text.contains(" table " + table + " ")) {
                    all.add(text.replace(" table " + table + " ", " ").strip());
                }
            }
        }
        return all;
    }

    /** The rules of both families that are plumbline's. */
    List<String> ourRules(String namespace) {
        var all = new ArrayList<>(ip(namespace).lines("-4 rule"));
        ip(namespace).lines("-6 rule").forEach(line -> all.add("inet6 " + line));
        return all.stream().filter(line -> line.contains("proto 157")).map(line -> line.replace(" proto 157", ""))
                .toList();
    }

    /** Everything that a plugin could touch in a namespace. */
    List<String> everything(String namespace) {
        var all = new ArrayList<String>();
        for (var words : List.of("-4 -o route show table all", "-6 -o route show table all", "-4 rule", "-6 rule")) {
            ip(namespace).lines(words).stream().filter(line -> !line.contains(" table local ")).forEach(all::add);
        }
        return all;
    }
}
