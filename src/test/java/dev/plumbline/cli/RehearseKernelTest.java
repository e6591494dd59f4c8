package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.Gate;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.Progress;
import dev.plumbline.store.Store;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rehearsals: what the kernel of the copy says, and that the host is not touched. */
@Tag("kernel")
class RehearseKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;

    @BeforeEach
    void host() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24", "2001:db8::10/64")
                .device("net1", "192.168.1.209/24");
        host.ip().run("route add default via 10.0.0.1");
        host.ip().run("route add default via 192.168.1.1 metric 200");
    }

    /** Rehearses; the host and what is recorded of it stay as they are. */
    private TestHost.Result rehearse(String... more) {
        var before = host.snapshot();
        var result = host.run("rehearse", more);
        assertEquals(before, host.snapshot());
        return result;
    }

    @Test
    void everyChangeIsShownAsAccepted() {
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1}
                """);
        assertEquals(new TestHost.Result(0, """
                note: SourceRouting/sip: table 100 for 192.168.1.209

                  SourceRouting/sip  (INTENTS/sip.yaml)
                      + rule 20000: from 192.168.1.209 lookup 100    # accepted
                      + route default via 192.168.1.1 dev net1 metric 200 table 100    # accepted
                      + route 192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100    # accepted
                      - route default via 192.168.1.1 dev net1 metric 200 proto boot table main\
                    # moved into the document's table; accepted
                      - route 192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table main\
                    # moved into the document's table; accepted

                Plan: 3 to add, 0 to change, 2 to destroy.
                Rehearsed: the kernel accepted all 5 changes, and the copy matches the intents. \
                The host was not touched.
                """, ""), rehearse());
        host.apply();
        assertEquals("No changes. The network matches the intents.\nNothing to rehearse.\n", rehearse().out()
                .replaceFirst("(?s)^note: [^\n]*\n\n", ""));
    }

    /** These pass every check but the kernel's: the broadcast address, and a gateway that a foreign rule hides. */
    @Test
    void allRefusalsAreShownWithTheKernelsWordsAndTheIntent() {
        host.ip().run("rule add pref 5 to 10.0.0.9 unreachable");
        host.intent("table.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec:
                  id: 110
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.255}
                    - {to: 203.0.114.0/24, via: 10.0.0.1}
                    - {to: 203.0.115.0/24, via: 10.0.0.9}
                    - {to: "2001:db8:9::/48", via: "2001:db8::9"}
                ---
                kind: RouteTable
                metadata: {name: other}
                spec:
                  id: 111
                  routes:
                    - {to: 203.0.113.0/24, via: 10.0.0.255}
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  rules:
                    - {priority: 1000, from: 10.1.0.0/16, lookup: edge}
                    - {priority: 1001, from: 10.2.0.0/16, lookup: other}
                """);
        assertEquals(new TestHost.Result(1, """
                  RoutingRules/paths  (INTENTS/table.yaml)
                      + rule 1000: from 10.1.0.0/16 lookup 110    # accepted
                      + rule 1001: from 10.2.0.0/16 lookup 111    # accepted

                  RouteTable/edge  (INTENTS/table.yaml)
                      + route 203.0.113.0/24 via 10.0.0.255 dev eth0 table 110\
                    # REFUSED: Nexthop has invalid gateway (EINVAL)
                      + route 203.0.114.0/24 via 10.0.0.1 dev eth0 table 110    # accepted
                      + route 203.0.115.0/24 via 10.0.0.9 dev eth0 table 110\
                    # REFUSED: Nexthop has invalid gateway (ENETUNREACH)
                      + route 2001:db8:9::/48 via 2001:db8::9 dev eth0 table 110    # accepted

                  RouteTable/other  (INTENTS/table.yaml)
                      + route 203.0.113.0/24 via 10.0.0.255 dev eth0 table 111\
                    # REFUSED: Nexthop has invalid gateway (EINVAL)

                Plan: 7 to add, 0 to change, 0 to destroy.
                """, """
                INTENTS/table.yaml:7: writing route `203.0.113.0/24 via 10.0.0.255 dev eth0 table 110`: \
                Nexthop has invalid gateway (EINVAL)
                INTENTS/table.yaml:9: writing route `203.0.115.0/24 via 10.0.0.9 dev eth0 table 110`: \
                Nexthop has invalid gateway (ENETUNREACH)
                INTENTS/table.yaml:18: writing route `203.0.113.0/24 via 10.0.0.255 dev eth0 table 111`: \
                Nexthop has invalid gateway (EINVAL)
                plumbline: rehearsed: the kernel accepted 4 of 7 changes; an apply would fail, and undo them. \
                The host was not touched
                """), rehearse());
    }

    @Test
    void longListsAreBounded() {
        var routes = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            routes.append("    - {to: 203.").append(i / 250).append('.').append(i % 250).append(".0/24, via: 10.0.0.")
                    .append(i < 300 ? 255 : 1).append("}\n");
        }
        host.intent("table.yaml", "kind: RouteTable\nmetadata: {name: edge}\nspec:\n  id: 110\n  routes:\n"
                + routes);
        var refused = rehearse();
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.out().contains("… and 800 more (--full lists all)"), refused::toString);
        assertTrue(refused.err().endsWith("… and 100 more\nplumbline: rehearsed: the kernel accepted 700 of 1000"
                + " changes; an apply would fail, and undo them. The host was not touched\n"), refused::toString);
        assertEquals(1000, rehearse("--full").out().lines().filter(line -> line.contains("+ route 203.")).count());
    }

    @Test
    void anotherNamespaceIsCopiedToo() {
        var pod = host.elsewhere(namespaces).device("net1", "192.168.1.209/24");
        host.intent("pod.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec: {id: 110, netns: %s, routes: [{to: 203.0.113.0/24, via: 192.168.1.255}]}
                """.formatted(pod.name()));
        var before = pod.routes();
        var refused = rehearse();
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("Nexthop has invalid gateway"), refused::toString);
        assertEquals(before, pod.routes());
    }

    /** Whatever kind of request the kernel refuses: the others are carried out, and each change has its verdict. */
    @ParameterizedTest
    @ValueSource(ints = {Rtnetlink.RTM_NEWRULE, Rtnetlink.RTM_NEWROUTE, Rtnetlink.RTM_DELROUTE})
    void behindARefusalItGoesOn(int type) {
        var network = new MixedChanges(namespaces);
        var state = directory.resolve("mixed");
        try (var store = Store.open(state, "1.0");
                var session = MixedChanges.reconciler(store, state, label -> open(network, Gate.OPEN))
                        .prepareToApply(MixedChanges.first())) {
            session.apply(Optional.empty(), Progress.SILENT);
        }
        try (var store = Store.open(state, "1.0");
                var session = MixedChanges.reconciler(store, state,
                        label -> open(network, each -> each == type ? Gate.REFUSED : each))
                        .prepare(MixedChanges.second())) {
            var rehearsal = session.rehearse(Progress.SILENT).getFirst();
            var changes = rehearsal.plan().changes().stream().flatMap(ChangeSet::pending)
                    .map(ChangeSet.Pending::change).toList();
            for (var change : changes) {
                boolean refused = change.note().contains("REFUSED: ");
                assertEquals(refused, !change.note().endsWith("accepted"), change::toString);
                assertEquals(isRefused(type, change), refused, change::toString);
            }
            assertEquals(changes.stream().filter(each -> !isRefused(type, each)).count(), rehearsal.accepted());
            assertTrue(rehearsal.accepted() >= 10 && rehearsal.accepted() < changes.size(), rehearsal::toString);
            assertEquals(changes.size() - rehearsal.accepted(), rehearsal.failures().stream()
                    .filter(each -> each.contains("writing ") || each.contains("deleting ")).count());
        }
    }

    private static boolean isRefused(int type, Change change) {
        boolean deletes = change.action() == Change.Action.DELETE;
        return switch (type) {
            case Rtnetlink.RTM_NEWRULE -> change.resource().equals("rule") && !deletes;
            case Rtnetlink.RTM_NEWROUTE -> change.resource().equals("route") && !deletes;
            default -> change.resource().equals("route") && (deletes || change.action() == Change.Action.RECREATE);
        };
    }

    private static Optional<LiveNamespace> open(MixedChanges network, Gate gate) {
        var namespace = KernelNamespace.open(network.name);
        namespace.gate(gate);
        return Optional.of(namespace);
    }
}
