package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.Ledger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What source routing makes of a device, and that a second run finds nothing to do. */
class SourceRoutingTest {

    @Test
    void theExampleIsExactlyThat() {
        var host = Host.example();
        var result = host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100",
                "default via 192.168.1.1 dev net1 table 100"), host.table(100));
        assertEquals(List.of(), host.main());
        assertEquals(List.of("SourceRouting/sip: table 100 for 192.168.1.209"), result.notes());
        assertEquals(List.of(), result.problems());
    }

    @Test
    void theExampleWithAListedGateway() {
        var host = new Host().link("net1", "192.168.1.209/24");
        host.apply(source("sip", "net1").gateways("192.168.1.1").document());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100",
                "default via 192.168.1.1 dev net1 table 100"), host.table(100));
        assertEquals(List.of(), host.main());
    }

    @Test
    void aListedGatewayReplacesTheDefaultRouteOfWhateverMetric() {
        var host = new Host().link("net1", "192.168.1.209/24").route("default via 192.168.1.1 dev net1 metric 50");
        host.apply(source("sip", "net1").gateways("192.168.1.2").document());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100",
                "default via 192.168.1.2 dev net1 table 100"), host.table(100));
        host.apply();
        assertTrue(host.main().contains("default via 192.168.1.1 dev net1 metric 50 proto boot table main"));
    }

    @Test
    void everyAddressHasItsOwnTableAndItsOwnSource() {
        var host = new Host().link("net1", "192.168.1.209/24", "192.168.1.210/24", "10.5.0.2/16")
                .route("default via 192.168.1.1 dev net1", "default via 10.5.0.1 dev net1 metric 10",
                        "172.16.0.0/12 via 10.5.0.9 dev net1");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 192.168.1.210 lookup 101",
                "20000: from 10.5.0.2 lookup 102"), host.ourRules());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100",
                "default via 192.168.1.1 dev net1 table 100"), host.table(100));
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.210 table 101",
                "default via 192.168.1.1 dev net1 table 101"), host.table(101));
        assertEquals(List.of("10.5.0.0/16 dev net1 scope link src 10.5.0.2 table 102",
                "172.16.0.0/12 via 10.5.0.9 dev net1 table 102",
                "default via 10.5.0.1 dev net1 metric 10 table 102"), host.table(102));
        assertEquals(List.of(), host.main());
    }

    @Test
    void aRouteOfNoAddressGoesIntoEveryTableOfItsFamily() {
        var host = new Host().link("net1", "192.168.1.209/24", "10.5.0.2/16", "2001:db8::2/64")
                .route("198.51.100.0/24 dev net1", "default via 203.0.113.1 dev net1 onlink");
        host.apply(source("sip", "net1").document());
        for (long table : List.of(100L, 101L)) {
            assertTrue(host.table(table).contains("198.51.100.0/24 dev net1 scope link table " + table));
            assertTrue(host.table(table).contains("default via 203.0.113.1 dev net1 onlink table " + table));
        }
        assertEquals(List.of("2001:db8::/64 dev net1 metric 256 table 102"), host.table(102));
    }

    @Test
    void dualStackAndWhatIsNeverMoved() {
        var host = new Host().link("net1", "192.168.1.209/24", "2001:db8::2/64", "fe80::1/64")
                .route("default via 192.168.1.1 dev net1", "default via fe80::ff dev net1 proto ra expires 1800",
                        "ff00::/8 dev net1 metric 256", "blackhole 10.0.0.0/8");
        var result = host.apply(source("sip", "net1").document());
        assertEquals(List.of("2001:db8::/64 dev net1 metric 256 table 101", "default via fe80::ff dev net1 table 101"),
                host.table(101));
        assertEquals(List.of("blackhole 10.0.0.0/8 proto boot table main",
                "fe80::/64 dev net1 metric 256 proto kernel table main",
                "ff00::/8 dev net1 metric 256 proto boot table main"), host.main());
        assertEquals(1, Host.warnings(result).size());
        assertTrue(Host.warnings(result).getFirst().contains("accept_ra_defrtr")
                && Host.warnings(result).getFirst().contains("`routes: copy`"), Host.warnings(result)::toString);
        assertTrue(host.table(101).stream().noneMatch(each -> each.contains("expires")));
    }

    @Test
    void aFamilyWithoutBoundAddressIsNotTouched() {
        var host = new Host().link("net1", "192.168.1.209/24", "2001:db8::2/64")
                .route("default via 2001:db8::1 dev net1");
        host.apply(source("sip", "net1").addresses("192.168.1.209").document());
        assertEquals(List.of("2001:db8::/64 dev net1 metric 256 proto kernel table main",
                "default via 2001:db8::1 dev net1 proto boot table main"), host.main());
    }

    @Test
    void theGatewayOutsideEverySubnet() {
        var host = new Host().link("net1", "10.9.9.9/32")
                .route("169.254.1.1 dev net1", "default via 169.254.1.1 dev net1");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("169.254.1.1 dev net1 scope link table 100",
                "default via 169.254.1.1 dev net1 table 100"), host.table(100));
        assertEquals(List.of(), host.main());
        host.loseOurs();
        host.apply(source("sip", "net1").document());
        assertEquals(2, host.table(100).size());
    }

    @Test
    void aMultipathStaysWhole() {
        var host = new Host().link("net1", "192.168.1.209/24")
                .route("default nexthop via 192.168.1.1 dev net1 weight 2 nexthop via 192.168.1.2 dev net1 weight 1");
        host.apply(source("sip", "net1").document());
        assertTrue(host.table(100).contains("default nexthop via 192.168.1.1 dev net1 weight 2"
                + " nexthop via 192.168.1.2 dev net1 weight 1 table 100"), host.table(100)::toString);
    }

    @Test
    void aMultipathOverOtherDevicesStaysInMain() {
        var host = new Host().link("eth0", "10.0.0.2/24").link("net1", "192.168.1.209/24")
                .route("default nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 192.168.1.1 dev net1 weight 3");
        host.apply(source("sip", "net1").document());
        assertTrue(host.table(100).contains("default via 192.168.1.1 dev net1 table 100"), host.table(100)::toString);
        assertTrue(host.main().stream().anyMatch(each -> each.startsWith("default nexthop")), host.main()::toString);
    }

    @Test
    void aRouteWhoseGatewayIsInAnotherAddressesNetworkIsOnlink() {
        var host = new Host().link("net1", "192.168.1.209/24", "10.5.0.2/16")
                .route("172.16.0.0/12 via 192.168.1.7 dev net1 src 10.5.0.2");
        host.apply(source("sip", "net1").document());
        assertTrue(host.table(101).contains("172.16.0.0/12 via 192.168.1.7 dev net1 onlink src 10.5.0.2 table 101"),
                host.table(101)::toString);
        host.loseOurs();
        host.apply(source("sip", "net1").document());
    }

    @Test
    void attributesAreCarried() {
        var host = new Host().link("net1", "192.168.1.209/24")
                .route("10.0.0.0/8 via 192.168.1.1 dev net1 tos 0x10 metric 7 mtu 1400 proto static");
        host.apply(source("sip", "net1").document());
        assertTrue(host.table(100).contains("10.0.0.0/8 tos 0x10 via 192.168.1.1 dev net1 metric 7 mtu 1400 table 100"),
                host.table(100)::toString);
    }

    @Test
    void copyLeavesMainAndRecordsNothing() {
        var host = Host.example();
        var before = host.main();
        host.apply(source("sip", "net1").routes(RoutesMode.COPY).document());
        assertEquals(before, host.main());
        assertEquals(2, host.table(100).size());
        assertEquals(List.of(), host.ledger.routes());
        host.dropAddress("net1", "192.168.1.209/24");
        host.address("net1", "192.168.1.210/24");
        host.apply(source("sip", "net1").routes(RoutesMode.COPY).document());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.210 table 101"), host.table(101));
    }

    @Test
    void leaveTakesRulesListedGatewaysAndExtraRoutesOnly() {
        var host = Host.example();
        var before = host.main();
        host.apply(source("sip", "net1").routes(RoutesMode.LEAVE).gateways("192.168.1.1")
                .extra("10.0.0.0/8 via 192.168.1.9", "blackhole 172.16.0.0/12").document());
        assertEquals(before, host.main());
        assertEquals(List.of("10.0.0.0/8 via 192.168.1.9 dev net1 onlink table 100",
                "blackhole 172.16.0.0/12 table 100", "default via 192.168.1.1 dev net1 onlink table 100"),
                host.table(100));
    }

    @Test
    void anExplicitTableTakesAllAddresses() {
        var host = new Host().link("net1", "192.168.1.209/24", "192.168.1.210/24")
                .route("default via 192.168.1.1 dev net1");
        host.apply(source("sip", "net1").table(77).document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 77", "20000: from 192.168.1.210 lookup 77"),
                host.ourRules());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 77",
                "default via 192.168.1.1 dev net1 table 77"), host.table(77));
        var errors = Host.errors(host.compile(
                source("sip", "net1").table(77).gateways("192.168.1.1", "192.168.1.2").document()));
        assertEquals(1, errors.size());
        assertTrue(errors.getFirst().startsWith("sip.yaml:6:9: error: spec.gateways: all addresses share table 77"),
                errors::toString);
    }

    @Test
    void aTableByNameIsTheDocumentsOrTheHosts() {
        var host = Host.example();
        host.tableNames.put("sip", 333L);
        host.apply(source("sip", "net1").table("sip").document());
        assertEquals(2, host.table(333).size());
        host.apply(source("sip", "net1").table("voice").document(),
                Intents.table("voice", "203.0.113.0/24 dev net1").id(120).document());
        assertEquals(3, host.table(120).size());
        assertEquals(List.of(), host.table(333));
        var errors = Host.errors(host.compile(source("sip", "net1").table("voise").document(),
                Intents.table("voice", "203.0.113.0/24 dev net1").id(120).document()));
        assertEquals(List.of("sip.yaml:4:3: error: spec.table: no RouteTable and no line of rt_tables is named voise; "
                + "did you mean voice?"), errors);
    }

    @Test
    void gatewaysAreMatchedToAddresses() {
        var host = new Host().link("net1", "192.168.1.209/24", "10.5.0.2/16", "2001:db8::2/64");
        host.apply(source("sip", "net1").gateways("10.5.0.1", "192.168.1.1", "2001:db8::1").document());
        assertTrue(host.table(100).contains("default via 192.168.1.1 dev net1 table 100"));
        assertTrue(host.table(101).contains("default via 10.5.0.1 dev net1 table 101"));
        assertTrue(host.table(102).contains("default via 2001:db8::1 dev net1 table 102"));
        host.apply(source("sip", "net1").gateways("10.5.0.1").document());
        assertTrue(host.table(100).contains("default via 10.5.0.1 dev net1 onlink table 100"),
                host.table(100)::toString);
        var errors = Host.errors(host.compile(source("sip", "net1").gateways("10.5.0.1", "10.5.0.3").document()));
        assertTrue(errors.stream().anyMatch(each -> each.contains("none of the gateways is in the network of "
                + "192.168.1.209 (192.168.1.0/24)")), errors::toString);
        assertTrue(errors.stream().anyMatch(each -> each.contains("are both in the network of 10.5.0.2")),
                errors::toString);
    }

    @Test
    void sourceHintsKeepConnectedPrefixesInMain() {
        var host = new Host().link("net1", "192.168.1.209/24", "2001:db8::2/64")
                .route("default via 192.168.1.1 dev net1");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of(), host.main());
        host.apply(source("sip", "net1").sourceHints().document());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table main",
                "2001:db8::/64 dev net1 src 2001:db8::2 metric 255 table main"), host.main());
        assertEquals(2, host.table(100).size());
        assertEquals(List.of("2001:db8::/64 dev net1 metric 256 table 101"), host.table(101));
        host.apply(source("sip", "net1").document());
        assertEquals(List.of(), host.main());
        host.apply(source("sip", "net1").sourceHints().document());
        host.apply();
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table main",
                "2001:db8::/64 dev net1 metric 256 proto kernel table main",
                "default via 192.168.1.1 dev net1 proto boot table main"), host.main());
    }

    @Test
    void sourceHintsOfTwoDevicesInOneNetwork() {
        var host = new Host().link("net1", "2001:db8::2/64").link("net2", "2001:db8::3/64");
        var before = host.foreign();
        host.apply(source("one", "net1").sourceHints().document(), source("two", "net2").sourceHints().document());
        assertEquals(List.of("2001:db8::/64 dev net1 src 2001:db8::2 metric 255 table main",
                "2001:db8::/64 dev net2 src 2001:db8::3 metric 254 table main"), host.main());
        host.apply();
        assertEquals(before, host.foreign());
    }

    @Test
    void theSameTableInEveryLaterRun() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.link("net0", "10.0.0.2/24");
        host.apply(source("aaa", "net0").document(), source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 10.0.0.2 lookup 101"),
                host.ourRules());
    }

    @Test
    void aKeptNumberThatOthersTookIsGivenUpUnlessOursIsInIt() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.link("eth9", "10.0.0.2/24").route("10.7.0.0/16 dev eth9 table 100");
        host.apply(source("sip", "net1").document());
        assertEquals(3, host.table(100).size());
        host.loseOurs();
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("10.7.0.0/16 dev eth9 scope link proto boot table 100"), host.table(100));
        assertEquals(2, host.table(101).size());
    }

    @Test
    void aDhcpRenewalIsTakenIn() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.route("default via 192.168.1.254 dev net1 proto dhcp");
        var result = host.apply(source("sip", "net1").document());
        assertTrue(host.table(100).contains("default via 192.168.1.254 dev net1 table 100"), host.table(100)::toString);
        assertEquals(2, host.table(100).size());
        assertEquals(List.of(), host.main());
        assertEquals(List.of(), Host.warnings(result), "its return is no news");
        host.apply();
        assertTrue(host.main().contains("default via 192.168.1.254 dev net1 proto dhcp table main"));
        assertEquals(2, host.main().size());
    }

    @Test
    void anAddressThatChangesTakesItsRoutesAlong() {
        var host = Host.example();
        host.route("10.0.0.0/8 via 192.168.1.7 dev net1");
        host.apply(source("sip", "net1").document());
        host.dropAddress("net1", "192.168.1.209/24");
        host.address("net1", "10.5.0.2/16");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 10.5.0.2 lookup 101"), host.ourRules());
        assertEquals(List.of(), host.table(100));
        assertEquals(List.of("10.5.0.0/16 dev net1 scope link src 10.5.0.2 table 101"), host.table(101));
        assertEquals(1, host.ledger.routes().size());
    }

    @Test
    void theDeviceIsMadeAnew() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.dropLink("net1");
        host.link("net1", "192.168.1.209/24");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100"), host.table(100));
    }

    @Test
    void downAndUpAgainKeepsEverything() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        var ledger = host.ledger;
        host.setDown("net1");
        var waiting = host.compile(source("sip", "net1").document());
        assertEquals("DeviceNotReady", waiting.waiting().getFirst().reason());
        host.carryOut(waiting);
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        assertEquals(new Ledger(ledger.allotments(), ledger.routes(), ledger.rules(), ledger.devices()), host.ledger);
        host.setUp("net1");
        host.apply(source("sip", "net1").document());
        assertEquals(ledger.carriedOut(), host.ledger.carriedOut());
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100",
                "default via 192.168.1.1 dev net1 table 100"), host.table(100));
        assertEquals(List.of(), host.main());
    }

    @Test
    void theStoreIsLost() {
        var host = new Host().link("net1", "192.168.1.209/24", "192.168.1.210/24", "2001:db8::2/64")
                .route("default via 192.168.1.1 dev net1", "default via fe80::1 dev net1");
        var document = source("sip", "net1").extra("172.16.0.0/12 via 192.168.1.3").document();
        host.apply(document);
        var tables = List.of(host.table(100), host.table(101), host.table(102));
        host.ledger = Ledger.EMPTY;
        var result = host.apply(document);
        assertEquals(tables, List.of(host.table(100), host.table(101), host.table(102)));
        assertTrue(result.notes().stream().anyMatch(each -> each.contains("the store has no record")),
                result.notes()::toString);
        host.apply();
        assertEquals(List.of("192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table main",
                "2001:db8::/64 dev net1 metric 256 proto kernel table main",
                "default via 192.168.1.1 dev net1 proto boot table main",
                "default via fe80::1 dev net1 proto boot table main"), host.main());
    }

    @Test
    void theStoreIsLostAndTheDocumentGone() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.ledger = Ledger.EMPTY;
        var result = host.compile();
        assertEquals(List.of("the store has no record of plumbline's marked routes in table 100: they go, and what "
                + "their documents had moved or adopted cannot be put back"), result.notes());
    }

    @Test
    void extraRoutesWinOverCopies() {
        var host = Host.example();
        host.apply(source("sip", "net1").extra("default via 192.168.1.9", "2001:db8::/32 via fe80::1").document());
        assertTrue(host.table(100).contains("default via 192.168.1.9 dev net1 table 100"), host.table(100)::toString);
        assertEquals(2, host.table(100).size());
    }

    @Test
    void whatAnotherDocumentWantsInMainIsNotMoved() {
        var host = Host.example();
        host.apply(source("sip", "net1").document(), Intents.table("main", "default via 192.168.1.1 dev net1 onlink")
                .adopt().document());
        assertEquals(List.of("default via 192.168.1.1 dev net1 onlink table main"), host.main());
        host.apply();
        assertEquals(2, host.main().size());
    }

    @Test
    void oneAddressWithTwoPrefixesIsBoundOnce() {
        var host = new Host().link("net1", "192.168.1.209/24", "192.168.1.209/16");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
        assertEquals(2, host.table(100).size());
    }

    @Test
    void whatTheKernelForgotToRemoveStaysWhereItIs() {
        var host = new Host().link("net1", "192.168.1.209/24", "10.5.0.2/16").route("default via 10.5.0.1 dev net1");
        host.dropAddress("net1", "10.5.0.2/16");
        var result = host.apply(source("sip", "net1").document());
        assertEquals(List.of("default via 10.5.0.1 dev net1 proto boot table main"), host.main());
        assertTrue(result.notes().contains("SourceRouting/sip: `default via 10.5.0.1 dev net1 proto boot table main` "
                + "stays in main: gateway 10.5.0.1 is not on net1 any more"), result.notes()::toString);
    }

    @Test
    void aTableThatAnotherAddressHadIsNotTwiceAllotted() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.address("net1", "192.168.1.10/24");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 192.168.1.10 lookup 101"),
                host.ourRules());
        host.addresses.addFirst(host.addresses.removeLast());
        host.assertStable(source("sip", "net1").document());
    }
}
