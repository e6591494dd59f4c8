package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.RoutingRule;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the CNI plugin {@code sbr} gets wrong, one test a defect. */
class SbrDefectsTest {

    /** B1: no address is left, and yet all routes of the device are deleted. */
    @Test
    void withoutAddressesNothingChanges() {
        var host = Host.example();
        var before = List.copyOf(host.routes);
        var result = host.compile(source("sip", "net1").addresses("10.0.0.9").document());
        assertEquals("AddressNotReady", result.waiting().getFirst().reason());
        assertEquals("sip.yaml:5:9", result.waiting().getFirst().origin().position());
        assertEquals(0, result.desired().moved().size());
        host.carryOut(result);
        assertEquals(before, host.routes);
        var none = new Host().link("net1").route("10.0.0.0/8 dev net1").compile(source("sip", "net1").document());
        assertEquals("device net1 has no global address now", none.waiting().getFirst().message());
        assertEquals(0, none.desired().moved().size());
        var checking = new Host().link("net1").tentative("net1", "2001:db8::2/64");
        assertEquals("duplicate address detection still runs on net1",
                checking.compile(source("sip", "net1").document()).waiting().getFirst().message());
        assertEquals("address 2001:db8::2 on net1 still awaits duplicate address detection", checking
                .compile(source("sip", "net1").addresses("2001:db8::2").document()).waiting().getFirst().message());
        var failed = new Host().link("net1").failed("net1", "2001:db8::2/64");
        assertEquals("AddressNotReady",
                failed.compile(source("sip", "net1").document()).waiting().getFirst().reason());
    }

    /** B2: routes that match no address are deleted, not moved. */
    @Test
    void noRouteIsLost() {
        for (var route : List.of("default via 203.0.113.1 dev net1 onlink", "198.51.100.0/24 dev net1 src 10.7.7.7",
                "10.99.0.0/16 via 172.31.0.1 dev net1 onlink")) {
            var host = new Host().link("net1", "192.168.1.209/24", "10.5.0.2/16", "10.7.7.7/32").route(route);
            host.apply(source("sip", "net1").addresses("192.168.1.209", "10.5.0.2").document());
            var copied = Ip.ours(route).inTable(100).toString();
            assertTrue(host.table(100).contains(copied), () -> copied + " in " + host.table(100));
            assertTrue(host.table(101).contains(copied.replace("table 100", "table 101")));
        }
        var host = new Host().link("net1", "2001:db8::2/64").route("default via fe80::1 dev net1");
        host.apply(source("sip", "net1").document());
        assertTrue(host.table(100).contains("default via fe80::1 dev net1 table 100"));
    }

    /** B3: fe80::/64 leaves main even for IPv4 alone. */
    @Test
    void linkLocalStays() {
        var host = new Host().link("net1", "192.168.1.209/24", "fe80::5/64");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("fe80::/64 dev net1 metric 256 proto kernel table main"), host.main());
    }

    /** B4: a table with routes and no rule is taken for free. */
    @Test
    void aTableWithRoutesOfOthersIsNotFree() {
        var host = Host.example().link("eth9", "10.9.0.1/24").route("172.16.0.0/12 dev eth9 table 100");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 101"), host.ourRules());
    }

    /** B5: priorities depend on the rules of strangers. */
    @Test
    void prioritiesAreChosen() {
        var host = Host.example().rule("1: from all lookup main").rule("500: from 10.0.0.0/8 lookup 50");
        host.apply(source("sip", "net1").document());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), host.ourRules());
    }

    /** B6: a repeated ADD fails, or doubles rules. */
    @Test
    void aSecondRunDoesNothing() {
        for (var document : List.of(source("sip", "net1").document(), source("sip", "net1").table(77).document())) {
            var host = Host.example();
            host.apply(document);
            var routes = List.copyOf(host.routes);
            host.apply(document);
            host.apply(document);
            assertEquals(routes, host.routes);
            assertEquals(1, host.ourRules().size());
        }
    }

    /** B7: after a refused gateway the rule stays and points at an empty table. Here nothing is written. */
    @Test
    void anUnreachableGatewayIsAnErrorBeforeAnythingIsWritten() {
        var host = Host.example();
        var errors = Host.errors(host.compile(source("sip", "net1").gateways("10.1.1.1").document()));
        assertEquals(List.of("sip.yaml:5: error: spec: gateway 10.1.1.1 is not reachable: no address or device route "
                + "of net1 covers it; add a device route to it, or `onlink: true`"), errors);
        host.attended = false;
        var waiting = host.compile(source("sip", "net1").gateways("10.1.1.1").document());
        assertEquals("GatewayNotReady", waiting.waiting().getFirst().reason());
        assertEquals(0, waiting.desired().routes().size());
        assertEquals(0, waiting.desired().moved().size());
        assertEquals(List.of(), waiting.desired().rules());
        assertEquals(List.of(), waiting.ledger().routes());
        assertTrue(Host.errors(host.compile(source("sip", "net1").gateways("192.168.1.209").document())).getFirst()
                .contains("is an address of this host itself"));
    }

    /** B8: DEL fails when the device is gone. */
    @Test
    void removalSucceedsWithoutTheDevice() {
        var host = Host.example();
        host.apply(source("sip", "net1").document());
        host.dropLink("net1");
        host.apply();
        assertEquals(List.of(), host.ourRules());
    }

    /** B9: DEL leaves routes and rules behind, does not restore main, and deletes rules of strangers. */
    @Test
    void removalTakesOursAndOnlyOurs() {
        var host = Host.example().rule("500: from 192.168.1.209 lookup 777");
        var routes = Set.copyOf(host.routes);
        host.apply(source("sip", "net1").document());
        host.address("net1", "192.168.1.10/24");
        host.apply(source("sip", "net1").document());
        host.dropAddress("net1", "192.168.1.10/24");
        host.apply();
        assertEquals(routes, Set.copyOf(host.routes));
        assertEquals(List.of("500: from 192.168.1.209 lookup 777 proto boot"), host.rules.stream()
                .filter(each -> each.priority() == 500).map(RoutingRule::toString).toList());
        assertEquals(List.of(), host.ourRules());
    }

    /** B10: CHECK checks nothing. Here a second look finds every kind of drift. */
    @Test
    void driftIsFound() {
        var host = Host.example();
        var document = source("sip", "net1").document();
        host.apply(document);
        var whole = List.copyOf(host.routes);
        host.routes.removeIf(each -> each.destination().isDefault());
        host.apply(document);
        assertEquals(Set.copyOf(whole), Set.copyOf(host.routes));
        host.rules.removeIf(RoutingRule::isOurs);
        host.apply(document);
        assertEquals(1, host.ourRules().size());
        host.route("192.168.1.0/24 dev net1 proto kernel src 192.168.1.209");
        host.apply(document);
        assertEquals(List.of(), host.main());
    }

    /** B11: table numbers are not checked, and option combinations silently ignored. */
    @Test
    void optionsAreChecked() {
        for (long reserved : List.of(-1L, 0L, 253L, 254L, 255L, 0x1_0000_0000L)) {
            var errors = Host.errors(Host.example().compile(source("sip", "net1").table(reserved).document()));
            assertTrue(errors.getFirst().startsWith("sip.yaml:4:3: error: spec.table: table "), errors::toString);
        }
        var warnings = Host.warnings(Host.example().compile(source("sip", "net1").sourceHints()
                .routes(RoutesMode.COPY).gateways("192.168.1.1", "2001:db8::1")
                .extra("2001:db8:1::/48 via fe80::1").document()));
        assertTrue(warnings.stream().anyMatch(each -> each.contains("sourceHints has no effect")), warnings::toString);
        assertTrue(warnings.stream().anyMatch(each -> each.contains("uses gateway 2001:db8::1")), warnings::toString);
        assertTrue(warnings.stream().anyMatch(each -> each.contains("no IPv6 address of net1 is bound")),
                warnings::toString);
    }

    @Test
    void devicesAndAddressesHaveOneDocument() {
        var host = Host.example();
        assertEquals(List.of("two.yaml:2:3: error: spec.device: device net1 is already bound by SourceRouting/one at "
                + "one.yaml:1:3"), Host.errors(host.compile(source("one", "net1").document(),
                source("two", "net1").document())));
        host.link("net2", "192.168.1.209/24");
        assertEquals(List.of("two.yaml:2:3: error: spec.addresses: address 192.168.1.209 is already bound by "
                + "SourceRouting/one at one.yaml:1:3"), Host.errors(host.compile(source("one", "net1").document(),
                source("two", "net2").document())));
        assertEquals(List.of("one.yaml:6:9: error: spec.addresses: address 192.168.1.209 is listed twice"), Host.errors(
                host.compile(source("one", "net1").addresses("192.168.1.209", "192.168.1.209").document())));
    }

    @Test
    void aDeviceThatThisHostNeverHad() {
        var host = Host.example();
        assertEquals(List.of("sip.yaml:2:3: error: spec.device: this host never had a device nte1; did you mean net1?"
                + " Say `optional: true` if it comes later"),
                Host.errors(host.compile(source("sip", "nte1").document())));
        assertEquals("DeviceNotReady", host.compile(source("sip", "nte1").optional().document()).waiting()
                .getFirst().reason());
        host.attended = false;
        assertEquals("DeviceNotReady", host.compile(source("sip", "nte1").document()).waiting().getFirst().reason());
        assertFalse(host.compile(source("sip", "nte1").document()).ledger().devices().contains("nte1"));
    }
}
