package dev.plumbline.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.state.firewall.TableFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.json.JsonMapper;

class TopologyReaderTest {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\nkind: Topology\n";
    private static final String GOOD = HEAD + """
            links:
              - name: eth0
                mtu: 1400
                addresses: [10.0.0.10/24]
                peer: {addresses: [10.0.0.1/24], owns: [192.0.2.7], routes: [{to: 10.9.0.0/16, via: 10.0.0.10}]}
            routes:
              - {to: default, via: 10.0.0.1, dev: eth0, metric: 5, src: 10.0.0.10}
            checks:
              - {from: 10.0.0.10, to: 192.0.2.7, before: {device: eth0}, after: {blocked: true}}
            drift:
              - deleteRoute: {table: main, to: default}
              - deleteRoute: {table: 100, to: 10.0.0.0/8}
              - deleteRule: {priority: 20000, from: 10.0.0.10}
              - addRoute: {to: 0.0.0.0/0, dev: eth0, table: 77}
            """;
    private static final String FLOWS = HEAD + """
            sysctls: {net.ipv4.ip_forward: 0, net.ipv4.conf.eth0/7.rp_filter: 1}
            links:
              - {name: eth0, addresses: [10.0.0.10/24], peer: {addresses: [10.0.0.1/24], owns: ["2001:db8::7"]}}
              - {name: plugin0, addresses: [198.51.100.1/28], peer: {addresses: [198.51.100.3/28], owns: ["fd00::3"]}}
              - {name: tun0, peer: {owns: [100.64.0.7]}}
            checks:
              - from: {link: eth0, address: 10.0.0.1}
                to: {address: 10.0.0.10, port: 45, protocol: tcp}
                after: {device: plugin0, destination: 198.51.100.3:22, source: 10.0.0.1}
              - from: {link: tun0, address: 100.64.0.7}
                to: {address: 10.0.0.1, port: 53}
                after: {device: eth0, through: [plugin0], copiesAt: [plugin0, tun0], answerCopiesAt: [plugin0]}
              - from: {link: eth0, address: "2001:db8::7"}
                to: {address: "2001:db8::1"}
                after: {device: plugin0, destination: "[fd00::3]:22", source: "2001:db8::7"}
            drift:
              - deleteFirewallRule: {text: dnat}
              - flushFirewall: inet
            """;

    @Test
    void readsFlowsBetweenPeers() throws IOException {
        var topology = TopologyReader.parse("topology.yaml", FLOWS);
        assertEquals("{net.ipv4.conf.eth0/7.rp_filter=1, net.ipv4.ip_forward=0}", topology.sysctls().toString());
        assertEquals(List.of("10.0.0.1 behind eth0 -> tcp 10.0.0.10:45 leaves by plugin0 to 198.51.100.3:22"
                        + " from 10.0.0.1",
                "100.64.0.7 behind tun0 -> udp 10.0.0.1:53 leaves by eth0 through plugin0 both ways,"
                        + " copied to plugin0, tun0, its answer copied to plugin0",
                "2001:db8::7 behind eth0 -> udp [2001:db8::1]:4007 leaves by plugin0 to [fd00::3]:22"
                        + " from 2001:db8::7"),
                topology.checks().stream().map(each -> each.from() + " -> " + each.to() + " " + each.after()).toList());
        assertEquals("dnat", ((Drift.DeleteFirewallRule) topology.drift().get(0)).text());
        assertEquals(TableFamily.INET, ((Drift.FlushFirewall) topology.drift().get(1)).family());
        assertEquals(List.of(), schemaErrors(FLOWS));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "net.ipv4.ip_forward|kernel.pid_max|3:11: error: sysctls: 'kernel.pid_max' is not a sysctl below net.|",
        "link: tun0|link: tun1|12:5: error: from.link: there is no link 'tun1'|eth0, plugin0, tun0",
        "link: eth0, address: 10.0.0.1|link: eth0, address: 10.0.0.2|9:5: error: from: 10.0.0.2|of the peer of eth0",
        "{link: eth0, address: 10.0.0.1}|{address: 10.0.0.1}|9:11: error: checks[0].from: 'link' is missing|",
        "protocol: tcp|protocol: sctp|10:50: error: checks[0].to.protocol: 'sctp' is not udp or tcp|",
        "port: 45|port: 0|10:36: error: checks[0].to.port: '0' is not a number from 1 to 65535|",
        "198.51.100.3:22|198.51.100.9:22|9:5: error: after.destination: 198.51.100.9|of the peer of plugin0",
        "198.51.100.3:22|198.51.100.3:70000|11:43: error: checks[0].after.destination|one with a port",
        "device: plugin0, dest|dest|11:12: error: checks[0].after: say exactly one thing here|'device'",
        "through: [plugin0]|through: [plug]|12:5: error: after.device: there is no link 'plug'|",
        "through: [plugin0]|blocked: true|error: checks[1].after: say exactly one thing here|",
        "device: eth0, through|blocked: true, through|14:37: error: checks[1].after.through: what is blocked|",
        "flushFirewall: inet|flushFirewall: arp|20:20: error: drift[1].flushFirewall: 'arp'|inet, ip, ip6 or netdev",
        "{text: dnat}|{handle: 7}|19:26: error: drift[0].deleteFirewallRule.handle: there is no such field|text",
    })
    void saysWhatIsWrongWithAFlow(String good, String bad, String position, String message) {
        assertTrue(FLOWS.contains(good), good);
        var problems = problems(FLOWS.replaceFirst(java.util.regex.Pattern.quote(good), bad));
        assertTrue(problems.stream().anyMatch(each -> each.contains(position) && (message == null
                || each.contains(message))),
                position + " is not in " + problems);
    }

    private static List<String> problems(String text) {
        return assertThrows(IntentException.class, () -> TopologyReader.parse("topology.yaml", text), text)
                .problems().stream().map(Problem::toString).toList();
    }

    @Test
    void readsEveryPart() {
        var topology = TopologyReader.parse("topology.yaml", GOOD);
        var link = topology.links().getFirst();
        assertEquals("eth0", link.name());
        assertEquals(OptionalInt.of(1400), link.mtu());
        assertEquals("[10.0.0.10/24]", link.addresses().toString());
        assertEquals("[192.0.2.7]", link.peer().owns().toString());
        assertEquals("10.9.0.0/16", link.peer().routes().getFirst().to().toString());
        var route = topology.routes().getFirst();
        assertEquals("0.0.0.0/0 10.0.0.1 eth0 5 10.0.0.10 254", route.to() + " " + route.via().orElseThrow() + " "
                + route.device() + " " + route.metric().orElseThrow() + " " + route.source().orElseThrow() + " "
                + route.table());
        var check = topology.checks().getFirst();
        assertEquals("10.0.0.10 to 192.0.2.7", check.name());
        assertEquals(Expectation.Leaves.by("eth0"), check.before().orElseThrow());
        assertEquals("10.0.0.10", check.from().toString());
        assertEquals("udp 192.0.2.7:4007", check.to().toString());
        assertEquals(new Expectation.Blocked(), check.after());
        assertEquals(11, check.origin().line());
        var drift = topology.drift();
        assertEquals("[0.0.0.0/0, ::/0]", ((Drift.DeleteRoute) drift.get(0)).to().toString());
        assertEquals(new TableChoice.Name("main"), ((Drift.DeleteRoute) drift.get(0)).table());
        assertEquals(new TableChoice.Number(100), ((Drift.DeleteRoute) drift.get(1)).table());
        assertEquals("10.0.0.10/32", ((Drift.DeleteRule) drift.get(2)).from().orElseThrow().toString());
        assertEquals(77, ((Drift.AddRoute) drift.get(3)).route().table());
    }

    /** Each replaces a piece of the good text by a bad one, and names line, column and a part of the message. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mtu: 1400|mut: 1400|5:5: error: links[0].mut: there is no such field|did you mean 'mtu'?",
        "mtu: 1400|mtu: 12|5:10: error: links[0].mtu: '12'|from 68 to 65535",
        "kind: Topology|kind: Topologie|2:7: error: kind: 'Topologie'|must be Topology",
        "name: eth0|name: lo|4:11: error: links[0].name: 'lo'|cannot be a device's name",
        "name: eth0|title: eth0|4:5: error: links[0].title: there is no such field|name",
        "[10.0.0.10/24]|[10.0.0.10]|6:17: error: links[0].addresses[0]: '10.0.0.10'|with a prefix length",
        "[10.0.0.10/24]|10.0.0.10/24|6:16: error: links[0].addresses|must be a list",
        "[10.0.0.10/24]|[10.0.0.300/24]|6:17: error: links[0].addresses[0]: '10.0.0.300/24'|is not an address",
        "owns: [192.0.2.7]|owns: [yes]|7:45: error: links[0].peer.owns[0]: 'yes'|is not an address",
        "via: 10.0.0.10}]|dev: x}]|7:66: error: links[0].peer.routes[0]: 'via' is missing|",
        "via: 10.0.0.1, dev: eth0, metric: 5, src: 10.0.0.10|dev: eth0|9:10: error: routes[0].to|without 'via'",
        "to: default, via|to: '::/0', via|9:10: error: routes[0].to|another address family",
        "to: default, via|to: 10.0.0.1/8, via|9:10: error: routes[0].to: '10.0.0.1/8'|without host bits",
        "via: 10.0.0.1, dev|via: 172.16.0.1, dev|9:5: error: via: 172.16.0.1 is not on eth0|10.0.0.10/24",
        "dev: eth0, metric|dev: eth9, metric|9:5: error: dev: there is no link 'eth9'|eth0",
        "src: 10.0.0.10|src: 10.0.0.11|9:5: error: src: 10.0.0.11|no address of the host",
        "metric: 5|metric: -5|9:53: error: routes[0].metric: '-5'|a number from 0",
        "from: 10.0.0.10, to: 192|from: 10.0.0.99, to: 192|11:5: error: from: 10.0.0.99|no address of the host",
        "to: 192.0.2.7, before|to: '::1', before|11:5: error: to: 10.0.0.10 and ::1|different address families",
        "{device: eth0}|{device: eth7}|11:5: error: before.device: there is no link 'eth7'|",
        "{blocked: true}|{blocked: true, device: eth0}|error: checks[0].after: say exactly one thing here|",
        "{blocked: true}|{blocked: maybe}|error: checks[0].after.blocked: 'maybe'|is not true",
        "table: main, to|table: 255, to|error: drift[0].deleteRoute.table: '255'|",
        "deleteRule: {priority: 20000,|deleteRule: {|15:17: error: drift[2].deleteRule: 'priority' is missing|",
        "deleteRule:|deleteRules:|15:5: error: drift[2].deleteRules: there is no such field|did you mean 'deleteRule'?",
        "links:|links: [|error: this is not YAML:|",
    })
    void saysWhatIsWrongAndWhere(String good, String bad, String position, String message) {
        assertTrue(GOOD.contains(good), good);
        var problems = problems(GOOD.replaceFirst(java.util.regex.Pattern.quote(good), bad));
        assertTrue(problems.stream().anyMatch(each -> each.contains(position) && (message == null
                || each.contains(message))),
                position + " is not in " + problems);
    }

    @Test
    void reportsAllErrorsAtOnceInOrder() {
        var problems = problems(GOOD.replace("mtu: 1400", "mtu: 1").replace("metric: 5", "metric: x")
                .replace("priority: 20000", "priority: 0"));
        assertEquals(3, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith("topology.yaml:5:10: "), problems.get(0));
        assertTrue(problems.get(1).startsWith("topology.yaml:9:"), problems.get(1));
        assertTrue(problems.get(2).startsWith("topology.yaml:15:"), problems.get(2));
    }

    @Test
    void refusesWhatIsThereTwice() {
        var link = "  - name: eth0\n    addresses: [10.0.0.10/24]\n";
        assertTrue(problems(HEAD + "links:\n" + link + link).getFirst().contains("two links named eth0"));
        assertTrue(problems(HEAD + "links:\n" + link + "    addresses: []\n").getFirst().contains("is said twice"));
        assertTrue(problems("").getFirst().contains("the file is empty"));
        assertTrue(problems(HEAD).getFirst().contains("'links' is missing"));
        assertTrue(problems("- a\n").getFirst().contains("must be a mapping"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"examples/telco-sbr", "examples/dual-uplink", "examples/vns3-edge", "intents"})
    void theExamplesAreGood(String folder) throws IOException {
        var file = Path.of(folder, "topology.yaml");
        var topology = TopologyReader.read(file);
        assertFalse(topology.checks().isEmpty());
        assertFalse(topology.drift().isEmpty());
        assertTrue(topology.checks().stream().anyMatch(check ->
                check.before().isPresent() && !check.before().get().equals(check.after())),
                "the intents change nothing");
        assertEquals(List.of(), schemaErrors(Files.readString(file)));
    }

    @Test
    void theSchemaAgreesWithTheReader() throws IOException {
        assertEquals(List.of(), schemaErrors(GOOD));
        for (var bad : List.of(GOOD.replace("mtu: 1400", "mut: 1400"), GOOD.replace("{blocked: true}", "{}"),
                GOOD.replace("deleteRule: {priority: 20000,", "deleteRule: {"), GOOD.replace("table: 77", "table: 255"),
                GOOD.replace("[10.0.0.10/24]", "[10.0.0.10]"), HEAD)) {
            assertFalse(schemaErrors(bad).isEmpty(), bad);
            assertFalse(problems(bad).isEmpty());
        }
    }

    private static List<String> schemaErrors(String yaml) throws IOException {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/topology.schema.json")), InputFormat.JSON);
        var tree = JsonMapper.shared().writeValueAsString(new Load(LoadSettings.builder().build())
                .loadFromString(yaml));
        return schema.validate(tree, InputFormat.JSON).stream().map(Object::toString).toList();
    }
}
