package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.history.Event;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.Gate;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.Progress;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * An edge with clients behind {@code cl} and servers behind {@code sv}, which main would look for behind {@code wan}.
 * Debian's {@code sysctl} says what is true, and connections come about or do not.
 */
@Tag("kernel")
class SysctlsKernelTest {

    private static final String TABLE = """
            kind: RouteTable
            metadata: {name: servers}
            spec:
              id: 110
              routes:
                - {to: 203.0.113.0/24, via: 10.2.0.2, dev: sv}
            """;
    private static final String RULES = """
            kind: RoutingRules
            metadata: {name: clients}
            spec:
              sysctls: manage
              rules:
                - {priority: 1000, iif: cl, fwmark: 0x10, lookup: servers}
            """;
    private static final String FORWARD = "net.ipv4.ip_forward";
    private static final String FILTER = "net.ipv4.conf.sv.rp_filter";

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path folder;

    private TestHost edge;
    private String client;
    private String server;
    private List<String> former;

    @BeforeEach
    void network() {
        edge = new TestHost(namespaces, folder);
        edge.device("wan", "192.0.2.2/24");
        edge.ip().run("route add default via 192.0.2.1 dev wan");
        client = neighbour("cl", "10.1.0.1/24", "10.1.0.2/24", "10.1.0.1");
        server = neighbour("sv", "10.2.0.1/24", "10.2.0.2/24", "10.2.0.1");
        namespaces.ip(server).run("addr add 203.0.113.1/32 dev lo");
        nft("add table ip marks", "add chain ip marks c { type filter hook prerouting priority mangle; }",
                "add rule ip marks c iifname cl meta mark set 0x10");
        sysctl(FILTER + "=1", "net.ipv4.conf.all.accept_redirects=0", "net.ipv4.conf.wan.forwarding=1");
        former = sysctls();
        edge.intent("table.yaml", TABLE);
    }

    private String neighbour(String device, String address, String far, String gateway) {
        var name = namespaces.create();
        edge.ip().run("link add " + device + " type veth peer name eth0 netns " + name);
        edge.ip().run("addr add " + address + " dev " + device);
        edge.ip().run("link set " + device + " up");
        var other = namespaces.ip(name);
        other.run("addr add " + far + " dev eth0");
        other.run("link set eth0 up");
        other.run("route add default via " + gateway);
        return name;
    }

    private record Printed(int code, String text) {
    }

    private static Printed in(String namespace, String... words) {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(Arrays.asList(words));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var text = new String(process.getInputStream().readAllBytes());
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), command::toString);
            return new Printed(process.exitValue(), text);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void sysctl(String... assignments) {
        var words = new ArrayList<>(List.of("sysctl", "-q", "-w"));
        words.addAll(Arrays.asList(assignments));
        var printed = in(edge.name(), words.toArray(String[]::new));
        assertEquals(0, printed.code(), printed.text());
    }

    private void nft(String... commands) {
        for (var each : commands) {
            var printed = in(edge.name(), "nft", each);
            assertEquals(0, printed.code(), printed.text());
        }
    }

    private String value(String name) {
        return in(edge.name(), "sysctl", "-n", name).text().strip();
    }

    /** Everything is as it was at first. */
    private void assertFormer(String when) {
        var now = sysctls();
        var more = new ArrayList<>(now);
        more.removeAll(former);
        var less = new ArrayList<>(former);
        less.removeAll(now);
        assertEquals(less, more, when);
    }

    /** All there are of devices and forwarding. */
    private List<String> sysctls() {
        return in(edge.name(), "sysctl", "-a", "-r", "^net\\.ipv[46]\\.(ip_forward|conf\\.)").text().lines()
                .filter(line -> !line.contains("stable_secret")).sorted().toList();
    }

    private void assertConnects() {
        assertConnects("10.1.0.2", server, "203.0.113.1");
    }

    private void assertConnects(String source, String where, String address) {
        assertTrue(connects(source, where, address, 10_000));
    }

    private void assertDropped() {
        assertDropped("10.1.0.2", server, "203.0.113.1");
    }

    private void assertDropped(String source, String where, String address) {
        assertFalse(connects(source, where, address, 700));
    }

    private boolean connects(String source, String where, String address, int milliseconds) {
        try (var from = NetworkNamespace.named(client); var to = NetworkNamespace.named(where);
                var listening = to.call(() -> new ServerSocket(0, 1, InetAddress.getByName(address)));
                var socket = from.call(() -> bound(source))) {
            socket.connect(listening.getLocalSocketAddress(), milliseconds);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Socket bound(String source) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(source, 0));
        return socket;
    }

    @Test
    void aPacketPassesOnceTheyAreManaged() {
        edge.intent("rules.yaml", RULES.replace("  sysctls: manage\n", ""));
        var warned = edge.apply();
        assertTrue(warned.contains("packets that come in by cl are not forwarded: net.ipv4.ip_forward is 0; say"
                + " `sysctls: manage`, or `sysctl -w net.ipv4.ip_forward=1`"), warned);
        assertTrue(warned.contains("sysctl -w net.ipv4.conf.sv.rp_filter=2"), warned);
        assertFormer("");
        assertDropped();
        var doctor = edge.run("doctor").out();
        assertTrue(doctor.contains("sysctl -w net.ipv4.ip_forward=1"), doctor);
        sysctl(FORWARD + "=1");
        assertDropped();
        sysctl(FORWARD + "=0", "net.ipv4.conf.all.accept_redirects=0", "net.ipv4.conf.wan.forwarding=1");
        edge.intent("rules.yaml", RULES);
        var plan = edge.plan();
        assertTrue(plan.contains("""
                      ~ sysctl net.ipv4.ip_forward
                            value: 0 -> 1
                """), plan);
        assertTrue(plan.endsWith("Plan: 0 to add, 2 to change, 0 to destroy.\n"), plan);
        edge.apply();
        assertConnects();
        assertEquals("2", value(FILTER));
        edge.assertNothingToDo();
    }

    @Test
    void aForeignChangeIsCorrectedAndDestroyLeavesAllAsItWas() {
        edge.intent("rules.yaml", RULES);
        edge.apply();
        var explained = edge.execute("explain", "--state-dir", edge.state().toString()).out();
        assertTrue(explained.contains("sysctl net.ipv4.ip_forward=1    # adopted; it was `0`"), explained);
        assertTrue(edge.execute("show").out().contains("- {name: net.ipv4.ip_forward, value: \"1\"}"));
        sysctl(FORWARD + "=0", FILTER + "=0");
        assertDropped();
        assertTrue(edge.plan().endsWith("Plan: 0 to add, 2 to change, 0 to destroy.\n"));
        edge.apply();
        assertConnects();
        edge.assertNothingToDo();
        var result = edge.execute("destroy", "--state-dir", edge.state().toString(), "--auto-approve");
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.out().contains("sysctl net.ipv4.ip_forward    # put back as it was before"
                + " RoutingRules/clients"), result::toString);
        assertFormer("");
        assertEquals(List.of(), edge.ourRules());
    }

    @Test
    void aDocumentThatGoesPutsThemBack() {
        edge.intent("rules.yaml", RULES);
        edge.apply();
        edge.intent("rules.yaml", RULES.replace("  sysctls: manage\n", ""));
        edge.apply();
        assertFormer("");
        edge.assertNothingToDo();
    }

    @Test
    void aDeviceThatIsMadeAnewIsNobodysAffair() {
        edge.intent("rules.yaml", RULES);
        edge.apply();
        edge.ip().run("link del sv");
        edge.apply();
        edge.assertNothingToDo();
        assertFalse(edge.store().toString().contains("rp_filter"));
        neighbour("sv", "10.2.0.1/24", "10.2.0.2/24", "10.2.0.1");
        edge.apply();
        assertEquals("0", value(FILTER), "off suits as well");
        edge.assertNothingToDo();
    }

    /** The filter looks for the way back as for a packet that came by the device that this one leaves by. */
    @Test
    void aRuleForADevicePassesStrictFilters() {
        edge.intent("rules.yaml", RULES.replace(", fwmark: 0x10", ""));
        edge.apply();
        assertConnects();
        assertEquals("1", value(FILTER));
    }

    /** The way back is looked up from the bound address, which has its rule. */
    @Test
    void sourceRoutingPassesStrictFilters() {
        edge.without("table.yaml");
        edge.ip().run("route add default via 10.1.0.2 dev cl metric 100");
        sysctl("net.ipv4.conf.all.rp_filter=1");
        namespaces.ip(client).run("addr add 198.51.100.9/32 dev lo");
        assertDropped("198.51.100.9", edge.name(), "10.1.0.1");
        edge.intent("source.yaml", "kind: SourceRouting\nmetadata: {name: s}\nspec: {device: cl}\n");
        var before = sysctls();
        edge.apply();
        assertConnects("198.51.100.9", edge.name(), "10.1.0.1");
        assertEquals(before, sysctls());
    }

    @Test
    void theOthersOfADeviceThatTakesAdvertisements() {
        edge.ip().run("-6 addr add 2001:db8::2/64 dev wan nodad");
        edge.ip().run("-6 route add default via fe80::1 dev wan proto ra");
        former = sysctls();
        edge.intent("rules.yaml", RULES.replace("fwmark: 0x10", "family: ipv6").replace("lookup: servers",
                "lookup: 120"));
        edge.apply();
        assertEquals("2", value("net.ipv6.conf.wan.accept_ra"));
        assertEquals("1", value("net.ipv6.conf.cl.forwarding"));
        edge.assertNothingToDo();
        edge.without("rules.yaml");
        edge.apply();
        assertFormer("");
    }

    private static final class Death extends Error {
        Death() {
            super("killed");
        }
    }

    /** Whether the apply came as far as that. */
    private boolean diesAt(int at) {
        var left = new int[] {at};
        Gate gate = new Gate() {
            @Override
            public int pass(int type) {
                if (left[0]-- == 0) {
                    throw new Death();
                }
                return type;
            }

            @Override
            public boolean oneByOne() {
                return true;
            }
        };
        try (var store = Store.open(edge.state(), "1.0");
                var session = MixedChanges.reconciler(store, edge.state(), label -> {
                    var namespace = KernelNamespace.open(edge.name());
                    namespace.gate(gate);
                    return Optional.of(namespace);
                }).prepareToApply(MixedChanges.parsed(TestHost.HEAD + TABLE + "---\n" + TestHost.HEAD + RULES))) {
            session.apply(Optional.empty(), Progress.SILENT);
            return false;
        } catch (Death e) {
            return true;
        }
    }

    @Test
    void whatAnApplyThatDiedHasSetIsUndone() {
        int at = 0;
        while (diesAt(at)) {
            try (var store = Store.open(edge.state(), "1.0")) {
                var events = MixedChanges.reconciler(store, edge.state(),
                        label -> Optional.of(KernelNamespace.open(edge.name()))).recover();
                assertEquals(List.of(Event.Result.RECOVERED), events.stream().map(Event::result).toList());
            }
            assertFormer("died at " + at);
            assertEquals(List.of(), edge.ourRules());
            at++;
        }
        assertEquals(5, at, "two sysctls, a route and a rule of each family");
        assertConnects();
    }
}
