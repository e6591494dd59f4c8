package dev.plumbline.cni;

import static dev.plumbline.cni.Plugins.configuration;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code plumbline cni install} and {@code uninstall} of the packaged program. */
@Tag("kernel")
class InstallKernelTest {

    private static final String SBR = configuration("""
            {'cniVersion': '1.0.0', 'name': 'mynet', 'type': 'sbr', 'prevResult': {'cniVersion': '1.0.0',
             'ips': [{'address': '192.168.1.209/24', 'gateway': '192.168.1.1'}]}}""").toString();

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;
    private Path folder;
    private Path settings;

    @BeforeEach
    void machine() {
        plugins = new Plugins(namespaces, directory);
        folder = directory.resolve("opt/cni/bin");
        settings = directory.resolve("cni.json");
    }

    private Plugins.Result plumbline(String... words) throws Exception {
        var command = new ArrayList<>(List.of(Plugins.EXECUTABLES.resolveSibling("bin").resolve("plumbline").toString(),
                "cni"));
        command.addAll(List.of(words));
        command.addAll(List.of("--dir", folder.toString(), "--state-dir", plugins.state().toString()));
        var err = directory.resolve("err");
        var builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("PLUMBLINE_CNI_CONFIG", settings.toString());
        var process = builder.start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Plugins.Result(process.waitFor(), out, Files.readString(err));
    }

    private List<String> files() throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void linksComeAndGo() throws Exception {
        plumbline("install").succeeded();
        plumbline("install").succeeded();
        assertEquals(List.of("plumbline", "sbr"), files());
        assertEquals(Plugins.EXECUTABLES.resolve("sbr"), Files.readSymbolicLink(folder.resolve("sbr")));
        assertEquals("{\"stateDirectory\":\"" + plugins.state() + "\",\"logLevel\":\"error\"}\n",
                Files.readString(settings));
        plumbline("uninstall").succeeded();
        assertEquals(List.of(), files());
        assertTrue(Files.notExists(settings));
        assertTrue(plumbline("uninstall").succeeded().out().startsWith("there is no plugin"));
        plumbline("install", "--types", "plumbline").succeeded();
        assertEquals(List.of("plumbline"), files());
        var wrong = plumbline("install", "--types", "sbr,bridge");
        assertEquals(64, wrong.code());
        assertTrue(wrong.err().contains("--types: `bridge` is none of sbr, plumbline"), wrong::err);
    }

    @Test
    void somebodyElsesPluginIsGivenBack() throws Exception {
        Files.createDirectories(folder);
        Files.copy(Plugins.REFERENCE.resolve("sbr"), folder.resolve("sbr"));
        var refused = plumbline("install");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains(folder.resolve("sbr") + " is somebody else's plugin; --force"), refused::err);
        assertEquals(List.of("sbr"), files());
        plumbline("install", "--force").succeeded();
        plumbline("install").succeeded();
        assertEquals(List.of(".sbr.before-plumbline", "plumbline", "sbr"), files());
        plumbline("uninstall").succeeded();
        assertEquals(List.of("sbr"), files());
        assertEquals(-1, Files.mismatch(Plugins.REFERENCE.resolve("sbr"), folder.resolve("sbr")));
        assertTrue(Files.isExecutable(folder.resolve("sbr")));
    }

    /** What is installed is called through its link, and finds the store by itself; it stays while it is needed. */
    @Test
    void whatIsAttachedKeepsItThere() throws Exception {
        plumbline("install").succeeded();
        var container = namespaces.create();
        plugins.device(container, "net1", "192.168.1.209/24");
        var environment = Plugins.environment("ADD", "c1", container, "net1");
        environment.put("PLUMBLINE_CNI_CONFIG", settings.toString());
        try (var _ = new RunningAgent(plugins)) {
            environment.put("PLUMBLINE_JAVA", "/no/such/jdk");
            plugins.callProgram(folder.resolve("sbr"), environment, SBR).succeeded();
        }
        environment.remove("PLUMBLINE_JAVA");
        assertEquals(1, plugins.ourRules(container).size());
        var refused = plumbline("uninstall");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("  c1/net1 (network mynet, type sbr)\n"
                + "plumbline: there is still an attachment"), refused::err);
        assertEquals(List.of("plumbline", "sbr"), files());
        environment.put("CNI_COMMAND", "DEL");
        plugins.callProgram(folder.resolve("sbr"), environment, SBR).succeeded();
        assertEquals(0, plugins.ourRules(container).size());
        plumbline("uninstall").succeeded();
        assertEquals(List.of(), files());
    }
}
