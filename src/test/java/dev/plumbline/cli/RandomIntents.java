package dev.plumbline.cli;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Random documents for a host with devices {@code eth0}, {@code net1} and {@code net2}. */
final class RandomIntents {

    /** How many destinations a family the large table may have. */
    static final int BULK = 200;

    private final Random random;

    RandomIntents(Random random) {
        this.random = random;
    }

    /** The host that they are for, with routes and rules of others. */
    static TestHost host(ThrowAwayNamespaces namespaces, Path directory) {
        var host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24", "2001:db8::10/64")
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
        return host;
    }

    /** Documents of all kinds, without {@code apiVersion}; not all that come are valid. */
    String next() {
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

    /** A table of hundreds of routes, each in or out and one way or another: so that an apply takes its time. */
    String bulk() {
        var text = new StringBuilder("kind: RouteTable\nmetadata: {name: bulk}\nspec:\n  id: 160\n  routes:\n");
        for (int i = 0; i < BULK; i++) {
            for (boolean four : new boolean[] {true, false}) {
                if (random.nextInt(3) > 0) {
                    text.append("    - {to: \"").append(bulk(four, i)).append("\", ")
                            .append(four ? some("via: 10.0.0.2", "via: 10.0.0.3", "type: unreachable")
                                    : some("via: \"2001:db8::2\"", "type: unreachable")).append("}\n");
                }
            }
        }
        return text + rulesOfBulk();
    }

    private static String rulesOfBulk() {
        return """
                ---
                kind: RoutingRules
                metadata: {name: bulk}
                spec: {rules: [{priority: 30000, fwmark: 0x77, lookup: bulk}]}
                """;
    }

    /** A destination of the large table. */
    static String bulk(boolean four, int number) {
        return four ? "203.1." + number + ".0/24" : "2001:db8:b" + Integer.toHexString(number) + "::/48";
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
}
