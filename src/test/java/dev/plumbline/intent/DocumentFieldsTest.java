package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                "addresses: [192.0.2.1, 2001:db8::1]", "gateways: [192.0.2.254, fe80::1]", "table: voice", "routes: leave",
                "priority: 32765", "sourceHints: true", "optional: true",
                "extraRoutes: [{to: 10.0.0.0/8, via: 192.0.2.7}, {to: 2001:db8:1::/48}]")).spec();
        assertEquals("[192.0.2.1, 2001:db8::1]", spec.addresses().orElseThrow().stream().map(Located::value).toList().toString());
        assertEquals("[192.0.2.254, fe80::1]", spec.gateways().orElseThrow().stream().map(Located::value).toList().toString());
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
    void netnsIsANameOrAPath() {
        assertEquals("host", Intents.document(Intents.document("RouteTable", "id: 9")).netns());
        assertEquals("blue", Intents.document(Intents.document("RouteTable", "netns: blue")).netns());
        assertEquals("/proc/1/ns/net", Intents.document(Intents.document("RouteTable", "netns: /proc/1/ns/net")).netns());
    }

    @Test
    void theMainTableNeedsNoId() {
        var main = Intents.document("RouteTable", "id: 254").replace("name: x", "name: main");
        assertEquals(254, ((RouteTableSpec) Intents.document(main).spec()).id().orElseThrow().value());
        assertEquals(List.of("a.yaml:5:14: error: spec.exclusive: the main table is never exclusive: the kernel, DHCP"
                + " clients and others keep their routes in it"), Intents.problems(main.replace("id: 254", "exclusive: true")));
        assertEquals(List.of("a.yaml:5:7: error: spec.id: the document named `main` is table 254; leave the id out, or"
                + " take another name"), Intents.problems(main.replace("id: 254", "id: 10")));
    }

    /** Kind and a line of its spec, and the problem behind {@code a.yaml:5:}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RouteTable | id: 0                   | 7: error: spec.id: 0 is no table (RT_TABLE_UNSPEC); write a number from 1 to 4294967295, or leave the field out and a free one is allotted
            RouteTable | id: 253                 | 7: error: spec.id: table 253 is reserved: it is the kernel's `default`
            RouteTable | id: 255                 | 7: error: spec.id: table 255 is reserved: it is the kernel's `local`
            RouteTable | id: 254                 | 7: error: spec.id: table 254 is `main`: give the document that name, and leave the id out
            RouteTable | id: 4294967296          | 7: error: spec.id: expected a whole number from 0 to 4294967295; found the number 4294967296
            RouteTable | id: auto                | 7: error: spec.id: expected a whole number from 0 to 4294967295; found `auto`
            RouteTable | exclusive: no           | 14: error: spec.exclusive: expected true or false; found `no`; write false
            RouteTable | adopt: [true]           | 10: error: spec.adopt: expected true or false; found a list
            RouteTable | route: []               | 3: error: spec.route: unknown field `route`; did you mean `routes`?
            RouteTable | routes: {to: default}   | 11: error: spec.routes: expected a list of routes, such as [{to: 192.0.2.0/24, via: 198.51.100.1}]; found a mapping
            RouteTable | routes:                 | 10: error: spec.routes: expected a list of routes, such as [{to: 192.0.2.0/24, via: 198.51.100.1}]; found nothing
            RouteTable | hosts: edge             | 10: error: spec.hosts: expected a list of host names or globs; found `edge`; write [edge]
            RouteTable | hosts: []               | 10: error: spec.hosts: the list is empty; leave the field out, or name host names or globs
            RouteTable | hosts: {}               | 10: error: spec.hosts: names no host; leave it out for all hosts, or write for example [edge-*]
            RouteTable | hosts: [a b]            | 11: error: spec.hosts[0]: expected a host's name or a glob with `*` and `?`; found `a b`
            RouteTable | hosts: [1]              | 11: error: spec.hosts[0]: expected a host's name or a glob; found the number 1; write "1" if that is its name
            RouteTable | hosts: {lables: {a: b}} | 11: error: spec.hosts.lables: unknown field `lables`; did you mean `labels`?
            RouteTable | hosts: {labels: {a: 1}} | 23: error: spec.hosts.labels.a: expected a label's value as text; found the number 1; write "1" if that is its name
            RouteTable | hosts: {labels: {}}     | 19: error: spec.hosts.labels: names no label; leave it out, or write for example {role: edge}
            RouteTable | netns: a/b              | 10: error: spec.netns: expected `host`, a name below /run/netns or an absolute path; found `a/b`
            RouteTable | netns: ..               | 10: error: spec.netns: expected `host`, a name below /run/netns or an absolute path; found `..`
            RoutingRules | adopt: true           | 3: error: spec.rules: is missing; write for example `rules: [{priority: 1000, from: 192.0.2.1, lookup: uplink}]`
            RoutingRules | rules: {}             | 10: error: spec.rules: expected a list of rules; found a mapping
            SourceRouting | table: auto          | 3: error: spec.device: is missing; write for example `device: net1`
            SourceRouting | method: vrf          | 3: error: spec.method: unknown field `method`; known here: device, addresses, gateways, table, routes, priority, sourceHints, optional, extraRoutes, hosts, netns
            """)
    void specProblems(String kind, String line, String expected) {
        assertEquals("a.yaml:5:" + expected, Intents.problems(Intents.document(kind, line)).getFirst());
    }

    /** A line after {@code device}, and the problem behind {@code a.yaml:6:}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            addresses: 10.0.0.1        | 14: error: spec.addresses: expected `auto` or a list of addresses; found `10.0.0.1`; write [10.0.0.1]
            addresses: []              | 14: error: spec.addresses: the list is empty; leave the field out, or name addresses
            addresses: [10.0.0.1/24]   | 15: error: spec.addresses[0]: expected an address without a prefix length; found `10.0.0.1/24`; write 10.0.0.1
            addresses: [127.0.0.1]     | 15: error: spec.addresses[0]: 127.0.0.1 is not an address of a host on a network
            gateways: [10.0.0.1, 10.0.0.1] | 24: error: spec.gateways[1]: 10.0.0.1 stands twice
            gateways: [a]              | 14: error: spec.gateways[0]: expected an IPv4 or IPv6 address; found `a`
            table: 0                   | 10: error: spec.table: 0 is no table (RT_TABLE_UNSPEC); write a number from 1 to 4294967295, or auto
            table: 254                 | 10: error: spec.table: table 254 is the kernel's `main`; source routing needs a table of its own
            table: main                | 10: error: spec.table: the table `main` is the kernel's; source routing needs a table of its own
            table: "100"               | 10: error: spec.table: expected `auto`, a table's number or its name; found the text "100"; leave out the quotes
            routes: mvoe               | 11: error: spec.routes: expected one of move, copy, leave; found `mvoe`; did you mean `move`?
            priority: 32766            | 13: error: spec.priority: expected a whole number from 1 to 32765; found the number 32766
            extraRoutes: [{via: 1.1.1.1}] | 17: error: spec.extraRoutes[0].to: is missing; write for example `to: default`
            """)
    void sourceRoutingProblems(String line, String expected) {
        assertEquals("a.yaml:6:" + expected,
                Intents.problems(Intents.document("SourceRouting", "device: net1", line)).getFirst());
    }

    /** What replaces a line of a good document, and the problem behind {@code a.yaml:}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            apiVersion: plumbline.dev/v1 | apiVersion: v1           | 1:13: error: apiVersion: expected plumbline.dev/v1, the only version there is; found `v1`
            apiVersion: plumbline.dev/v1 | # none                   | 2:1: error: apiVersion: is missing; write for example `apiVersion: plumbline.dev/v1`
            apiVersion: plumbline.dev/v1 | apiVersoin: plumbline.dev/v1 | 1:1: error: apiVersoin: unknown field `apiVersoin`; did you mean `apiVersion`?
            kind: RouteTable             | kind: Routetable         | 2:7: error: kind: unknown kind `Routetable`; did you mean `RouteTable`?
            kind: RouteTable             | kind: Deployment         | 2:7: error: kind: unknown kind `Deployment`; known here: SourceRouting, RouteTable, RoutingRules
            kind: RouteTable             | kind:                    | 2:6: error: kind: expected a kind; found nothing
            kind: RouteTable             | # none                   | 1:1: error: kind: is missing; write for example `kind: RouteTable`
            metadata: {name: x}          | metadata: {}             | 3:11: error: metadata.name: is missing; write for example `name: uplink`
            metadata: {name: x}          | metadata: x              | 3:11: error: metadata: expected a mapping with the fields name, labels; found `x`
            metadata: {name: x}          | metadata: {name: Up}     | 3:18: error: metadata.name: `Up` is no DNS-1123 label: 1 to 63 lower-case letters, digits and dashes, no dash at either end
            metadata: {name: x}          | metadata: {name: 1}      | 3:18: error: metadata.name: expected a name; found the number 1; write "1" if that is its name
            metadata: {name: x}          | metadata: {name: "1"}    | 3:18: error: metadata.name: the name of a table needs a letter: `lookup: 1` means the number
            metadata: {name: x}          | metadata: {name: local}  | 3:18: error: metadata.name: `local` is the name of a table of the kernel's own; take another
            metadata: {name: x}          | metadata: {name: x, lables: {}} | 3:21: error: metadata.lables: unknown field `lables`; did you mean `labels`?
            metadata: {name: x}          | metadata: {name: x, labels: [a]} | 3:29: error: metadata.labels: expected a mapping of labels, such as {role: edge}; found a list
            metadata: {name: x}          | metadata: {name: x, labels: {a: b c}} | 3:33: error: metadata.labels.a: a label's value has at most 63 letters, digits and inner `-`, `_`, `.`; found `b c`
            metadata: {name: x}          | metadata: {name: x, labels: {-a: b}} | 3:30: error: metadata.labels.-a: a label's name has letters, digits and inner `-`, `_`, `.`, `/`
            """)
    void headProblems(String line, String other, String expected) {
        assertEquals("a.yaml:" + expected,
                Intents.problems(Intents.document("RouteTable", "id: 9").replace(line, other)).getFirst());
    }

    @Test
    void aDocumentThatIsNoMappingIsRefused() {
        assertEquals(List.of("a.yaml:1:1: error: expected a mapping with the fields apiVersion, kind, metadata, spec; found a list"),
                Intents.problems("- a\n"));
    }
}
