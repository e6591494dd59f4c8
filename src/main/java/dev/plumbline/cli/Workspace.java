package dev.plumbline.cli;

import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Ledgers;
import dev.plumbline.apply.Namespaces;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.compile.Compiler;
import dev.plumbline.history.Event;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.ProblemText;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.store.AppliedSource;
import dev.plumbline.store.OtherSourceException;
import dev.plumbline.store.SourceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What a command works with: the intents of this host, the store, and the loop over both. */
final class Workspace implements AutoCloseable {

    private final Input input;
    private final StoreView store;
    private final Journal journal;
    private final boolean replaceSource;
    private final PrintWriter err;
    private final Timings timings;

    /** What is wanted, from where, and for which host; files are empty where they are not at hand. */
    private record Input(SourceId source, String hash, HostFilter host, ParsedIntents intents, boolean hasFiles,
            Supplier<List<IntentFile>> files) {
    }

    private Workspace(Input input, StoreView store, Journal journal, boolean replaceSource, Timings timings,
            PrintWriter err) {
        this.input = input;
        this.store = store;
        this.journal = journal;
        this.replaceSource = replaceSource;
        this.timings = timings;
        this.err = err;
    }

    /** For commands that change nothing: works without root, and says what it could not see. */
    static Workspace reading(InputOptions input, PrintWriter err) {
        return reading(input, err, IntentParser.withoutSchema(), true);
    }

    /** For a thorough look at the files: they are parsed anew, and checked against the published schemas too. */
    static Workspace validating(InputOptions input, PrintWriter err) {
        return reading(input, err, new IntentParser(), false);
    }

    private static Workspace reading(InputOptions input, PrintWriter err, IntentParser parser, boolean takesKept) {
        var timings = new Timings();
        var store = timings.time("store", () -> Store.openReadOnly(input.stateDirectory(), VersionCommand.version()));
        try {
            store.checkSource(SourceId.directory(input.intents()));
        } catch (OtherSourceException e) {
            err.println("plumbline: an apply would be refused: " + e.getMessage());
        }
        var journal = new StoredJournal.Reading(store, input.stateDirectory());
        var kept = takesKept ? kept(store) : ParsedDocuments.NONE;
        return opened(() -> directory(input, parser, kept, timings), store, revision -> journal, true, timings, err);
    }

    /**
     * For commands that write.
     *
     * @param lockTimeout how long to wait for another apply to end
     * @throws RuntimeException if the intents or the store can be written by others, or another source was applied last
     */
    static Workspace writing(InputOptions input, boolean replaceSource, Duration lockTimeout, Subcommand command) {
        new DirectorySource(input.intents(), VersionCommand.version()).requireSafe();
        var timings = new Timings();
        var store = timings.time("store", () -> Store.open(input.stateDirectory(), VersionCommand.version()));
        return opened(() -> directory(input, IntentParser.withoutSchema(), kept(store), timings), store,
                revision -> new StoredJournal(store, input.stateDirectory(),
                        Caller.initiator(command, input.intents().toString(), revision), lockTimeout), replaceSource,
                timings, command.err());
    }

    /** For an apply of a saved plan. */
    static Workspace saved(SavedPlan plan, InputOptions options, boolean replaceSource, Duration lockTimeout,
            Subcommand command) {
        var timings = new Timings();
        var store = timings.time("store", () -> Store.open(options.stateDirectory(), VersionCommand.version()));
        return opened(() -> new Input(plan.source(), plan.contentHash(), new HostFilter(plan.host(), plan.labels()),
                plan.intents(), false, List::of), store, revision -> new StoredJournal(store, options.stateDirectory(),
                        Caller.initiator(command, plan.source().location(), revision), lockTimeout), replaceSource,
                timings, command.err());
    }

    /** The journal carries the hash of what is read. */
    private static Workspace opened(Supplier<Input> reading, StoreView store, Function<String, Journal> journal,
            boolean replaceSource, Timings timings, PrintWriter err) {
        try {
            var input = reading.get();
            if (!replaceSource) {
                store.checkSource(input.source());
            }
            return new Workspace(input, store, journal.apply(input.hash()), replaceSource, timings, err);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static Input directory(InputOptions options, IntentParser parser, ParsedDocuments kept, Timings timings) {
        return timings.time("parse", () -> {
            var found = new DirectorySource(options.intents(), VersionCommand.version()).documents(parser, kept);
            return new Input(SourceId.directory(options.intents()), found.hash(),
                    new HostFilter(options.host(), options.labels()), found.parsed(), found.hasFiles(),
                    found.files());
        });
    }

    private static ParsedDocuments kept(StoreView store) {
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
        return documents(input.intents(), input.host(), input.files(), err);
    }

    /** Of these intents, the documents that hold for a host; as {@link #documents()}. */
    static List<Document> documents(ParsedIntents intents, HostFilter host, Supplier<List<IntentFile>> files,
            PrintWriter err) {
        var problems = new ArrayList<>(intents.problems());
        problems.addAll(host.duplicates(intents.documents()));
        if (problems.stream().anyMatch(each -> each.severity() == Problem.Severity.ERROR)) {
            throw invalid(problems, files.get());
        }
        if (!problems.isEmpty()) {
            err.print(ProblemText.render(problems, files.get()));
        }
        return host.select(intents.documents());
    }

    /**
     * The same, checked against each other as far as that goes without a network.
     *
     * @throws CommandException with every error if there is one
     */
    List<Document> checkedDocuments() {
        var documents = documents();
        var names = TableNames.read();
        var problems = documents.stream().collect(Collectors.groupingBy(Document::netns)).values().stream()
                .flatMap(each -> Compiler.check(each, names).stream()).toList();
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return documents;
    }

    /** The documents of a folder, whatever host they hold for. */
    static List<Document> valid(DirectorySource.Content content) {
        var parsed = content.parse(IntentParser.withoutSchema(), ParsedDocuments.NONE);
        if (parsed.hasErrors()) {
            throw invalid(parsed.problems(), content.files());
        }
        return parsed.documents();
    }

    private CommandException invalid(List<Problem> problems) {
        return invalid(problems, input.files().get());
    }

    static CommandException invalid(List<Problem> problems, List<IntentFile> files) {
        long errors = problems.stream().filter(each -> each.severity() == Problem.Severity.ERROR).count();
        return new CommandException(errors + (errors == 1 ? " error" : " errors") + " in the intents; nothing was changed",
                ProblemText.render(problems.stream().sorted(Problem.BY_POSITION).toList(), files));
    }

    /** What the store knows of namespaces. */
    Ledgers ledgers() {
        return new StoredLedgers(store);
    }

    /**
     * Reads the network and compares it with the documents. Claims nothing.
     *
     * @throws CommandException with every problem that only the network shows
     */
    Reconciler.Session prepare() {
        sayWhatIsUnseen();
        return checked(() -> reconciler().prepare(documents()));
    }

    /** The same to apply at once: every namespace is claimed before it is read. */
    Reconciler.Session prepareToApply() {
        return checked(() -> reconciler().prepareToApply(documents()));
    }

    /** The same to apply at once, on other namespaces and with other records than the host's own. */
    Reconciler.Session prepareToApply(Namespaces namespaces, Ledgers ledgers, Journal records) {
        sayWhatIsUnseen();
        return checked(() -> new Reconciler(namespaces, ledgers, records, TableNames.read(), true, timings)
                .prepareToApply(documents()));
    }

    private void sayWhatIsUnseen() {
        store.unavailable().filter(why -> !why.startsWith("nothing is recorded"))
                .ifPresent(why -> err.println("plumbline: " + why));
    }

    private Reconciler.Session checked(Supplier<Reconciler.Session> preparation) {
        try {
            return preparation.get();
        } catch (IntentException e) {
            throw invalid(e.problems());
        }
    }

    private Reconciler reconciler() {
        return new Reconciler(KernelNamespace::find, ledgers(), journal, TableNames.read(), true, timings);
    }

    /**
     * Undoes what applies that died left, before anything else is done, and says so.
     *
     * @throws CommandException if not all could be undone: somebody is to know before things go on
     */
    void recover() {
        var events = reconciler().recover();
        say(events);
        if (events.stream().anyMatch(each -> each.result().isPartly())) {
            throw new CommandException("not all of an apply that died could be undone; apply again to go on from what"
                    + " is there");
        }
    }

    /** Reverts what waits to be confirmed. */
    List<Event> revert() {
        return reconciler().revert();
    }

    /** Confirms what waits for it. */
    List<Event> confirm() {
        return reconciler().confirm();
    }

    /**
     * Refuses content that was reverted before.
     *
     * @param again somebody says that it is to be applied all the same
     */
    void refuseReverted(boolean again) {
        if (!again && store instanceof Store writable) {
            writable.rejected(input.hash()).ifPresent(at -> {
                throw new CommandException("nothing was changed: these very intents were reverted at " + at
                        + "; change them, or say --again");
            });
        }
    }

    /** Says what became of applies that had died. */
    void say(List<Event> recovered) {
        recovered.forEach(each -> RecoverCommand.say(each, err));
        err.flush();
    }

    /** Records where what was applied came from, unless that is on record. */
    void recordSource() {
        var recorded = store.source();
        if (store instanceof Store writable && recorded.filter(each -> each.id().equals(input.source())
                && each.contentHash().equals(input.hash())).isEmpty()) {
            timings.time("store", () -> {
                writable.recordSource(new AppliedSource(input.source(), input.hash(), Instant.now()), encoded(),
                        replaceSource);
                return writable;
            });
        }
    }

    /** Records what becomes the current source once it is confirmed. */
    void pend() {
        if (store instanceof Store writable) {
            writable.pend(input.source(), input.hash(), encoded());
        }
    }

    private byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        try {
            DocumentCodec.write(input.intents(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The plan of a session, to be kept in a file. */
    SavedPlan save(Reconciler.Session session) {
        return new SavedPlan(session.fingerprint(), input.source(), input.hash(), input.host().host(),
                input.host().labels(), input.intents());
    }

    /** Lets guards watch over a session that these intents are for. */
    void guard(Reconciler.Session session, Set<String> allowed) {
        session.guard(input.hasFiles() || !input.intents().documents().isEmpty(), allowed);
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
