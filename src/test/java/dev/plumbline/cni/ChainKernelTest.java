package dev.plumbline.cni;

import static dev.plumbline.cni.Plugins.environment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Chains of Debian's reference plugins with plumbline behind them, called as libcni calls them, and beside the same
 * chains with the reference's own {@code sbr}.
 */
@Tag("kernel")
class ChainKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;

    @BeforeEach
    void machine() {
        plugins = new Plugins(namespaces, directory);
    }

    /** A network: plugins in their order; the last is plumbline's or the reference's. */
    private final class Chain {
        private final List<ObjectNode> configurations;
        private final boolean reference;
        private final String version;
        private JsonNode result = Plugins.JSON.nullNode();

        Chain(boolean reference, String version, String... configurations) {
            this.configurations = List.of(configurations).stream().map(Plugins::configuration).toList();
            this.reference = reference;
            this.version = version;
        }

        private Plugins.Result call(int index, String command, String netns, boolean chained) {
            var each = configurations.get(index).deepCopy().put("cniVersion", version).put("name", "mynet");
            if (chained && !result.isNull()) {
                each.set("prevResult", result);
            }
            var type = each.get("type").stringValue();
            var environment = environment(command, "c1", netns, "net1");
            return index == configurations.size() - 1 && !reference
                    ? plugins.call(type, environment, each.toString())
                    : plugins.callReference(type, environment, each.toString());
        }

        Chain add(String netns) {
            return add(netns, result -> { });
        }

        /** @param between what somebody makes of the result before the last plugin */
        Chain add(String netns, Consumer<JsonNode> between) {
            for (int i = 0; i < configurations.size(); i++) {
                if (i == configurations.size() - 1) {
                    between.accept(result);
                }
                result = call(i, "ADD", netns, i > 0).succeeded().json();
            }
            return this;
        }

        /** In reverse, with the last result; the first error ends it. */
        void del(String netns) {
            for (int i = configurations.size() - 1; i >= 0; i--) {
                call(i, "DEL", netns, true).succeeded();
            }
        }

        Plugins.Result check(int index, String netns) {
            return call(index, "CHECK", netns, true);
        }
    }

    private String bridge(String more) {
        return "{'type': 'bridge', 'bridge': 'br0', 'isGateway': true, 'ipam': {'type': 'host-local', 'dataDir': '"
                + directory.resolve("ipam") + "', 'ranges': [[{'subnet': '10.22.0.0/24'}]" + more
                + "], 'routes': [{'dst': '0.0.0.0/0'}]}}";
    }

    private static final String STATIC = "{'type': 'bridge', 'bridge': 'br0', 'ipam': {'type': 'static', 'addresses': "
            + "[{'address': '10.22.0.2/24'}]}}";

    /** A container's namespace whose default route is another interface's, as a pod's is. */
    private String pod() {
        return plugins.container();
    }

    /** What the last plugin left, without what always differs: priorities of rules, and the mark of plumbline. */
    private Map<String, List<String>> outcome(String netns) {
        var outcome = new TreeMap<String, List<String>>();
        outcome.put("rules", List.of("-4", "-6").stream().flatMap(family -> plugins.ip(netns).lines(family + " rule")
                .stream()).filter(line -> line.contains("lookup 1") || line.contains("lookup 7"))
                .map(line -> line.replaceAll("^[0-9]+: ", "").replace(" proto 157", "")).sorted().toList());
        for (var table : List.of("main", "100", "101", "77")) {
            outcome.put(table, plugins.routes(netns, table).stream().filter(line -> !line.startsWith("fe80::"))
                    .map(line -> line.replaceAll(" proto (157|kernel)", "").replaceAll(" linkdown", "")).toList());
        }
        return outcome;
    }

    private static final List<String> MAIN = List.of("default via 10.0.0.1 dev eth0",
            "10.0.0.0/24 dev eth0 scope link src 10.0.0.10");

    /** A bridge with its address plugin, in each version; DEL in reverse gives the address back. */
    @Test
    void aBridgeAndItsWayBack() throws IOException {
        for (var version : List.of("0.3.1", "0.4.0", "1.0.0")) {
            var netns = pod();
            var chain = new Chain(false, version, bridge(""), "{'type': 'sbr'}").add(netns);
            assertEquals(version, chain.result.get("cniVersion").stringValue());
            assertEquals(Map.of("main", MAIN, "rules", List.of("from 10.22.0.2 lookup 100"), "100",
                    List.of("default via 10.22.0.1 dev net1", "10.22.0.0/24 dev net1 scope link src 10.22.0.2"),
                    "101", List.of(), "77", List.of()), outcome(netns));
            if (!version.equals("0.3.1")) {
                chain.check(1, netns).succeeded();
            }
            chain.del(netns);
            chain.del(netns);
            assertEquals(MAIN, outcome(netns).get("main"));
            try (var leases = Files.list(directory.resolve("ipam/mynet"))) {
                assertEquals(List.of(), leases.map(each -> each.getFileName().toString())
                        .filter(each -> each.startsWith("10.")).toList());
            }
            deleteLeases();
        }
    }

    /**
     * Same chain, same pod, same address: same rules, same tables, same main. But for IPv6 networks, which the
     * reference copies into the tables of IPv4 addresses too, where no packet ever finds them. (The reference of
     * Debian 12 does not know {@code table} yet.)
     */
    @Test
    void theSameAsTheReference() throws IOException {
        var chains = Map.of("a bridge", List.of(bridge(""), "{'type': 'sbr'}"),
                "both families", List.of(bridge(", [{'subnet': 'fd00:22::/64'}]"), "{'type': 'sbr'}"),
                "a pair", List.of(bridge("").replace("bridge', 'bridge': 'br0', 'isGateway': true", "ptp'"),
                        "{'type': 'sbr'}"));
        for (var each : chains.entrySet()) {
            var outcomes = new ArrayList<Map<String, List<String>>>();
            for (boolean reference : List.of(true, false)) {
                plugins = new Plugins(namespaces, Files.createTempDirectory(directory, "host"));
                var netns = pod();
                new Chain(reference, "1.0.0", each.getValue().toArray(String[]::new)).add(netns);
                outcomes.add(outcome(netns));
                deleteLeases();
            }
            outcomes.getFirst().computeIfPresent("100", (_, lines) -> lines.stream()
                    .filter(line -> !line.startsWith("fd00:")).toList());
            assertEquals(outcomes.getFirst(), outcomes.getLast(), each.getKey());
        }
    }

    private void deleteLeases() throws IOException {
        try (var files = Files.walk(directory.resolve("ipam"))) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    /**
     * Where the outcome differs, it is meant to: the reference leaves out the default route that only a route of
     * prevResult tells; it adds a rule at each ADD; it deletes a rule of somebody else's with the same source; it
     * leaves its routes, and main without them, when it is deleted.
     */
    @Test
    void differencesToTheReference() throws IOException {
        // As Multus does for its annotation `default-route`.
        Consumer<JsonNode> route = result -> result.asObject().putArray("routes").addObject()
                .put("dst", "0.0.0.0/0").put("gw", "10.22.0.1");
        var theirs = pod();
        var reference = new Chain(true, "1.0.0", STATIC, "{'type': 'sbr'}").add(theirs, route);
        assertEquals(List.of("10.22.0.0/24 dev net1 scope link src 10.22.0.2"), outcome(theirs).get("100"));
        var ours = pod();
        var chain = new Chain(false, "1.0.0", STATIC, "{'type': 'sbr'}").add(ours, route);
        assertEquals(List.of("default via 10.22.0.1 dev net1", "10.22.0.0/24 dev net1 scope link src 10.22.0.2"),
                outcome(ours).get("100"));
        chain.call(1, "ADD", ours, true).succeeded();
        assertEquals(List.of("from 10.22.0.2 lookup 100"), outcome(ours).get("rules"));
        for (var each : List.of(theirs, ours)) {
            plugins.ip(each).run("rule add pref 500 from 10.22.0.2 lookup 777");
        }
        assertEquals(0, reference.call(1, "DEL", theirs, true).code());
        chain.call(1, "DEL", ours, true).succeeded();
        assertEquals(List.of(), outcome(theirs).get("rules"));
        assertEquals(MAIN, outcome(theirs).get("main"));
        assertEquals(List.of("from 10.22.0.2 lookup 777"), outcome(ours).get("rules"));
        assertEquals(List.of(), outcome(ours).get("100"));
        assertTrue(outcome(ours).get("main").contains("10.22.0.0/24 dev net1 scope link src 10.22.0.2"));
        // And a namespace that is gone ends their chain with an error, and leaves a file of its name.
        assertEquals(1, reference.call(1, "DEL", "/run/netns/plt-gone", true).code());
        assertTrue(Files.deleteIfExists(Path.of("/run/netns/plt-gone")));
        chain.call(1, "DEL", "/run/netns/plt-gone", true).succeeded();
        assertTrue(Files.notExists(Path.of("/run/netns/plt-gone")));
    }

    /**
     * The reference's bridge looks in main for its network and its routes: it finds them where nothing is moved. With
     * {@code move} it does not, whoever moves.
     */
    @Test
    void theCheckOfABridgeInTheSameChain() {
        var expected = Map.of("{'type': 'sbr'}", 1, "{'type': 'sbr', 'table': 77}", 0,
                "{'type': 'plumbline', 'sourceRouting': {'routes': 'copy'}}", 0,
                "{'type': 'plumbline', 'sourceRouting': {'table': 77, 'gateways': ['10.22.0.1'], 'routes': 'leave'}}",
                0);
        expected.forEach((last, code) -> {
            var netns = namespaces.create();
            var chain = new Chain(false, "1.0.0", bridge(""), last).add(netns);
            chain.check(1, netns).succeeded();
            assertEquals(code, chain.check(0, netns).code(), last);
            chain.del(netns);
        });
    }

    /** Routes of main stay where they are, and packets from the address take the table: plumbline's own type. */
    @Test
    void whatHoldsForAContainer() {
        var netns = pod();
        new Chain(false, "1.0.0", bridge(""), "{'type': 'plumbline', 'labels': {'app': 'x'}, 'sourceRouting': "
                + "{'table': 110, 'gateways': ['10.22.0.1'], 'routes': 'copy', 'priority': 300}}").add(netns);
        assertEquals(List.of("300: from 10.22.0.2 lookup 110"), plugins.ourRules(netns));
        assertEquals(List.of("default via 10.22.0.1 dev net1 proto 157",
                "10.22.0.0/24 dev net1 proto 157 scope link src 10.22.0.2"), plugins.routes(netns, "110"));
        assertTrue(plugins.routes(netns, "main").contains(
                "10.22.0.0/24 dev net1 proto kernel scope link src 10.22.0.2"));
    }

    /** {@code addSourceHints}: the connected networks stay in main, with the address as their source. */
    @Test
    void sourceHints() {
        var netns = pod();
        var chain = new Chain(false, "1.0.0", bridge(", [{'subnet': 'fd00:22::/64'}]"),
                "{'type': 'sbr', 'addSourceHints': true, 'gateways': ['10.22.0.9']}").add(netns);
        assertTrue(plugins.routes(netns, "main").contains(
                "10.22.0.0/24 dev net1 proto kernel scope link src 10.22.0.2"));
        assertTrue(plugins.routes(netns, "main").stream().anyMatch(each -> each.startsWith("fd00:22::/64 dev net1 "
                + "proto 157 src fd00:22::2")), plugins.routes(netns, "main")::toString);
        assertEquals("default via 10.22.0.9 dev net1 proto 157", plugins.routes(netns, "100").getFirst());
        chain.call(1, "DEL", netns, true).succeeded();
        assertEquals(List.of(), plugins.routes(netns, "main").stream().filter(each -> each.contains("157")).toList());
        assertTrue(plugins.routes(netns, "main").stream().anyMatch(each -> each.startsWith("fd00:22::/64 dev net1 "
                + "proto kernel")), plugins.routes(netns, "main")::toString);
    }
}
