package dev.plumbline.cni;

import static dev.plumbline.cni.Plugins.configuration;
import static dev.plumbline.cni.Plugins.environment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The plugin {@code sbr} in containers' namespaces, told by {@code ip}. */
@Tag("kernel")
class SbrKernelTest {

    private static final List<String> MAIN = List.of("default via 10.0.0.1 dev eth0",
            "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10");
    private static final String RESULT = """
            {'cniVersion': '1.0.0',
             'interfaces': [{'name': 'br0', 'mac': '0a:00:00:00:00:01'},
                            {'name': 'net1', 'mac': '0a:00:00:00:00:02', 'sandbox': '/run/netns/x'}],
             'ips': [{'interface': 1, 'address': '192.168.1.209/24', 'gateway': '192.168.1.1'}],
             'routes': [{'dst': '0.0.0.0/0'}]}""";

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;
    private String container;

    @BeforeEach
    void containerWithASecondInterface() {
        plugins = new Plugins(namespaces, directory);
        container = plugins.container();
        plugins.device(container, "net1", "192.168.1.209/24");
    }

    private static String sbr(String more) {
        return configuration("{'cniVersion': '1.0.0', 'name': 'mynet', 'type': 'sbr', 'prevResult': " + RESULT + more
                + "}").toString();
    }

    private Plugins.Result call(String command, String configuration) {
        return plugins.call("sbr", environment(command, "c1", container, "net1"), configuration);
    }

    private List<String> stored() throws Exception {
        var rows = new ArrayList<String>();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + plugins.state().resolve("state.db"));
                var statement = connection.createStatement()) {
            for (var table : List.of("attachments", "namespaces", "allotments", "taken_routes", "devices", "journal")) {
                try (var result = statement.executeQuery("SELECT * FROM " + table)) {
                    while (result.next()) {
                        rows.add(table + " " + result.getString(1) + " " + result.getString(2));
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void addMakesTheTableAndPassesTheResultOn() {
        var result = call("ADD", sbr("")).succeeded();
        assertEquals(configuration(RESULT), result.json());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), plugins.ourRules(container));
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), plugins.routes(container, "100"));
        assertEquals(MAIN, plugins.routes(container, "main"));
        var route = plugins.ip(container).lines("route get 8.8.8.8 from 192.168.1.209").getFirst();
        assertTrue(route.contains("via 192.168.1.1 dev net1"), route);
        assertEquals("", call("CHECK", sbr("")).succeeded().out());
    }

    @Test
    void delPutsAllBackAndMayBeRepeated() throws Exception {
        var before = plugins.everything(container);
        call("ADD", sbr("")).succeeded();
        assertEquals("", call("DEL", sbr("")).succeeded().out());
        assertEquals(before, plugins.everything(container));
        assertEquals(List.of(), stored());
        call("DEL", sbr("")).succeeded();
        var without = configuration("{'cniVersion': '1.0.0', 'name': 'mynet', 'type': 'sbr'}").toString();
        call("DEL", without).succeeded();
        plugins.call("sbr", environment("DEL", "c1", "", "net1"), without).succeeded();
        assertEquals(List.of(), stored());
    }
}
