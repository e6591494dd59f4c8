package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What bad input gets: the whole message, exit code 1, and a network and a store that are as they were. The host has
 * one valid document applied, so that there is something to damage.
 */
@Tag("kernel")
class BadInputKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeEach
    void oneValidDocumentIsApplied() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1", "192.168.1.209/24");
        host.ip().run("route add default via 10.0.0.1 dev eth0");
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, gateways: [192.168.1.1]}
                """);
        host.apply();
    }

    @Test
    void yamlSyntaxError() {
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge
                spec: {}
                """, """
                INTENTS/bad.yaml:4:5: error: not YAML: expected ',' or '}', but got : (while parsing a flow mapping \
                from \
                line 3)
                    4 | spec: {}
                      |     ^
                plumbline: 1 error in the intents; nothing was changed
                """);
    }

    @Test
    void unknownKind() {
        assertInvalid("""
                kind: RoutTable
                metadata: {name: edge}
                spec: {}
                """, """
                INTENTS/bad.yaml:2:7: error: kind: unknown kind `RoutTable`; did you mean `RouteTable`?
                    2 | kind: RoutTable
                      |       ^
                plumbline: 1 error in the intents; nothing was changed
                """);
    }

    @Test
    void unknownField() {
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  exclusiv: true
                  routes:
                    - {to: 203.0.113.0/24, gateway: 10.0.0.1, dev: eth0}
                """, """
                INTENTS/bad.yaml:5:3: error: spec.exclusiv: unknown field `exclusiv`; did you mean `exclusive`?
                    5 |   exclusiv: true
                      |   ^
                INTENTS/bad.yaml:7:28: error: spec.routes[0].gateway: unknown field `gateway`; known here: to, via, \
                dev, \
                src, metric, scope, onlink, mtu, advmss, type, tos
                    7 |     - {to: 203.0.113.0/24, gateway: 10.0.0.1, dev: eth0}
                      |                            ^
                plumbline: 2 errors in the intents; nothing was changed
                """);
    }

    @Test
    void unknownTable() {
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge}
                spec: {id: 110}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10, lookup: egde}
                ---
                kind: SourceRouting
                metadata: {name: mgmt}
                spec: {device: eth0, table: mian}
                """, """
                INTENTS/bad.yaml:11:7: error: lookup: no RouteTable and no line of rt_tables is named egde; did you \
                mean \
                edge?
                   11 |     - {priority: 1000, from: 10.0.0.10, lookup: egde}
                      |       ^
                INTENTS/bad.yaml:16:29: error: spec.table: no RouteTable and no line of rt_tables is named mian; did \
                you \
                mean main?
                   16 | spec: {device: eth0, table: mian}
                      |                             ^
                plumbline: 2 errors in the intents; nothing was changed
                """);
    }

    @Test
    void aDeviceThatThisHostNeverHad() {
        assertRefused("""
                kind: SourceRouting
                metadata: {name: mgmt}
                spec: {device: etg0}
                ---
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  routes:
                    - {to: 203.0.113.0/24, dev: nte1}
                    - {to: 198.51.100.0/24, dev: wlan7}
                """, """
                INTENTS/bad.yaml:4:16: error: spec.device: this host never had a device etg0; did you mean eth0? Say \
                `optional: true` if it comes later
                    4 | spec: {device: etg0}
                      |                ^
                INTENTS/bad.yaml:11: error: spec.routes: this host never had a device nte1; did you mean net1? Say \
                `optional: true` if it comes later
                   11 |     - {to: 203.0.113.0/24, dev: nte1}
                INTENTS/bad.yaml:12: error: spec.routes: this host never had a device wlan7. Say `optional: true` if \
                it \
                comes later
                   12 |     - {to: 198.51.100.0/24, dev: wlan7}
                plumbline: 3 errors in the intents; nothing was changed
                """);
    }

    @Test
    void wrongType() {
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: many
                  exclusive: yes
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.1, metric: low}
                    - to
                """, """
                INTENTS/bad.yaml:5:7: error: spec.id: expected a whole number from 0 to 4294967295; found `many`
                    5 |   id: many
                      |       ^
                INTENTS/bad.yaml:6:14: error: spec.exclusive: expected true or false; found `yes`; write true
                    6 |   exclusive: yes
                      |              ^
                INTENTS/bad.yaml:8:51: error: spec.routes[0].metric: expected a whole number from 0 to 4294967295; \
                found `low`
                    8 |     - {to: 203.0.113.0/24, via: 10.0.0.1, metric: low}
                      |                                                   ^
                INTENTS/bad.yaml:9:7: error: spec.routes[1]: expected a mapping with the fields to, via, dev, src, \
                metric, scope, onlink, mtu, advmss, type, tos; found `to`
                    9 |     - to
                      |       ^
                plumbline: 4 errors in the intents; nothing was changed
                """);
    }

    @Test
    void addressOfTheWrongFamily() {
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  routes:
                    - {to: 2001:db8::/32, via: 10.0.0.1, dev: eth0}
                    - {to: 203.0.113.0/24, dev: eth0, src: 2001:db8::1}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10, to: 2001:db8::/32, lookup: edge}
                """, """
                INTENTS/bad.yaml:6:32: error: spec.routes[0].via: 10.0.0.1 is IPv4, but the route is IPv6; an IPv6 \
                route \
                needs an IPv6 gateway
                    6 |     - {to: 2001:db8::/32, via: 10.0.0.1, dev: eth0}
                      |                                ^
                INTENTS/bad.yaml:7:44: error: spec.routes[1].src: 2001:db8::1 is IPv6, but the route is IPv4
                    7 |     - {to: 203.0.113.0/24, dev: eth0, src: 2001:db8::1}
                      |                                            ^
                INTENTS/bad.yaml:14:45: error: spec.rules[0].to: 2001:db8::/32 is IPv6, but `from` says IPv4
                   14 |     - {priority: 1000, from: 10.0.0.10, to: 2001:db8::/32, lookup: edge}
                      |                                             ^
                plumbline: 3 errors in the intents; nothing was changed
                """);
    }

    @Test
    void gatewayNotReachable() {
        assertRefused("""
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 203.0.113.0/24, via: 172.16.0.1}
                    - {to: 198.51.100.0/24, via: 172.16.0.1, dev: eth0}
                    - {to: 198.51.101.0/24, via: 192.168.1.1, dev: net1}
                ---
                kind: SourceRouting
                metadata: {name: mgmt}
                spec: {device: eth0, gateways: [172.16.0.1]}
                """, """
                INTENTS/bad.yaml:7: error: spec.routes: gateway 172.16.0.1 is not reachable: no address or device \
                route \
                covers it; say `dev`, or add a device route to it
                    7 |     - {to: 203.0.113.0/24, via: 172.16.0.1}
                INTENTS/bad.yaml:8: error: spec.routes: gateway 172.16.0.1 is not reachable: no address or device \
                route \
                of eth0 covers it; add a device route to it, or `onlink: true`
                    8 |     - {to: 198.51.100.0/24, via: 172.16.0.1, dev: eth0}
                INTENTS/bad.yaml:9: error: spec.routes: gateway 192.168.1.1 is not reachable: no address or device \
                route \
                of net1 covers it: SourceRouting/sip moves the routes of net1 out of main; add {to: 192.168.1.0/24, \
                dev: \
                net1} to this table, or `onlink: true`
                    9 |     - {to: 198.51.101.0/24, via: 192.168.1.1, dev: net1}
                INTENTS/bad.yaml:14: error: spec: gateway 172.16.0.1 is not reachable: no address or device route of \
                eth0 covers it; add a device route to it, or `onlink: true`
                   14 | spec: {device: eth0, gateways: [172.16.0.1]}
                plumbline: 4 errors in the intents; nothing was changed
                """);
    }

    @Test
    void duplicateIds() {
        assertInvalid("""
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: eth0}
                """, """
                INTENTS/sip.yaml:2:7: error: metadata.name: SourceRouting/sip stands twice for the host edge-1: here \
                and \
                at INTENTS/bad.yaml:2:7; rename one, or give them different hosts
                    2 | kind: SourceRouting
                      |       ^
                plumbline: 1 error in the intents; nothing was changed
                """);
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge}
                spec: {id: 110}
                ---
                kind: RouteTable
                metadata: {name: other}
                spec: {id: 110}
                """, """
                INTENTS/bad.yaml:9:12: error: spec.id: table 110 is already that of RouteTable/edge at \
                INTENTS/bad.yaml:2:7; give one of them another id
                    9 | spec: {id: 110}
                      |            ^
                plumbline: 1 error in the intents; nothing was changed
                """);
    }

    @Test
    void equalSelectorsAtOnePriorityAndPairsThatDifferInNot() {
        assertInvalid("""
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10, lookup: main}
                    - {priority: 1000, from: 10.0.0.10, action: blackhole}
                    - {priority: 1000, not: true, from: 10.0.0.10, action: blackhole}
                ---
                kind: RoutingRules
                metadata: {name: more}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10/32, lookup: 5}
                """, """
                INTENTS/bad.yaml:7:7: error: `from 10.0.0.10` at priority 1000 is already a rule of RoutingRules/paths \
                at INTENTS/bad.yaml:6:7; give it another priority
                    7 |     - {priority: 1000, from: 10.0.0.10, action: blackhole}
                      |       ^
                INTENTS/bad.yaml:8:7: error: `not from 10.0.0.10` at priority 1000 differs in `not` alone from the \
                rule \
                of RoutingRules/paths at INTENTS/bad.yaml:6:7, and the kernel confuses the two; give it another priority
                    8 |     - {priority: 1000, not: true, from: 10.0.0.10, action: blackhole}
                      |       ^
                INTENTS/bad.yaml:15:7: error: `from 10.0.0.10` at priority 1000 is already a rule of \
                RoutingRules/paths \
                at INTENTS/bad.yaml:6:7; give it another priority
                   15 |     - {priority: 1000, from: 10.0.0.10/32, lookup: 5}
                      |       ^
                plumbline: 3 errors in the intents; nothing was changed
                """);
        assertRefused("""
                kind: RoutingRules
                metadata: {name: more}
                spec:
                  rules:
                    - {priority: 20000, from: 192.168.1.209, lookup: 5}
                """, """
                INTENTS/sip.yaml:2:7: error: `from 192.168.1.209` at priority 20000 is already a rule of \
                RoutingRules/more at INTENTS/bad.yaml:6:7; give it another priority
                    2 | kind: SourceRouting
                      |       ^
                plumbline: 1 error in the intents; nothing was changed
                """);
    }

    @Test
    void twoDocumentsThatOwnTheSameObject() {
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, gateways: [192.168.1.1], table: edge}
                """);
        assertRefused("""
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 192.0.2.0/24, dev: eth0}
                    - {to: 0.0.0.0/0, via: 10.0.0.7, dev: eth0, onlink: true}
                ---
                kind: SourceRouting
                metadata: {name: voice}
                spec: {device: eth0, addresses: [10.0.0.10], table: 120}
                ---
                kind: SourceRouting
                metadata: {name: video}
                spec: {device: eth0, addresses: [10.0.0.10], table: 121}
                """, """
                INTENTS/bad.yaml:18:16: error: spec.device: device eth0 is already bound by SourceRouting/voice at \
                INTENTS/bad.yaml:11:7
                   18 | spec: {device: eth0, addresses: [10.0.0.10], table: 121}
                      |                ^
                INTENTS/sip.yaml:4: error: table 110 has default with this metric already from RouteTable/edge at \
                INTENTS/bad.yaml:8; leave it out of one of them, or give it another metric
                    4 | spec: {device: net1, gateways: [192.168.1.1], table: edge}
                plumbline: 2 errors in the intents; nothing was changed
                """);
    }

    @Test
    void whatIsThereAlreadyAndIsNotOurs() {
        host.ip().run("rule add pref 1000 from 10.0.0.10 lookup 5");
        assertRefused("""
                kind: RouteTable
                metadata: {name: main}
                spec: {routes: [{to: 0.0.0.0/0, via: 10.0.0.1, dev: eth0}]}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec: {rules: [{priority: 1000, from: 10.0.0.10, lookup: 5}]}
                """, """
                INTENTS/bad.yaml:4: error: `default via 10.0.0.1 dev eth0 proto boot table main` of protocol boot is \
                there already, and is not plumbline's; say `adopt: true` to take it over (`plumbline import` writes \
                such \
                documents), or remove it
                    4 | spec: {routes: [{to: 0.0.0.0/0, via: 10.0.0.1, dev: eth0}]}
                INTENTS/bad.yaml:9:16: error: rule `1000: from 10.0.0.10 lookup 5 proto unspec` is there already, \
                and is \
                not plumbline's; say `adopt: true` to take it over, or give this one another priority, or remove the \
                other
                    9 | spec: {rules: [{priority: 1000, from: 10.0.0.10, lookup: 5}]}
                      |                ^
                plumbline: 2 errors in the intents; nothing was changed
                """);
    }

    @Test
    void reservedTables() {
        assertInvalid("""
                kind: RouteTable
                metadata: {name: edge}
                spec: {id: 255}
                ---
                kind: RouteTable
                metadata: {name: two}
                spec: {id: 254}
                ---
                kind: SourceRouting
                metadata: {name: mgmt}
                spec: {device: eth0, table: 253}
                ---
                kind: RouteTable
                metadata: {name: main}
                spec: {exclusive: true}
                ---
                kind: RouteTable
                metadata: {name: local}
                spec: {}
                """, """
                INTENTS/bad.yaml:4:12: error: spec.id: table 255 is reserved: it is the kernel's `local`
                    4 | spec: {id: 255}
                      |            ^
                INTENTS/bad.yaml:9:12: error: spec.id: table 254 is `main`: give the document that name, and leave \
                the id \
                out
                    9 | spec: {id: 254}
                      |            ^
                INTENTS/bad.yaml:14:29: error: spec.table: table 253 is the kernel's `default`; source routing needs a \
                table of its own
                   14 | spec: {device: eth0, table: 253}
                      |                             ^
                INTENTS/bad.yaml:19:19: error: spec.exclusive: the main table is never exclusive: the kernel, DHCP \
                clients and others keep their routes in it
                   19 | spec: {exclusive: true}
                      |                   ^
                INTENTS/bad.yaml:23:18: error: metadata.name: `local` is the name of a table of the kernel's own; take \
                another
                   23 | metadata: {name: local}
                      |                  ^
                plumbline: 5 errors in the intents; nothing was changed
                """);
    }

    /** The broadcast address of the network passes our checks, and the kernel refuses it as a gateway. */
    @Test
    void aKernelRefusalShowsItsTextAndTheLineAndIsUndone() {
        var before = host.snapshot();
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, gateways: [192.168.1.9]}
                """);
        host.intent("bad.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}
                ---
                kind: RouteTable
                metadata: {name: main}
                spec:
                  routes:
                    - {to: 198.51.100.0/24, via: 10.0.0.1, dev: eth0}
                    - {to: 198.51.101.0/24, via: 10.0.0.255, dev: eth0}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.0.0.10, lookup: edge}
                """);
        var watched = Watch.routes(host);
        var result = host.run("apply", "--auto-approve");
        var seen = watched.stop();
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.out().endsWith("Plan: 4 to add, 1 to change, 0 to destroy.\n"), result::toString);
        assertEquals("""
                INTENTS/bad.yaml:15: writing route `198.51.101.0/24 via 10.0.0.255 dev eth0 table main`: Nexthop has \
                invalid gateway (EINVAL)
                plumbline: apply failed in namespace host; everything done so far was undone, and the former state is \
                verified
                """, result.err());
        assertEquals(before, host.snapshot());
        assertTrue(seen.contains("203.0.113.0/24 via 10.0.0.1 dev eth0 table 110 proto 157"), seen::toString);
        assertTrue(seen.contains("Deleted 203.0.113.0/24 via 10.0.0.1 dev eth0 table 110 proto 157"), seen::toString);
    }

    /** What a device refuses is found by the kernel alone, and here only after IPv4 has been written. */
    @Test
    void aDeviceWithoutIpv6RefusesAndIpv4IsUndone() throws Exception {
        host.sysctl("net/ipv6/conf/eth0/disable_ipv6", "1");
        var before = host.snapshot();
        host.intent("bad.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}
                    - {to: 2001:db8::/32, dev: eth0}
                """);
        var result = host.run("apply", "--auto-approve");
        assertEquals(1, result.code(), result::toString);
        assertEquals("""
                INTENTS/bad.yaml:8: writing route `2001:db8::/32 dev eth0 table 110`: IPv6 is disabled on nexthop \
                device \
                (EACCES)
                plumbline: apply failed in namespace host; everything done so far was undone, and the former state is \
                verified
                """, result.err());
        assertEquals(before, host.snapshot());
    }

    @Test
    void aStateDirectoryThatOthersMayWrite() throws IOException {
        var before = host.snapshot();
        host.intent("edge.yaml", EDGE);
        permissions(host.state(), "rwxrwx---");
        assertEquals(new TestHost.Result(1, "", "plumbline: STATE (mode 770, owner root (0)) can be written by others, "
                + "who could forge plumbline's state: chmod go-w STATE\n"), host.run("apply", "--auto-approve"));
        var plan = host.run("plan");
        assertEquals(0, plan.code());
        assertEquals("plumbline: not read: STATE (mode 770, owner root (0)) can be written by others, who could forge "
                + "plumbline's state: chmod go-w STATE\n", plan.err());
        permissions(host.state(), "rwx------");
        assertEquals(before, host.snapshot());
        permissions(host.state().resolve("state.db"), "rw-rw-rw-");
        assertEquals("plumbline: STATE/state.db (mode 666, owner root (0)) can be written by others, who could forge "
                + "plumbline's state: chmod go-w STATE/state.db\n", host.run("apply", "--auto-approve").err());
        permissions(host.state().resolve("state.db"), "rw-------");
        host.without("edge.yaml");
        host.assertNothingToDo();
    }

    @Test
    void intentsThatOthersMayWrite() throws IOException {
        var before = host.snapshot();
        host.intent("edge.yaml", EDGE);
        permissions(host.intents().resolve("edge.yaml"), "rw-rw-r--");
        permissions(host.intents(), "rwxrwxrwx");
        assertEquals(new TestHost.Result(1, "", """
                plumbline: others can write the intents, and with them this host's network:
                  INTENTS has mode 0777 and belongs to root: chmod go-w INTENTS
                  INTENTS/edge.yaml has mode 0664 and belongs to root: chmod go-w INTENTS/edge.yaml
                """), host.run("apply", "--auto-approve"));
        assertEquals(before, host.snapshot());
        assertEquals(0, host.run("plan").code());
        assertEquals(0, host.run("validate").code());
    }

    @Test
    void anotherSource() throws IOException {
        var before = host.snapshot();
        var other = Files.createDirectory(directory.resolve("other"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(other.resolve("edge.yaml"), TestHost.HEAD + EDGE);
        var message = "plumbline: this host follows the directory INTENTS, not the directory " + other
                + ". To follow the latter from now on, which removes what only the former asks for, say "
                + "--replace-source\n";
        assertEquals(new TestHost.Result(1, "", message), host.execute("apply", "--intents", other.toString(),
                "--state-dir", host.state().toString(), "--auto-approve"));
        assertEquals(before, host.snapshot());
        var replaced = host.execute("apply", "--intents", other.toString(), "--state-dir", host.state().toString(),
                "--auto-approve", "--replace-source");
        assertEquals(0, replaced.code(), replaced::toString);
        assertEquals(List.of("203.0.113.0/24 via 10.0.0.1 dev eth0 proto 157"), host.routes("110"));
        assertEquals(List.of(), host.ourRules());
        assertEquals(1, host.run("apply", "--auto-approve").code());
    }

    @Test
    void anotherNamespaceWithTheSameStateDirectory() throws IOException {
        var before = host.snapshot();
        var other = host.elsewhere(namespaces).device("net1", "192.168.1.209/24");
        for (var command : List.of("plan", "apply")) {
            var result = command.equals("plan") ? other.run(command) : other.run(command, "--auto-approve");
            assertEquals(new TestHost.Result(1, "", "plumbline: the state directory STATE belongs to another network "
                    + "namespace: it was first used in the one with cookie N, this one has cookie N. Give each "
                    + "namespace its own with --state-dir DIR\n"), new TestHost.Result(result.code(), result.out(),
                    result.err().replaceAll("cookie [0-9]+", "cookie N")));
        }
        assertEquals(before, host.snapshot());
        assertEquals(List.of(), other.ourRules());
    }

    @Test
    void wrongUsage() {
        assertEquals(new TestHost.Result(64, "", """
                plumbline: Unknown option: '--auto-aprove'
                Possible solutions: --auto-approve
                Try 'plumbline apply --help'.
                """), host.execute("apply", "--auto-aprove"));
        assertEquals(new TestHost.Result(64, "", """
                plumbline: Expected parameter for option '--intents' but found '--json'
                Try 'plumbline plan --help'.
                """), host.execute("plan", "--intents", "--json"));
        assertEquals(new TestHost.Result(64, "", """
                plumbline: Unmatched argument at index 1: 'everything'
                Try 'plumbline validate --help'.
                """), host.execute("validate", "everything"));
    }

    @Test
    void applyWithoutATerminal() {
        var before = host.snapshot();
        host.intent("edge.yaml", EDGE);
        var result = host.run("apply");
        assertEquals(1, result.code());
        assertTrue(result.out().endsWith("Plan: 1 to add, 0 to change, 0 to destroy.\n"), result::toString);
        assertEquals("plumbline: nothing was changed: there is no terminal to ask on; say --auto-approve\n",
                result.err());
        assertEquals(before, host.snapshot());
    }

    @Test
    void absentIntentsAreNotAnEmptyPlan() throws IOException {
        var before = host.snapshot();
        host.without("sip.yaml");
        Files.delete(host.intents());
        for (var command : List.of("validate", "plan", "apply")) {
            assertEquals(new TestHost.Result(1, "", "plumbline: the directory of intents INTENTS does not "
                    + "exist; make it, or name another with --intents DIR\n"), host.run(command));
        }
        assertEquals(before, host.snapshot());
    }

    static final String EDGE = """
            kind: RouteTable
            metadata: {name: edge}
            spec: {id: 110, routes: [{to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}]}
            """;

    private static void permissions(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    /** Found by the intents alone: all three commands say it. */
    private void assertInvalid(String documents, String message) {
        var before = host.snapshot();
        host.intent("bad.yaml", documents);
        assertEquals(new TestHost.Result(1, "", message), host.run("validate"));
        assertRefused(documents, message);
        assertEquals(before, host.snapshot());
    }

    /** Found by plan and apply, in the same words; nothing changes. */
    private void assertRefused(String documents, String message) {
        var before = host.snapshot();
        host.intent("bad.yaml", documents);
        assertEquals(new TestHost.Result(1, "", message), host.run("plan"));
        assertEquals(new TestHost.Result(1, "", message), host.run("apply", "--auto-approve"));
        assertEquals(before, host.snapshot());
        host.without("bad.yaml");
    }
}
