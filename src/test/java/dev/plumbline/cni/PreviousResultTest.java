package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.cni.CniVersion.Shape;
import dev.plumbline.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The shapes of results, from 0.1.0 to 1.1.0. */
class PreviousResultTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static ObjectNode json(String text) {
        return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
    }

    /** As somebody else reads it. */
    private static ObjectNode passedOn(PreviousResult result) {
        return (ObjectNode) JSON.readTree(JsonText.of(result.result()));
    }

    private static PreviousResult of(CniVersion version, String result) {
        var configuration = "{'cniVersion': '" + version + "', 'name': 'mynet', 'prevResult': " + result + "}";
        return NetworkConfiguration.of(configuration.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .previousResult(version).orElseThrow();
    }

    private static String example(CniVersion version) {
        return switch (version.shape()) {
            case FAMILIES -> """
                    {'cniVersion': '%s',
                     'ip4': {'ip': '10.1.2.3/24', 'gateway': '10.1.2.1',
                             'routes': [{'dst': '0.0.0.0/0', 'gw': '10.1.2.9'}]},
                     'ip6': {'ip': '2001:db8::3/64'}, 'dns': {'nameservers': ['10.1.2.1']}}""";
            case VERSIONED_ADDRESSES -> """
                    {'cniVersion': '%s',
                     'interfaces': [{'name': 'br0'}, {'name': 'eth0', 'sandbox': '/run/netns/x'}],
                     'ips': [{'version': '4', 'interface': 1, 'address': '10.1.2.3/24', 'gateway': '10.1.2.1'},
                             {'version': '6', 'interface': 1, 'address': '2001:db8::3/64'}],
                     'routes': [{'dst': '0.0.0.0/0', 'gw': '10.1.2.9'}], 'dns': {}}""";
            case ADDRESSES -> """
                    {'cniVersion': '%s',
                     'interfaces': [{'name': 'br0'}, {'name': 'eth0', 'sandbox': '/run/netns/x', 'mtu': 1400}],
                     'ips': [{'interface': 1, 'address': '10.1.2.3/24', 'gateway': '10.1.2.1'},
                             {'interface': 1, 'address': '2001:db8::3/64'}],
                     'routes': [{'dst': '0.0.0.0/0', 'gw': '10.1.2.9', 'mtu': 1400}]}""";
        };
    }

    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void isPassedOnAsItCame(CniVersion version) {
        var text = example(version).formatted(version);
        var result = of(version, text);
        assertEquals(json(text), passedOn(result));
        assertEquals("[Address[address=10.1.2.3/24, gateway=Optional[10.1.2.1]], "
                + "Address[address=2001:db8::3/64, gateway=Optional.empty]]", result.addresses("eth0").toString());
        assertEquals("[Destination[to=0.0.0.0/0, via=Optional[10.1.2.9]]]", result.routes().toString());
    }

    /** One of the same family comes out in the configuration's version; one of another family is refused. */
    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void versionsOfOneFamilyGoTogether(CniVersion version) {
        for (var other : CniVersion.values()) {
            var text = example(other).formatted(other);
            if (other.shape() == version.shape()) {
                assertEquals(version.toString(), of(version, text).result().get("cniVersion").stringValue());
            } else {
                assertEquals(CniException.DECODING, assertThrows(CniException.class, () -> of(version, text)).code());
            }
        }
        var none = example(version).replace("'cniVersion': '%s',", "");
        if (version.shape() == Shape.FAMILIES) {
            assertEquals(version.toString(), of(version, none).result().get("cniVersion").stringValue());
        } else {
            assertEquals(CniException.DECODING, assertThrows(CniException.class, () -> of(version, none)).code());
        }
    }

    /** What a version has and another has not: versions of addresses, new fields, empty dns. */
    @Test
    void isBroughtIntoShape() {
        var old = passedOn(of(CniVersion.V0_4_0, """
                {'cniVersion': '0.4.0', 'interfaces': [{'name': 'eth0', 'mtu': 1400, 'pciID': 'x', 'socketPath': 'y'}],
                 'ips': [{'address': '10.1.2.3/24'}, {'address': '2001:db8::3/64'}], 'routes': null}"""));
        assertEquals(json("""
                {'cniVersion': '0.4.0', 'interfaces': [{'name': 'eth0'}],
                 'ips': [{'address': '10.1.2.3/24', 'version': '4'}, {'address': '2001:db8::3/64', 'version': '6'}],
                 'dns': {}}"""), old);
        assertEquals(json("{'cniVersion': '1.1.0', 'ips': [{'address': '10.1.2.3/24'}], 'x': {'y': [1.5, null]}}"),
                passedOn(of(CniVersion.V1_1_0, "{'cniVersion': '1.0.0', 'ips': [{'version': '4', 'address': "
                        + "'10.1.2.3/24'}], 'dns': {}, 'x': {'y': [1.5, null]}}")));
    }

    /** As the reference: an index that is missing, or leads nowhere, is this interface's; another one's is not. */
    @Test
    void whichAddressesAreTheInterfaces() {
        var text = "{'cniVersion': '1.0.0', 'interfaces': [{'name': 'vethx'}, {'name': 'eth0', 'sandbox': '/x'}], "
                + "'ips': [{'address': '10.0.0.1/24'}, {'interface': 0, 'address': '10.0.0.2/24'}, "
                + "{'interface': 1, 'address': '10.0.0.3/24'}, "
                + "{'interface': 7, 'address': '10.0.0.4/24'}, {'address': '10.0.0.1/24'}]}";
        assertEquals(List.of("10.0.0.1/24", "10.0.0.3/24", "10.0.0.4/24"), of(CniVersion.V1_0_0, text)
                .addresses("eth0").stream().map(each -> each.address().toString()).toList());
        var other = assertThrows(CniException.class, () -> of(CniVersion.V1_0_0, "{'cniVersion': '1.0.0', "
                + "'interfaces': [{'name': 'vethx'}], 'ips': [{'interface': 0, 'address': '10.0.0.2/24'}]}")
                .addresses("eth0"));
        assertEquals("none of the addresses in prevResult is on interface eth0: 10.0.0.2/24 name another one",
                other.getMessage());
        var none = assertThrows(CniException.class,
                () -> of(CniVersion.V1_0_0, "{'cniVersion': '1.0.0'}").addresses("eth0"));
        assertEquals(CniException.INVALID_CONFIGURATION, none.code());
        assertEquals("No IP addresses supplied on interface: eth0", none.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'ips': [{'address': '10.0.0.1'}, {'address': 'x'}]", "'ips': [{}]", "'ips': 5",
        "'ips': [{'address': '10.0.0.1/24', 'gateway': 'x'}]", "'ips': [{'address': '10.0.0.1/33'}]"})
    void addressesThatCannotBeRead(String ips) {
        var failure = assertThrows(CniException.class, () -> of(CniVersion.V1_0_0, "{'cniVersion': '1.0.0', " + ips
                + "}").addresses("eth0"));
        assertEquals(CniException.DECODING, failure.code());
        assertTrue(failure.getMessage().contains("prevResult"), failure::getMessage);
    }

    /** A route of a table of its own says nothing about the way out by default. */
    @Test
    void routesOfOtherTables() {
        assertEquals(1, of(CniVersion.V1_1_0, "{'cniVersion': '1.1.0', 'routes': [{'dst': '0.0.0.0/0', 'gw': "
                + "'10.0.0.1', 'table': 5}, {'dst': '10.9.9.9/8'}]}").routes().size());
    }
}
