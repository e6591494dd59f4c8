package dev.plumbline.cni;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The calls that the AOT cache of the plugin is trained with ({@code src/main/dist/train}), all in one process:
 * {@code CniTraining NETNS STATE_DIRECTORY}. The namespace has an interface {@code net1} with the address 192.0.2.2/24;
 * if there is none, all calls but those that need none fail, and that is right.
 */
public final class CniTraining {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private CniTraining() {
    }

    /** Ends with 1 if calls fail in a namespace that is there. */
    public static void main(String[] args) {
        boolean fails = false;
        for (var type : PluginType.words()) {
            for (var command : List.of("ADD", "CHECK", "DEL", "VERSION")) {
                var configuration = """
                        {"cniVersion": "1.0.0", "name": "training", "type": "TYPE", MORE "prevResult": {
                         "cniVersion": "1.0.0", "interfaces": [{"name": "net1", "sandbox": "NETNS"}],
                         "ips": [{"interface": 0, "address": "192.0.2.2/24", "gateway": "192.0.2.1"}],
                         "routes": [{"dst": "0.0.0.0/0"}], "dns": {}}}
                        """.replace("TYPE", type).replace("NETNS", args[0])
                        .replace("MORE", type.equals("plumbline") ? "\"sourceRouting\": {}," : "");
                fails |= call(type, command, configuration, args);
            }
        }
        boolean inside = java.nio.file.Files.exists(java.nio.file.Path.of(args[0]));
        Runtime.getRuntime().halt(fails && inside ? 1 : 0);
    }

    private static boolean call(String type, String command, String configuration, String[] args) {
        var environment = Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", "training", "CNI_NETNS", args[0],
                "CNI_IFNAME", "net1", "CNI_PATH", "/opt/cni/bin", "CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=training",
                "PLUMBLINE_STATE_DIR", args[1]);
        var out = new ByteArrayOutputStream();
        int code = CniMain.run(environment, type, new ByteArrayInputStream(
                configuration.getBytes(StandardCharsets.UTF_8)), new PrintStream(out), System.err, LIMIT);
        if (code != 0) {
            System.err.println("training: CNI " + command + " of " + type + ": " + out);
        }
        return code != 0;
    }
}
