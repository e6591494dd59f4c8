package dev.plumbline.doctor;

import dev.plumbline.doctor.Check.Verdict;
import java.io.Writer;
import java.util.List;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Checks as JSON, after {@code schemas/doctor.schema.json}. The format's minor version grows when fields are added, the
 * major one when anything else changes.
 */
public final class CheckJson {

    public static final String FORMAT_VERSION = "1.0";

    private CheckJson() {
    }

    /** Writes them. Leaves the writer open. */
    public static void write(List<Check> checks, String programVersion, Writer out) {
        var factory = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
        try (var json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("format_version", FORMAT_VERSION);
            json.writeStringProperty("plumbline_version", programVersion);
            json.writeName("summary");
            json.writeStartObject();
            for (var verdict : Verdict.values()) {
                json.writeNumberProperty(word(verdict), CheckText.count(checks, verdict));
            }
            json.writeEndObject();
            json.writeName("checks");
            json.writeStartArray();
            for (var check : checks) {
                json.writeStartObject();
                json.writeStringProperty("area", check.area());
                json.writeStringProperty("name", check.name());
                json.writeStringProperty("verdict", word(check.verdict()));
                json.writeStringProperty("finding", check.finding());
                json.writeName("remedy");
                json.writeStartArray();
                check.remedy().forEach(json::writeString);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static String word(Verdict verdict) {
        return verdict.toString().replace(' ', '_');
    }
}
