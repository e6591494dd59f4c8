package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.rules;
import static dev.plumbline.compile.Intents.source;
import static dev.plumbline.compile.Intents.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tables: numbers, devices, gateways, and what is there already. */
class RouteTableTest {

    private static final String READ = "900: from all lookup t";

    private static Host host() {
        return new Host().link("eth0", "10.0.0.2/24", "2001:db8::2/64").link("tun0");
    }

    private static void assertError(Host host, String expected, Document... documents) {
        var errors = Host.errors(host.compile(documents));
        assertTrue(errors.stream().anyMatch(each -> each.contains(expected)), () -> expected + " in " + errors);
    }

    @Test
    void aNumberIsAllottedAndKept() {
        var host = host();
        var result = host.apply(table("t", "10.1.0.0/16 dev tun0").document(), rules("r", READ));
        assertEquals(List.of("RouteTable/t: table 100"), result.notes());
        assertEquals(List.of("10.1.0.0/16 dev tun0 scope link table 100"), host.table(100));
        host.apply(table("a", "10.2.0.0/16 dev tun0").document(), table("t", "10.1.0.0/16 dev tun0").document(),
                rules("r", READ, "901: from all lookup a"));
        assertEquals(List.of("10.1.0.0/16 dev tun0 scope link table 100"), host.table(100));
        assertEquals(List.of("10.2.0.0/16 dev tun0 scope link table 101"), host.table(101));
        assertEquals(List.of("900: from all lookup 100", "901: from all lookup 101"), host.ourRules());
    }

    @Test
    void aNumberIsFoundAgainByTheMarks() {
        var host = host();
        var documents = new Document[] {table("z", "10.1.0.0/16 dev tun0").document(),
            table("t", "10.1.0.0/16 dev tun0", "10.2.0.0/16 dev tun0").document(), rules("r", READ)};
        host.apply(documents);
        assertEquals(2, host.table(101).size());
        host.ledger = Ledger.EMPTY;
        host.apply(documents[1], documents[0], documents[2]);
        assertEquals(2, host.table(101).size());
        assertEquals(1, host.table(100).size());
    }

    @Test
    void explicitNumbersAndNamesOfTheHostAreNeverAllotted() {
        var host = host();
        host.tableNames.put("office", 101L);
        host.apply(table("t", "10.1.0.0/16 dev tun0").document(), table("u", "10.2.0.0/16 dev tun0").id(100).document(),
                table("office", "10.3.0.0/16 dev tun0").document(), rules("r", READ, "901: from all lookup 102"));
        assertEquals(1, host.table(103).size());
        assertEquals(1, host.table(101).size());
    }

    @Test
    void duplicateAndReservedNumbers() {
        assertError(host(), "u.yaml:4:3: error: spec.id: table 100 is already that of RouteTable/t at t.yaml:1:3",
                table("t").id(100).document(), table("u").id(100).document());
        for (long reserved : List.of(0L, 253L, 255L)) {
            assertError(host(), "table " + reserved + " is reserved", table("t").id(reserved).document());
        }
        assertError(host(), "table main cannot be a source-routing table", source("s", "eth0").table(254).document());
        assertError(host(), "table main cannot be a source-routing table",
                source("s", "eth0").table("main").document());
        assertError(host(), "table 0 cannot be a source-routing table", source("s", "eth0").table(0).document());
        assertError(host(), "main is never exclusive", table("main").exclusive().document());
    }

    @Test
    void aGatewayAloneFindsItsDevice() {
        var host = host();
        host.apply(table("t", "10.1.0.0/16 via 10.0.0.1", "2001:db8:1::/48 via 2001:db8::9", "10.3.0.0/16 dev tun0",
                "10.4.0.0/16 via 10.3.0.1").document(), rules("r", READ));
        assertEquals(List.of("10.1.0.0/16 via 10.0.0.1 dev eth0 table 100", "10.3.0.0/16 dev tun0 scope link table 100",
                "10.4.0.0/16 via 10.3.0.1 dev tun0 table 100", "2001:db8:1::/48 via 2001:db8::9 dev eth0 table 100"),
                host.table(100));
        assertError(host, "t.yaml:11: error: spec.routes: gateway 10.9.0.1 is not reachable: no address or device "
                + "route covers it", table("t", "10.3.0.0/16 dev tun0", "10.1.0.0/16 via 10.9.0.1").document());
        assertError(host, "gateway fe80::1 is link-local", table("t", "2001:db8:1::/48 via fe80::1").document());
        host.link("eth1", "10.0.0.3/24");
        assertError(host, "gateway 10.0.0.1 is on eth0 and on eth1", table("t", "10.1.0.0/16 via 10.0.0.1").document());
    }

    @Test
    void aGatewayThatCannotBe() {
        var host = host();
        assertError(host, "gateway 10.0.0.2 is an address of this host itself",
                table("t", "10.1.0.0/16 via 10.0.0.2 dev eth0").document());
        assertError(host, "gateway 10.9.0.1 is not reachable: no address or device route of eth0 covers it",
                table("t", "10.1.0.0/16 via 10.9.0.1 dev eth0").document());
        var waiting = host.compile(table("t", "10.1.0.0/16 via 10.9.0.1 dev tun0").document());
        assertEquals("GatewayNotReady", waiting.waiting().getFirst().reason());
        host.attended = false;
        waiting = host.compile(table("t", "10.1.0.0/16 via 10.9.0.1 dev eth0").document());
        assertEquals("GatewayNotReady", waiting.waiting().getFirst().reason());
        assertEquals(List.of(), Host.errors(waiting));
    }

    @Test
    void aGatewayIsReachedByOnlinkLinkLocalOrAMainRoute() {
        var host = host().route("10.9.0.0/16 dev eth0");
        host.apply(table("t", "10.1.0.0/16 via 10.9.0.1 dev eth0", "10.2.0.0/16 via 10.8.0.1 dev eth0 onlink",
                "2001:db8:1::/48 via fe80::1 dev eth0").document(), rules("r", READ));
        assertEquals(3, host.table(100).size());
    }

    @Test
    void aGatewayOnADeviceWhoseRoutesAreMovedIsNotReachable() {
        var host = Host.example();
        assertError(host, "gateway 192.168.1.7 is not reachable: no address or device route of net1 covers it: "
                + "SourceRouting/sip moves the routes of net1 out of main; add {to: 192.168.1.0/24, dev: net1} to this "
                + "table", source("sip", "net1").document(),
                table("t", "10.1.0.0/16 via 192.168.1.7 dev net1").document());
        host.apply(source("sip", "net1").sourceHints().document(),
                table("t", "10.1.0.0/16 via 192.168.1.7 dev net1").document(), rules("r", READ));
        host.apply(source("sip", "net1").document(), table("t", "10.1.0.0/16 via 192.168.1.7 dev net1",
                "192.168.1.0/24 dev net1").document(), rules("r", READ));
        host.loseOurs();
        host.apply(source("sip", "net1").document(), table("t", "10.1.0.0/16 via 192.168.1.7 dev net1",
                "192.168.1.0/24 dev net1").document(), rules("r", READ));
    }

    @Test
    void devicesThatAreNotThere() {
        var host = host();
        assertError(host, "t.yaml:10: error: spec.routes: this host never had a device eth; did you mean eth0?",
                table("t", "10.1.0.0/16 dev eth").document());
        var optional = host.compile(table("t", "10.1.0.0/16 dev wg7").optional().document());
        assertEquals("DeviceNotReady", optional.waiting().getFirst().reason());
        host.apply(table("t", "10.1.0.0/16 dev tun0").document(), rules("r", READ));
        host.dropLink("tun0");
        var gone = host.compile(table("t", "10.1.0.0/16 dev tun0").document(), rules("r", READ));
        assertEquals(List.of(), Host.errors(gone));
        assertEquals("t.yaml:10", gone.waiting().getFirst().origin().position());
        assertTrue(gone.desired().keptTables().contains(100L));
        assertEquals(1, gone.desired().rules().size(), "rules into a waiting document's table stay");
    }

    @Test
    void whatWaitsChangesNothing() {
        var host = host().route("10.7.0.0/16 dev eth0 table 110");
        var waiting = host.compile(table("t", "10.1.0.0/16 dev wg7").id(110).exclusive().adopt().optional().document());
        assertEquals(Set.of(), waiting.desired().exclusive());
        assertEquals(Set.of(), waiting.desired().adopting());
        assertEquals(Set.of(110L), waiting.desired().keptTables());
    }

    @Test
    void aSourceThatIsNotHere() {
        var waiting = host().compile(table("t", "10.1.0.0/16 dev eth0 src 10.0.0.77").document());
        assertEquals("AddressNotReady", waiting.waiting().getFirst().reason());
        var host = host().tentative("eth0", "2001:db8::77/64");
        waiting = host.compile(table("t", "2001:db8:1::/48 dev eth0 src 2001:db8::77").document());
        assertTrue(waiting.waiting().getFirst().message().contains("duplicate address detection"));
    }

    @Test
    void aForeignRouteOfTheSameIdentity() {
        var host = host().route("10.1.0.0/16 via 10.0.0.9 dev eth0 proto static table 110");
        assertError(host, "t.yaml:10: error: `10.1.0.0/16 via 10.0.0.9 dev eth0 proto static table 110` of protocol "
                + "static is there already, and is not plumbline's; say `adopt: true`",
                table("t", "10.1.0.0/16 via 10.0.0.1").id(110).document());
        host.apply(table("t", "10.1.0.0/16 via 10.0.0.1").id(110).exclusive().document(),
                rules("r", "900: from all lookup 110"));
        assertEquals(List.of("10.1.0.0/16 via 10.0.0.1 dev eth0 table 110"), host.table(110));
        assertError(host, "is there already", table("main", "10.0.0.0/24 dev tun0").document());
        assertError(host, "is there already", table("main", "10.0.0.0/24 dev tun0").adopt().document());
    }

    @Test
    void twoDocumentsWithTheSameRoute() {
        var host = Host.example();
        assertError(host, "sip.yaml:10: error: table 110 has 10.0.0.0/8 with this metric already from RouteTable/t at "
                + "t.yaml:10", source("sip", "net1").table("t").extra("10.0.0.0/8 via 192.168.1.7").document(),
                table("t", "10.0.0.0/8 dev net1").id(110).document());
        host.apply(source("sip", "net1").table("t").document(), table("t", "10.0.0.0/8 dev net1").id(110).document());
        assertEquals(3, host.table(110).size());
    }

    @Test
    void theSameRouteTwiceInOneDocument() {
        assertError(host(), "t.yaml:12: error: spec.routes: RouteTable/t has 10.1.0.0/16 with this metric already at "
                + "t.yaml:10", table("t", "10.1.0.0/16 dev tun0", "10.1.0.0/16 via 10.0.0.1", "10.1.0.0/16 dev tun0")
                        .document());
        assertError(host(), "2001:db8:1::/48 with this metric already", table("t", "2001:db8:1::/48 dev eth0",
                "2001:db8:1::/48 via 2001:db8::9").document());
    }

    @Test
    void aTableThatNothingReads() {
        var host = host();
        var document = table("t", "10.1.0.0/16 dev tun0").id(110).document();
        assertEquals(List.of("t.yaml:1:3: warning: no rule looks up table t (110): its routes have no effect"),
                Host.warnings(host.compile(document)));
        assertEquals(List.of(), Host.warnings(host.compile(document, rules("r", READ))));
        host.rule("800: from all lookup 110");
        assertEquals(List.of(), Host.warnings(host.compile(document)));
    }

    @Test
    void metricsAreCutAsTheKernelCutsThem() {
        var host = host();
        host.apply(table("t", "10.1.0.0/16 dev tun0 mtu 1048576").document(), rules("r", READ));
        assertEquals(List.of("10.1.0.0/16 dev tun0 scope link mtu 65520 table 100"), host.table(100));
    }

    @Test
    void onlyWhatIsNeededIsRead() {
        var host = host();
        host.ledger = new Ledger(List.of(), List.of(), List.of(), Set.of("eth0"));
        var needs = Compiler.needs(List.of(table("t", "10.1.0.0/16 via 10.0.0.1 dev eth0").id(110).document(),
                table("x", "10.2.0.0/16 via 10.9.0.1 dev tun0").id(111).exclusive().document(),
                source("s", "eth0").document()), host.ledger, host.read(ReadScope.OURS),
                host.tableNames);
        assertEquals(Set.of(new TableKey(Family.IPV4, 110), new TableKey(Family.IPV4, 111),
                new TableKey(Family.IPV6, 111)), needs.scope().tables());
        assertEquals(Set.of("eth0", "tun0"), needs.scope().mainDevices());
        assertEquals(2, needs.freeTables());
        assertTrue(needs.takenTables().containsAll(List.of(0L, 110L, 111L, 253L, 254L, 255L)));
    }

    @Test
    void aMillionRoutesCostNothing() {
        var host = host();
        var document = million();
        host.compile(document);
        long start = System.nanoTime();
        var result = host.compile(document);
        long millis = (System.nanoTime() - start) / 1_000_000;
        var rows = result.desired().routes().rows(new TableKey(Family.IPV4, 110));
        assertEquals(1_000_000, rows.size());
        assertEquals("eth0", rows.attributes(999_999).nextHops().getFirst().device());
        assertEquals(new Origin("RouteTable/t", "t.yaml", 1_000_009, 0), rows.origin(999_999));
        assertTrue(millis < 250, () -> millis + " ms: the columns were not shared");
        var own = result.desired().routes().tables();
        assertSame(rows, own.get(new TableKey(Family.IPV4, 110)));
    }

    private static Document million() {
        var origin = new Origin("RouteTable/t", "t.yaml", 1, 3);
        var rows = new RouteRows.Builder(Family.IPV4, 0);
        int attributes = rows.intern(RouteAttributes.unicast(0,
                List.of(new NextHop(Optional.of(Ip.address("10.0.0.1")), "", 1, false))));
        int index = rows.document(origin);
        for (int i = 0; i < 1_000_000; i++) {
            rows.add(0, 0x64000000L + i, 32, 0, 0, attributes, index, 10 + i);
        }
        return new Document("RouteTable", "t", Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(),
                new RouteTableSpec(
                Optional.of(new Located<>(110L, origin)), false, false, false, rows.build(),
                RouteRows.empty(Family.IPV6, 0)), origin);
    }
}
