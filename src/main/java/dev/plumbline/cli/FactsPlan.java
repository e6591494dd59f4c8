package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.Timings;
import dev.plumbline.facts.FactsReader;
import dev.plumbline.facts.HostFacts;
import dev.plumbline.facts.SavedHost;
import dev.plumbline.host.Workspace;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.plan.Plan;
import dev.plumbline.source.ParsedDocuments;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A plan for a host that is elsewhere, from its facts: without its kernel, its store, or any right. */
final class FactsPlan implements AutoCloseable {

    private static final Plan.Notice NO_SESSIONS = new Plan.Notice(Plan.Notice.Kind.NOTE, "FactsOnly", Optional.empty(),
            "planned from facts: which SSH sessions are live is not known, so the guard ssh-session was not"
                    + " evaluated; an apply on the host does so");

    private final Reconciler.Session session;

    private FactsPlan(Reconciler.Session session) {
        this.session = session;
    }

    /**
     * Plans.
     *
     * @throws CommandException with every error of the intents
     */
    static FactsPlan of(Path file, InputOptions input, PrintWriter err) throws IOException {
        var facts = FactsReader.read(file);
        var host = new HostFilter(input.givenHost().orElse(facts.host()),
                input.givenLabels().isEmpty() ? facts.labels() : input.givenLabels());
        err.println("plumbline: planning for " + host.host() + " from the facts of " + facts.host() + ", gathered at "
                + facts.time());
        var settings = input.settings();
        var found = settings.place().open(settings.stateDirectory(), VersionCommand.version()).source()
                .documents(IntentParser.withoutSchema(), ParsedDocuments.NONE);
        var documents = Workspace.documents(found.parsed(), host, found.files(), err);
        try {
            var session = prepare(facts, documents);
            session.guard(found.hasFiles(), Set.of());
            return new FactsPlan(session);
        } catch (IntentException e) {
            throw Workspace.invalid(e.problems(), found.files().get());
        }
    }

    private static Reconciler.Session prepare(HostFacts facts, List<Document> documents) {
        var host = new SavedHost(facts);
        return new Reconciler(host, host, host, facts.tableNames(), true, new Timings()).prepare(documents);
    }

    Plan plan() {
        return session.plan().noting(namespace -> namespace.label().equals(Document.HOST) && !namespace.isEmpty()
                ? List.of(NO_SESSIONS) : List.of());
    }

    @Override
    public void close() {
        session.close();
    }
}
