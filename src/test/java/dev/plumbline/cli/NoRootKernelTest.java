package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
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

/** The commands as user {@code nobody}, in processes of their own: who may do what, and what is said of the rest. */
@Tag("kernel")
class NoRootKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;
    private ReadableProgram program;

    @BeforeEach
    void programAndHost() throws IOException {
        program = namespaces.closing(new ReadableProgram());
        permissions(directory, "rwxr-xr-x");
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("net1", "192.168.1.209/24");
        permissions(host.intents(), "rwxr-xr-x");
        host.intent("sip.yaml", """
                kind: SourceRouting
                metadata: {name: sip}
                spec: {device: net1, gateways: [192.168.1.1]}
                """);
    }

    @Test
    void validatePlanAndShowWorkAndSayWhatTheyCouldNotSee() throws Exception {
        host.apply();
        var before = host.snapshot();
        assertEquals(new TestHost.Result(0, "1 document is valid.\n", ""), nobody("validate"));
        assertEquals(new TestHost.Result(0, """
                note: SourceRouting/sip: table 100 for 192.168.1.209
                note: SourceRouting/sip: the store has no record of what was moved out of main; the marked routes of \
                net1 \
                in its tables stand in for it, and who made them is not known
                note: nftables can be read by root alone: whether tables of plumbline are left that no document wants \
                was not looked at

                No changes. The network matches the intents.
                """, "plumbline: no right to read STATE: run as root to see what is recorded there\n"), nobody("plan"));
        var show = nobody("show");
        assertEquals(0, show.code(), show::toString);
        assertTrue(show.out().contains("prefsrc: 192.168.1.209"), show::toString);
        assertEquals(before, host.snapshot());
    }

    @Test
    void aFirewallIsNotSeen() throws Exception {
        host.intent("fw.yaml", """
                kind: Firewall
                metadata: {name: fw}
                spec: {rules: [INPUT -p tcp --dport 23 -j DROP]}
                """);
        host.apply();
        var plan = nobody("plan");
        assertEquals(0, plan.code(), plan::toString);
        assertTrue(plan.out().contains("warning: nftables can be read by root alone: run as root to see what would be"
                + " done to the firewall\n"), plan::toString);
        assertTrue(plan.out().endsWith("\nNo changes in what could be read.\n"), plan::toString);
        var show = nobody("show");
        assertEquals(0, show.code(), show::toString);
        assertEquals("plumbline: nftables can be read by root alone\n", show.err());
    }

    @Test
    void explainWorksByTheMarks() throws Exception {
        host.apply();
        var list = nobody("explain");
        assertEquals(0, list.code(), list::toString);
        assertTrue(list.out().startsWith("Ours by its mark; no document on record\n  rule 20000: from 192.168.1.209"),
                list::toString);
        assertEquals("plumbline: no right to read STATE: run as root to see what is recorded there\n", list.err());
        var one = nobody("explain", "route", "10.0.0.0/24");
        assertEquals(0, one.code(), one::toString);
        assertTrue(one.out().contains("not plumbline's; protocol kernel"), one::toString);
        var other = namespaces.create();
        var elsewhere = nobody("explain", "rule", "--netns", other);
        assertEquals(1, elsewhere.code(), elsewhere::toString);
        assertTrue(elsewhere.err().contains("cannot enter network namespace " + other), elsewhere::toString);
    }

    @Test
    void importWorks() throws Exception {
        host.ip().run("route add 203.0.113.0/24 via 10.0.0.1 dev eth0 proto static");
        var imported = nobody("import");
        assertEquals(0, imported.code(), imported::toString);
        assertTrue(imported.out().contains("- {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}"), imported::toString);
    }

    @Test
    void applySaysThatItNeedsRoot() throws Exception {
        var before = host.snapshot();
        assertEquals(new TestHost.Result(1, "", "plumbline: `apply` changes the network and needs root "
                + "(CAP_NET_ADMIN); run it with sudo. `plan`, `show` and `validate` work without\n"),
                nobody("apply", "--auto-approve"));
        assertEquals(before, host.snapshot());
    }

    @Test
    void doctorSaysWhatItCouldNotLookAt() throws Exception {
        var doctor = nobody("doctor");
        assertEquals("", doctor.err());
        assertTrue(doctor.out().contains("\nnot applicable kernel namespaces: not looked at: what the kernel can do"
                + " is tried in a network namespace, and none can be made: "), doctor::toString);
        assertTrue(doctor.out().contains("\nnot applicable state store: not looked at: no right to read STATE"),
                doctor::toString);
        assertTrue(doctor.out().contains("\nwarning        program privileges: "), doctor::toString);
        assertTrue(doctor.out().contains("\nok             intents documents: 1 of 1 documents"
                + " hold"), doctor::toString);
    }

    @Test
    void factsWithoutTheStoreAreRefusedAndAPlanFromFactsNeedsNothing() throws Exception {
        host.apply();
        assertEquals(new TestHost.Result(1, "", "plumbline: without the records of the store a plan from these facts"
                + " could be another one: no right to read STATE: run as root to see what is recorded"
                + " there\n"), nobody("facts"));
        var facts = Files.writeString(directory.resolve("facts.json"), host.run("facts").out());
        permissions(facts, "rw-r--r--");
        host.ip().run("link del net1");
        var plan = nobody("plan", "--facts", facts.toString());
        assertEquals(0, plan.code(), plan::toString);
        assertTrue(plan.out().endsWith("No changes. The network matches the intents.\n"), plan::toString);
    }

    @Test
    void anotherNamespaceNeedsRoot() throws Exception {
        var other = namespaces.create();
        assertEquals(new TestHost.Result(1, "", "plumbline: cannot enter network namespace " + other
                + ": not permitted: this needs root, or the capability CAP_SYS_ADMIN (EPERM)\n"),
                nobody("show", "--netns", other));
        host.intent("other.yaml", """
                kind: RoutingRules
                metadata: {name: there}
                spec: {netns: %s, rules: [{priority: 5, from: 192.0.2.1, lookup: main}]}
                """.formatted(other));
        var unseen = "no right to enter network namespace " + other + ": run as root to see what would be done there\n";
        var plan = nobody("plan");
        assertEquals("plumbline: no right to read STATE: run as root to see what is recorded there\n", plan.err());
        assertEquals(0, plan.code());
        assertTrue(plan.out().contains("\nNamespace " + other + "\nwarning: INTENTS/other.yaml:2:7 RoutingRules/there: "
                + unseen), plan::toString);
        assertTrue(plan.out().contains("      + rule 20000: from 192.168.1.209 lookup 100\n"), plan::toString);
        assertTrue(plan.out().endsWith("\nPlan: 3 to add, 0 to change, 1 to destroy.\n"), plan::toString);
        host.apply();
        assertTrue(nobody("plan").out().endsWith("\nNo changes in what could be read.\n"));
        var json = nobody("plan", "--json");
        assertEquals(0, json.code(), json::toString);
        assertTrue(json.out().contains("\"reason\":\"NamespaceForbidden\""), json::toString);
    }

    /** What nobody may look at is not taken for something that is not there. */
    @Test
    void aNamespaceOfAnotherUsersProcessIsNotAbsent() throws Exception {
        host.intent("sip.yaml", """
                kind: RoutingRules
                metadata: {name: there}
                spec: {netns: /proc/%d/ns/net, rules: [{priority: 5, from: 192.0.2.1, lookup: main}]}
                """.formatted(ProcessHandle.current().pid()));
        var plan = nobody("plan");
        assertEquals(0, plan.code(), plan::toString);
        assertTrue(plan.out().contains("no right to enter network namespace /proc/"), plan::toString);
    }

    private TestHost.Result nobody(String command, String... more) throws Exception {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", host.name(), "setpriv", "--reuid=65534",
                "--regid=65534", "--clear-groups", "--inh-caps=-all"));
        words.addAll(program.command(Plumbline.class));
        words.add(command);
        if (!List.of("show", "import", "explain").contains(command)) {
            words.addAll(List.of("--intents", host.intents().toString()));
        }
        if (!List.of("show", "import").contains(command)) {
            words.addAll(List.of("--state-dir", host.state().toString()));
        }
        words.addAll(List.of(more));
        var out = directory.resolve("out.txt").toFile();
        var err = directory.resolve("err.txt").toFile();
        int code = new ProcessBuilder(words).redirectOutput(out).redirectError(err).start().waitFor();
        return new TestHost.Result(code, host.masked(Files.readString(out.toPath())),
                host.masked(Files.readString(err.toPath())));
    }

    private static void permissions(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
