package dev.plumbline.doctor;

import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.Problem;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.source.Source;
import dev.plumbline.source.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The intents: who can write them, whether they can be had, and whether they say anything for this host. */
final class IntentChecks {

    private static final String AREA = "intents";

    private final HostFilter host;
    private final String validation;
    private final List<Check> checks = new ArrayList<>();
    private List<Document> documents = List.of();

    IntentChecks(Settings settings, String programVersion) {
        this.host = settings.host();
        switch (settings.place()) {
            case Place.Directory(var folder) -> {
                validation = "plumbline validate --intents " + folder;
                directory(folder, programVersion);
            }
            case Place.Pushed pushed -> {
                validation = "plumbline validate";
                repository(pushed.repository(), settings, programVersion);
            }
            case Place.Git git -> {
                validation = "plumbline validate";
                repository(git, settings, programVersion);
            }
        }
    }

    private void repository(Place.Git git, Settings settings, String programVersion) {
        var repository = new GitChecks(git, settings.stateDirectory(), programVersion);
        checks.addAll(repository.checks());
        repository.source().ifPresent(this::parsed);
    }

    private void directory(Path directory, String programVersion) {
        if (!Files.isDirectory(directory)) {
            checks.add(Check.notApplicable(AREA, "directory", "there is no directory of intents " + directory,
                    "mkdir -p " + directory + "    # or name another with --intents DIR"));
            return;
        }
        var source = new DirectorySource(directory, programVersion);
        try {
            source.requireSafe();
            checks.add(Check.ok(AREA, "directory", "nobody but root can write the intents in " + directory));
        } catch (SourceException e) {
            var lines = e.getMessage().lines().map(String::strip).toList();
            checks.add(new Check(AREA, "directory", Check.Verdict.FAILED, lines.getFirst().replaceFirst(":$", ""),
                    lines.stream().skip(1).map(line -> line.substring(line.lastIndexOf(": ") + 2)).toList()));
        }
        parsed(source);
    }

    private void parsed(Source source) {
        try {
            parsed(source.documents(IntentParser.withoutSchema(), ParsedDocuments.NONE).parsed());
        } catch (SourceException e) {
            checks.add(Check.failed(AREA, "documents", e.getMessage(), validation));
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
                        validation));
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }

    /** The documents that hold for this host, those with errors left out. */
    List<Document> documents() {
        return documents;
    }
}
