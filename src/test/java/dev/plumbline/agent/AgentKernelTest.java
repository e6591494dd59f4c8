package dev.plumbline.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.Ip;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent process, with {@code ip} as the one who interferes, {@code curl} and {@code kill} as those who ask. */
@Tag("kernel")
@Timeout(90)
class AgentKernelTest {

    /** As the agent is to be started. */
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xmx64m", "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=16m", "-XX:MaxMetaspaceSize=64m", "-Xss256k", "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory = Path.of("");

    private final List<Process> agents = new ArrayList<>();
    private String name = "";
    private Ip ip = null;
    private Receiver systemd = null;

    @BeforeEach
    void setUp() throws Exception {
        name = namespaces.create();
        ip = namespaces.ip(name);
        systemd = new Receiver(directory.resolve("notify").toString());
    }

    @AfterEach
    void tearDown() throws Exception {
        systemd.close();
        for (var agent : agents) {
            agent.destroyForcibly().waitFor();
        }
    }

    private Process agent() throws Exception {
        var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), AgentProcess.class.getName(), name,
                directory.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("NOTIFY_SOCKET", directory.resolve("notify").toString(),
                "WATCHDOG_USEC", "400000"));
        var process = builder.start();
        agents.add(process);
        return process;
    }

    private Process started() throws Exception {
        var agent = agent();
        assertTrue(systemd.await("READY=1").endsWith("MAINPID=" + agent.pid()));
        return agent;
    }

    private String curl(String method, String path) throws Exception {
        var process = new ProcessBuilder("curl", "-sS", "-m", "20", "-X", method, "-w", "%{http_code}", "--unix-socket",
                directory.resolve("agent.sock").toString(), "http://localhost" + path).redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace("\n", " ");
    }

    private boolean hasRule() {
        return ip.run("rule show pref 1000").contains("lookup 110");
    }

    /** How long until the rule is back, in milliseconds; -1 if it does not come back in time. */
    private long ruleIsBack(long patience) throws Exception {
        long begin = System.nanoTime();
        while (!hasRule()) {
            if (System.nanoTime() - begin > patience * 1_000_000) {
                return -1;
            }
            Thread.sleep(10);
        }
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private static void signal(Process process, String signal) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor());
    }

    @Test
    void whatOthersChangeIsPutRightWithinASecondAndFightsAreTold() throws Exception {
        started();
        curl("POST", "/v1/trigger?wait");
        Thread.sleep(500);
        for (int i = 0; i < 6; i++) {
            ip.run("rule del pref 1000");
            long back = ruleIsBack(5000);
            assertTrue(back >= 0 && back < 1000, () -> back + " ms");
            Thread.sleep(300);
        }
        var status = curl("GET", "/v1/status");
        assertTrue(status.contains("[rule 1000 IPv4]"), status);
        ip.run("rule del pref 1000");
        assertEquals(-1, ruleIsBack(3000));
        long back = ruleIsBack(12_000);
        assertTrue(back > 0, () -> "not after " + back + " ms");
    }

    @Test
    void itIsAskedOverItsSocket() throws Exception {
        started();
        assertEquals("{\"suspended\":false,\"fights\":\"[]\",\"watch\":\"\"} 200", curl("GET", "/v1/status"));
        assertEquals("{\"changed\":\"[]\"} 200", curl("POST", "/v1/trigger?wait"));
        assertEquals("{} 202", curl("POST", "/v1/trigger"));
        assertEquals("204", curl("POST", "/v1/suspend"));
        assertTrue(curl("POST", "/v1/trigger?wait").endsWith("409"));
        assertTrue(curl("GET", "/v1/status").startsWith("{\"suspended\":true"));
        assertEquals("204", curl("POST", "/v1/resume"));
        assertTrue(curl("GET", "/v1/status").startsWith("{\"suspended\":false"));
        assertTrue(curl("GET", "/v1/trigger").endsWith("405"));
        assertTrue(curl("GET", "/v2/status").endsWith("404"));
    }

    @Test
    void systemdIsToldAndAHungLoopIsNotHidden() throws Exception {
        var agent = started();
        int pings = systemd.during(2100).stream().filter("WATCHDOG=1"::equals).toList().size();
        assertTrue(pings >= 7 && pings <= 12, () -> pings + " in 2.1 s, each 0.2 s");
        signal(agent, "HUP");
        systemd.await("RELOADING=1|MONOTONIC_USEC=");
        systemd.await("READY=1");
        Files.createFile(directory.resolve("hang"));
        curl("POST", "/v1/trigger");
        Thread.sleep(3000);
        assertEquals(List.of(), systemd.during(1000));
        Files.delete(directory.resolve("hang"));
        systemd.await("WATCHDOG=1");
    }

    @Test
    void sigtermLetsTheWorkEnd() throws Exception {
        var agent = started();
        curl("POST", "/v1/trigger?wait");
        // The look that follows what was corrected at the start is over then: the slow work is that of the trigger.
        Thread.sleep(1000);
        Files.createFile(directory.resolve("slow"));
        var waiting = new FutureTask<>(() -> curl("POST", "/v1/trigger?wait"));
        Thread.ofPlatform().start(waiting);
        for (int i = 0; i < 500 && Files.notExists(directory.resolve("began")); i++) {
            Thread.sleep(10);
        }
        signal(agent, "TERM");
        systemd.await("STOPPING=1");
        assertFalse(Files.exists(directory.resolve("ended")));
        assertTrue(agent.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, agent.exitValue(), () -> new String(readAll(agent)));
        assertTrue(Files.exists(directory.resolve("ended")));
        assertEquals("{\"changed\":\"[]\"} 200", waiting.get(5, TimeUnit.SECONDS), "who waits is answered");
        assertFalse(Files.exists(directory.resolve("agent.sock")));
        assertEquals("", new String(readAll(agent)));
    }

    private static byte[] readAll(Process process) {
        try {
            return process.getInputStream().readAllBytes();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSecondAgentIsRefusedAndADeadOneReplaced() throws Exception {
        var first = started();
        var second = agent();
        assertTrue(second.waitFor(20, TimeUnit.SECONDS));
        assertEquals(1, second.exitValue());
        assertTrue(new String(readAll(second)).contains("already (pid " + first.pid() + "): stop it first"));
        signal(first, "KILL");
        first.waitFor();
        assertTrue(Files.exists(directory.resolve("agent.sock")));
        started();
        assertEquals("{\"changed\":\"[]\"} 200", curl("POST", "/v1/trigger?wait"));
    }

    /** At rest, and while a routing daemon changes routes that are none of its business. */
    @Test
    void itIsFrugal() throws Exception {
        var agent = started();
        ip.batch("link add d0 type veth peer name d1\nlink set d0 addrgenmode none\nlink set d0 up");
        var flapping = IntStream.range(0, 300).mapToObj(i -> "route add 20.0." + (i >> 8) + "." + (i & 255)
                + " dev d0 proto 186\nroute del 20.0." + (i >> 8) + "." + (i & 255) + " dev d0 proto 186")
                .collect(Collectors.joining("\n"));
        Thread.sleep(4000);
        long before = ticks(agent);
        for (int i = 0; i < 10; i++) {
            ip.batch(flapping);
            Thread.sleep(1000);
        }
        long used = ticks(agent) - before;
        assertTrue(used <= 20, () -> used + " hundredths of a second in 10 s");
        long resident = Files.readAllLines(Path.of("/proc/" + agent.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:")).mapToLong(line -> Long.parseLong(line.split(" +")[1]
                        .replaceAll("[^0-9]", ""))).sum();
        assertTrue(resident < 120 * 1024, () -> resident + " KiB");
    }

    /** Of 10 ms, in user mode and in the kernel. */
    private static long ticks(Process process) throws Exception {
        var fields = Files.readString(Path.of("/proc/" + process.pid() + "/stat")).replaceFirst(".*\\) ", "")
                .split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
