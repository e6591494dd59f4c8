package dev.plumbline.cli;

import dev.plumbline.host.StoredJournal;
import dev.plumbline.host.StoredLedgers;
import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Namespaces;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.Timings;
import dev.plumbline.history.Initiator;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.kernel.Ip;
import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A namespace with objects of ours and of others, and intents that change about fifty of them in every way there is:
 * IPv4 and IPv6 routes that are created, replaced, deleted and made again in a group, routes that move and that come
 * back, rules that come, go, change places and are taken over.
 */
final class MixedChanges {

    final String name;
    final Ip ip;

    MixedChanges(ThrowAwayNamespaces namespaces) {
        name = namespaces.create();
        ip = namespaces.ip(name);
        ip.batch("""
                link add eth0 type veth peer name p0
                link add net1 type veth peer name p1
                link add net2 type veth peer name p2
                """);
        for (var device : List.of("eth0", "net1", "net2", "p0", "p1", "p2")) {
            ip.run("link set " + device + " addrgenmode none");
            ip.run("link set " + device + " up");
        }
        ip.batch("""
                addr add 10.0.0.10/24 dev eth0
                addr add 192.168.1.209/24 dev net1
                addr add 192.168.2.209/24 dev net2
                route add default via 10.0.0.1 dev eth0
                route add default via 192.168.1.1 dev net1 metric 100 proto dhcp
                route add 172.16.0.0/12 via 192.168.1.7 dev net1 mtu 1400 proto static
                route add default via 192.168.2.1 dev net2 metric 200 proto dhcp
                route add 172.20.0.0/16 via 192.168.2.7 dev net2 proto static
                route add 198.51.100.0/24 via 10.0.0.1 dev eth0 table 110 proto static
                route add 198.51.101.0/24 via 10.0.0.1 dev eth0 table 112 proto static
                route append 198.51.101.0/24 via 10.0.0.2 dev eth0 table 112 proto bird
                route append 198.51.101.0/24 via 10.0.0.3 dev eth0 table 112 proto static
                rule add pref 700 from 10.9.0.0/16 lookup 110 proto static
                rule add pref 701 from 10.9.1.0/24 lookup 110 proto static
                rule add pref 701 from 10.9.2.0/24 lookup 110 proto bird
                """);
        ip.run("-6 addr add 2001:db8::10/64 dev eth0 nodad");
        ip.run("-6 addr add 2001:db8:1::209/64 dev net1 nodad");
        ip.run("-6 route add default via 2001:db8::1 dev eth0");
        ip.run("-6 route add default via 2001:db8:1::1 dev net1 metric 2048 proto static");
        ip.run("-6 route add 2001:db8:f::/48 via 2001:db8::1 dev eth0 table 110 proto static");
    }

    /** What stands before the change. */
    static List<Document> first() {
        var routes = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            routes.append("    - {to: 203.0.").append(i).append(".0/24, via: 10.0.0.1, dev: eth0}\n");
            routes.append("    - {to: \"2001:db8:a").append(i).append("::/48\", via: \"2001:db8::1\", dev: eth0}\n");
        }
        return parsed("""
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                """ + routes + """
                ---
                apiVersion: plumbline.dev/v1
                kind: SourceRouting
                metadata: {name: second}
                spec: {device: net2}
                ---
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.1.0.0/16, lookup: edge}
                    - {priority: 1000, from: 10.2.0.0/16, lookup: edge}
                    - {priority: 1000, from: 10.3.0.0/16, lookup: edge}
                    - {priority: 1001, fwmark: 0x10/0xff, action: blackhole}
                    - {priority: 1002, from: "2001:db8:c::/48", lookup: edge}
                ---
                apiVersion: plumbline.dev/v1
                kind: Firewall
                metadata: {name: edge}
                spec:
                  sets: [{name: blocked, type: ipv4_addr, elements: [192.0.2.1, 192.0.2.2]}]
                  rules:
                    - INPUT -p tcp --dport 22 -j ACCEPT
                    - INPUT -p tcp --dport 23 -j DROP
                    - INPUT -p tcp --dport 24 -j DROP
                    - POSTROUTING -o eth0 -j MASQUERADE
                """);
    }

    /** What it becomes. */
    static List<Document> second() {
        var routes = new StringBuilder();
        for (int i = 4; i < 12; i++) {
            routes.append("    - {to: 203.0.").append(i).append(".0/24, via: 10.0.0.").append(i < 6 ? 1 : 9)
                    .append(", dev: eth0}\n");
            routes.append("    - {to: \"2001:db8:a").append(i).append("::/48\", via: \"2001:db8::")
                    .append(i < 6 ? 1 : 9).append("\", dev: eth0}\n");
        }
        return parsed("""
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 100.64.0.0/10, type: unreachable}
                """ + routes + """
                ---
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: group}
                spec:
                  id: 112
                  exclusive: true
                  routes:
                    - {to: 198.51.101.0/24, via: 10.0.0.3, dev: eth0}
                ---
                apiVersion: plumbline.dev/v1
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1}
                ---
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  adopt: true
                  rules:
                    - {priority: 700, from: 10.9.0.0/16, lookup: 110}
                    - {priority: 1000, from: 10.3.0.0/16, lookup: edge}
                    - {priority: 1000, from: 10.1.0.0/16, lookup: edge}
                    - {priority: 1000, from: 10.4.0.0/16, lookup: edge}
                    - {priority: 1003, from: "2001:db8:d::/48", lookup: edge}
                ---
                apiVersion: plumbline.dev/v1
                kind: Firewall
                metadata: {name: edge}
                spec:
                  sets: [{name: blocked, type: ipv4_addr, elements: [192.0.2.2, 192.0.2.3]}]
                  rules:
                    - INPUT -p tcp --dport 24 -j DROP
                    - INPUT -p tcp --dport 22 -j ACCEPT
                    - INPUT -p tcp --dport 25 -j DROP
                    - FORWARD -p udp -j DROP
                """);
    }

    /** One table of one route, with a rule that reads it. */
    static List<Document> table(int id) {
        return parsed("""
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: t}
                spec:
                  id: %d
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}
                ---
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: r}
                spec:
                  rules:
                    - {priority: 1000, from: 10.1.0.0/16, lookup: t}
                """.formatted(id));
    }

    static List<Document> parsed(String text) {
        var parsed = new IntentParser().parse(List.of(
                new IntentFile("intents.yaml", text.getBytes(StandardCharsets.UTF_8))));
        if (!parsed.problems().isEmpty()) {
            throw new AssertionError(parsed.problems());
        }
        return parsed.valid();
    }

    /** Everything that a plan could touch, in the kernel's order, as {@code ip} prints it. */
    List<String> state() {
        var lines = new ArrayList<String>();
        for (var words : List.of("route show table all", "-6 route show table all", "rule", "-6 rule")) {
            lines.addAll(ip.lines(words));
        }
        new Nft(name).run("-s list ruleset").lines().forEach(lines::add);
        return lines;
    }

    /** A program of its own over a store, as if just started. */
    static Reconciler reconciler(Store store, Path directory, Namespaces namespaces) {
        return reconciler(store, journal(store, directory), namespaces);
    }

    static Reconciler reconciler(Store store, Journal journal, Namespaces namespaces) {
        return new Reconciler(namespaces, new StoredLedgers(store), journal, Map.of(), true, new Timings());
    }

    static StoredJournal journal(Store store, Path directory) {
        return new StoredJournal(store, directory, new Initiator("tester", ProcessHandle.current().pid(),
                "plumbline apply", "/etc/plumbline/intents", ""), Duration.ZERO);
    }
}
