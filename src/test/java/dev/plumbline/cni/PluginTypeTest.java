package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.cni.PluginType.Wanted;
import dev.plumbline.intent.Attachment.SourceRouting;
import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The configurations of the plugin types. */
class PluginTypeTest {

    private static Wanted read(String type, String configuration) {
        return PluginType.of(type).read((ObjectNode) new JsonMapper().readTree(configuration.replace('\'', '"')));
    }

    private static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    private static SourceRouting routing(TableChoice table, RoutesMode routes, boolean hints, String... gateways) {
        return new SourceRouting(table, List.of(gateways).stream().map(PluginTypeTest::address).toList(), routes, 20000,
                hints);
    }

    @Test
    void theReferencesOptions() {
        var auto = new TableChoice.Auto();
        assertEquals(new Wanted(Optional.of(routing(auto, RoutesMode.MOVE, false)), Map.of()),
                read("sbr", "{'type': 'sbr', 'some': [1], 'addSourceHints': false, 'gateways': [], 'table': null}"));
        assertEquals(routing(new TableChoice.Number(77), RoutesMode.LEAVE, false),
                read("sbr", "{'table': 77, 'gateways': [], 'addSourceHints': false}").sourceRouting().orElseThrow());
        assertEquals(routing(auto, RoutesMode.MOVE, true, "10.0.0.1", "2001:db8::1"), read("sbr",
                "{'addSourceHints': true, 'gateways': ['10.0.0.1', '2001:db8::1']}").sourceRouting().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'table': 0|table: expected a number from 1 to 4294967295; found 0",
        "'table': -1|found -1", "'table': 4294967296|found 4294967296", "'table': 254|the kernel's table `main`",
        "'table': 255|the kernel's table `local`", "'table': '77'|table: expected a number", "'table': 1.5|found 1.5",
        "'gateways': ['bogus']|gateways: \"bogus\" is no address of a gateway",
        "'gateways': '10.0.0.1'|expected a list",
        "'gateways': ['10.0.0.1', '10.0.0.2']|at most one of a family", "'gateways': ['::1']|no address of a gateway",
        "'gateways': ['0.0.0.0']|no address of a gateway", "'addSourceHints': 'yes'|expected true or false",
        "'table': 77, 'gateways': ['10.0.0.1']|gateways: has no effect with `table`",
        "'table': 77, 'addSourceHints': true|addSourceHints: has no effect with `table`"})
    void theReferencesOptionsAreChecked(String fields, String message) {
        var failure = assertThrows(CniException.class, () -> read("sbr", "{" + fields + "}"));
        assertEquals(CniException.INVALID_CONFIGURATION, failure.code());
        assertTrue(failure.getMessage().contains(message), failure::getMessage);
    }

    @Test
    void whatHoldsForAContainer() {
        assertEquals(new Wanted(Optional.empty(), Map.of("app", "telephony")),
                read("plumbline", "{'labels': {'app': 'telephony'}, 'runtimeConfig': {}, 'logLevel': 'debug'}"));
        assertEquals(routing(new TableChoice.Auto(), RoutesMode.MOVE, false),
                read("plumbline", "{'sourceRouting': {}}").sourceRouting().orElseThrow());
        assertEquals(new SourceRouting(new TableChoice.Name("plugin0"), List.of(address("10.0.0.1"),
                address("10.1.0.1")), RoutesMode.COPY, 300, true), read("plumbline", "{'sourceRouting': {'table': "
                        + "'plugin0', 'gateways': ['10.0.0.1', '10.1.0.1'], 'routes': 'copy', 'priority': 300, "
                        + "'sourceHints': true}}").sourceRouting().orElseThrow());
        assertEquals(new SourceRouting(new TableChoice.Auto(), List.of(), RoutesMode.MOVE, 20000, false, Method.VRF),
                read("plumbline", "{'sourceRouting': {'method': 'vrf'}}").sourceRouting().orElseThrow());
        assertEquals(routing(new TableChoice.Number(110), RoutesMode.LEAVE, false), read("plumbline",
                "{'sourceRouting': {'table': 110, 'gateways': 'auto', 'routes': 'leave'}}").sourceRouting()
                .orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'firewall': 5|firewall with value 5",
        "'ipsec': {'psk': 'x'}|ipsec with value {...}",
        "'psk': 'hidden'|psk with value ***", "'table': 77|table with value 77",
        "'sourceRouting': {'device': 'eth0'}|sourceRouting.device with value \"eth0\""})
    void whatIsNotSupportedIsRefused(String fields, String message) {
        var failure = assertThrows(CniException.class, () -> read("plumbline", "{" + fields + "}"));
        assertEquals(CniException.UNSUPPORTED_FIELD, failure.code());
        assertEquals("unsupported field " + message, failure.getMessage());
        assertFalse(failure.getMessage().contains("hidden"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'sourceRouting': true|sourceRouting: expected an object",
        "'sourceRouting': {'routes': 'some'}|sourceRouting.routes: expected one of move, copy, leave; found \"some\"",
        "'sourceRouting': {'method': 'vlan'}|sourceRouting.method: expected one of rule, vrf; found \"vlan\"",
        "'sourceRouting': {'method': 'vrf', 'routes': 'copy'}|sourceRouting.routes: `copy` cannot be had with",
        "'sourceRouting': {'method': 'vrf', 'sourceHints': true}|sourceRouting.sourceHints: cannot be had with",
        "'sourceRouting': {'priority': 0}|sourceRouting.priority: expected a number from 1 to 32765; found 0",
        "'labels': {'app': 5}|labels.app: expected a string; found 5", "'labels': []|labels: expected an object"})
    void whatHoldsIsChecked(String fields, String message) {
        var failure = assertThrows(CniException.class, () -> read("plumbline", "{" + fields + "}"));
        assertEquals(CniException.INVALID_CONFIGURATION, failure.code());
        assertTrue(failure.getMessage().contains(message), failure::getMessage);
    }
}
