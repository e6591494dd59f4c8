package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.cni.CniAnswer;
import dev.plumbline.cni.CniRequest;
import dev.plumbline.cni.CniService;
import dev.plumbline.cni.CniSettings;
import dev.plumbline.cni.LogLevel;
import dev.plumbline.host.Invocation;
import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.host.Workspace;
import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.Progress;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Attachments beside intents: what CNI announced is planned, applied, repaired and destroyed like documents. */
@Tag("kernel")
class AttachmentsKernelTest {

    private static final String TABLE = """
            kind: RouteTable
            metadata: {name: plugin0}
            spec:
              id: 110
              routes: [{to: 203.0.113.0/24, type: blackhole}]
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private TestHost pod;
    private List<String> podBefore;

    @BeforeEach
    void hostAndPod() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        pod = host.elsewhere(namespaces).device("net1", "192.168.1.209/24");
        podBefore = everything();
    }

    private List<String> everything() {
        return List.of(String.join("\n", pod.routes()), String.join("\n", pod.rules()));
    }

    /** What a command prints that looks at the store alone. */
    private String stored(String command) {
        return host.execute(command, "--state-dir", host.state().toString()).out();
    }

    private CniAnswer call(String command) {
        return call(command, pod.name(), "'type': 'sbr'", "sbr");
    }

    private CniAnswer call(String command, String netns, String more, String type) {
        var environment = Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", "c1", "CNI_NETNS", "/run/netns/" + netns,
                "CNI_IFNAME", "net1", "CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web-0;SECRET=hidden");
        var configuration = ("{'cniVersion': '1.0.0', 'name': 'mynet', " + more + ", 'args': {'token': 'hidden'}, "
                + "'prevResult': {'cniVersion': '1.0.0', 'ips': [{'address': '192.168.1.209/24', 'gateway': "
                + "'192.168.1.1'}]}}").replace('\'', '"');
        return answer(environment, configuration, type);
    }

    private CniAnswer answer(Map<String, String> environment, String configuration, String type) {
        var settings = new CniSettings(host.state(), LogLevel.VERBOSE, Optional.empty(), VersionCommand.version());
        try (var namespace = NetworkNamespace.named(host.name())) {
            return namespace.call(() -> new CniService(settings).answer(new CniRequest(environment,
                    configuration.getBytes(StandardCharsets.UTF_8), type)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void add() {
        var answer = call("ADD");
        assertEquals(0, answer.exitCode(), answer::toString);
    }

    private void assertThere() {
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), pod.ourRules());
        assertEquals(List.of("default via 192.168.1.1 dev net1 proto 157",
                "192.168.1.0/24 dev net1 proto 157 scope link src 192.168.1.209"), pod.routes("100"));
    }

    /** A plan shows what drifted with the attachment that wants it; applies and unattended runs put it right. */
    @Test
    void driftInAContainer() {
        host.intent("all.yaml", TABLE);
        host.apply();
        add();
        host.assertNothingToDo();
        pod.ip().run("rule del pref 20000");
        pod.ip().run("route del default table 100");
        var plan = host.plan();
        assertTrue(plan.endsWith("""
                Namespace %s
                  attachment c1/net1
                      + rule 20000: from 192.168.1.209 lookup 100
                      + route default via 192.168.1.1 dev net1 table 100

                Plan: 2 to add, 0 to change, 0 to destroy.
                """.formatted(pod.name())), plan);
        host.apply();
        assertThere();
        pod.ip().run("route flush table 100");
        assertEquals(0, host.run("apply", "--oneshot").code());
        assertThere();
        var status = stored("status");
        assertTrue(status.contains("Drift:     found and corrected"), status);
        assertTrue(status.contains("+ route default via 192.168.1.1 dev net1 table 100"), status);
        var history = stored("history");
        assertTrue(history.contains("CNI ADD c1/net1 (network mynet, type sbr)"), history);
        assertEquals(0, call("DEL").exitCode());
        assertEquals(podBefore, everything());
        host.assertNothingToDo();
        assertEquals(List.of(), host.store().stream().filter(each -> each.contains(pod.name())).toList());
    }

    /** Who made what, in the container too. */
    @Test
    void explained() {
        host.intent("all.yaml", TABLE);
        host.apply();
        add();
        var all = stored("explain");
        assertTrue(all.endsWith("""
                attachment c1/net1  (namespace %s)
                  rule 20000: from 192.168.1.209 lookup 100
                  route default via 192.168.1.1 dev net1 table 100
                  route 192.168.1.0/24 dev net1 scope link src 192.168.1.209 table 100    # moved from table main,\
                 where it was `192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table main`
                """.formatted(pod.name())), all);
        assertEquals("""
                rule 20000: from 192.168.1.209 lookup 100  (namespace %s)
                  ours: attachment c1/net1
                  table 100: of attachment c1/net1 for 192.168.1.209
                """.formatted(pod.name()), explain("rule", "priority", "20000"));
        assertTrue(explain("route", "192.168.1.0/24", "table", "main").contains("attachment c1/net1 moved it away"));
        pod.ip().run("link del net1");
        assertTrue(stored("explain").contains("attachment c1/net1  (namespace " + pod.name() + ")\n  waits: "));
    }

    private String explain(String... words) {
        var all = new ArrayList<>(List.of("explain", "--state-dir", host.state().toString(), "--netns", pod.name()));
        all.addAll(List.of(words));
        var result = host.execute(all.toArray(String[]::new));
        assertEquals(0, result.code(), result::toString);
        return result.out();
    }

    /** A firewall of the host names a container, and a variable of plumbline.yaml: both are known to the plugin. */
    @Test
    void aFirewallThatNamesTheContainer() throws Exception {
        var configuration = Files.writeString(directory.resolve("plumbline.yaml"), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                variables: {ssh_outside: 45}
                """);
        host.intent("all.yaml", """
                kind: Firewall
                metadata: {name: edge}
                spec:
                  rules:
                    - PREROUTING -i eth0 -p tcp --dport ${ssh_outside} -j DNAT --to ${web_0_ip}:22
                """);
        var applied = host.apply("--config", configuration.toString());
        assertTrue(applied.contains("`${web_0_ip}` has no value now"), applied);
        add();
        assertTrue(nft().contains("counter packets 0 bytes 0 dnat ip to 192.168.1.209:22"), this::nft);
        assertTrue(stored("history").contains("CNI ADD c1/net1"));
        var after = host.run("plan", "--detailed-exitcode", "--config", configuration.toString());
        assertEquals(0, after.code(), after::toString);
        assertEquals(0, call("DEL").exitCode());
        assertTrue(nft().contains("dnat ip to 192.168.1.209:22"), "what a document has stays while it waits");
    }

    private String nft() {
        return new Nft(host.name()).run("list ruleset");
    }

    /** Drift that a document only reports is left by what a container's runtime causes, too. */
    @Test
    void driftThatIsOnlyReported() throws Exception {
        host.intent("all.yaml", TABLE.replace("spec:", "spec:\n  drift: report\n  netns: " + pod.name()));
        host.apply();
        add();
        pod.ip().run("route del blackhole 203.0.113.0/24 table 110");
        assertEquals(0, call("DEL").exitCode());
        assertEquals(List.of(), pod.routes("110"));
        add();
        assertThere();
        pod.ip().run("rule del pref 20000");
        assertEquals(0, host.run("apply", "--oneshot").code());
        assertThere();
        assertEquals(List.of(), pod.routes("110"));
        assertTrue(stored("status").contains("(drift: report): RouteTable/plugin0"), () -> stored("status"));
        sql("UPDATE source SET documents = x'00'");
        assertEquals(0, call("DEL").exitCode());
        assertTrue(host.store().stream().anyMatch(each -> each.startsWith("carried_out")
                && each.contains("RouteTable/plugin0")), () -> host.store().toString());
    }

    /** Nothing was ever applied here, and the intents are wrong: containers are kept true all the same. */
    @Test
    void withoutIntents() {
        host.file("broken.yaml", "kind: [");
        add();
        pod.ip().run("rule del pref 20000");
        pod.ip().run("rule add pref 7 from 10.9.9.9 lookup 777 proto 157");
        var result = host.run("apply", "--oneshot");
        assertEquals(1, result.code(), result::toString);
        assertTrue(pod.ourRules().contains("20000: from 192.168.1.209 lookup 100"));
        // Marked as ours, and no attachment's: whose it is nobody can say now.
        assertTrue(pod.ourRules().contains("7: from 10.9.9.9 lookup 777"));
        pod.ip().run("rule del pref 7");
        assertThere();
        assertEquals(0, call("DEL").exitCode());
        assertEquals(podBefore, everything());
    }

    private void intentsInThePod() {
        pod.device("net3", "172.16.0.5/16");
        pod.ip().run("route add default via 172.16.0.1 dev net3 metric 50");
        host.intent("all.yaml", TABLE.replace("spec:", "spec:\n  netns: " + pod.name()) + """
                ---
                kind: RoutingRules
                metadata: {name: paths}
                spec:
                  netns: NAME
                  rules:
                    - {priority: 300, from: 10.9.0.0/16, lookup: plugin0}
                    - {priority: 301, from: 10.8.0.0/16, action: blackhole}
                ---
                kind: SourceRouting
                metadata: {name: third}
                spec: {netns: NAME, device: net3}
                """.replace("NAME", pod.name()));
    }

    /** Intents and attachments in one namespace: neither takes from the other, whatever the record is like. */
    @Test
    void besideIntentsInOneNamespace() throws Exception {
        for (var record : List.of("readable", "not readable", "none")) {
            intentsInThePod();
            host.apply();
            var before = everything();
            switch (record) {
                case "not readable" -> sql("UPDATE source SET documents = x'00'");
                case "none" -> sql("DELETE FROM source", "DELETE FROM documents");
                default -> { }
            }
            var ledger = ledger();
            add();
            assertTrue(pod.ourRules().contains("20000: from 192.168.1.209 lookup 101"), () -> record + pod.ourRules());
            assertEquals(0, call("CHECK").exitCode(), record);
            pod.ip().run("rule del from 192.168.1.209");
            assertEquals(1, call("CHECK").exitCode(), record);
            add();
            assertEquals(0, call("DEL").exitCode(), record);
            assertEquals(before, everything(), record);
            assertEquals(ledger, ledger(), record);
            host.apply("--replace-source");
            host.assertNothingToDo();
            host.execute("destroy", "--auto-approve", "--state-dir", host.state().toString());
            pod.ip().run("link del net3");
        }
    }

    private List<String> ledger() {
        return host.store().stream().filter(each -> each.startsWith("allotments") || each.startsWith("taken"))
                .map(each -> each.replaceAll("(position|namespace)=[0-9]+", "")).sorted().toList();
    }

    private void sql(String... statements) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + host.state().resolve("state.db"));
                var statement = connection.createStatement()) {
            for (var each : statements) {
                statement.execute(each);
            }
        }
    }

    /** What intents say of a namespace that comes later is carried out with the first attachment in it. */
    @Test
    void intentsThatWaitForTheContainer() {
        var name = pod.name();
        namespaces.remove(name);
        host.intent("all.yaml", TABLE.replace("spec:", "spec:\n  netns: " + name));
        host.apply();
        namespaces.create(name);
        pod.device("net1", "192.168.1.209/24");
        add();
        assertThere();
        assertEquals(List.of("blackhole 203.0.113.0/24 proto 157"), pod.routes("110"));
        host.assertNothingToDo();
    }

    /** A namespace that vanished makes its attachment wait; one that took its name is none of its business. */
    @Test
    void aNamespaceThatVanished() {
        host.intent("all.yaml", TABLE);
        host.apply();
        add();
        namespaces.remove(pod.name());
        var plan = host.plan();
        assertTrue(plan.contains("waiting: attachment c1/net1: there is no network namespace " + pod.name() + " now\n"),
                plan);
        assertEquals(0, host.run("apply", "--oneshot").code());
        var status = stored("status");
        assertTrue(status.contains("no, DependencyNotReady"), status);
        namespaces.create(pod.name());
        pod.device("net1", "192.168.1.209/24");
        plan = host.plan();
        assertTrue(plan.contains("waiting: attachment c1/net1: " + pod.name() + " is another network namespace now\n"),
                plan);
        host.apply();
        assertEquals(podBefore, everything());
        assertEquals(1, call("CHECK").exitCode());
        assertEquals(0, call("DEL").exitCode());
        assertEquals(podBefore, everything());
        host.assertNothingToDo();
        assertEquals("", stored("attachments"));
    }

    /** After a boot the containers are gone, and their runtimes announce new ones. */
    @Test
    void attachmentsOfAnotherBoot() throws Exception {
        host.intent("all.yaml", TABLE);
        host.apply();
        add();
        sql("UPDATE attachments SET boot_id = 'another'");
        assertEquals("", stored("attachments"));
        assertTrue(host.plan().endsWith("Plan: 1 to add, 0 to change, 3 to destroy.\n"), host.plan());
        assertEquals(0, host.run("apply", "--oneshot").code());
        assertEquals(podBefore, everything());
        assertEquals(List.of(), host.store().stream().filter(each -> each.startsWith("attachments")).toList());
        add();
        sql("UPDATE attachments SET boot_id = 'another'", "UPDATE namespaces SET boot_id = 'another' WHERE host = 0");
        host.run("apply", "--oneshot");
        assertEquals(List.of(), host.store().stream().filter(each -> each.contains("another")).toList());
    }

    /** The power fails between the record and the reconcile: the next run settles it. */
    @Test
    void aRecordWithoutItsReconcile() throws Exception {
        host.intent("all.yaml", TABLE);
        host.apply();
        add();
        pod.ip().run("rule del pref 20000");
        pod.ip().run("route flush table 100");
        sql("DELETE FROM allotments WHERE document = 'SourceRouting/c1/net1'", "DELETE FROM history");
        assertEquals(0, host.run("apply", "--oneshot").code());
        assertThere();
    }

    @Test
    void destroyTakesTheContainersToo() {
        host.intent("all.yaml", TABLE);
        host.apply();
        add();
        var result = host.execute("destroy", "--auto-approve", "--state-dir", host.state().toString());
        assertEquals(0, result.code(), result::toString);
        assertEquals(podBefore, everything());
        assertEquals(List.of(), host.store().stream().filter(each -> each.startsWith("attachments")).toList());
        assertEquals(0, call("DEL").exitCode());
    }

    /** One container's fault is no reason to leave the host, or other containers, as they are. */
    @Test
    void anAttachmentThatCannotBeCarriedOut() throws Exception {
        add();
        assertEquals(7, code(call("ADD", pod.name(), "'sourceRouting': {}", "plumbline")));
        assertThere();
        sql("INSERT INTO attachments (container, device, network, type, netns, boot_id, cookie, added_at, content)"
                + " SELECT container, device, network, 'plumbline', netns, boot_id, cookie, added_at, content"
                + " FROM attachments");
        pod.ip().run("rule del pref 20000");
        host.intent("all.yaml", TABLE);
        var plan = host.plan();
        assertTrue(plan.contains("attachment c1/net1: device net1 is already bound by SourceRouting/c1/net1 at"
                + " attachment c1/net1"), plan);
        host.apply();
        assertEquals(List.of("blackhole 203.0.113.0/24 proto 157"), host.routes("110"));
        assertEquals(List.of(), pod.ourRules());
        assertEquals(0, call("DEL", pod.name(), "'x': 5", "plumbline").exitCode());
        assertThere();
    }

    private static int code(CniAnswer answer) {
        return Integer.parseInt(answer.stdout().replaceAll(".*\"code\":([0-9]+).*\\n", "$1"));
    }

    /** While a person reads the plan, a container comes: what it got stays, and the plan is not stale for it. */
    @Test
    void anAddWhileAPlanIsShown() {
        host.intent("all.yaml", TABLE);
        var file = directory.resolve("plan");
        assertEquals(0, host.run("plan", "--out", file.toString()).code());
        add();
        var result = host.execute("apply", file.toString(), "--auto-approve", "--state-dir", host.state().toString());
        assertEquals(0, result.code(), result::toString);
        assertThere();
        assertEquals(List.of("blackhole 203.0.113.0/24 proto 157"), host.routes("110"));
    }

    /** The same for a person who thinks it over: the container's part is done as it is wanted by then. */
    @Test
    void anAddWhileAPersonThinksItOver() throws Exception {
        add();
        pod.device("net2", "172.16.0.5/16");
        pod.ip().run("rule del pref 20000");
        host.intent("all.yaml", TABLE);
        var settings = new Settings(host.state(), new Place.Directory(host.intents()),
                new HostFilter("edge-1", Map.of()), Set.of(), DriftPolicy.DEFAULT, Map.of());
        var invocation = new Invocation("tester", 1, "test", VersionCommand.version());
        var err = new PrintWriter(Writer.nullWriter());
        try (var namespace = NetworkNamespace.named(host.name())) {
            namespace.call(() -> {
                try (var work = Workspace.writing(settings, invocation, false, Duration.ZERO, err);
                        var session = work.prepare()) {
                    assertEquals(0, call("ADD", "net2", "172.16.0.5/16").exitCode());
                    pod.ip().run("route del default table 100");
                    session.apply(Optional.empty(), Progress.SILENT);
                }
                return true;
            });
        }
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100", "20000: from 172.16.0.5 lookup 101"),
                pod.ourRules());
        assertTrue(pod.routes("100").contains("default via 192.168.1.1 dev net1 proto 157"));
        assertEquals(List.of("blackhole 203.0.113.0/24 proto 157"), host.routes("110"));
        host.assertNothingToDo();
    }

    private CniAnswer call(String command, String device, String address) {
        return answer(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", "c1", "CNI_NETNS", "/run/netns/" + pod.name(),
                "CNI_IFNAME", device), ("{'cniVersion': '1.0.0', 'name': 'other', 'prevResult': {'cniVersion': "
                + "'1.0.0', 'ips': [{'address': '" + address + "'}]}}").replace('\'', '"'), "sbr");
    }

    @Test
    void aRehearsalHasThemToo() {
        add();
        pod.ip().run("route flush table 100");
        host.intent("all.yaml", TABLE);
        var result = host.run("rehearse");
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.out().contains("the kernel accepted all 3 changes"), result::toString);
        assertTrue(result.out().contains("attachment c1/net1"), result::toString);
    }

    @Test
    void theListOfAttachments() throws Exception {
        add();
        var lines = stored("attachments").lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().matches("CONTAINER +INTERFACE +NETWORK +TYPE +NAMESPACE +ADDRESSES +TABLE +ROUTES"
                + " +SINCE"), lines::toString);
        assertTrue(lines.get(1).matches("c1 +net1 +mynet +sbr +" + pod.name() + " +192.168.1.209/24 +auto +move +20.*"),
                lines::toString);
        var json = host.execute("attachments", "--json", "--state-dir", host.state().toString()).out();
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/attachments.schema.json")));
        assertEquals(List.of(), schema.validate(json, InputFormat.JSON));
        assertTrue(json.contains("\"arguments\":{\"K8S_POD_NAME\":\"web-0\"}"), json);
        assertFalse(json.contains("hidden"), json);
        for (var file : List.of("state.db", "state.db-wal")) {
            if (Files.exists(host.state().resolve(file))) {
                assertFalse(new String(Files.readAllBytes(host.state().resolve(file)), StandardCharsets.ISO_8859_1)
                        .contains("hidden"), file);
            }
        }
    }
}
