package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.ProblemText;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.store.AppliedSource;
import dev.plumbline.store.SourceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a command works with: the intents of this host, the store, and the loop over both. */
final class Workspace implements AutoCloseable {

    private final InputOptions input;
    private final StoreView store;
    private final boolean replaceSource;
    private final PrintWriter err;
    private final Timings timings;
    private final DirectorySource.Content content;
    private final ParsedIntents parsed;

    private Workspace(InputOptions input, StoreView store, boolean replaceSource, Timings timings, PrintWriter err,
            IntentParser parser, boolean keeping) {
        this.input = input;
        this.store = store;
        this.replaceSource = replaceSource;
        this.err = err;
        this.timings = timings;
        this.content = timings.time("parse", source(input)::read);
        this.parsed = timings.time("parse", () -> content.parse(parser, keeping ? kept() : ParsedDocuments.NONE));
    }

    private static DirectorySource source(InputOptions input) {
        return new DirectorySource(input.intents(), VersionCommand.version());
    }

    /** For commands that change nothing: works without root, and says what it could not see. */
    static Workspace reading(InputOptions input, PrintWriter err) {
        var timings = new Timings();
        var store = timings.time("store", () -> Store.openReadOnly(input.stateDirectory(), VersionCommand.version()));
        return opened(input, store, false, timings, err, IntentParser.withoutSchema(), true);
    }

    /** For a thorough look at the files: they are parsed anew, and checked against the published schemas too. */
    static Workspace validating(InputOptions input, PrintWriter err) {
        var timings = new Timings();
        var store = timings.time("store", () -> Store.openReadOnly(input.stateDirectory(), VersionCommand.version()));
        return opened(input, store, false, timings, err, new IntentParser(), false);
    }

    /**
     * For commands that write.
     *
     * @throws RuntimeException if the intents or the store can be written by others, or another source was applied last
     */
    static Workspace writing(InputOptions input, boolean replaceSource, PrintWriter err) {
        source(input).requireSafe();
        var timings = new Timings();
        var store = timings.time("store", () -> Store.open(input.stateDirectory(), VersionCommand.version()));
        return opened(input, store, replaceSource, timings, err, IntentParser.withoutSchema(), true);
    }

    private static Workspace opened(InputOptions input, StoreView store, boolean replaceSource, Timings timings,
            PrintWriter err, IntentParser parser, boolean keeping) {
        try {
            if (!replaceSource) {
                store.checkSource(SourceId.directory(input.intents()));
            }
            return new Workspace(input, store, replaceSource, timings, err, parser, keeping);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private ParsedDocuments kept() {
        return new ParsedDocuments() {
            @Override
            public Optional<byte[]> find(String hash) {
                return store.parsed(hash);
            }

            @Override
            public void keep(String hash, byte[] documents) {
                if (store instanceof Store writable) {
                    writable.keepParsed(hash, documents);
                }
            }
        };
    }

    /**
     * The documents that hold for this host. Warnings are printed.
     *
     * @throws CommandException with every problem if one is an error
     */
    List<Document> documents() {
        var filter = new HostFilter(input.host(), input.labels());
        var problems = new ArrayList<>(parsed.problems());
        problems.addAll(filter.duplicates(parsed.documents()));
        if (problems.stream().anyMatch(each -> each.severity() == Problem.Severity.ERROR)) {
            throw invalid(problems);
        }
        if (!problems.isEmpty()) {
            err.print(ProblemText.render(problems, content.files()));
        }
        return filter.select(parsed.documents());
    }

    /** The documents of a folder, whatever host they hold for. */
    static List<Document> valid(DirectorySource.Content content) {
        var parsed = content.parse(IntentParser.withoutSchema(), ParsedDocuments.NONE);
        if (parsed.hasErrors()) {
            throw invalid(parsed.problems(), content);
        }
        return parsed.documents();
    }

    private CommandException invalid(List<Problem> problems) {
        return invalid(problems, content);
    }

    private static CommandException invalid(List<Problem> problems, DirectorySource.Content content) {
        long errors = problems.stream().filter(each -> each.severity() == Problem.Severity.ERROR).count();
        return new CommandException(errors + (errors == 1 ? " error" : " errors") + " in the intents; nothing was changed",
                ProblemText.render(problems.stream().sorted(Problem.BY_POSITION).toList(), content.files()));
    }

    /**
     * Reads the network and compares it with the documents.
     *
     * @throws CommandException with every problem that only the network shows
     */
    Reconciler.Session prepare() {
        var documents = documents();
        store.unavailable().ifPresent(why -> err.println("plumbline: " + why));
        var reconciler = new Reconciler(KernelNamespace::find, new StoredLedgers(store), TableNames.read(), true, timings);
        try {
            return reconciler.prepare(documents);
        } catch (IntentException e) {
            throw invalid(e.problems());
        }
    }

    /** Records where what was applied came from, unless that is on record. */
    void recordSource() {
        var id = SourceId.directory(input.intents());
        var recorded = store.source();
        if (!(store instanceof Store writable) || recorded.filter(each -> each.id().equals(id)
                && each.contentHash().equals(content.hash())).isPresent()) {
            return;
        }
        var bytes = new ByteArrayOutputStream();
        try {
            DocumentCodec.write(parsed, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        timings.time("store", () -> {
            writable.recordSource(new AppliedSource(id, content.hash(), Instant.now()), bytes.toByteArray(), replaceSource);
            return id;
        });
    }

    /** Where the time went, for whoever sets {@code PLUMBLINE_TIMINGS}. */
    void printTimings() {
        if (System.getenv("PLUMBLINE_TIMINGS") != null) {
            err.println(timings);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
