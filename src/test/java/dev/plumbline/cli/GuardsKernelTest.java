package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.Sshd;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What guards refuse on the command line, and how they are passed. Another namespace is the world behind eth0. */
@Tag("kernel")
class GuardsKernelTest {

    private static final String PEER = "203.0.113.5";

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private String world;

    @BeforeEach
    void host() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24", "2001:db8::10/64")
                .device("eth1", "10.1.0.10/24");
        world = namespaces.create();
        host.ip().run("link set p-eth0 netns " + world);
        namespaces.ip(world).batch("""
                link set p-eth0 up
                addr add 10.0.0.1/24 dev p-eth0
                addr add 10.0.0.2/24 dev p-eth0
                addr add 2001:db8::1/64 dev p-eth0 nodad
                addr add 203.0.113.5/32 dev lo
                addr add 2001:db8:5::5/128 dev lo nodad
                route add 10.1.0.0/24 via 10.0.0.10
                """);
        host.ip().run("route add default via 10.0.0.1");
        host.ip().run("-6 route add default via 2001:db8::1");
    }

    /** Keeps a session from the world open. */
    private void session(String from, String to) throws Exception {
        var sshd = namespaces.closing(new Sshd(host.name(), directory, "sshd", "::", 2222));
        var outside = namespaces.closing(NetworkNamespace.named(world));
        var socket = namespaces.closing(outside.call(Socket::new));
        outside.call(() -> {
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.getByName(to), 2222), 5000);
            return socket;
        });
        sshd.await("accepted");
    }

    private TestHost routes(int count) {
        return host.intent("many.yaml", """
                kind: RouteTable
                metadata: {name: many}
                spec:
                  id: 300
                  routes:
                """ + IntStream.range(0, count).mapToObj(i -> "    - {to: 198.51." + i + ".0/24, via: 10.0.0.1}\n")
                .collect(Collectors.joining()));
    }

    private void assertRefused(String message, String... allow) {
        var before = host.snapshot();
        var result = host.run("apply", arguments(allow));
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.err().contains(message), result::toString);
        var name = message.substring(0, message.indexOf(':'));
        assertTrue(result.err().contains("; if that is meant, say --allow " + name + "\n"), result::toString);
        assertTrue(result.err().contains("plumbline: nothing was changed: the plan hits "), result::toString);
        assertTrue(result.out().contains("guard " + message), result::toString);
        assertEquals(before, host.snapshot());
    }

    private static String[] arguments(String... allow) {
        return IntStream.range(0, 1 + 2 * allow.length)
                .mapToObj(i -> i == 0 ? "--auto-approve" : i % 2 == 1 ? "--allow" : allow[i / 2 - 1])
                .toArray(String[]::new);
    }

    @Test
    void massDelete() {
        routes(30).apply();
        routes(16);
        assertFalse(host.plan().contains("guard"), "14 of 30");
        host.apply();
        routes(30).apply();
        routes(14);
        assertTrue(host.plan().contains("guard mass-delete: deletes 16 of the 30 routes and rules"), host::plan);
        assertRefused("mass-delete: deletes 16 of the 30 routes and rules that plumbline owns here");
        assertRefused("mass-delete: deletes 16 of the 30", "default-route", "ssh-session", "empty-source");
        host.apply("--allow", "mass-delete");
        assertEquals(14, host.routes("300").size());
    }

    @Test
    void fewObjectsAreNoMass() {
        routes(19).apply();
        host.without("many.yaml").apply();
        assertEquals(0, host.routes("300").size());
    }

    @Test
    void emptySource() {
        routes(30).apply();
        host.without("many.yaml");
        assertRefused("empty-source: the source has no intent file any more, and 30 routes and rules would go with it");
        assertRefused("empty-source: the source has no intent file any more", "mass-delete");
        assertRefused("mass-delete: deletes 30 of the 30", "empty-source");
        host.file("empty.yaml", "# Nothing for now.\n");
        assertFalse(host.plan().contains("empty-source"), host::plan);
        host.without("empty.yaml").apply("--allow", "mass-delete", "--allow", "empty-source");
        assertEquals(0, host.routes("300").size());
    }

    @Test
    void aDestroyIsMeant() {
        routes(30).apply();
        assertEquals(0, host.execute("destroy", "--state-dir", host.state().toString(), "--auto-approve").code());
    }

    private static final String MAIN = """
            kind: RouteTable
            metadata: {name: main}
            spec:
              routes:
                - {to: default, via: 10.0.0.1, metric: 7}
            """;

    @Test
    void defaultRoute() {
        host.intent("main.yaml", MAIN).apply();
        host.without("main.yaml");
        assertFalse(host.plan().contains("guard"), "another is left");
        host.ip().run("route del default via 10.0.0.1 metric 0");
        assertRefused("default-route: takes away the last default route of IPv4: now it is via 10.0.0.1 dev eth0 (table"
                + " main, default), then no route");
        host.apply("--allow", "default-route");
        assertEquals(List.of(), host.routes("main").stream().filter(line -> line.contains("10.0.0.1 ")).toList());
    }

    @Test
    void aDefaultRouteThatARuleStillReachesIsNotGone() {
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: eth0}
                """);
        assertFalse(host.plan().contains("guard"), host::plan);
        host.apply();
        assertEquals(List.of(), host.routes("main").stream().filter(line -> line.contains("default")).toList());
    }

    @Test
    void aRuleThatShutsEverythingOffTakesTheDefaultRouteToo() {
        host.intent("shut.yaml", """
                kind: RoutingRules
                metadata: {name: shut}
                spec:
                  rules:
                    - {priority: 1000, to: 128.0.0.0/1, action: unreachable}
                    - {priority: 1001, to: 0.0.0.0/1, action: unreachable}
                """);
        assertFalse(host.plan().contains("guard"), "a rule to a prefix is no matter of default routes");
        host.intent("shut.yaml", """
                kind: RoutingRules
                metadata: {name: shut}
                spec:
                  rules:
                    - {priority: 1000, fwmark: 0/0x1, action: unreachable}
                """);
        assertRefused("default-route: takes away the last default route of IPv4: now it is via 10.0.0.1 dev eth0 (table"
                + " main, default), then unreachable");
    }

    private static final String AWAY = """
            kind: RoutingRules
            metadata: {name: away}
            spec:
              rules:
                - {priority: 1000, from: 10.0.0.10, lookup: 120}
            ---
            kind: RouteTable
            metadata: {name: away}
            spec:
              id: 120
              routes:
                - {to: default, via: %s, dev: %s}
            """;

    @Test
    void sshSession() throws Exception {
        session(PEER, "10.0.0.10");
        host.intent("away.yaml", AWAY.formatted("10.0.0.2", "eth0"));
        assertRefused("ssh-session: may cut the SSH session from " + PEER + " port ");
        assertTrue(host.plan().contains("now it goes via 10.0.0.1 dev eth0 (table main, default), then via 10.0.0.2"
                + " dev eth0 (table 120, default)"), host::plan);
        host.intent("away.yaml", AWAY.formatted("10.1.0.1", "eth1"));
        assertRefused("ssh-session: may cut");
        host.intent("away.yaml", AWAY.formatted("10.0.0.1", "eth0"));
        assertFalse(host.plan().contains("guard"), "the same router through another table");
        host.apply();
        host.intent("away.yaml", """
                kind: RoutingRules
                metadata: {name: away}
                spec:
                  rules:
                    - {priority: 900, to: 203.0.113.0/24, ipproto: tcp, sport: 2222, action: blackhole}
                """);
        assertRefused("ssh-session: may cut");
        assertTrue(host.plan().contains("(table 120, default), then blackhole;"), host::plan);
        host.apply("--allow", "ssh-session");
    }

    /** A policy of drop lets sessions pass by itself; a rule that does not is noticed. */
    @Test
    void aFirewallThatCutsTheSession() throws Exception {
        session(PEER, "10.0.0.10");
        host.intent("fw.yaml", """
                kind: Firewall
                metadata: {name: fw}
                spec: {policies: {input: drop, output: drop}, rules: [INPUT -s 198.51.100.0/24 -j DROP]}
                """);
        assertFalse(host.plan().contains("guard"), host.plan());
        host.apply();
        host.intent("fw.yaml", """
                kind: Firewall
                metadata: {name: fw}
                spec: {policies: {input: drop, output: drop}, rules: [INPUT -s 203.0.113.0/24 -j DROP]}
                """);
        assertRefused("ssh-session: may cut the SSH session from 203.0.113.5");
        host.intent("fw.yaml", """
                kind: Firewall
                metadata: {name: fw}
                spec: {policies: {input: drop, output: drop}, rules: [INPUT -i eth9 -j DROP]}
                """);
        assertRefused("ssh-session: may cut the SSH session from 203.0.113.5");
        host.apply();
        host.assertNothingToDo();
    }

    @Test
    void aSessionOverIpv6() throws Exception {
        namespaces.ip(world).run("-6 route add default via 2001:db8::10");
        session("2001:db8:5::5", "2001:db8::10");
        host.intent("six.yaml", """
                kind: RoutingRules
                metadata: {name: six}
                spec:
                  rules:
                    - {priority: 900, to: "2001:db8:5::/48", action: prohibit}
                """);
        assertRefused("ssh-session: may cut the SSH session from 2001:db8:5::5 port ");
        host.intent("six.yaml", """
                kind: RoutingRules
                metadata: {name: six}
                spec:
                  rules:
                    - {priority: 900, to: "2001:db8:6::/48", action: prohibit}
                """);
        host.apply();
    }

    @Test
    void whatTheSessionDoesNotMeetDoesNotMatterAndWhatCannotBeToldDoes() throws Exception {
        session(PEER, "10.0.0.10");
        host.ip().run("rule add pref 50 tun_id 5 lookup 99");
        routes(5);
        host.apply();
        host.intent("other.yaml", """
                kind: RoutingRules
                metadata: {name: other}
                spec:
                  rules:
                    - {priority: 40, from: 10.1.0.10, lookup: 300}
                """);
        host.apply();
        // A rule that the session meets makes plumbline look, and then the one by tunnel stands in its way.
        host.intent("other.yaml", """
                kind: RoutingRules
                metadata: {name: other}
                spec:
                  rules:
                    - {priority: 60, from: 10.0.0.10, lookup: 300}
                """);
        assertRefused("ssh-session: may cut");
    }

    @Test
    void planAsJson() throws Exception {
        routes(30).apply();
        host.without("many.yaml");
        var json = host.plan("--json");
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/plan.schema.json")), InputFormat.JSON);
        assertEquals(List.of(), schema.validate(json, InputFormat.JSON));
        assertTrue(json.contains("\"guards\":[{\"name\":\"mass-delete\",\"text\":\"deletes 30 of the 30"), json);
        assertTrue(json.startsWith("{\"format_version\":\"1.1\""), json);
    }

    @Test
    void anUnknownGuardIsWrongUsage() {
        var result = host.run("apply", "--allow", "everything");
        assertEquals(Plumbline.USAGE, result.code());
        assertTrue(result.err().startsWith("plumbline: there is no guard \"everything\"; there are mass-delete, "),
                result::toString);
    }

    @Test
    void otherNamespacesAreNotGuarded() {
        var other = namespaces.create();
        namespaces.ip(other).batch("link add d0 type veth peer name d1\nlink set d0 up\naddr add 10.7.0.1/24 dev d0\n"
                + "link set d1 up\n");
        var document = """
                kind: RouteTable
                metadata: {name: many}
                spec:
                  netns: %s
                  id: 300
                  routes:
                """.formatted(other) + IntStream.range(0, 30)
                .mapToObj(i -> "    - {to: 198.51." + i + ".0/24, via: 10.7.0.2}\n").collect(Collectors.joining());
        host.intent("many.yaml", document).apply();
        host.without("many.yaml").apply();
        assertEquals(0, namespaces.ip(other).lines("route show table all").stream()
                .filter(line -> line.contains("table 300")).count());
    }
}
