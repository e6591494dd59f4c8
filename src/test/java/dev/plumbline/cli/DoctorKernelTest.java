package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.Nft;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The doctor on the running kernel. */
@Tag("kernel")
class DoctorKernelTest {

    private static final Pattern OPTION = Pattern.compile("CONFIG_[A-Z0-9_]+");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private Path root;

    @BeforeEach
    void host() throws IOException {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1", "192.168.1.209/24");
        host.intent("sip.yaml", "kind: SourceRouting\nmetadata: {name: sip}\nspec: {device: net1,"
                + " gateways: [192.168.1.1]}\n");
        root = Files.createDirectory(directory.resolve("root"));
    }

    private Map<String, JsonNode> checks() {
        return checks(host.run("doctor", "--json", "--root", root.toString()));
    }

    static Map<String, JsonNode> checks(TestHost.Result result) {
        assertTrue(result.code() <= 1, result::toString);
        var checks = new TreeMap<String, JsonNode>();
        new JsonMapper().readTree(result.out()).get("checks").forEach(each ->
                checks.put(each.get("area").asString() + "/" + each.get("name").asString(), each));
        return checks;
    }

    private static String verdict(JsonNode check) {
        return check.get("verdict").asString();
    }

    /** What routing needs works on every kernel that these tests run on: they would all fail otherwise. */
    @Test
    void routesAndRulesOfEveryKindAreTaken() {
        var checks = checks();
        for (var name : List.of("rules-ipv4", "rules-ipv6", "routes-ipv4", "routes-ipv4-multipath", "routes-ipv6",
                "routes-ipv6-multipath", "routes-ipv4-via-ipv6", "tcp-diag", "link-veth", "namespaces")) {
            assertEquals("ok", verdict(checks.get("kernel/" + name)), () -> checks.get("kernel/" + name).toString());
        }
    }

    /** {@code ip} is asked for a link of each kind, in a namespace of the test. */
    @Test
    void linksAreThoseThatIpCanMake() {
        var checks = checks();
        for (var kind : List.of("veth", "vrf", "dummy", "ifb", "vxlan", "xfrm")) {
            var answer = host.ip().attempt("link add probe-" + kind + " type " + kind + switch (kind) {
                case "vrf" -> " table 77";
                case "vxlan" -> " id 1 dstport 4789";
                case "xfrm" -> " dev lo if_id 7";
                default -> "";
            });
            boolean possible = !answer.contains("nknown device type") && !answer.contains("not supported");
            assertEquals(possible ? "ok" : "warning", verdict(checks.get("kernel/link-" + kind)), answer);
        }
    }

    /** Every option that the doctor speaks of is on where it says ok, and off where it says that it is missing. */
    @Test
    void optionsAreThoseThatTheKernelWasBuiltWith() throws IOException {
        var running = Path.of("/proc/config.gz");
        assertBuilt(checks(), Files.exists(running) ? unpacked(running)
                : Files.readString(Path.of("/boot/config-" + System.getProperty("os.version"))));
    }

    static void assertBuilt(Map<String, JsonNode> checks, String configuration) {
        int compared = 0;
        for (var check : checks.entrySet()) {
            var finding = check.getValue().get("finding").asString();
            var option = OPTION.matcher(finding);
            if (check.getKey().startsWith("kernel/") && option.find()) {
                boolean on = configuration.matches("(?s).*\n" + option.group() + "=[ym]\n.*");
                assertEquals(on, verdict(check.getValue()).equals("ok"), finding);
                compared++;
            }
        }
        assertTrue(compared >= 20, "options were compared: " + compared);
    }

    static String unpacked(Path file) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A chain as docker makes it; the table is another one's. */
    @Test
    void whoDropsForwardedPacketsByItsPolicy() throws Exception {
        assertEquals("not_applicable", verdict(checks().get("others/forward-policy")));
        Files.createDirectories(root.resolve("proc/sys/net/ipv4"));
        Files.writeString(root.resolve("proc/sys/net/ipv4/ip_forward"), "1\n");
        assertEquals("ok", verdict(checks().get("others/forward-policy")));
        var nft = new Nft(host.name());
        nft.load("table ip filter { chain accepts { type filter hook forward priority 0; policy accept; }; }");
        nft.load("table inet plumbline { chain ours { type filter hook forward priority 0; policy drop; }; }");
        assertEquals("ok", verdict(checks().get("others/forward-policy")));
        nft.load("table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }");
        var drops = checks().get("others/forward-policy");
        assertEquals("warning", verdict(drops));
        assertTrue(drops.get("finding").asString().endsWith("by the policy of ip filter FORWARD"), drops::toString);
        assertEquals("[\"nft 'add chain ip filter FORWARD { policy accept; }'\"]", drops.get("remedy").toString());
    }

    @Test
    void theHostIsNotTouched() {
        host.apply();
        var before = host.snapshot();
        var links = host.ip().lines("link");
        checks();
        assertEquals(before, host.snapshot());
        assertEquals(links, host.ip().lines("link"));
    }

    /** The program git makes the repository; a configuration file says where it is and who may sign. */
    @Test
    void intentsInGitAndWhoMaySignThem() throws Exception {
        var work = Files.createDirectory(directory.resolve("work"));
        Files.writeString(work.resolve("sip.yaml"), TestHost.HEAD + "kind: SourceRouting\nmetadata: {name: sip}\n"
                + "spec: {device: net1}\n");
        for (var command : List.of("init -q -b main", "add -A",
                "-c user.name=Ann -c user.email=ann@example.org commit -q -m first")) {
            var words = new ArrayList<>(List.of("git", "-C", work.toString()));
            words.addAll(List.of(command.split(" ")));
            assertEquals(0, new ProcessBuilder(words).start().waitFor(), command);
        }
        var yaml = directory.resolve("plumbline.yaml");
        var git = "apiVersion: plumbline.dev/v1\nkind: Configuration\nsource:\n  git:\n    url: file://" + work + "\n";
        Files.writeString(yaml, git);
        var checks = configured(yaml);
        assertEquals("ok", verdict(checks.get("program/configuration")), checks::toString);
        assertEquals("ok", verdict(checks.get("intents/git-access")), checks::toString);
        assertEquals("warning", verdict(checks.get("intents/git-signatures")));
        assertTrue(checks.get("intents/documents").get("finding").asString().startsWith("1 of 1 documents hold"));
        var signers = directory.resolve("allowed_signers");
        Files.writeString(yaml, git + "    verify: {mode: head, allowedSigners: " + signers + "}\n");
        assertEquals("failed", verdict(configured(yaml).get("intents/git-signatures")), "there is no such file");
        Files.writeString(signers, "ann@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0AAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAA\n");
        assertEquals("ok", verdict(configured(yaml).get("intents/git-signatures")));
        Files.writeString(yaml, git.replace(work.toString(), work + "-gone"));
        assertEquals("failed", verdict(configured(yaml).get("intents/git-access")));
        Files.writeString(yaml, git + "    urll: x\n");
        var unreadable = configured(yaml).get("program/configuration");
        assertEquals("failed", verdict(unreadable));
        assertTrue(unreadable.get("finding").asString().contains("unknown field `urll`"), unreadable::toString);
    }

    private Map<String, JsonNode> configured(Path yaml) {
        return checks(host.execute("doctor", "--json", "--root", root.toString(), "--config", yaml.toString(),
                "--state-dir", host.state().toString(), "--host", "edge-1"));
    }

    @Test
    void forPeopleOneLineACheckAndWhatToDo() throws IOException {
        Files.createDirectories(root.resolve("proc/7/ns"));
        Files.writeString(root.resolve("proc/7/comm"), "systemd-network\n");
        var result = host.run("doctor", "--root", root.toString());
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.out().contains("\nwarning        others networkd: systemd-networkd runs with"
                + " ManageForeignRoutes, ManageForeignRoutingPolicyRules, ManageForeignNextHops on: it removes"
                + " plumbline's routes and rules when it"
                + " starts or when a device changes\n"
                + "               -> write to /etc/systemd/networkd.conf.d/50-plumbline.conf:\n"
                + "                  [Network]\n"), result::toString);
        assertTrue(result.out().contains("\nok             intents documents: 1 of 1 documents hold for the host"
                + " edge-1\n"),
                result::toString);
        assertTrue(result.out().matches("(?s).*\n\n[0-9]+ ok, [0-9]+ warning, 0 failed, [0-9]+ not applicable\\.\n"),
                result::toString);
    }

    @Test
    void whatFailedIsInTheExitCodeAndInTheSchema() throws IOException {
        host.intent("bad.yaml", "kind: RouteTable\nmetadata: {name: x}\nspec: {idd: 4}\n");
        var result = host.run("doctor", "--json", "--root", root.toString());
        assertEquals(1, result.code(), result::toString);
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/doctor.schema.json")), InputFormat.JSON);
        assertEquals(List.of(), schema.validate(result.out(), InputFormat.JSON));
        assertTrue(result.out().contains("\"verdict\":\"failed\",\"finding\":\"2 errors, the first at"
                + " INTENTS/bad.yaml:2:1:")
                || result.out().contains("\"verdict\":\"failed\",\"finding\":\"1 error, the first at"
                        + " INTENTS/bad.yaml:4:8:"),
                result::toString);
        assertTrue(!schema.validate(result.out().replace("\"finding\"", "\"found\""), InputFormat.JSON).isEmpty());
        assertTrue(!schema.validate(result.out().replaceAll("\"remedy\":\\[[^]]+]", "\"remedy\":[]"),
                InputFormat.JSON).isEmpty(), "what is not well has a remedy");
    }
}
