package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.source;
import static dev.plumbline.compile.Intents.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.Ledger;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was taken is given back as it was, and only where that still makes sense. */
class PutBackTest {

    private static Host busy() {
        return new Host().link("net1", "192.168.1.209/24", "2001:db8::2/64").route(
                "default via 192.168.1.1 dev net1 proto dhcp metric 100",
                "10.0.0.0/8 via 192.168.1.7 dev net1 mtu 1400",
                "default via fe80::1 dev net1 proto ra expires 900", "2001:db8:1::/48 via 2001:db8::9 dev net1");
    }

    @Test
    void aRemovedDocumentGivesBackExactly() {
        var host = busy();
        var before = host.foreign();
        host.apply(source("sip", "net1").document());
        assertEquals(Set.of(), host.foreign());
        var result = host.apply();
        assertEquals(before, host.foreign());
        assertEquals(List.of(), host.ourRules());
        assertEquals(List.of(), host.ledger.routes());
        assertEquals(List.of(), host.ledger.allotments());
        result.desired().routes().tables().values().forEach(rows -> {
            for (int row = 0; row < rows.size(); row++) {
                assertEquals("SourceRouting/sip", rows.origin(row).document());
            }
        });
    }

    @Test
    void aChangeOfModeGivesBackToo() {
        for (var mode : List.of(RoutesMode.COPY, RoutesMode.LEAVE)) {
            var host = busy();
            var before = host.foreign();
            host.apply(source("sip", "net1").document());
            host.apply(source("sip", "net1").routes(mode).document());
            assertEquals(before, host.foreign());
            assertEquals(mode == RoutesMode.COPY ? 3 : 0, host.table(100).size());
        }
    }

    @Test
    void aRenamedDocumentInheritsWhatWasMoved() {
        var host = busy();
        var before = host.foreign();
        host.apply(source("sip", "net1").document());
        var tables = List.of(host.table(100), host.table(101));
        host.apply(source("voice", "net1").document());
        assertEquals(tables, List.of(host.table(100), host.table(101)));
        assertEquals(Set.of(), host.foreign());
        host.apply();
        assertEquals(before, host.foreign());
    }

    @Test
    void aFamilyThatIsNoLongerBoundIsGivenBack() {
        var host = busy();
        host.apply(source("sip", "net1").document());
        host.apply(source("sip", "net1").addresses("192.168.1.209").document());
        assertEquals(List.of("2001:db8:1::/48 via 2001:db8::9 dev net1 proto boot table main",
                "2001:db8::/64 dev net1 metric 256 proto kernel table main",
                "default via fe80::1 dev net1 proto ra table main"), host.main());
    }

    @Test
    void notWhenTheDeviceIsGoneOrMadeAnew() {
        var host = busy();
        host.apply(source("sip", "net1").document());
        host.dropLink("net1");
        host.link("net1", "192.168.1.209/24");
        var main = host.main();
        var result = host.apply();
        assertEquals(main, host.main());
        assertTrue(result.notes().contains("SourceRouting/sip: `default via 192.168.1.1 dev net1 metric 100 proto dhcp "
                + "table main` is not put back: net1 was made anew"), result.notes()::toString);
    }

    @Test
    void notWhenThePrefixIsGone() {
        var host = busy();
        host.apply(source("sip", "net1").document());
        host.address("net1", "172.16.0.2/16");
        host.dropAddress("net1", "192.168.1.209/24");
        host.apply();
        assertTrue(host.main().stream().noneMatch(each -> each.contains("192.168.1.")), host.main()::toString);
        assertTrue(host.main().contains("default via fe80::1 dev net1 proto ra table main"));
    }

    @Test
    void notWhenAnEqualOneIsThere() {
        var host = busy();
        host.apply(source("sip", "net1").document());
        host.route("default via 192.168.1.99 dev net1 metric 100");
        var result = host.apply();
        assertTrue(host.main().contains("default via 192.168.1.99 dev net1 metric 100 proto boot table main"));
        assertTrue(host.main().stream().noneMatch(each -> each.contains("192.168.1.1 ")), host.main()::toString);
        assertTrue(result.notes().stream().anyMatch(each -> each.contains("is not put back: there is")),
                result.notes()::toString);
    }

    @Test
    void theSameSubnetOnAnotherDeviceIsNoObstacle() {
        var host = new Host().link("eth0", "192.168.1.5/24").link("net1", "192.168.1.209/24");
        var before = host.foreign();
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("192.168.1.0/24 dev eth0 scope link src 192.168.1.5 proto kernel table main"),
                host.main());
        host.apply();
        assertEquals(before, host.foreign());
    }

    @Test
    void aDeviceThatIsDownGetsThemLater() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.setDown("net1");
        host.apply();
        assertEquals(2, host.ledger.routes().size());
        host.setUp("net1");
        host.apply();
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table main",
                "default via 192.168.1.1 dev net1 proto boot table main"), host.main());
        assertEquals(List.of(), host.ledger.routes());
    }

    @Test
    void anAdoptedRouteIsGivenBackInPlace() {
        var host = new Host().link("eth0", "10.0.0.2/24")
                .route("10.1.0.0/16 via 10.0.0.1 dev eth0 proto static table 110",
                        "10.2.0.0/16 via 10.0.0.1 dev eth0 proto static table 110").rule("900: from all lookup 110");
        var before = host.foreign();
        host.apply(table("t", "10.1.0.0/16 via 10.0.0.1 dev eth0", "10.2.0.0/16 via 10.0.0.1").id(110).adopt()
                .document());
        assertEquals(List.of("10.1.0.0/16 via 10.0.0.1 dev eth0 table 110",
                "10.2.0.0/16 via 10.0.0.1 dev eth0 table 110"), host.table(110));
        assertEquals(2, host.ledger.routes().size());
        host.apply(table("t", "10.2.0.0/16 via 10.0.0.1").id(110).adopt().document());
        assertEquals(List.of("10.1.0.0/16 via 10.0.0.1 dev eth0 proto static table 110",
                "10.2.0.0/16 via 10.0.0.1 dev eth0 table 110"), host.table(110));
        host.apply(table("renamed", "10.2.0.0/16 via 10.0.0.1").id(110).adopt().document());
        assertEquals(1, host.ledger.routes().size());
        host.apply();
        assertEquals(before, host.foreign());
    }

    @Test
    void anAdoptedRuleIsGivenBack() {
        var host = new Host().rule("900: from 10.0.0.0/8 lookup 110");
        var foreign = host.rules.stream().filter(each -> !each.isOurs()).toList();
        host.apply(Intents.rules("r", true, "900: from 10.0.0.0/8 lookup 110"));
        assertEquals(List.of("900: from 10.0.0.0/8 lookup 110"), host.ourRules());
        assertEquals(1, host.ledger.rules().size());
        host.apply(Intents.rules("r", true, "901: from 10.0.0.0/8 lookup 110"));
        assertEquals(List.of("901: from 10.0.0.0/8 lookup 110"), host.ourRules());
        assertEquals(List.of(), host.ledger.rules());
        host.apply();
        assertEquals(foreign, host.rules);
    }

    @Test
    void whileADocumentWaitsNothingIsGivenBack() {
        var host = busy();
        host.apply(source("sip", "net1").document());
        var ledger = host.ledger;
        host.dropLink("net1");
        var result = host.compile(source("sip", "net1").document());
        assertEquals(new Ledger(ledger.allotments(), ledger.routes(), ledger.rules(), ledger.devices()),
                result.ledger(), "all but that it is carried out in full");
        assertEquals(Set.of(100L, 101L), result.desired().keptTables());
        assertEquals("device net1 is not there now", result.waiting().getFirst().message());
    }

    @Test
    void aTentativeAddressKeepsItsTableAndItsFamilysRoutes() {
        var host = busy();
        host.apply(source("sip", "net1").document());
        var ledger = host.ledger;
        var before = host.table(101);
        host.addresses.removeIf(each -> each.local().toString().contains(":"));
        host.tentative("net1", "2001:db8::2/64");
        host.routes.removeIf(each -> each.table() == 254);
        var result = host.compile(source("sip", "net1").document());
        host.carryOut(result);
        assertEquals(before, host.table(101));
        assertEquals(Set.copyOf(ledger.routes()), Set.copyOf(host.ledger.routes()));
        assertEquals(2, host.ourRules().size());
    }

    @Test
    void whileADocumentWaitsItsMarksAreEnoughAndOthersAreNot() {
        var host = new Host().link("net1", "2001:db8::2/64").link("net2", "192.168.1.209/24");
        host.apply(source("one", "net1").document(), source("two", "net2").document());
        host.addresses.removeIf(each -> each.device().equals("net1"));
        host.tentative("net1", "2001:db8::2/64");
        host.ledger = Ledger.EMPTY;
        var result = host.compile(source("one", "net1").document(), source("two", "net2").document());
        assertEquals(Set.of(100L), result.desired().keptTables());
        host.ledger = new Ledger(List.of(new Ledger.Allotment("SourceRouting/gone", "192.168.1.209", 101)), List.of(),
                List.of(), Set.of("net1", "net2"));
        assertEquals(Set.of(100L), host.compile(source("one", "net1").document()).desired().keptTables());
    }
}
