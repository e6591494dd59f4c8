package dev.plumbline.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.kernel.Ip;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Progress;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.Route;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole loop on real kernel objects, read back with {@code ip}. */
@Tag("kernel")
class LoopKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private String name;
    private Ip ip;
    private final Memory memory = new Memory();
    private final MemoryJournal journal = new MemoryJournal(memory);

    /** Ledgers that a test can lose. */
    private static final class Memory implements Ledgers {
        private final Map<String, Ledger> kept = new HashMap<>();

        @Override
        public Set<String> labels() {
            return Set.of();
        }

        @Override
        public Ledger read(String label, NamespaceId id) {
            return kept.getOrDefault(label, Ledger.EMPTY);
        }

        @Override
        public void record(String label, NamespaceId id, Ledger ledger) {
            kept.put(label, ledger);
        }
    }

    @BeforeEach
    void topology() {
        name = namespaces.create();
        ip = namespaces.ip(name);
        ip.run("link add net1 type veth peer name p1");
        ip.run("link add eth0 type veth peer name p0");
        for (var device : List.of("net1", "eth0", "p0", "p1")) {
            ip.run("link set " + device + " addrgenmode none");
            ip.run("link set " + device + " up");
        }
        ip.run("addr add 10.0.0.10/24 dev eth0");
        ip.run("addr add 192.168.1.209/24 dev net1");
        ip.run("route add default via 10.0.0.1 dev eth0");
    }


    @Test
    void theDocumentsExampleLeavesExactlyItsRuleAndRoutes() {
        ip.run("route add default via 192.168.1.1 dev net1 metric 100");

        assertEquals(5, apply(sip(SourceRoutingSpec.RoutesMode.MOVE)));

        assertEquals(List.of("0: from all lookup local", "20000: from 192.168.1.209 lookup 100 proto 157",
                "32766: from all lookup main", "32767: from all lookup default"), ip.lines("rule"));
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157 metric 100",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), ip.lines("route show table 100"));
        assertEquals(List.of("default via 10.0.0.1 dev eth0",
                "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10"), ip.lines("route"));
        assertEquals(0, apply(sip(SourceRoutingSpec.RoutesMode.MOVE)));

        memory.kept.clear();
        assertEquals(0, apply(sip(SourceRoutingSpec.RoutesMode.MOVE)), "also after a lost store");
    }

    @Test
    void removingTheDocumentPutsBackWhatWasMoved() {
        ip.run("route add default via 192.168.1.1 dev net1 metric 100 proto static");
        ip.run("route add 172.16.0.0/12 via 192.168.1.7 dev net1 mtu 1400 proto dhcp");
        var before = ip.lines("route show table all");
        apply(sip(SourceRoutingSpec.RoutesMode.MOVE));
        apply();
        assertEquals(before, ip.lines("route show table all"));
        assertEquals(0, apply());
    }

    @Test
    void aRestoredMainRouteIsTakenIn() {
        ip.run("route add default via 192.168.1.1 dev net1 metric 100 proto dhcp");
        apply(sip(SourceRoutingSpec.RoutesMode.MOVE));
        ip.run("route add 192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209");
        ip.run("route add default via 192.168.1.254 dev net1 metric 100 proto dhcp");
        assertTrue(apply(sip(SourceRoutingSpec.RoutesMode.MOVE)) > 0);
        assertEquals("default via 192.168.1.254 dev net1 proto 157 metric 100",
                ip.lines("route show table 100").getFirst());
        assertEquals(0, apply(sip(SourceRoutingSpec.RoutesMode.MOVE)));
    }

    @Test
    void aRefusalUndoesEverythingAndNamesTheLine() {
        var before = ip.lines("route show table all");
        var bad = table("edge", 110, "203.0.113.0/24 via 10.0.0.1 dev eth0", "198.51.100.0/24 via 10.0.0.1 dev eth0 src");
        var error = assertThrows(ApplyException.class, () -> apply(sip(SourceRoutingSpec.RoutesMode.MOVE), bad));
        assertTrue(error.getMessage().contains("undone"), error::getMessage);
        assertTrue(error.details().getFirst().contains("edge.yaml:3"), () -> error.details().toString());
        assertEquals(before, ip.lines("route show table all"));
        assertEquals(3, ip.lines("rule").size());
    }

    @Test
    void driftIsFoundAndRepaired() {
        var documents = new Document[] {sip(SourceRoutingSpec.RoutesMode.COPY),
            table("edge", 110, "203.0.113.0/24 via 10.0.0.1 dev eth0", "198.51.100.0/24 via 10.0.0.1 dev eth0")};
        apply(documents);
        ip.run("rule del pref 20000");
        ip.run("route del 203.0.113.0/24 table 110");
        ip.run("route replace 198.51.100.0/24 via 10.0.0.9 dev eth0 table 110 proto 157");
        ip.run("route add 198.18.0.0/15 via 10.0.0.9 dev eth0 table 110 proto 157");
        ip.run("route add 198.18.0.0/24 via 10.0.0.9 dev eth0 table 110 proto static");
        assertEquals(4, apply(documents));
        assertEquals(List.of("198.18.0.0/24 via 10.0.0.9 dev eth0 proto static",
                "198.51.100.0/24 via 10.0.0.1 dev eth0 proto 157", "203.0.113.0/24 via 10.0.0.1 dev eth0 proto 157"),
                ip.lines("route show table 110"));
        assertEquals(0, apply(documents));
    }

    /** Applies these documents and returns how many changes that took. */
    private int apply(Document... documents) {
        var reconciler = new Reconciler(label -> Optional.of(KernelNamespace.open(name)), memory, journal, Map.of(),
                true, new Timings());
        try (var session = reconciler.prepareToApply(List.of(documents))) {
            var plan = session.plan();
            session.apply(Optional.empty(), Progress.SILENT);
            return plan.toAdd() + plan.toChange() + plan.toDestroy();
        }
    }

    private static Document sip(SourceRoutingSpec.RoutesMode mode) {
        var origin = new Origin("SourceRouting/sip", "sip.yaml", 2, 7);
        var spec = new SourceRoutingSpec(new Located<>("net1", origin), Optional.empty(), Optional.empty(),
                new Located<>(new TableChoice.Auto(), origin), mode, SourceRoutingSpec.DEFAULT_PRIORITY, false, false,
                RouteRows.empty(Family.IPV4, 0), RouteRows.empty(Family.IPV6, 0));
        return new Document("SourceRouting", "sip", Map.of(), HostSelector.ALL, Document.HOST,
                Optional.empty(), spec, origin);
    }

    /** Routes in a few words of {@code ip route}; a last word {@code src} asks for a source that the kernel refuses. */
    private static Document table(String tableName, long id, String... routes) {
        var origin = new Origin("RouteTable/" + tableName, tableName + ".yaml", 1, 7);
        var rows = new RouteRows.Builder(Family.IPV4, 0);
        for (int i = 0; i < routes.length; i++) {
            var words = routes[i].split(" ");
            var attributes = RouteAttributes.unicast(0, List.of(
                    NextHop.via(IpAddress.parse(words[2]).orElseThrow(), words[4])));
            if (words.length > 5) {
                attributes = new RouteAttributes(attributes.type(), 0, attributes.protocol(), Optional.empty(),
                        Optional.empty(), attributes.nextHops(), new java.util.TreeMap<>(Map.of(99, 1L)), 0, List.of());
            }
            rows.add(new Route(0, Prefix.parse(words[0]).orElseThrow(), 0, 0, attributes), origin.atLine(i + 2));
        }
        var spec = new RouteTableSpec(Optional.of(new Located<>(id, origin)), false, false, false, rows.build(),
                RouteRows.empty(Family.IPV6, 0));
        return new Document("RouteTable", tableName, Map.of(), HostSelector.ALL, Document.HOST,
                Optional.empty(), spec, origin);
    }
}
