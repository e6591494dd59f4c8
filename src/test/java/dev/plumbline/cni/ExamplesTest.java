package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.node.ObjectNode;

/** {@code examples/cni}: conflists that the plugins take, and documents that can be read. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("examples/cni");

    @Test
    void conflists() throws IOException {
        var types = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(EXAMPLES, "*.conflist")) {
            for (var file : files) {
                var list = NetworkConfiguration.of(Files.readAllBytes(file));
                CniVersion.of(list.version());
                for (var plugin : list.content().get("plugins").values()) {
                    var type = plugin.get("type").stringValue();
                    if (PluginType.words().contains(type)) {
                        assertTrue(PluginType.of(type).read((ObjectNode) plugin).sourceRouting().isPresent());
                        types.add(type);
                    }
                }
            }
        }
        assertEquals(List.of("plumbline", "sbr"), types.stream().sorted().toList());
    }

    @Test
    void theDaemonSetIsYaml() throws IOException {
        var documents = new ArrayList<Object>();
        new Load(LoadSettings.builder().build()).loadAllFromString(Files.readString(EXAMPLES.resolve("daemonset.yaml")))
                .forEach(documents::add);
        assertEquals(3, documents.size());
    }
}
