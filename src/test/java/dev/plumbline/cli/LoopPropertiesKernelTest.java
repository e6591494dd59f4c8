package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Whatever the intents, whatever drift and whatever change of intents: after an apply the plan is empty, nothing of
 * others is touched, and without documents everything is as it was. What is planned from facts is the same. On one real
 * namespace, try after try.
 */
@Tag("kernel")
class LoopPropertiesKernelTest {

    private static final int FREE_WILL = 4;
    private static final ThrowAwayNamespaces NAMESPACES = new ThrowAwayNamespaces();

    private TestHost host;
    private TestHost elsewhere;
    private Path directory;
    private Random random;
    private TestHost.Snapshot pristine;
    private final List<String> story = new ArrayList<>();

    @BeforeTry
    void topology() throws IOException {
        NAMESPACES.beforeEach(null);
        directory = Files.createTempDirectory("plumbline-properties");
        host = new TestHost(NAMESPACES, directory).device("eth0", "10.0.0.10/24", "2001:db8::10/64")
                .device("net1", "192.168.1.209/24", "172.16.0.5/16", "2001:db8:1::5/64", "fe80::5/64")
                .device("net2", "192.168.2.5/24");
        for (var route : List.of("default via 10.0.0.1 dev eth0 proto static", "10.7.0.0/16 via 10.0.0.9 dev eth0",
                "default via 192.168.1.1 dev net1 metric 100 proto dhcp",
                "10.8.0.0/16 via 192.168.1.7 dev net1 mtu 1400",
                "10.9.0.0/16 dev net1", "198.51.100.0/24 dev eth0 table 500", "blackhole 198.51.101.0/24 table 101")) {
            host.ip().run("route add " + route);
        }
        host.ip().run("-6 route add default via fe80::1 dev net1 metric 512");
        host.ip().run("-6 route add 2001:db8:77::/48 via 2001:db8::1 dev eth0");
        for (var rule : List.of("pref 40 from 10.44.0.0/16 lookup 500", "pref 1000 not from 10.45.0.0/16 lookup 500",
                "pref 1000 from 10.0.0.10 iif eth0 lookup 500", "pref 20000 from 192.168.0.0/16 lookup 500")) {
            host.ip().run("rule add " + rule);
        }
        elsewhere = host.elsewhere(NAMESPACES);
        pristine = host.snapshot();
        story.clear();
    }

    @AfterTry
    void namespaceGoes() throws Exception {
        try (var files = Files.walk(directory)) {
            for (var file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
        NAMESPACES.afterEach(null);
    }

    /** With a fixed seed, so that a build says the same of the same code; without it jqwik looks further each time. */
    @Property(tries = 60, seed = "20261121", shrinking = ShrinkingMode.OFF,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    void convergesWhateverHappensAndGivesEverythingBack(@ForAll long seed) {
        random = new Random(seed);
        intents();
        applied();
        for (int step = 0; step < 3; step++) {
            if (random.nextInt(FREE_WILL) == 0) {
                intents();
            }
            drift();
            applied();
        }
        host.without("random.yaml");
        story.add("no documents");
        applied();
        assertEquals(pristine.routes(), host.routes(), this::told);
        assertEquals(pristine.rules(), host.rules(), this::told);
    }

    /** Applies; afterwards there is nothing to do, and what is of others is as it was. */
    private void applied() {
        FactsKernelTest.assertSamePlan(host, elsewhere);
        var result = host.run("apply", "--auto-approve", "--allow", "mass-delete", "--allow", "empty-source",
                "--allow", "default-route");
        story.add("apply: " + result);
        assertEquals(0, result.code(), this::told);
        var plan = host.run("plan", "--detailed-exitcode");
        assertEquals(0, plan.code(), () -> told() + "\n--- second plan\n" + plan);
        assertEquals(ofOthers(pristine.routes()), ofOthers(host.routes()), this::told);
        assertEquals(pristine.rules(), host.rules().stream().filter(line -> !line.contains("proto 157")).toList(),
                this::told);
    }

    /** What is not plumbline's, and on a device that no document binds. */
    private static List<String> ofOthers(List<String> routes) {
        return routes.stream().filter(line -> !line.contains("proto 157") && !line.contains(" net1")
                && !line.contains(" net2")).toList();
    }

    private String told() {
        return String.join("\n", story) + "\n" + String.join("\n", host.routes()) + "\n"
                + String.join("\n", host.rules()) + "\npristine:\n" + String.join("\n", pristine.routes());
    }

    /** Writes random documents that are valid on this host. */
    private void intents() {
        for (int attempt = 0; attempt < 20; attempt++) {
            var text = documents();
            host.intent("random.yaml", text);
            var result = host.run("plan");
            if (result.code() == 0) {
                story.add("intents:\n" + text);
                return;
            }
            assertTrue(result.err().contains("error"), result::toString);
        }
        throw new AssertionError("no valid intents in 20 tries; the last: " + host.run("plan"));
    }

    private String documents() {
        var documents = new ArrayList<String>();
        if (random.nextBoolean()) {
            documents.add(sourceRouting("sip", "net1", List.of("192.168.1.209", "172.16.0.5", "\"2001:db8:1::5\""),
                    List.of("192.168.1.1", "172.16.0.1", "\"2001:db8:1::1\"", "\"fe80::1\"")));
        }
        if (random.nextBoolean()) {
            documents.add(sourceRouting("video", "net2", List.of("192.168.2.5"), List.of("192.168.2.1")));
        }
        documents.add(table("edge", some("  id: 110\n", ""), some("  exclusive: true\n", "")));
        if (random.nextBoolean()) {
            documents.add(table("main", "", ""));
        }
        documents.add(rules());
        return String.join("---\n", documents);
    }

    private String sourceRouting(String name, String device, List<String> addresses, List<String> gateways) {
        var text = new StringBuilder("kind: SourceRouting\nmetadata: {name: " + name + "}\nspec:\n");
        text.append("  device: ").append(device).append('\n');
        text.append("  routes: ").append(some("move", "copy", "leave")).append('\n');
        text.append(some("", "  table: " + (name.equals("sip") ? 150 : 151) + "\n", "  table: edge\n"));
        text.append(some("", "  addresses: [" + some(addresses) + "]\n"));
        text.append(some("", "  gateways: [" + some(gateways) + "]\n"));
        text.append(some("", "", "  sourceHints: true\n"));
        text.append(some("", "  priority: 1000\n"));
        if (random.nextBoolean()) {
            text.append("  extraRoutes:\n    - {to: 100.").append(random.nextInt(9)).append(".0.0/16, ")
                    .append(some("type: unreachable", "dev: " + device, "via: " + gateways.getFirst())).append("}\n");
        }
        return text.toString();
    }

    private String table(String name, String id, String exclusive) {
        var routes = new ArrayList<String>();
        for (var to : List.of("203.0.113.0/24", "203.0.114.0/24", "203.0.115.0/24", "192.0.2.1")) {
            if (random.nextBoolean()) {
                routes.add("to: " + to + ", " + some("via: 10.0.0.2, dev: eth0", "dev: eth0", "type: unreachable",
                        "type: blackhole", "via: 10.0.0.3, mtu: 1400, dev: eth0",
                        "via: [{address: 10.0.0.4, weight: 3, dev: eth0}, {address: 10.0.0.5, dev: eth0}]",
                        "via: \"2001:db8::9\", dev: eth0", "via: 10.99.0.1, dev: eth0, onlink: true")
                        + some("", ", metric: 7", ", tos: 0x10"));
            }
        }
        for (var to : List.of("2001:db8:90::/48", "2001:db8:91::/48")) {
            if (random.nextBoolean()) {
                routes.add("to: " + to + ", " + some("via: \"2001:db8::2\", dev: eth0", "dev: eth0",
                        "type: unreachable", "via: [{address: \"2001:db8::4\", weight: 3, dev: eth0}, "
                                + "{address: \"2001:db8::5\", dev: eth0}]",
                        "type: throw", "via: fe80::3, dev: eth0, mtu: 1300") + some("", ", metric: 7"));
            }
        }
        var text = new StringBuilder("kind: RouteTable\nmetadata: {name: " + name + "}\nspec:\n" + id + exclusive
                + (routes.isEmpty() ? "  routes: []\n" : "  routes:\n"));
        routes.forEach(each -> text.append("    - {").append(each).append("}\n"));
        return text.toString();
    }

    private String rules() {
        var text = new StringBuilder();
        for (var selector : shuffled(List.of("from: 10.0.0.10", "from: 10.0.0.11, iif: eth0",
                "not: true, to: 10.46.0.0/16", "fwmark: 0x1/0xf, family: ipv4", "from: \"2001:db8::10\"",
                "oif: eth0, family: ipv6", "ipproto: udp, dport: 5060, family: ipv4", "uidrange: 5-9"))) {
            if (random.nextBoolean()) {
                text.append("    - {priority: ").append(some("1000", "1000", "1001", "20000")).append(", ")
                        .append(selector).append(", ")
                        .append(some("lookup: edge", "lookup: main, suppressPrefixLength: 0",
                                // The kernel looks for gateways through the rules: they must not end it.
                                selector.startsWith("from") ? "action: unreachable" : "action: nop", "goto: 32766",
                                "lookup: 500")).append("}\n");
            }
        }
        return "kind: RoutingRules\nmetadata: {name: paths}\nspec:\n"
                + (text.isEmpty() ? "  rules: []\n" : "  rules:\n" + text);
    }

    private String some(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A few of a list, one at least. */
    private String some(List<String> list) {
        var shuffled = shuffled(list);
        return String.join(", ", shuffled.subList(0, 1 + random.nextInt(shuffled.size())));
    }

    private <T> List<T> shuffled(List<T> list) {
        var copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }

    /** What others do to the network meanwhile, by mistake or because it is their job. */
    private void drift() {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            switch (random.nextInt(9)) {
                case 0 -> ours().ifPresent(line -> ip("route del " + line));
                case 1 -> ip("route flush table " + some("100", "110", "150", "102"));
                case 2 -> ip("rule del pref " + some("1000", "1001", "20000") + " protocol 157");
                case 3 -> ip("route add " + some("203.0.113.0/24", "203.0.200.0/24", "default")
                        + " via 10.0.0.77 dev eth0 table " + some("100", "110", "150", "main", "3000") + " proto 157");
                case 4 -> ip("rule add pref " + some("1000", "1001", "20000")
                        + " from 10.66.0.1 lookup 110 protocol 157");
                case 5 -> ip("-6 route add " + some("2001:db8:90::/48", "default")
                        + " via fe80::77 dev eth0 metric 7 table " + some("100", "110", "150") + " proto 157");
                case 6 -> ip(some("route add 192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209",
                        "route add default via 192.168.1.1 dev net1 metric 100 proto dhcp",
                        "-6 route add default via fe80::1 dev net1 metric 512"));
                case 7 -> {
                    ip("link set net2 down");
                    if (random.nextBoolean()) {
                        applied();
                    }
                    ip("link set net2 up");
                }
                default -> ours().ifPresent(line -> ip("route change " + line.replaceAll("via 10\\.0\\.0\\.[0-9]+",
                        "via 10.0.0.99") + " mtu 1234"));
            }
        }
    }

    private Optional<String> ours() {
        var lines = host.routes().stream()
                .filter(line -> line.contains("proto 157") && !line.contains("nexthop")).toList();
        return lines.isEmpty() ? Optional.empty()
                : Optional.of(lines.get(random.nextInt(lines.size())).replaceFirst("^unicast ", "")
                        .replaceAll(" (scope|pref) [a-z]+", "").replace(" dev lo", ""));
    }

    /** May fail: what is there already, or gone already. */
    private void ip(String words) {
        story.add("ip " + words + " -> " + host.ip().attempt((words.contains("2001:") && !words.contains("via inet6")
                && !words.startsWith("-6") ? "-6 " : "") + words));
    }
}
