package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The library that runtimes use ({@code src/test/cni-driver}): the reference's bridge, host-local and our plugin. */
@Tag("kernel")
@Timeout(300)
class LibcniKernelTest {

    private static final Path DRIVER = Path.of("target/cni-driver").toAbsolutePath();

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private Plugins plugins;
    private String container;

    /** From Debian's sources, without a network. */
    @BeforeAll
    static void build() throws Exception {
        var builder = new ProcessBuilder("go", "build", "-o", DRIVER.toString(), ".")
                .directory(Path.of("src/test/cni-driver").toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("GO111MODULE", "off", "GOPATH", "/usr/share/gocode", "GOFLAGS", "",
                "GOCACHE", Path.of("target/go-cache").toAbsolutePath().toString(), "CGO_ENABLED", "0"));
        var process = builder.start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
    }

    @BeforeEach
    void pod() {
        plugins = new Plugins(namespaces, directory);
        container = plugins.container();
    }

    private Path conflist(String last) throws Exception {
        return Files.writeString(directory.resolve("net.conflist"), """
                {"cniVersion": "1.0.0", "name": "drivennet", "plugins": [
                  {"type": "bridge", "bridge": "br0", "isGateway": true, "ipam": {"type": "host-local",
                   "dataDir": "IPAM", "ranges": [[{"subnet": "10.22.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
                  LAST]}
                """.replace("IPAM", directory.resolve("ipam").toString()).replace("LAST", last));
    }

    private Plugins.Result drive(Path conflist, String netns, String... commands) throws Exception {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", plugins.host, DRIVER.toString(), conflist.toString(),
                Plugins.EXECUTABLES + ":" + Plugins.REFERENCE, directory.resolve("cache").toString(),
                Plugins.path(netns), "net1"));
        words.addAll(List.of(commands));
        var builder = new ProcessBuilder(words).redirectError(directory.resolve("err").toFile());
        builder.environment().put("PLUMBLINE_STATE_DIR", plugins.state().toString());
        var process = builder.start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Plugins.Result(process.waitFor(), out, Files.readString(directory.resolve("err")));
    }

    private void assertNothingIsLeft(String last) throws Exception {
        assertEquals(List.of(), plugins.ourRules(container), last);
        assertTrue(plugins.routes(container, "main").contains("default via 10.0.0.1 dev eth0"), last);
        try (var leases = Files.list(directory.resolve("ipam/drivennet"))) {
            assertEquals(List.of(), leases.map(each -> each.getFileName().toString())
                    .filter(each -> each.startsWith("10.")).toList(), last);
        }
        try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
            assertEquals(List.of(), store.attachments(), last);
        }
    }

    private void addCheckAndDelTwice() throws Exception {
        var lasts = Map.of("{\"type\": \"sbr\"}", false, "{\"type\": \"sbr\", \"table\": 77}", true,
                "{\"type\": \"plumbline\", \"sourceRouting\": {\"routes\": \"copy\"}}", true);
        for (var last : lasts.entrySet()) {
            var conflist = conflist(last.getKey());
            for (int i = 0; i < 2; i++) {
                var result = drive(conflist, container, "add").succeeded().json();
                assertEquals("1.0.0", result.get("cniVersion").stringValue());
                var address = result.at("/ips/0/address").stringValue().replace("/24", "");
                assertEquals(1, plugins.ourRules(container).size());
                assertTrue(plugins.ourRules(container).getFirst().startsWith("20000: from " + address + " lookup "));
                // The bridge's own CHECK wants its routes in main, where `move` does not leave them.
                var checked = drive(conflist, container, "check", "check");
                assertEquals(last.getValue() ? 0 : 1, checked.code(), checked::toString);
                drive(conflist, container, "del", "del").succeeded();
                assertNothingIsLeft(last.getKey());
            }
        }
    }

    @Test
    void withoutAnAgent() throws Exception {
        addCheckAndDelTwice();
    }

    @Test
    void withAnAgent() throws Exception {
        try (var _ = new RunningAgent(plugins)) {
            addCheckAndDelTwice();
        }
    }

    /** The namespace is gone before DEL: the chain does not stop at us, so the address is given back. */
    @Test
    void aContainerThatIsGone() throws Exception {
        var pod = plugins.container();
        var conflist = conflist("{\"type\": \"sbr\"}");
        drive(conflist, pod, "add").succeeded();
        namespaces.remove(pod);
        drive(conflist, pod, "del", "del").succeeded();
        assertNothingIsLeft("gone");
        assertTrue(Files.notExists(Path.of(Plugins.path(pod))));
    }
}
