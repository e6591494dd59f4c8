package dev.plumbline.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Lists with one object a line, so that line tools can be used on them too; one object is in memory at a time. */
public final class JsonLines {

    private static final JsonFactory LINES = JsonFactory.builder().rootValueSeparator(",\n")
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private JsonLines() {
    }

    /** Writes {@code "name":[}, the objects, and {@code ]}; the writer stays open. */
    public static void write(NamespaceJson.Section section, Writer writer) {
        try {
            writer.write("\"" + section.name() + "\":[\n");
            try (var generator = LINES.createGenerator(ObjectWriteContext.empty(), writer)) {
                section.items().forEach(item -> JsonText.write(item, generator));
            }
            writer.write("\n]");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
