package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What runs that nobody watches leave as it is: the drift of documents that say so, and nothing else. */
@Tag("kernel")
class DriftModesKernelTest {

    private static final String TABLE = """
            kind: RouteTable
            metadata: {name: edge}
            spec:
              id: 110
              drift: report
              routes:
                - {to: 203.0.113.0/24, via: 10.0.0.1}
                - {to: 198.51.100.0/24, via: 10.0.0.1}
                - {to: 192.0.2.0/24, via: 10.0.0.1}
            """;
    private static final String RULES = """
            kind: RoutingRules
            metadata: {name: edge}
            spec:
              rules:
                - {priority: 1000, from: 192.0.2.0/24, lookup: edge}
                - {priority: 1002, from: 198.51.100.0/24, lookup: edge}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;

    @BeforeEach
    void host() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        configuration("");
    }

    private void configuration(String more) throws Exception {
        Files.writeString(directory.resolve("plumbline.yaml"), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                host: {name: edge-1}
                """ + more);
    }

    private TestHost.Result run(String command, String... more) {
        var words = new ArrayList<>(List.of(more));
        words.addAll(List.of("--config", directory.resolve("plumbline.yaml").toString()));
        return host.run(command, words.toArray(String[]::new));
    }

    /** What a timer runs, which must succeed; gives what it said. */
    private String oneshot() {
        var result = run("apply", "--oneshot");
        assertEquals(0, result.code(), result::toString);
        return result.err();
    }

    private void apply() {
        var result = run("apply", "--auto-approve");
        assertEquals(0, result.code(), result::toString);
    }

    private TestHost.Result status(String... more) {
        var all = new ArrayList<>(List.of("status", "--state-dir", host.state().toString()));
        all.addAll(List.of(more));
        return host.execute(all.toArray(String[]::new));
    }

    private List<String> table() {
        return host.routes("110").stream().map(each -> each.replaceAll(" via.*", "")).toList();
    }

    /** Rules of a firewall stay as somebody left them, foreign ones in its chains too; another document's are kept. */
    @Test
    void reportLeavesTheFirewallToo() throws Exception {
        var nft = new Nft(host.name());
        var lenient = """
                kind: Firewall
                metadata: {name: lenient}
                spec:
                  drift: report
                  policies: {input: drop}
                  rules: [INPUT -p tcp --dport 23 -j DROP, INPUT -p tcp --dport 24 -j DROP]
                """;
        host.intent("fw.yaml", lenient);
        oneshot();
        nft.run("flush chain inet plumbline input-filter");
        nft.run("add rule inet plumbline input-filter udp dport 9 drop");
        nft.run("add chain inet plumbline input-filter { policy accept; }");
        var before = nft.run("list ruleset");
        var said = oneshot();
        assertTrue(said.contains("DriftDetected: ") && said.contains(" (drift: report): Firewall/lenient\n"), said);
        assertTrue(said.contains("Firewall/lenient: + nft rule inet plumbline input-filter tcp dport 23 counter drop"),
                said);
        assertTrue(said.contains("\n- nft rule inet plumbline input-filter udp dport 9 drop"), said);
        assertEquals(before, nft.run("list ruleset"));
        host.intent("strict.yaml", """
                kind: Firewall
                metadata: {name: strict}
                spec: {rules: [INPUT -p tcp --dport 25 -j DROP]}
                """);
        oneshot();
        assertEquals(List.of("tcp dport 25 counter drop comment \"Firewall/strict\""),
                nft.rules("inet", "plumbline", "input-filter"));
        host.without("strict.yaml");
        apply();
        assertEquals(2, nft.rules("inet", "plumbline", "input-filter").stream()
                .filter(each -> each.contains(" drop")).count());
    }

    @Test
    void reportLeavesItAndSaysWhatDrifted() throws Exception {
        host.intent("edge.yaml", TABLE + "---\n" + RULES);
        oneshot();
        host.ip().run("route del 203.0.113.0/24 table 110");
        host.ip().run("route replace 198.51.100.0/24 via 10.0.0.2 table 110 proto 157");
        host.ip().run("route add 10.9.0.0/16 via 10.0.0.1 table 110 proto 157");
        host.ip().run("rule del priority 1000 from 192.0.2.0/24");
        var before = host.routes("110");
        var said = oneshot();
        assertTrue(said.startsWith("drift found and corrected: 1 added, 0 changed, 0 destroyed\n"), said);
        assertTrue(said.contains("DriftDetected: 3 differences are left as they are (drift: report): RouteTable/edge\n"
                + "RouteTable/edge: + route 203.0.113.0/24 via 10.0.0.1 dev eth0 table 110\n"), said);
        assertTrue(said.contains("RouteTable/edge: ~ route 198.51.100.0/24 via 10.0.0.1 dev eth0 table 110\n"), said);
        assertTrue(said.contains("\n- route 10.9.0.0/16 via 10.0.0.1 dev eth0 table 110\n"), said);
        assertEquals(before, host.routes("110"));
        assertEquals(2, host.ourRules().size());
        assertEquals("", oneshot(), "it is said once");
        assertEquals(before, host.routes("110"));
        var status = status();
        assertEquals(0, status.code());
        assertTrue(status.out().startsWith("Ready:     no, DriftDetected: 3 differences"), status::toString);
        assertTrue(status.out().contains("+ route 203.0.113.0/24 via 10.0.0.1 dev eth0 table 110"), status::toString);
        var json = status("--json").out();
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/status.schema.json")));
        assertEquals(List.of(), schema.validate(json, InputFormat.JSON), json);
        assertTrue(json.contains("\"reported_drift\""), json);
        host.ip().run("route add 203.0.113.0/24 via 10.0.0.1 table 110 proto 157");
        host.ip().run("route replace 198.51.100.0/24 via 10.0.0.1 table 110 proto 157");
        host.ip().run("route del 10.9.0.0/16 table 110");
        oneshot();
        assertTrue(status().out().startsWith("Ready:     yes"), () -> status().toString());
    }

    @Test
    void ignoreSaysNothing() {
        host.intent("edge.yaml", TABLE.replace("report", "ignore") + "---\n" + RULES);
        oneshot();
        host.ip().run("route del 203.0.113.0/24 table 110");
        assertEquals("", oneshot());
        assertEquals(List.of("192.0.2.0/24", "198.51.100.0/24"), table());
        assertTrue(status().out().startsWith("Ready:     yes"), () -> status().toString());
    }

    @Test
    void aPersonsApplyCorrectsItAndAPlanSaysWhatOthersWouldLeave() {
        host.intent("edge.yaml", TABLE + "---\n" + RULES);
        apply();
        host.ip().run("route del 203.0.113.0/24 table 110");
        oneshot();
        assertEquals(2, table().size());
        var plan = run("plan");
        assertTrue(plan.out().contains("+ route 203.0.113.0/24"), plan::toString);
        assertTrue(plan.out().contains("note: RouteTable/edge: its drift is corrected by this apply; runs that nobody"
                + " watches only report it\n"), plan::toString);
        apply();
        assertEquals(3, table().size());
        assertFalse(run("plan").out().contains("nobody watches"));
        assertTrue(status().out().startsWith("Ready:     yes"), () -> status().toString());
    }

    @Test
    void theModeOfAKindAndOfTheHost() throws Exception {
        configuration("drift: {mode: report, kinds: {RouteTable: correct}}\n");
        host.intent("edge.yaml", TABLE.replace("  drift: report\n", "") + "---\n" + RULES);
        oneshot();
        host.ip().run("route del 203.0.113.0/24 table 110");
        host.ip().run("rule del priority 1000 from 192.0.2.0/24");
        host.ip().run("rule add priority 1001 from 10.7.0.0/16 lookup 110 proto 157");
        var said = oneshot();
        assertTrue(said.startsWith("drift found and corrected: 1 added, 0 changed, 0 destroyed\n"), said);
        assertTrue(said.contains("DriftDetected: 2 differences are left as they are (drift: report):"
                + " RoutingRules/edge\nRoutingRules/edge: + rule 1000: from 192.0.2.0/24 lookup 110\n"
                + "- rule 1001: from 10.7.0.0/16 lookup 110\n"), said);
        assertEquals(3, table().size());
        assertEquals(List.of("1001: from 10.7.0.0/16 lookup 110", "1002: from 198.51.100.0/24 lookup 110"),
                host.ourRules().stream().map(String::strip).toList());
        configuration("drift: {mode: correct, kinds: {RoutingRules: ignore}}\n");
        host.ip().run("route del 203.0.113.0/24 table 110");
        said = oneshot();
        assertTrue(said.startsWith("drift found and corrected: 1 added"), said);
        assertFalse(said.contains("DriftDetected"), said);
        assertEquals(2, host.ourRules().size());
        configuration("");
        oneshot();
        assertEquals(List.of("1000: from 192.0.2.0/24 lookup 110", "1002: from 198.51.100.0/24 lookup 110"),
                host.ourRules().stream().map(String::strip).toList());
    }

    @Test
    void aDocumentThatChangedIsAppliedInFull() {
        host.intent("edge.yaml", TABLE + "---\n" + RULES);
        oneshot();
        host.ip().run("route del 203.0.113.0/24 table 110");
        host.ip().run("rule del priority 1000 from 192.0.2.0/24");
        host.intent("other.yaml", RULES.replace("name: edge", "name: other").replace("100", "110"));
        oneshot();
        assertEquals(2, table().size(), "another document is new, this one is not");
        assertEquals(4, host.ourRules().size());
        host.intent("edge.yaml", TABLE.replace("192.0.2.0/24, via", "10.3.0.0/16, via") + "---\n" + RULES);
        oneshot();
        assertEquals(List.of("10.3.0.0/16", "198.51.100.0/24", "203.0.113.0/24"), table());
        host.ip().run("route del 203.0.113.0/24 table 110");
        oneshot();
        assertEquals(2, table().size());
    }

    @Test
    void aDocumentThatIsRemovedGoesWhateverDrifted() throws Exception {
        configuration("drift: {mode: ignore}\n");
        var before = host.snapshot();
        host.intent("edge.yaml", TABLE.replace("report", "ignore")).intent("rules.yaml", RULES);
        oneshot();
        host.ip().run("route del 203.0.113.0/24 table 110");
        host.without("rules.yaml");
        oneshot();
        assertEquals(List.of(), host.ourRules());
        assertEquals(2, table().size());
        host.without("edge.yaml");
        oneshot();
        assertEquals(before.routes(), host.snapshot().routes());
    }

    @Test
    void twoDocumentsOfOneTable() {
        host.device("net1", "10.1.0.10/24");
        var source = """
                kind: SourceRouting
                metadata: {name: sip}
                spec:
                  device: net1
                  table: edge
                  routes: leave
                  extraRoutes: [{to: 10.5.0.0/16, via: 10.1.0.1}, {to: 10.6.0.0/16, via: 10.1.0.1}]
                """;
        host.intent("edge.yaml", TABLE).intent("sip.yaml", source);
        oneshot();
        host.ip().run("route del 203.0.113.0/24 table 110");
        host.ip().run("route del 10.5.0.0/16 table 110");
        var said = oneshot();
        assertTrue(said.startsWith("drift found and corrected: 1 added, 0 changed, 0 destroyed\n"), said);
        assertEquals(List.of("10.5.0.0/16", "10.6.0.0/16", "192.0.2.0/24", "198.51.100.0/24"), table());
        host.intent("sip.yaml", source.replace("10.5.0.0/16, via: 10.1.0.1}, {to: ", ""));
        oneshot();
        assertEquals(List.of("10.6.0.0/16", "192.0.2.0/24", "198.51.100.0/24"), table());
        host.without("sip.yaml");
        oneshot();
        assertEquals(List.of("192.0.2.0/24", "198.51.100.0/24"), table());
        assertEquals(List.of(), host.ourRules());
    }

    @Test
    void aRouteThatSomebodyPutInThePlaceOfOursIsDriftAndNoError() {
        host.intent("edge.yaml", TABLE + "---\n" + RULES.replace("spec:\n", "spec:\n  drift: report\n"));
        oneshot();
        host.ip().run("route replace 203.0.113.0/24 via 10.0.0.3 table 110");
        host.ip().run("rule del priority 1000 from 192.0.2.0/24");
        host.ip().run("rule add priority 1000 from 192.0.2.0/24 lookup 111");
        var before = host.snapshot();
        var said = oneshot();
        assertTrue(said.startsWith("DriftDetected: 2 differences"), said);
        assertEquals(before.routes(), host.snapshot().routes());
        assertEquals(before.rules(), host.snapshot().rules());
    }

    /** The order among rules of one priority counts, and a rule that is held is not taken away to make it right. */
    @Test
    void aHeldRuleAmongOthersOfItsPriority() {
        host.intent("a.yaml", """
                kind: RoutingRules
                metadata: {name: a}
                spec:
                  drift: report
                  rules:
                    - {priority: 1000, from: 10.1.0.0/16, lookup: main}
                    - {priority: 1000, from: 10.2.0.0/16, lookup: main}
                """);
        host.intent("b.yaml", """
                kind: RoutingRules
                metadata: {name: b}
                spec: {rules: [{priority: 1000, from: 10.3.0.0/16, lookup: main}]}
                """);
        oneshot();
        var intended = host.ourRules();
        host.ip().run("rule del priority 1000 from 10.1.0.0/16");
        host.ip().run("rule del priority 1000 from 10.3.0.0/16");
        oneshot();
        assertEquals(intended.subList(1, 3), host.ourRules());
        host.ip().run("rule del priority 1000 from 10.2.0.0/16");
        host.ip().run("rule add priority 1000 from 10.2.0.0/16 lookup main proto 157");
        host.ip().run("rule add priority 1000 from 10.1.0.0/16 lookup main proto 157");
        oneshot();
        assertEquals(3, host.ourRules().size());
        apply();
        assertEquals(intended, host.ourRules());
    }

    @Test
    void movedRoutesOfAHeldDocumentStayRecorded() {
        host.device("net1", "10.1.0.10/24");
        host.ip().run("route add default via 10.1.0.1 dev net1 metric 100");
        var before = host.routes("main");
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, drift: report}
                """);
        oneshot();
        var moved = host.routes("main");
        host.ip().run("rule del priority 20000");
        host.ip().run("route flush table 100 proto 157");
        host.ip().run("route add 10.8.0.0/16 via 10.1.0.1 dev net1 onlink");
        oneshot();
        assertEquals(List.of(), host.ourRules());
        assertEquals(List.of(), host.routes("100"));
        assertTrue(host.routes("main").stream().anyMatch(each -> each.startsWith("10.8.0.0/16")));
        assertTrue(status().out().startsWith("Ready:     no, DriftDetected"), () -> status().toString());
        host.ip().run("route del 10.8.0.0/16");
        assertEquals(moved, host.routes("main"));
        host.without("sip.yaml");
        oneshot();
        assertEquals(before, host.routes("main"), "what was moved is given back");
    }

    /** What never was, or had to wait, has not drifted. */
    @Test
    void aDocumentThatWaitedIsCarriedOut() throws Exception {
        configuration("drift: {mode: report}\n");
        host.intent("edge.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, optional: true}
                """);
        assertTrue(oneshot().contains("device net1 is not there now"));
        host.device("net1", "10.1.0.10/24");
        oneshot();
        assertEquals(1, host.ourRules().size());
        host.ip().run("link del net1");
        oneshot();
        host.device("net1", "10.1.0.10/24");
        host.ip().run("rule flush");
        oneshot();
        assertEquals(1, host.ourRules().size());
    }

    /** As after a boot: the kernel has nothing, and that is no drift. */
    @Test
    void aNamespaceMadeAnewIsFilled() throws Exception {
        configuration("drift: {mode: report}\n");
        var guest = namespaces.create();
        host.intent("guest.yaml", """
                kind: RouteTable
                metadata: {name: edge}
                spec: {id: 110, netns: %s, routes: [{to: 203.0.113.0/24, type: unreachable}]}
                """.formatted(guest));
        oneshot();
        namespaces.ip(guest).run("route flush table 110");
        assertTrue(oneshot().startsWith("DriftDetected: 1 difference is left as it is"));
        namespaces.remove(guest);
        namespaces.create(guest);
        oneshot();
        assertEquals(1, namespaces.ip(guest).lines("route show table 110").size());
    }
}
