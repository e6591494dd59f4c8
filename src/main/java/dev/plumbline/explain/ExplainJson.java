package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.explain.Explained.OfFirewall;
import dev.plumbline.explain.Explained.OfRoute;
import dev.plumbline.explain.Explained.OfRule;
import dev.plumbline.history.Commit;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.RouteJson;
import dev.plumbline.json.RuleJson;
import dev.plumbline.json.SysctlJson;
import dev.plumbline.state.FibResult;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Explanations as JSON, after {@code schemas/explain.schema.json}; each object is written as it comes. The format's
 * minor version grows when fields are added, the major one when anything else changes.
 */
public final class ExplainJson implements Explanation {

    public static final String FORMAT_VERSION = "1.1";

    private final JsonGenerator json;
    private final Records records;
    private final Makers makers;
    private final List<String> unseen;
    private Optional<Decision> decision = Optional.empty();

    /** @param unseen what could not be looked at, a line each; read when all else is said */
    public ExplainJson(Writer out, Records records, Makers makers, List<String> unseen, String programVersion) {
        this.records = records;
        this.makers = makers;
        this.unseen = unseen;
        json = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build()
                .createGenerator(ObjectWriteContext.empty(), out);
        json.writeStartObject();
        json.writeStringProperty("format_version", FORMAT_VERSION);
        json.writeStringProperty("plumbline_version", programVersion);
        json.writeArrayPropertyStart("objects");
    }

    @Override
    public void group(String netns, String document, Optional<String> remark) {
        // Every object names its document.
    }

    @Override
    public void listed(Explained each) {
        object(each, Optional.empty());
    }

    @Override
    public void single(Explained each, Examined examined, Owners owners, Optional<Commit> line) {
        object(each, line);
    }

    private void object(Explained each, Optional<Commit> line) {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringProperty("namespace", each.netns());
        json.writeStringProperty("resource", each.object().resource());
        json.writeStringProperty("text", each.object().text());
        json.writeName("object");
        JsonText.write(switch (each.object()) {
            case OfRoute(var route) -> RouteJson.toJson(route);
            case OfRule(var rule) -> RuleJson.toJson(rule);
            case OfFirewall it -> it.object();
            case Explained.OfLink it -> it.object();
            case Explained.OfSysctl(var path, var value) -> SysctlJson.toJson(path, value);
        }, json);
        var owner = each.owner();
        json.writeBooleanProperty("ours", owner.standing().isOurs());
        json.writeStringProperty("standing", owner.standing().word());
        if (!owner.standing().isOurs()) {
            each.object().protocol().ifPresent(protocol -> {
                json.writeStringProperty("protocol", makers.name(protocol));
                json.writeStringProperty("maker", makers.words(protocol));
            });
        }
        owner.origin().ifPresent(origin -> {
            document(origin.document());
            json.writeStringProperty("file", origin.file());
            json.writeNumberProperty("line", origin.line());
        });
        line.ifPresent(commit -> commit("line_commit", commit));
        owner.taken().ifPresent(taken -> {
            json.writeObjectPropertyStart("taken");
            json.writeBooleanProperty("adopted", taken.adopted());
            json.writeStringProperty("former", taken.former());
            json.writeEndObject();
        });
        json.writeEndObject();
    }

    private void document(String document) {
        json.writeStringProperty("document", document);
        records.record(document).ifPresent(record -> {
            json.writeStringProperty("since", record.since().toString());
            record.commit().ifPresent(commit -> commit("commit", commit));
        });
    }

    private void commit(String name, Commit commit) {
        json.writeObjectPropertyStart(name);
        json.writeStringProperty("id", commit.id());
        json.writeStringProperty("author", commit.author());
        json.writeStringProperty("at", commit.at().toString());
        json.writeStringProperty("subject", commit.subject());
        json.writeEndObject();
    }

    @Override
    public void moved(String netns, Owners.Moved moved) {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringProperty("namespace", netns);
        json.writeStringProperty("resource", "route");
        json.writeStringProperty("text", moved.route().toString());
        json.writeName("object");
        JsonText.write(RouteJson.toJson(moved.route()), json);
        json.writeBooleanProperty("ours", false);
        json.writeStringProperty("standing", "moved_away");
        document(moved.document());
        moved.origin().ifPresent(origin -> {
            json.writeStringProperty("file", origin.file());
            json.writeNumberProperty("line", origin.line());
        });
        json.writeEndObject();
    }

    @Override
    public void decision(Decision made) {
        decision = Optional.of(made);
    }

    @Override
    public void end() {
        json.writeRaw('\n');
        json.writeEndArray();
        decision.ifPresent(made -> {
            json.writeObjectPropertyStart("decision");
            json.writeStringProperty("flow", made.flow().toString());
            json.writeBooleanProperty("found", made.result() instanceof FibResult.Found);
            json.writeStringProperty("result", made.result().toString());
            json.writeStringProperty("by_rules", made.byRules().toString());
            json.writeBooleanProperty("accounted_for", made.isAccountedFor());
            json.writeEndObject();
        });
        json.writeArrayPropertyStart("unseen");
        unseen.forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
        json.close();
    }
}
