package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
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
import tools.jackson.databind.json.JsonMapper;

/** Who made what, asked of real objects. */
@Tag("kernel")
class ExplainKernelTest {

    private static final String EDGE = """
            kind: RouteTable
            metadata: {name: edge}
            spec:
              id: 110
              routes:
                - {to: 203.0.113.0/24, via: 10.0.0.1}
                - {to: 198.51.100.0/24, type: unreachable}
            ---
            kind: RoutingRules
            metadata: {name: paths}
            spec:
              rules:
                - {priority: 1000, from: 192.0.2.0/24, lookup: edge}
                - {priority: 1001, fwmark: 0x10/0xff, action: blackhole}
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
        host.intent("edge.yaml", EDGE);
    }

    private TestHost.Result explain(String... words) {
        var all = new ArrayList<>(List.of("explain", "--state-dir", host.state().toString()));
        all.addAll(List.of(words));
        return host.execute(all.toArray(String[]::new));
    }

    /** What is printed, which must be found; times are masked. */
    private String said(String... words) {
        var result = explain(words);
        assertEquals(0, result.code(), result::toString);
        return result.out().replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}", "WHEN");
    }

    @Test
    void allThatIsOursByDocument() {
        host.apply();
        host.ip().run("route add 10.9.0.0/16 via 10.0.0.1 table 120 proto 157");
        host.ip().run("route replace 203.0.113.0/24 via 10.0.0.2 table 110 proto 157");
        host.ip().run("route add 10.8.0.0/16 via 10.0.0.1");
        assertEquals("""
                RouteTable/edge  INTENTS/edge.yaml:2:7  since WHEN
                  edge.yaml:8       route unreachable 198.51.100.0/24 table 110
                  edge.yaml:7       route 203.0.113.0/24 via 10.0.0.2 dev eth0 table 110    # not as the document says
                RoutingRules/paths  INTENTS/edge.yaml:11:7  since WHEN
                  edge.yaml:15      rule 1000: from 192.0.2.0/24 lookup 110
                  edge.yaml:16      rule 1001: from all fwmark 0x10/0xff blackhole (inet)
                  edge.yaml:16      rule 1001: from all fwmark 0x10/0xff blackhole (inet6)
                Ours by its mark; no document on record
                  route 10.9.0.0/16 via 10.0.0.1 dev eth0 table 120
                """, said());
    }

    @Test
    void whatADocumentOrALineMade() {
        host.apply();
        assertEquals("""
                RoutingRules/paths  INTENTS/edge.yaml:11:7  since WHEN
                  edge.yaml:15      rule 1000: from 192.0.2.0/24 lookup 110
                """, said("edge.yaml:15"));
        assertEquals("""
                RouteTable/edge  INTENTS/edge.yaml:2:7  since WHEN
                  edge.yaml:8       route unreachable 198.51.100.0/24 table 110
                  edge.yaml:7       route 203.0.113.0/24 via 10.0.0.1 dev eth0 table 110
                """, said(host.intents().resolve("edge.yaml") + ":3"));
        assertEquals(7, said("edge.yaml").lines().count());
        assertEquals(said("edge.yaml:15"), said("intents/edge.yaml:15:3"));
        var unknown = explain("nowhere.yaml:3");
        assertEquals(1, unknown.code());
        assertEquals("plumbline: no document on record is from nowhere.yaml; those on record are from"
                + " INTENTS/edge.yaml\n", unknown.err());
        host.ip().run("rule del priority 1000");
        host.ip().run("rule del priority 1001");
        var gone = explain("edge.yaml:15");
        assertEquals(1, gone.code());
        assertTrue(gone.err().contains("nothing that edge.yaml:15 says is there now"), gone::toString);
    }

    @Test
    void oneRouteOfOursAndOfOthers() {
        host.apply();
        assertEquals("""
                route 203.0.113.0/24 via 10.0.0.1 dev eth0 table 110
                  ours: RouteTable/edge at INTENTS/edge.yaml:7
                  since WHEN
                  table 110: of RouteTable/edge
                """, said("route", "203.0.113.0/24", "table", "110"));
        assertEquals(said("route", "203.0.113.0/24", "table", "110"), said("route", "to", "203.0.113.0/24", "table",
                "edge", "dev", "eth0", "via", "10.0.0.1"));
        host.ip().run("route add 10.8.0.0/16 via 10.0.0.1 proto bird");
        host.ip().run("route add 10.8.0.0/16 via 10.0.0.1 proto static table 99 metric 5");
        host.ip().run("route add 10.7.0.0/16 via 10.0.0.1 proto 77");
        assertEquals("""
                route 10.8.0.0/16 via 10.0.0.1 dev eth0 metric 5 proto static table 99
                  not plumbline's; protocol static: the administrator's network configuration: systemd-networkd, \
                NetworkManager, ifupdown and the like
                route 10.8.0.0/16 via 10.0.0.1 dev eth0 proto bird table main
                  not plumbline's; protocol bird: the BIRD routing daemon
                """, said("route", "10.8.0.0/16"));
        assertTrue(said("route", "10.0.0.0/24").contains("protocol kernel: the kernel itself"),
                () -> said("route", "10.0.0.0/24"));
        assertTrue(said("route", "10.7.0.0/16").contains("protocol 77: a program that rt_protos does not name"));
        assertTrue(said("route", "10.0.0.10", "table", "local").contains("route local 10.0.0.10"),
                () -> said("route", "10.0.0.10", "table", "local"));
        assertEquals(1, said("route", "10.8.0.0/16", "metric", "5").lines().filter(each -> each.startsWith("route"))
                .count());
        assertEquals(1, explain("route", "10.1.2.0/24").code());
        host.ip().run("route replace 203.0.113.0/24 via 10.0.0.3 table 110");
        var other = said("route", "203.0.113.0/24");
        assertTrue(other.contains("protocol boot: somebody by hand, or a script: what `ip` makes without `proto`; it"
                + " stands where RouteTable/edge at INTENTS/edge.yaml:7 wants another\n"), other);
    }

    @Test
    void rules() {
        host.apply();
        assertEquals("""
                rule 1000: from 192.0.2.0/24 lookup 110
                  ours: RoutingRules/paths at INTENTS/edge.yaml:15:7
                  since WHEN
                  table 110: of RouteTable/edge
                """, said("rule", "priority", "1000"));
        for (var question : List.of("1000: from 192.0.2.0/24 lookup 110", "from 192.0.2.0/24", "lookup edge",
                "table 110 proto plumbline")) {
            var all = new ArrayList<>(List.of("rule"));
            all.addAll(List.of(question.split(" ")));
            assertEquals(said("rule", "priority", "1000"), said(all.toArray(String[]::new)), question);
        }
        assertTrue(said("rule", "fwmark", "0x10/0xff").contains("ours: RoutingRules/paths at INTENTS/edge.yaml:16"));
        assertTrue(said("rule", "priority", "32766", "-4").contains("protocol kernel: the kernel itself"));
        assertEquals(2, said("rule", "priority", "32766").lines().filter(each -> each.startsWith("rule")).count());
        host.ip().run("rule add priority 500 iif eth0 lookup 99");
        assertTrue(said("rule", "iif", "eth0").startsWith("rule 500: from all iif eth0 lookup 99"));
        assertEquals(1, explain("rule", "priority", "7").code());
    }

    @Test
    void linksAndSysctls() throws Exception {
        host.intent("edge.yaml", """
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  sysctls: manage
                  rules: [{priority: 1000, family: ipv4, iif: eth0, lookup: 99}]
                """);
        host.apply();
        host.sysctl("net/ipv4/conf/eth0/forwarding", "0");
        assertTrue(said().contains("edge.yaml:6       sysctl net.ipv4.ip_forward=1    # adopted; it was `0`\n"),
                this::said);
        assertEquals("""
                sysctl net.ipv4.ip_forward=1
                  ours: RoutingRules/paths at INTENTS/edge.yaml:6:11
                  since WHEN
                  adopted; it was `0`
                """, said("sysctl", "net.ipv4.ip_forward"));
        assertEquals(said("sysctl", "net.ipv4.ip_forward"), said("sysctl", "net/ipv4/ip_forward"));
        assertTrue(said("sysctl", "net.ipv4.conf.eth0.forwarding").startsWith("sysctl net.ipv4.conf.eth0.forwarding=0\n"
                + "  ours, but not as the document says: "), () -> said("sysctl", "net.ipv4.conf.eth0.forwarding"));
        assertEquals("sysctl net.ipv4.conf.eth0.arp_filter=0\n  not plumbline's\n",
                said("sysctl", "net.ipv4.conf.eth0.arp_filter"));
        assertEquals("link eth0 type veth\n  not plumbline's\n", said("link", "eth0"));
        assertEquals("link lo\n  not plumbline's\n", said("link", "dev", "lo"));
        assertValid(explain("link", "eth0", "--json").out());
        assertValid(explain("sysctl", "net.ipv4.ip_forward", "--json").out());
        var folder = explain("sysctl", "net.ipv4");
        assertEquals(1, folder.code(), folder::toString);
        assertTrue(folder.err().startsWith("plumbline: cannot read /proc/sys/net/ipv4: "), folder::toString);
        for (var none : List.of("link nowhere", "sysctl net.ipv4.nothing")) {
            var absent = explain(none.split(" "));
            assertEquals(1, absent.code(), absent::toString);
            assertEquals("plumbline: there is no such " + none.split(" ")[0] + "\n", absent.err());
        }
    }

    @Test
    void wrongWordsAreWrongUsage() {
        for (var question : List.of("route 10.0.0.0/33", "route table nowhere", "rule priority many", "rule sideways",
                "route get", "route get eth0", "route 10.0.0.0/8 -6", "route metric", "a b", "link", "link a b",
                "sysctl kernel.pid_max", "sysctl net/../kernel/pid_max", "sysctl")) {
            var all = new ArrayList<>(List.of(question.split(" ")));
            var result = explain(all.toArray(String[]::new));
            assertEquals(64, result.code(), question + result);
            assertFalse(result.err().contains("internal"), result::toString);
        }
    }

    @Test
    void whatDecidesTheWayOfAnAddress() throws Exception {
        host.ip().run("route add default via 10.0.0.1");
        host.apply();
        var idle = said("route", "get", "203.0.113.7", "from", "192.0.2.1", "iif", "eth0");
        assertTrue(idle.startsWith("to 203.0.113.7 from 192.0.2.1 iif eth0: unreachable\nby rules and routes alone: via"
                + " 10.0.0.1 dev eth0 (table 110, 203.0.113.0/24); the kernel refuses it"), idle);
        host.sysctl("net/ipv4/ip_forward", "1");
        var got = said("route", "get", "203.0.113.7", "from", "192.0.2.1", "iif", "eth0");
        assertTrue(got.startsWith("to 203.0.113.7 from 192.0.2.1 iif eth0: via 10.0.0.1 dev eth0 (table 110,"
                + " 203.0.113.0/24)\nrule 1000: from 192.0.2.0/24 lookup 110\n  ours: RoutingRules/paths at"
                + " INTENTS/edge.yaml:15:7\n"), got);
        assertTrue(got.contains("route 203.0.113.0/24 via 10.0.0.1 dev eth0 table 110\n  ours: RouteTable/edge at"
                + " INTENTS/edge.yaml:7\n"), got);
        var main = said("route", "get", "8.8.8.8");
        assertTrue(main.contains("rule 32766: from all lookup main"), main);
        assertTrue(main.contains("route default via 10.0.0.1 dev eth0 proto boot table main"), main);
        var marked = said("route", "get", "8.8.8.8", "mark", "0x10");
        assertTrue(marked.startsWith("to 8.8.8.8 mark 0x10: blackhole\nrule 1001:"), marked);
        var refused = said("route", "get", "198.51.100.1", "from", "192.0.2.1", "iif", "eth0");
        assertTrue(refused.contains(": unreachable\nrule 1000:"), refused);
        assertTrue(refused.contains("INTENTS/edge.yaml:8"), refused);
        var local = said("route", "get", "10.0.0.10");
        assertTrue(local.contains("table local"), local);
    }

    @Test
    void whatWasMovedAndAdopted() {
        host.device("net1", "10.1.0.10/24");
        host.ip().run("route add default via 10.1.0.1 dev net1 proto dhcp metric 100");
        host.ip().run("route add 10.6.0.0/16 via 10.0.0.1 proto static");
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1}
                ---
                kind: RouteTable
                metadata: {name: main}
                spec: {adopt: true, routes: [{to: 10.6.0.0/16, via: 10.0.0.1, dev: eth0}]}
                """);
        host.apply();
        var moved = said("route", "default", "table", "100");
        assertTrue(moved.contains("ours: SourceRouting/sip at INTENTS/sip.yaml:2"), moved);
        assertTrue(moved.contains("moved from table main, where it was `default via 10.1.0.1 dev net1 metric 100 proto"
                + " dhcp table main`"), moved);
        assertTrue(moved.contains("table 100: of SourceRouting/sip for 10.1.0.10"), moved);
        var gone = said("route", "default", "table", "main");
        assertTrue(gone.contains("is not there now: SourceRouting/sip at INTENTS/sip.yaml:2:7 moved it away"), gone);
        var adopted = said("route", "10.6.0.0/16");
        assertTrue(adopted.contains("adopted; it was `10.6.0.0/16 via 10.0.0.1 dev eth0 proto static table main`"),
                adopted);
        var line = said("sip.yaml:2");
        assertTrue(line.contains("rule 20000: from 10.1.0.10 lookup 100"), line);
        host.ip().run("link set net1 down");
        var waiting = said("sip.yaml:2");
        assertTrue(waiting.contains("waits: "), waiting);
        assertTrue(waiting.contains("rule 20000: from 10.1.0.10 lookup 100    # the document waits"), waiting);
    }

    @Test
    void otherNamespaces() {
        var guest = namespaces.create();
        host.intent("guest.yaml", """
                kind: RouteTable
                metadata: {name: guest}
                spec: {id: 111, netns: %s, routes: [{to: 203.0.113.0/24, type: unreachable}]}
                """.formatted(guest));
        host.apply();
        assertTrue(said().contains("RouteTable/guest  INTENTS/guest.yaml:2:7  since WHEN  (namespace " + guest + ")\n"),
                this::said);
        assertTrue(said("guest.yaml").contains("route unreachable 203.0.113.0/24 table 111"));
        assertEquals(1, explain("route", "203.0.113.0/24", "table", "111").code());
        assertTrue(said("route", "203.0.113.0/24", "--netns", guest).contains("ours: RouteTable/guest"));
        var other = namespaces.create();
        assertTrue(said("rule", "priority", "0", "-4", "--netns", other).contains("not plumbline's"));
        namespaces.remove(guest);
        assertTrue(explain().err().contains("there is no network namespace " + guest + " now"));
    }

    @Test
    void withoutARecordTheMarksAreLeft() {
        host.apply();
        host.loseStore();
        var result = explain();
        assertEquals(0, result.code());
        assertTrue(result.out().startsWith("Ours by its mark; no document on record\n"), result::toString);
        assertTrue(result.err().contains("nothing is recorded yet in STATE"), result::toString);
        assertTrue(said("rule", "priority", "1000").contains("ours by its mark; no document on record"));
    }

    @Test
    void theFilesOfTheSourceAreNotRead() {
        host.apply();
        var before = said();
        host.file("edge.yaml", "no: yaml: at: all");
        assertEquals(before, said());
    }

    @Test
    void commitsAndTheLinesOwn() throws Exception {
        host.without("edge.yaml");
        var repository = Files.createDirectory(directory.resolve("network"));
        git(repository, "init", "--quiet", "--initial-branch=main");
        Files.createDirectory(repository.resolve("intents"));
        var text = TestHost.HEAD + EDGE.replace("\n---\n", "\n---\n" + TestHost.HEAD);
        commit(repository, "Ann", text, "The edge");
        commit(repository, "Bob", text.replace("1001", "1002"), "Another priority");
        var url = repository.resolve(".git").toString();
        var applied = host.execute("apply", "--from-git", url, "--path", "intents", "--state-dir",
                host.state().toString(), "--host", "edge-1", "--auto-approve");
        assertEquals(0, applied.code(), applied::toString);
        var first = git(repository, "rev-parse", "HEAD~1").strip().substring(0, 12);
        var second = git(repository, "rev-parse", "HEAD").strip().substring(0, 12);
        assertTrue(said().contains("RoutingRules/paths  intents/edge.yaml:11:7  since WHEN, commit " + second
                + " \"Another priority\" by Bob <bob@example.com>\n"), this::said);
        var older = said("rule", "priority", "1000");
        assertTrue(older.contains("the line was last changed at WHEN in commit " + first + " \"The edge\" by Ann"
                + " <ann@example.com>\n"), older);
        var newer = said("rule", "priority", "1002");
        assertTrue(newer.contains("the line was last changed at WHEN in commit " + second), newer);
        assertValid(explain("rule", "priority", "1000", "--json").out());
        Files.move(repository, directory.resolve("moved"));
        assertTrue(said("rule", "priority", "1002").contains("commit " + second + " \"Another priority\" by Bob"));
    }

    private static String git(Path repository, String... words) throws Exception {
        var command = new ArrayList<>(List.of("git", "-C", repository.toString(), "-c", "user.name=Ann", "-c",
                "user.email=ann@example.com"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var printed = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), printed);
        return printed;
    }

    private static void commit(Path repository, String author, String content, String subject) throws Exception {
        Files.writeString(repository.resolve("intents/edge.yaml"), content);
        git(repository, "add", "--all");
        git(repository, "commit", "--quiet", "--author", author + " <" + author.toLowerCase() + "@example.com>",
                "--message", subject);
    }

    private static void assertValid(String json) throws Exception {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/explain.schema.json")), InputFormat.JSON);
        assertEquals(List.of(), schema.validate(json, InputFormat.JSON), json);
        assertFalse(schema.validate(json.replace("\"namespace\"", "\"netns\""), InputFormat.JSON).isEmpty());
    }

    @Test
    void jsonFollowsItsSchema() throws Exception {
        host.device("net1", "10.1.0.10/24");
        host.ip().run("route add default via 10.1.0.1 dev net1 proto dhcp metric 100");
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1}
                """);
        host.apply();
        host.ip().run("route replace 203.0.113.0/24 via 10.0.0.3 table 110");
        for (var question : List.of(List.<String>of(), List.of("edge.yaml:15"), List.of("route", "default"),
                List.of("route", "203.0.113.0/24"), List.of("rule"), List.of("route", "get", "10.0.0.7"))) {
            var all = new ArrayList<>(question);
            all.add("--json");
            assertValid(explain(all.toArray(String[]::new)).out());
        }
        var list = new JsonMapper().readTree(explain("--json").out()).get("objects");
        assertEquals(7, list.size(), list::toPrettyString);
        for (var each : list) {
            assertEquals("as_intended", each.get("standing").asString());
            assertTrue(each.get("line").asInt() > 0);
        }
        var moved = new JsonMapper().readTree(explain("route", "default", "--json").out()).get("objects");
        assertEquals(List.of("as_intended", "moved_away"), moved.findValues("standing").stream()
                .map(each -> each.asString()).toList());
        assertEquals("default via 10.1.0.1 dev net1 metric 100 proto dhcp table main",
                moved.get(0).get("taken").get("former").asString());
        assertEquals("in_place", new JsonMapper().readTree(explain("route", "203.0.113.0/24", "--json").out())
                .get("objects").get(0).get("standing").asString());
    }
}
