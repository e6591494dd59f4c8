package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class DocumentFieldsTest {

    /** The examples of the language, as its description has them. */
    @Test
    void theExamplesParse() {
        var parsed = Intents.parse("""
                apiVersion: plumbline.dev/v1
                kind: SourceRouting
                metadata: {name: sip, labels: {app: telephony}}
                spec:
                  device: net1
                  addresses: auto          # or a list
                  gateways: auto           # or a list, at most one a family and address
                  table: auto              # or a number, or a RouteTable's name
                  routes: move             # move | copy | leave
                ---
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: plugin0}
                spec:
                  id: 110                  # absent: allotted, and kept
                  exclusive: false         # true: routes of others in this table are removed
                  routes:
                    - {to: 198.51.100.0/28, dev: plugin0}
                    - {to: default, via: 198.51.100.3, dev: plugin0, metric: 50}
                    - {to: 203.0.113.0/24, via: [{address: 10.0.0.1, weight: 2}, {address: 10.0.1.1}]}
                    - {to: 100.64.0.0/10, type: unreachable}
                ---
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: plugin-paths}
                spec:
                  rules:
                    - {priority: 1000, from: 100.127.255.192/26, iif: tun0, lookup: plugin0}
                    - {priority: 1001, fwmark: 0x10/0xff, action: blackhole}
                """);
        assertEquals(List.of(), parsed.problems());
        assertEquals(List.of("SourceRouting/sip", "RouteTable/plugin0", "RoutingRules/plugin-paths"),
                parsed.documents().stream().map(Document::id).toList());
        assertEquals(Map.of("app", "telephony"), parsed.documents().getFirst().labels());
        assertEquals("a.yaml:12:7 RouteTable/plugin0", parsed.documents().get(1).origin().toString());
        var table = (RouteTableSpec) parsed.documents().get(1).spec();
        assertEquals(110, table.id().orElseThrow().value());
        assertEquals("a.yaml:15:7 RouteTable/plugin0", table.id().orElseThrow().origin().toString());
        assertEquals(4, table.ipv4().size());
        assertEquals(3, ((RoutingRulesSpec) parsed.documents().get(2).spec()).rules().size());
    }

    @Test
    void sourceRoutingHasDefaults() {
        var spec = assertInstanceOf(SourceRoutingSpec.class,
                Intents.document(Intents.document("SourceRouting", "device: net1")).spec());
        assertEquals("net1", spec.device().value());
        assertEquals(Optional.empty(), spec.addresses());
        assertEquals(Optional.empty(), spec.gateways());
        assertEquals(new TableChoice.Auto(), spec.table().value());
        assertEquals(SourceRoutingSpec.RoutesMode.MOVE, spec.routes());
        assertEquals(20000, spec.priority());
        assertEquals(false, spec.sourceHints());
        assertEquals(false, spec.optional());
    }

    @Test
    void sourceRoutingSaysAll() {
        var spec = (SourceRoutingSpec) Intents.document(Intents.document("SourceRouting", "device: net1",
                "addresses: [192.0.2.1, 2001:db8::1]", "gateways: [192.0.2.254, fe80::1]", "table: voice",
                "routes: leave",
                "priority: 32765", "sourceHints: true", "optional: true",
                "extraRoutes: [{to: 10.0.0.0/8, via: 192.0.2.7}, {to: 2001:db8:1::/48}]")).spec();
        assertEquals("[192.0.2.1, 2001:db8::1]", spec.addresses().orElseThrow().stream().map(Located::value).toList()
                .toString());
        assertEquals("[192.0.2.254, fe80::1]", spec.gateways().orElseThrow().stream().map(Located::value).toList()
                .toString());
        assertEquals("a.yaml:6:26 SourceRouting/x", spec.addresses().orElseThrow().get(1).origin().toString());
        assertEquals(new TableChoice.Name("voice"), spec.table().value());
        assertEquals(SourceRoutingSpec.RoutesMode.LEAVE, spec.routes());
        assertEquals(32765, spec.priority());
        assertEquals(true, spec.sourceHints() && spec.optional());
        assertEquals("[10.0.0.0/8 via 192.0.2.7 table 0]", spec.ipv4Routes().toList().toString());
        assertEquals("", spec.ipv6Routes().attributes(0).nextHops().getFirst().device());
        assertEquals(new TableChoice.Number(100), ((SourceRoutingSpec) Intents.document(
                Intents.document("SourceRouting", "device: net1", "table: 100")).spec()).table().value());
    }

    @Test
    void hostsAreNamesGlobsOrLabels() {
        assertEquals(new HostSelector(List.of("edge-1", "core-*"), Map.of()), hosts("hosts: [edge-1, core-*]"));
        assertEquals(new HostSelector(List.of("a"), Map.of("role", "edge")),
                hosts("hosts: {names: [a], labels: {role: edge}}"));
        assertEquals(HostSelector.ALL, hosts("exclusive: false"));
    }

    private static HostSelector hosts(String line) {
        return Intents.document(Intents.document("RouteTable", line)).hosts();
    }

    @Test
    void everyKindMaySayWhatDriftMeans() {
        for (var spec : List.of(List.of("SourceRouting", "device: eth0"), List.of("RouteTable", "id: 9"),
                List.of("RoutingRules", "rules: []"))) {
            assertEquals(Optional.empty(), Intents.document(Intents.document(spec.get(0), spec.get(1))).drift());
            for (var mode : DriftMode.values()) {
                assertEquals(Optional.of(mode), Intents.document(
                        Intents.document(spec.get(0), spec.get(1), "drift: " + mode.word())).drift());
            }
        }
    }

    @Test
    void theDriftModeIsTheDocumentsThenTheKindsThenTheHosts() {
        var policy = new DriftPolicy(DriftMode.REPORT, Map.of("RouteTable", DriftMode.IGNORE));
        assertEquals(DriftMode.CORRECT, policy.of(Intents.document(Intents.document("RouteTable", "drift: correct"))));
        assertEquals(DriftMode.IGNORE, policy.of(Intents.document(Intents.document("RouteTable", "id: 9"))));
        assertEquals(DriftMode.REPORT, policy.of(Intents.document(Intents.document("RoutingRules", "rules: []"))));
        assertEquals(DriftMode.CORRECT,
                DriftPolicy.DEFAULT.of(Intents.document(Intents.document("RouteTable", "id: 9"))));
    }

    @Test
    void netnsIsANameOrAPath() {
        assertEquals("host", Intents.document(Intents.document("RouteTable", "id: 9")).netns());
        assertEquals("blue", Intents.document(Intents.document("RouteTable", "netns: blue")).netns());
        assertEquals("/proc/1/ns/net", Intents.document(Intents.document("RouteTable", "netns: /proc/1/ns/net"))
                .netns());
    }

    @Test
    void theMainTableNeedsNoId() {
        var main = Intents.document("RouteTable", "id: 254").replace("name: x", "name: main");
        assertEquals(254, ((RouteTableSpec) Intents.document(main).spec()).id().orElseThrow().value());
        assertEquals(List.of("a.yaml:5:14: error: spec.exclusive: the main table is never exclusive: the kernel, DHCP"
                + " clients and others keep their routes in it"),
                Intents.problems(main.replace("id: 254", "exclusive: true")));
        assertEquals(List.of("a.yaml:5:7: error: spec.id: the document named `main` is table 254; leave the id out, or"
                + " take another name"), Intents.problems(main.replace("id: 254", "id: 10")));
    }

    /** Kind and a line of its spec, and the problem behind {@code a.yaml:5:}. */
    @ParameterizedTest
    @CsvFileSource(resources = "spec-problems.txt", delimiter = '|')
    void specProblems(String kind, String line, String expected) {
        assertEquals("a.yaml:5:" + expected, Intents.problems(Intents.document(kind, line)).getFirst());
    }

    /** A line after {@code device}, and the problem behind {@code a.yaml:6:}. */
    @ParameterizedTest
    @CsvFileSource(resources = "source-routing-problems.txt", delimiter = '|')
    void sourceRoutingProblems(String line, String expected) {
        assertEquals("a.yaml:6:" + expected,
                Intents.problems(Intents.document("SourceRouting", "device: net1", line)).getFirst());
    }

    /** What replaces a line of a good document, and the problem behind {@code a.yaml:}. */
    @ParameterizedTest
    @CsvFileSource(resources = "head-problems.txt", delimiter = '|')
    void headProblems(String line, String other, String expected) {
        assertEquals("a.yaml:" + expected,
                Intents.problems(Intents.document("RouteTable", "id: 9").replace(line, other)).getFirst());
    }

    @Test
    void aDocumentThatIsNoMappingIsRefused() {
        assertEquals(List.of("a.yaml:1:1: error: expected a mapping with the fields apiVersion, kind, metadata,"
                + " spec; found a list"),
                Intents.problems("- a\n"));
    }
}
