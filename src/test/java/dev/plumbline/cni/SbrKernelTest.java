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

    /** An ADD that is repeated changes nothing more, and one with another configuration brings that one about. */
    @Test
    void addIsIdempotent() throws Exception {
        call("ADD", sbr("")).succeeded();
        var after = plugins.everything(container);
        var rows = stored();
        call("ADD", sbr("")).succeeded();
        assertEquals(after, plugins.everything(container));
        assertEquals(rows, stored());
        call("ADD", sbr(", 'table': 77")).succeeded();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 77"), plugins.ourRules(container));
        assertEquals(List.of(), plugins.routes(container, "100"));
        assertEquals(List.of(), plugins.routes(container, "77"));
        assertTrue(plugins.routes(container, "main").contains(
                "192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209"));
    }

    /** The namespace's path in whichever way it goes: gone, of another namespace, a file, no variable at all. */
    @Test
    void delWithoutItsNamespace() throws Exception {
        for (var way : List.of("gone", "made anew", "junk", "unset")) {
            var name = plugins.container();
            plugins.device(name, "net1", "192.168.1.209/24");
            plugins.call("sbr", environment("ADD", "c1", name, "net1"), sbr("")).succeeded();
            namespaces.remove(name);
            var path = Path.of("/run/netns", name);
            List<String> before = List.of();
            switch (way) {
                case "made anew" -> {
                    namespaces.create(name);
                    plugins.device(name, "net1", "192.168.1.209/24");
                    plugins.ip(name).run("rule add pref 20000 from 192.168.1.209 lookup 100 proto 157");
                    before = plugins.everything(name);
                }
                case "junk" -> Files.writeString(path, "junk");
                default -> { }
            }
            plugins.call("sbr", environment("DEL", "c1", way.equals("unset") ? "" : name, "net1"), sbr(""))
                    .succeeded();
            assertEquals(List.of(), stored(), way);
            switch (way) {
                case "made anew" -> assertEquals(before, plugins.everything(name), way);
                case "junk" -> {
                    assertEquals("junk", Files.readString(path));
                    Files.delete(path);
                }
                default -> assertFalse(Files.exists(path), way);
            }
        }
    }

    /** Before anything was ever added, DEL makes no store. */
    @Test
    void delOfTheUnknownLeavesNothing() {
        plugins.call("sbr", environment("DEL", "c9", "/run/netns/no-such", "eth0"), sbr("")).succeeded();
        assertFalse(Files.exists(plugins.state()));
    }

    /** Two interfaces of one container, each an attachment; one goes, the other stays. */
    @Test
    void twoInterfacesOfOneContainer() throws Exception {
        var before = plugins.everything(container);
        plugins.device(container, "net2", "172.16.0.5/16");
        var second = sbr("").replace("192.168.1.209/24", "172.16.0.5/16").replace("192.168.1.1", "172.16.0.1")
                .replace("net1", "net2").replace("mynet", "other");
        call("ADD", sbr("")).succeeded();
        plugins.call("sbr", environment("ADD", "c1", "/var/run/netns/" + container, "net2"), second).succeeded();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 172.16.0.5 lookup 101"),
                plugins.ourRules(container));
        call("CHECK", sbr("")).succeeded();
        plugins.call("sbr", environment("CHECK", "c1", container, "net2"), second).succeeded();
        plugins.ip(container).run("link del net2");
        call("CHECK", sbr("")).succeeded();
        plugins.call("sbr", environment("CHECK", "c1", container, "net2"), second).failed(CniException.DRIFTED);
        plugins.call("sbr", environment("DEL", "c1", container, "net2"), second).succeeded();
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), plugins.ourRules(container));
        call("DEL", sbr("")).succeeded();
        assertEquals(before, plugins.everything(container));
        assertEquals(List.of(), stored());
    }

    /** A DEL that comes late, for the network that the interface had before, takes nothing of the new one. */
    @Test
    void aLateDelOfAnotherNetwork() {
        call("ADD", sbr("")).succeeded();
        call("ADD", sbr("").replace("mynet", "newnet")).succeeded();
        call("DEL", sbr("")).succeeded();
        call("CHECK", sbr("").replace("mynet", "newnet")).succeeded();
        call("CHECK", sbr("")).failed(CniException.UNKNOWN_CONTAINER);
    }

    /** The most frequent complaint about the reference: no default route in the table. */
    @Test
    void gatewaysFromWhereverTheyAreTold() {
        var plain = sbr("").replace(",\"gateway\":\"192.168.1.1\"", "");
        var withGateway = List.of("default via 192.168.1.1 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209");
        // A route of prevResult that the container has not got, because the default route is eth0's.
        call("ADD", plain.replace("{\"dst\":\"0.0.0.0/0\"}", "{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.168.1.1\"}"))
                .succeeded();
        assertEquals(withGateway, plugins.routes(container, "100"));
        call("DEL", plain).succeeded();
        // A route on the device alone.
        plugins.ip(container).run("route add default via 192.168.1.7 dev net1 metric 50");
        call("ADD", plain).succeeded();
        assertEquals("default via 192.168.1.7 dev net1 proto 157 metric 50", plugins.routes(container, "100")
                .getFirst());
        // The configuration goes before all.
        call("ADD", plain.replace("\"type\"", "\"gateways\":[\"192.168.1.9\"],\"type\"")).succeeded();
        assertEquals("default via 192.168.1.9 dev net1 proto 157", plugins.routes(container, "100").getFirst());
        call("DEL", plain).succeeded();
        assertTrue(plugins.routes(container, "main").contains("default via 192.168.1.7 dev net1 metric 50"));
    }

    /** Two addresses of one network with a gateway each, which no list of gateways could say. */
    @Test
    void aGatewayOfEachAddress() {
        plugins.ip(container).run("addr add 192.168.1.210/24 dev net1");
        plugins.ip(container).run("addr add 2001:db8::5/64 dev net1 nodad");
        plugins.ip(container).run("addr add fe80::5/64 dev net1 nodad");
        var ips = "[{'interface': 1, 'address': '192.168.1.209/24', 'gateway': '192.168.1.1'},"
                + "{'address': '192.168.1.210/24', 'gateway': '192.168.1.2'},"
                + "{'address': '2001:db8::5/64', 'gateway': 'fe80::1'}]";
        var configuration = configuration(sbr(""));
        configuration.get("prevResult").asObject().set("ips", Plugins.JSON.readTree(ips.replace('\'', '"')));
        call("ADD", configuration.toString()).succeeded();
        assertEquals("default via 192.168.1.1 dev net1 proto 157", plugins.routes(container, "100").getFirst());
        assertEquals("default via 192.168.1.2 dev net1 proto 157", plugins.routes(container, "101").getFirst());
        assertTrue(plugins.routes(container, "102").contains(
                "default via fe80::1 dev net1 proto 157 metric 1024 pref medium"));
        assertTrue(plugins.routes(container, "main").contains(
                "fe80::/64 dev net1 proto kernel metric 256 pref medium"));
        assertEquals(3, plugins.ourRules(container).size());
    }

    /** ADD that cannot be done leaves namespace and store as they were. */
    @Test
    void aFailedAddLeavesNothing() throws Exception {
        call("ADD", sbr("")).succeeded();
        call("DEL", sbr("")).succeeded();
        var before = plugins.everything(container);
        for (var wrong : List.of("192.168.1.209/24>192.168.1.208/24", "192.168.1.1\">172.31.0.1\"", "net1>net7",
                "192.168.1.1\">192.168.1.209\"")) {
            var parts = wrong.split(">");
            var device = parts[1].equals("net7") ? "net7" : "net1";
            var result = plugins.call("sbr", environment("ADD", "c1", container, device),
                    sbr("").replace(parts[0], parts[1]));
            assertEquals(1, result.code(), wrong + result);
            assertEquals(before, plugins.everything(container), wrong);
            assertEquals(List.of(), stored(), wrong);
        }
        call("ADD", sbr("")).succeeded();
        var made = plugins.everything(container);
        var rows = stored();
        call("ADD", sbr("").replace("192.168.1.1\"", "172.31.0.1\"")).failed(CniException.NOT_POSSIBLE);
        assertEquals(made, plugins.everything(container));
        assertEquals(rows, stored());
        call("CHECK", sbr("")).succeeded();
    }

    /** The kernel refuses what the compiler could not foresee: all is undone. */
    @Test
    void theKernelRefuses() throws Exception {
        // A route from the time before its gateway became an address of the container's own cannot be made again.
        plugins.ip(container).run("route add 203.0.113.0/24 via 192.168.1.77 dev net1 onlink");
        plugins.ip(container).run("addr add 192.168.1.77/32 dev p-net1");
        var before = plugins.everything(container);
        var result = call("ADD", sbr(""));
        result.failed(CniException.NOT_POSSIBLE);
        assertTrue(result.message().contains("everything done so far was undone"), result::toString);
        assertTrue(result.json().get("details").stringValue().contains("Nexthop has invalid gateway"),
                result::toString);
        assertEquals(before, plugins.everything(container));
        assertEquals(List.of(), stored());
    }

    @Test
    void checkTellsTheTruth() {
        call("CHECK", sbr("")).failed(CniException.UNKNOWN_CONTAINER);
        call("ADD", sbr("")).succeeded();
        // What a later plugin, or a DHCP client, adds is none of the attachment's faults.
        plugins.ip(container).run("route add 10.7.0.0/16 dev net1");
        plugins.ip(container).run("rule add pref 7 from 10.7.0.1 lookup 100");
        call("CHECK", sbr("")).succeeded();
        plugins.ip(container).run("route del 10.7.0.0/16 dev net1");
        for (var drift : List.of("rule del pref 20000", "route del default table 100",
                "route del 192.168.1.0/24 table 100",
                "route replace default via 192.168.1.3 dev net1 table 100 proto 157",
                "addr del 192.168.1.209/24 dev net1", "link set net1 down")) {
            plugins.ip(container).run(drift);
            var result = call("CHECK", sbr("")).failed(CniException.DRIFTED);
            assertTrue(result.message().startsWith("attachment c1/net1 is not as it was made: "), result::toString);
            plugins.ip(container).run("link set net1 up");
            plugins.ip(container).attempt("addr add 192.168.1.209/24 dev net1");
            call("ADD", sbr("")).succeeded();
            call("CHECK", sbr("")).succeeded();
        }
        var other = plugins.container();
        plugins.device(other, "net1", "192.168.1.209/24");
        plugins.call("sbr", environment("CHECK", "c1", other, "net1"), sbr("")).failed(CniException.DRIFTED);
        plugins.call("sbr", environment("CHECK", "c1", "no-such", "net1"), sbr("")).failed(CniException.INVALID_NETNS);
    }

    @Test
    void gcDropsWhatIsNotInTheList() throws Exception {
        var others = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            var name = plugins.container();
            plugins.device(name, "net1", "192.168.1.209/24");
            others.add(name);
            plugins.call("sbr", environment("ADD", "c" + (2 + i), name, "net1"), i == 2 ? sbr("").replace("mynet",
                    "other") : sbr("")).succeeded();
        }
        call("ADD", sbr("")).succeeded();
        namespaces.remove(others.get(1));
        var gc = configuration("{'cniVersion': '1.1.0', 'name': 'mynet', 'type': 'sbr', 'cni.dev/valid-attachments':"
                + "[{'containerID': 'c1', 'ifname': 'net1'}, {'containerID': 'c9', 'ifname': 'net1'}]}").toString();
        assertEquals("", plugins.call("sbr", environment("GC", "", "", ""), gc).succeeded().out());
        assertEquals(List.of(), plugins.ourRules(others.get(0)));
        assertEquals(List.of(), plugins.routes(others.get(0), "100"));
        assertEquals(1, plugins.ourRules(container).size());
        assertEquals(1, plugins.ourRules(others.get(2)).size());
        try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
            assertEquals(List.of("c4/net1", "c1/net1"), store.attachments().stream()
                    .map(each -> each.key().toString()).toList());
            assertEquals(2, store.labels().size());
        }
        plugins.call("sbr", environment("GC", "", "", ""), gc.replace("cni.dev/valid-attachments", "other"))
                .failed(CniException.INVALID_CONFIGURATION);
    }

    @Test
    void theHostsOwnNamespaceIsRefused() {
        plugins.device(plugins.host, "net1", "192.168.1.209/24");
        var before = plugins.everything(plugins.host);
        plugins.call("sbr", environment("ADD", "c1", plugins.host, "net1"), sbr("")).failed(CniException.INVALID_NETNS);
        plugins.call("sbr", environment("DEL", "c1", plugins.host, "net1"), sbr("")).succeeded();
        assertEquals(before, plugins.everything(plugins.host));
    }

    /** A container that was started again in another namespace without a DEL: nothing of the former stays. */
    @Test
    void startedAgainElsewhere() throws Exception {
        call("ADD", sbr("")).succeeded();
        var other = plugins.container();
        plugins.device(other, "net1", "192.168.1.209/24");
        plugins.call("sbr", environment("ADD", "c1", other, "net1"), sbr("")).succeeded();
        assertEquals(List.of(), plugins.ourRules(container));
        assertEquals(1, plugins.ourRules(other).size());
        namespaces.remove(other);
        call("ADD", sbr("")).succeeded();
        assertEquals(1, stored().stream().filter(each -> each.startsWith("namespaces")).count());
        call("DEL", sbr("")).succeeded();
        assertEquals(List.of(), stored());
    }
}
