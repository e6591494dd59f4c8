package dev.plumbline.cni;

import static dev.plumbline.cni.Plugins.configuration;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.configuration.Configuration;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The plugin as a process of its own. */
@Tag("kernel")
class ProcessKernelTest {

    private static final String SBR = configuration("""
            {'cniVersion': '1.0.0', 'name': 'mynet', 'type': 'sbr', 'prevResult': {'cniVersion': '1.0.0',
             'ips': [{'address': '192.168.1.209/24', 'gateway': '192.168.1.1'}]}}""").toString();

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;
    private String container;

    @BeforeEach
    void container() {
        plugins = new Plugins(namespaces, directory);
        container = namespaces.create();
        plugins.device(container, "net1", "192.168.1.209/24");
    }

    private Map<String, String> environment(String command) {
        var environment = Plugins.environment(command, "c1", container, "net1");
        environment.put("PLUMBLINE_STATE_DIR", plugins.state().toString());
        environment.put("PLUMBLINE_CNI_CONFIG", directory.resolve("cni.json").toString());
        return environment;
    }

    private Plugins.Result start(String command, String... options) throws Exception {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", plugins.host,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Djnr.ffi.asm.enabled=false", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        words.addAll(List.of(options));
        words.addAll(List.of(CniMain.class.getName(), "sbr"));
        var err = directory.resolve("err");
        var builder = new ProcessBuilder(words).redirectError(err.toFile());
        builder.environment().putAll(environment(command));
        var process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(SBR.getBytes(StandardCharsets.UTF_8));
        }
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Plugins.Result(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void aProcessOfItsOwn() throws Exception {
        var before = plugins.everything(container);
        var log = directory.resolve("classes");
        assertEquals("1.0.0", start("ADD", "-Xlog:class+load:file=" + log).succeeded().json().get("cniVersion")
                .stringValue());
        assertEquals(List.of("20000: from 192.168.1.209 lookup 100"), plugins.ourRules(container));
        // A container waits: what takes long to load is not loaded.
        var loaded = Files.readString(log);
        for (var big : List.of("picocli.", "org.snakeyaml.", "com.networknt.", "org.eclipse.jgit.", "org.quartz.",
                "io.prometheus.", "tools.jackson.databind.ObjectMapper", "tools.jackson.databind.json.JsonMapper",
                "dev.plumbline.intent.YamlReader", "dev.plumbline.intent.IntentParser", "dev.plumbline.cli.",
                "dev.plumbline.configuration.")) {
            assertFalse(loaded.contains("] " + big), big);
        }
        assertTrue(loaded.contains("] dev.plumbline.cni.CniService"));
        start("CHECK").succeeded();
        assertEquals("", start("DEL").succeeded().out());
        assertEquals(before, plugins.everything(container));
        assertEquals(CniException.UNKNOWN_CONTAINER, start("CHECK").failed(CniException.UNKNOWN_CONTAINER).error());
    }

    /** Standard input that never ends, as a stand-in for whatever hangs. */
    @Test
    void itEndsInTime() throws Exception {
        var ended = new CountDownLatch(1);
        try (var hanging = new InputStream() {
            @Override
            public int read() {
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return -1;
            }
        }) {
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            int code = CniMain.run(environment("ADD"), "sbr", hanging, new PrintStream(out), new PrintStream(err),
                    Duration.ofMillis(200));
            assertEquals(1, code);
            assertEquals(CniException.TRY_AGAIN, new Plugins.Result(1, out.toString(), "").error());
            assertTrue(err.toString().contains("no answer within"), err::toString);
        } finally {
            ended.countDown();
        }
    }

    @Test
    void aDelThatHangsIsNotLost() throws Exception {
        plugins.call("sbr", environment("ADD"), SBR).succeeded();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + plugins.state().resolve("state.db"));
                var statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            var out = new ByteArrayOutputStream();
            int code = CniMain.run(environment("DEL"), "sbr", new ByteArrayInputStream(SBR.getBytes()),
                    new PrintStream(out), new PrintStream(new ByteArrayOutputStream()), Duration.ofMillis(500));
            assertEquals(0, code);
            assertEquals("", out.toString());
            statement.execute("ROLLBACK");
        }
        plugins.call("sbr", environment("CHECK"), SBR).failed(CniException.UNKNOWN_CONTAINER);
        // In a process of its own what hung ends with it; here it goes on, and writes where all is removed next.
        for (var thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("cni")) {
                assertTrue(thread.join(Duration.ofSeconds(20)));
            }
        }
    }

    @Test
    void settings() throws Exception {
        var file = directory.resolve("cni.json");
        var variables = new HashMap<>(Map.of("PLUMBLINE_CNI_CONFIG", file.toString()));
        assertEquals(CniSettings.of(Configuration.DEFAULT, Configuration.STATE_DIRECTORY, "1"),
                CniSettings.read(variables, "1"));
        var said = new CniSettings(Path.of("/srv/state"), LogLevel.DEBUG, Optional.of(Path.of("/srv/log")),
                "1");
        Files.writeString(file, said.json());
        assertEquals(said, CniSettings.read(variables, "1"));
        variables.put("PLUMBLINE_STATE_DIR", "/elsewhere");
        assertEquals(Path.of("/elsewhere"), CniSettings.read(variables, "1").stateDirectory());
        for (var wrong : List.of("{", "{\"logLevel\": \"loud\"}", "{\"logFile\": \"relative\"}")) {
            Files.writeString(file, wrong);
            var out = new ByteArrayOutputStream();
            int code = CniMain.run(environment("ADD"), "sbr", new ByteArrayInputStream(SBR.getBytes()),
                    new PrintStream(out), new PrintStream(new ByteArrayOutputStream()), Duration.ofSeconds(10));
            assertEquals(1, code, wrong);
            assertEquals(CniException.IO, new Plugins.Result(1, out.toString(), "").error());
        }
    }
}
