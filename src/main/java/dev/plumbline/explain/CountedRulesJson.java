package dev.plumbline.explain;

import dev.plumbline.state.firewall.Chain;
import java.io.Writer;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Rules with what they have counted as JSON, after {@code schemas/firewall-show.schema.json}. The format's minor
 * version grows when fields are added, the major one when anything else changes.
 */
public final class CountedRulesJson {

    public static final String FORMAT_VERSION = "1.0";

    private CountedRulesJson() {
    }

    /** @param unseen what could not be looked at, a line each */
    public static void write(List<CountedRule> rules, List<String> unseen, String programVersion, Writer out) {
        try (var json = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build()
                .createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("format_version", FORMAT_VERSION);
            json.writeStringProperty("plumbline_version", programVersion);
            json.writeArrayPropertyStart("rules");
            rules.forEach(rule -> write(rule, json));
            json.writeEndArray();
            json.writeArrayPropertyStart("unseen");
            unseen.forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void write(CountedRule rule, JsonGenerator json) {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringProperty("namespace", rule.netns());
        json.writeStringProperty("family", rule.family().toString());
        json.writeStringProperty("chain", rule.chain().name());
        rule.chain().base().ifPresent(base -> base(base, json));
        json.writeNumberProperty("handle", rule.handle());
        rule.count().ifPresent(count -> {
            json.writeNumberProperty("packets", count.packets());
            json.writeNumberProperty("bytes", count.bytes());
        });
        json.writeStringProperty("nft", rule.nft());
        rule.origin().ifPresent(origin -> {
            json.writeStringProperty("document", origin.document());
            json.writeStringProperty("file", origin.file());
            json.writeNumberProperty("line", origin.line());
        });
        rule.line().ifPresent(line -> json.writeStringProperty("vns3", line));
        rule.fields().ifPresent(fields -> json.writeStringProperty("yaml", fields));
        json.writeEndObject();
    }

    private static void base(Chain.Base base, JsonGenerator json) {
        json.writeStringProperty("type", base.type());
        json.writeStringProperty("hook", base.hook().toString());
        json.writeNumberProperty("priority", base.priority());
        json.writeStringProperty("policy", CountedRule.policy(base));
    }
}
