package dev.plumbline.doctor;

import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.Problem;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.secret.SecretException;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.source.Source;
import dev.plumbline.source.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The intents: who can write them, and whether they say anything for this host. */
final class IntentChecks {

    private static final String AREA = "intents";
    private static final String DIRECTORY = "directory";
    private static final String GIT = "git";
    private static final String SIGNATURES = "signatures";
    private static final String VALIDATE = "plumbline validate";

    private final Settings settings;
    private final String programVersion;
    private final HostFilter host;
    private final List<Check> checks = new ArrayList<>();
    private List<Document> documents = List.of();

    IntentChecks(Settings settings, String programVersion) {
        this.settings = settings;
        this.programVersion = programVersion;
        this.host = settings.host();
        switch (settings.place()) {
            case Place.Directory directory -> directory(directory.folder());
            case Place.Git git -> repository(git);
            case Place.Pushed pushed -> repository(pushed.repository());
        }
    }

    private void directory(Path directory) {
        if (!Files.isDirectory(directory)) {
            checks.add(Check.notApplicable(AREA, DIRECTORY, "there is no directory of intents " + directory,
                    "mkdir -p " + directory + "    # or name another with --intents DIR"));
            return;
        }
        var source = new DirectorySource(directory, programVersion);
        try {
            source.requireSafe();
            checks.add(Check.ok(AREA, DIRECTORY, "nobody but root can write the intents in " + directory));
        } catch (SourceException e) {
            var lines = e.getMessage().lines().map(String::strip).toList();
            checks.add(new Check(AREA, DIRECTORY, Check.Verdict.FAILED, lines.getFirst().replaceFirst(":$", ""),
                    lines.stream().skip(1).map(line -> line.substring(line.lastIndexOf(": ") + 2)).toList()));
        }
        parsed(source);
    }

    /** Fetches, as the next run would. */
    private void repository(Place.Git git) {
        checks.add(git.verify().isPresent()
                ? Check.ok(AREA, SIGNATURES, "commits have to be signed by whom " + git.verify().get().keys().file()
                        + " names")
                : Check.warning(AREA, SIGNATURES, "whoever can push to " + git.location().publicUrl()
                        + " changes this host's network: signatures are not asked for",
                        "verify: {mode: head, allowedSigners: /etc/plumbline/allowed_signers}"
                        + "    # in plumbline.yaml, below source.git"));
        try {
            var input = git.open(settings.stateDirectory(), programVersion);
            checks.add(input.failure().map(failure -> Check.failed(AREA, GIT, failure.message()))
                    .orElseGet(() -> Check.ok(AREA, GIT, "fetched commit " + input.commit().orElseThrow().shortId()
                            + " of " + git.words())));
            parsed(input.source());
        } catch (SourceException | SecretException e) {
            checks.add(Check.failed(AREA, GIT, e.getMessage()));
        }
    }

    private void parsed(Source source) {
        try {
            parsed(source.documents(IntentParser.withoutSchema(), ParsedDocuments.NONE).parsed());
        } catch (SourceException e) {
            checks.add(Check.failed(AREA, "documents", e.getMessage(), VALIDATE));
        }
    }

    private void parsed(ParsedIntents intents) {
        documents = host.select(intents.documents());
        var problems = new ArrayList<>(intents.problems());
        problems.addAll(host.duplicates(intents.documents()));
        var errors = problems.stream().filter(each -> each.severity() == Problem.Severity.ERROR)
                .sorted(Problem.BY_POSITION).toList();
        checks.add(errors.isEmpty()
                ? Check.ok(AREA, "documents", documents.size() + " of " + intents.documents().size()
                        + " documents hold for the host " + host.host())
                : Check.failed(AREA, "documents", errors.size() + (errors.size() == 1 ? " error" : " errors")
                        + ", the first at " + errors.getFirst().origin().position() + ": "
                        + errors.getFirst().message(),
                        VALIDATE));
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }

    /** The documents that hold for this host, those with errors left out. */
    List<Document> documents() {
        return documents;
    }
}
