package dev.plumbline.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The units as they are shipped, with all their restrictions, under a real systemd. */
@Tag("kernel")
class SystemdKernelTest {

    private static final String APPLY = "plumbline-apply.service";
    private static final String AGENT = "plumbline-agent.service";
    private static final String RECOVER = "plumbline-recover.service";
    private static final int RULE = 1000;
    private static final String INTENTS = """
            apiVersion: plumbline.dev/v1
            kind: RouteTable
            metadata: {name: edge}
            spec: {id: 110, routes: [{to: 203.0.113.0/24, via: 10.0.0.1}]}
            ---
            apiVersion: plumbline.dev/v1
            kind: RoutingRules
            metadata: {name: edge}
            spec: {rules: [{priority: 1000, from: 192.0.2.0/24, lookup: edge}]}
            """;

    @TempDir
    Path folder;

    private Machine machine;

    @BeforeEach
    void machine() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        machine = new Machine(folder);
        machine.configure("intents/edge.yaml", INTENTS);
    }

    @AfterEach
    void off() throws InterruptedException {
        machine.cutPower();
    }

    @Test
    void theUnitsAreValidAndExposeLittle() throws Exception {
        machine.boot();
        for (var unit : units()) {
            var path = "/etc/systemd/system/" + unit;
            assertEquals("", machine.must("systemd-analyze", "verify", "--man=no", path), unit);
            if (unit.endsWith(".service")) {
                // Of 10; what is left is what a program that changes the network cannot do without.
                machine.must("systemd-analyze", "security", "--no-pager", "--threshold=45", unit);
            }
        }
        assertTrue(machine.must("getent", "group", "plumbline").startsWith("plumbline:"));
    }

    private static List<String> units() throws IOException {
        try (var files = Files.list(Path.of("systemd"))) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theTimerAppliesIsQuietCorrectsAndFails() throws Exception {
        machine.boot();
        machine.edit("plumbline-apply.timer", "[Timer]\nRandomizedDelaySec=0\n");
        machine.must("systemctl", "enable", "--now", "plumbline-apply.timer");
        machine.await(() -> machine.hasRule(RULE) && ended(), () -> machine.log(APPLY));
        assertEquals("5 applied and verified: 2 added, 0 changed, 0 destroyed", lines().getFirst());
        assertTrue(lines().contains("5       + rule 1000: from 192.0.2.0/24 lookup 110"), this::told);
        int said = lines().size();
        machine.must("systemctl", "start", APPLY);
        assertEquals(said, lines().size(), this::told);
        var status = machine.must("plumbline", "status");
        assertTrue(status.contains("Next run:  "), status);

        machine.must("ip", "rule", "delete", "priority", "1000");
        machine.must("systemctl", "start", APPLY);
        assertTrue(machine.hasRule(RULE));
        assertEquals("5 drift found and corrected: 1 added, 0 changed, 0 destroyed", lines().get(said));

        machine.configure("intents/edge.yaml", INTENTS.replace("id: 110", "idd: 110"));
        machine.must("ip", "rule", "delete", "priority", "1000");
        assertEquals(1, machine.run("systemctl", "start", APPLY).code());
        assertEquals("failed", machine.property(APPLY, "ActiveState"));
        assertEquals("1", machine.property(APPLY, "ExecMainStatus"));
        assertTrue(lines().stream().anyMatch(line -> line.startsWith("3 IntentInvalid: ")), this::told);
        assertTrue(lines().stream().anyMatch(line ->
                line.startsWith("3 /etc/plumbline/intents/edge.yaml:4:8: error: ")), this::told);
        assertTrue(machine.hasRule(RULE), this::told);

        machine.configure("plumbline.yaml", "apiVersion: plumbline.dev/v1\nkind: Configuration\nhost: {nam: x}\n");
        assertEquals(1, machine.run("systemctl", "start", APPLY).code());
        assertTrue(lines().stream().anyMatch(line -> line.startsWith("3 plumbline: /etc/plumbline/plumbline.yaml")),
                this::told);
    }

    /** An intent repository as pushed ones are: in the home directory of a user who lets nobody else look. */
    @Test
    void readsARepositoryOfAnotherUserAndCredentials() throws Exception {
        var work = folder.resolve("work");
        git("init", "--quiet", "--initial-branch=main", work.toString());
        Files.writeString(work.resolve("edge.yaml"), INTENTS);
        git("-C", work.toString(), "add", "--all");
        git("-C", work.toString(), "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet",
                "--message", "The edge");
        var home = Files.createDirectory(folder.resolve("home"));
        git("clone", "--quiet", "--bare", work.toString(), home.resolve("network.git").toString());
        var secrets = Files.createDirectory(folder.resolve("secrets"));
        Files.setPosixFilePermissions(Files.writeString(secrets.resolve("plumbline.token"), "a-token\n"),
                PosixFilePermissions.fromString("rw-------"));
        machine.configure("plumbline.yaml", """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                source: {git: {url: "file:///home/git/network.git", ref: main}}
                """);
        machine.with(home, "/home/git").with(secrets, "/etc/credstore").boot();
        machine.must("sh", "-ec", "chown -R 1234:1234 /home/git && chmod 700 /home/git");
        machine.edit(APPLY, "[Service]\nExecStartPre=/bin/sh -c 'cp $CREDENTIALS_DIRECTORY/* $STATE_DIRECTORY/'\n");

        machine.must("systemctl", "start", APPLY);

        assertTrue(machine.hasRule(RULE), this::told);
        assertEquals("a-token", machine.must("cat", "/var/lib/plumbline/plumbline.token").strip());
        assertTrue(machine.must("plumbline", "status").contains("\"The edge\" by Ann <ann@example.com>"));
    }

    private static void git(String... words) throws Exception {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
    }

    @Test
    void whatIsNotConfirmedIsRevertedInTimeThoughTheSessionIsGone() throws Exception {
        machine.boot();
        // Where Java is, a shell may know alone.
        var java = System.getProperty("java.home");
        machine.must("env", "PLUMBLINE_JAVA=" + java, "plumbline", "apply", "--auto-approve", "--confirm", "4s");
        assertTrue(machine.hasRule(RULE));
        assertTrue(machine.must("systemctl", "list-units", "--no-legend", "plumbline-confirm-*").contains(" running "));
        machine.await(() -> !machine.hasRule(RULE), () -> machine.log(""));
        assertTrue(machine.must("plumbline", "history").contains("reverted"));
        machine.await(() -> machine.must("systemctl", "list-units", "--all", "--no-legend", "plumbline-confirm-*")
                .isEmpty(), () -> machine.log(""));
    }

    @Test
    void aBootRejectsWhatWaitedToBeConfirmed() throws Exception {
        machine.boot();
        machine.must("systemctl", "enable", RECOVER);
        machine.must("systemctl", "start", APPLY);
        machine.configure("intents/edge.yaml", INTENTS.replace("1000", "1001"));
        machine.must("plumbline", "apply", "--auto-approve", "--confirm", "600s");
        assertTrue(machine.hasRule(1001));
        machine.cutPower();

        machine.boot();

        assertEquals("active", machine.property(RECOVER, "ActiveState"), () -> machine.log(RECOVER));
        assertTrue(machine.log(RECOVER).contains("the machine was booted since"), () -> machine.log(RECOVER));
        assertTrue(machine.run("plumbline", "status").output().startsWith("Ready:     no, Reverted: "));
        assertEquals(1, machine.run("plumbline", "confirm").code());
        // The last confirmed state is enforced at once, and the other one only when somebody says so.
        assertEquals(1, machine.run("systemctl", "start", APPLY).code());
        assertTrue(lines().stream().anyMatch(line -> line.startsWith("3 Reverted: ")), this::told);
        assertTrue(machine.hasRule(RULE));
        assertFalse(machine.hasRule(1001));
        machine.must("plumbline", "apply", "--auto-approve", "--again");
        assertTrue(machine.hasRule(1001));
    }

    @Test
    void theAgentIsAService() throws Exception {
        machine.boot();
        machine.edit(AGENT, "[Service]\nWatchdogSec=3s\nTimeoutAbortSec=3s\n");
        machine.must("systemctl", "start", APPLY);
        machine.must("ip", "rule", "delete", "priority", "1000");

        // Returns when it is ready, which is after the first correction.
        machine.must("systemctl", "start", AGENT);
        assertTrue(machine.hasRule(RULE), this::told);
        assertEquals("running", machine.property(AGENT, "SubState"));
        assertTrue(machine.property(AGENT, "StatusText").contains(": "));

        correctsWithinASecond();
        correctsInOtherNamespaces();

        machine.configure("intents/edge.yaml", INTENTS.replace("1000", "1002"));
        machine.configure("plumbline.yaml", """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                agent: {poll: 1s}
                """);
        machine.must("systemctl", "reload", AGENT);
        machine.await(() -> machine.hasRule(1002), this::told);

        var pid = machine.property(AGENT, "MainPID");
        machine.must("kill", "-STOP", pid);
        machine.await(() -> machine.property(AGENT, "NRestarts").equals("1")
                && machine.property(AGENT, "SubState").equals("running"), this::told);
        // Where it hung is in the journal.
        assertTrue(told().contains("Full thread dump") && told().contains("at dev.plumbline.agent.AgentLoop."),
                this::told);

        machine.must("systemctl", "stop", AGENT);
        assertEquals("inactive", machine.property(AGENT, "ActiveState"));
        assertEquals("success", machine.property(AGENT, "Result"));
        assertTrue(machine.hasRule(1002));
    }

    private void correctsWithinASecond() throws InterruptedException {
        long began = System.nanoTime();
        machine.must("ip", "rule", "delete", "priority", "1000");
        machine.await(() -> machine.hasRule(RULE), this::told);
        assertTrue(System.nanoTime() - began < 1_000_000_000, () -> (System.nanoTime() - began) / 1_000_000 + " ms");
    }

    /**
     * A service's mounts are its own, yet namespaces that come later are mounts as well; and what belongs to a process of
     * another user is not for everybody.
     */
    private void correctsInOtherNamespaces() throws Exception {
        machine.must("ip", "netns", "add", "blue");
        var pid = machine.must("sh", "-c", "setsid unshare --net setpriv --reuid=1234 --clear-groups sleep 600"
                + " </dev/null >/dev/null 2>&1 & echo $!").strip();
        var blue = List.of("ip", "netns", "exec", "blue");
        var green = List.of("nsenter", "--net=/proc/" + pid + "/ns/net");
        machine.configure("intents/others.yaml", """
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: blue}
                spec: {netns: blue, rules: [{priority: 1000, from: 192.0.2.0/24, action: blackhole}]}
                ---
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: green}
                spec: {netns: /proc/%s/ns/net, rules: [{priority: 1000, from: 192.0.2.0/24, action: blackhole}]}
                """.formatted(pid));
        machine.must("plumbline", "reconcile");
        for (var namespace : List.of(blue, green)) {
            machine.await(() -> in(namespace, "ip", "rule").contains("1000:"), this::told);
            in(namespace, "ip", "rule", "delete", "priority", "1000");
            machine.await(() -> in(namespace, "ip", "rule").contains("1000:"), this::told);
        }
        machine.must("kill", pid);
        machine.must("ip", "netns", "delete", "blue");
    }

    private String in(List<String> namespace, String... words) {
        return machine.must(Stream.concat(namespace.stream(), Stream.of(words)).toArray(String[]::new));
    }

    /** The service carries out the plugin's calls, and neither its hardening nor its mounts are in the way. */
    @Test
    void theAgentAnswersContainerRuntimes() throws Exception {
        machine.boot();
        machine.must("systemctl", "start", AGENT);
        machine.must("ip", "netns", "add", "pod");
        machine.must("sh", "-ec", "ip link add veth0 type veth peer name net1 netns pod; ip link set veth0 up;"
                + " ip -n pod address add 192.168.1.209/24 dev net1; ip -n pod link set net1 up");
        var call = "CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/pod CNI_IFNAME=net1 PLUMBLINE_JAVA=/no/such/jdk"
                + " /opt/plumbline/cni/sbr <<'END'\n" + """
                {"cniVersion": "1.0.0", "name": "mynet", "type": "sbr", "logLevel": "verbose",
                 "logFile": "/var/log/plumbline/cni.log", "prevResult": {"cniVersion": "1.0.0",
                 "ips": [{"address": "192.168.1.209/24", "gateway": "192.168.1.1"}]}}
                END
                """;
        machine.must("sh", "-c", "CNI_COMMAND=ADD " + call);
        assertTrue(machine.must("ip", "-n", "pod", "rule").contains("20000:"));
        machine.must("sh", "-c", "CNI_COMMAND=CHECK " + call);
        assertTrue(machine.must("cat", "/var/log/plumbline/cni.log").contains("to add"));
        assertTrue(machine.must("plumbline", "attachments").contains("c1"));
        // The loop has looked by then, and holds nothing.
        Thread.sleep(2500);
        machine.must("ip", "netns", "delete", "pod");
        long began = System.nanoTime();
        machine.await(() -> machine.run("ip", "link", "show", "veth0").code() != 0, this::told);
        assertTrue(System.nanoTime() - began < 1_000_000_000L, () -> (System.nanoTime() - began) / 1_000_000 + " ms");
        machine.must("sh", "-c", "CNI_COMMAND=DEL " + call);
        assertFalse(machine.must("plumbline", "attachments").contains("c1"));
    }

    private boolean ended() {
        return machine.property(APPLY, "ActiveState").equals("inactive");
    }

    /** What plumbline itself said in the journal, each line after its priority. */
    private List<String> lines() {
        var json = new JsonMapper();
        var lines = new ArrayList<String>();
        for (var line : machine.must("journalctl", "--no-pager", "--output=json", "--identifier=plumbline").lines()
                .toList()) {
            var entry = json.readTree(line);
            lines.add(entry.get("PRIORITY").asString() + " " + entry.get("MESSAGE").asString());
        }
        return lines;
    }

    private String told() {
        return lines().stream().collect(Collectors.joining("\n"));
    }
}
