package dev.plumbline.cli;

import dev.plumbline.apply.TableNames;
import dev.plumbline.facts.FactsGathering;
import dev.plumbline.facts.FactsWriter;
import dev.plumbline.facts.HostFacts;
import dev.plumbline.facts.NamespaceFacts;
import dev.plumbline.host.Place;
import dev.plumbline.host.StoredJournal;
import dev.plumbline.host.StoredLedgers;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline facts}: what a plan needs of this host, for a plan elsewhere. */
final class FactsCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);
    private final OptionSpec netns = option(OptionSpec.builder("--netns").paramLabel("NAME").type(List.class)
            .auxiliaryTypes(String.class)
            .description("Look at this network namespace too, a name below /run/netns or a path; may be repeated. The"
                    + " host's, and those that documents or the store name, are always looked at."));
    private final BooleanSupplier full = flag("--full",
            "Leave nothing out. Else of tables with more than 10,000 routes of which no document speaks, only"
                    + " plumbline's routes are printed, and those of main over devices that documents name.");

    FactsCommand() {
        super("Print what a plan needs to know of this host, as JSON (schemas/facts.schema.json).",
                "`plumbline plan --facts FILE` plans from it anywhere, so that a change of the intents can be"
                        + " checked for every host before it is merged. Changes nothing, and holds no secrets.");
    }

    @Override
    public Integer call() throws IOException {
        try (var store = Store.openReadOnly(input.state().directory(), VersionCommand.version())) {
            store.unavailable().filter(why -> !why.startsWith("nothing is recorded")).ifPresent(why -> {
                throw new CommandException("without the records of the store a plan from these facts could be another"
                        + " one: " + why);
            });
            FactsWriter.write(facts(store), out());
            return Plumbline.DONE;
        }
    }

    private HostFacts facts(StoreView store) throws IOException {
        var documents = input.settings().host().select(intents(store).documents());
        var host = input.settings().host();
        var tableNames = TableNames.read();
        var ledgers = new StoredLedgers(store);
        var gathering = new FactsGathering(KernelNamespace::find, ledgers, tableNames, full.getAsBoolean());
        var namespaces = new ArrayList<NamespaceFacts>();
        var absent = new ArrayList<String>();
        var labels = labels(documents, ledgers.labels());
        for (var label : labels) {
            var held = documents.stream().filter(each -> each.netns().equals(label)).toList();
            gathering.gather(label, held).ifPresentOrElse(namespaces::add, () -> absent.add(label));
        }
        return new HostFacts(Instant.now().truncatedTo(ChronoUnit.SECONDS), VersionCommand.version(), host.host(),
                host.labels(), System.getProperty("os.version"), NetworkNamespace.bootId(), tableNames,
                new StoredJournal.Reading(store, input.state().directory()).unfinished(), namespaces, absent,
                unread(labels));
    }

    /**
     * The documents at hand, or those that were applied last. They only say where to look: those with errors are left
     * out.
     */
    private ParsedIntents intents(StoreView store) throws IOException {
        var settings = input.settings();
        if (!(settings.place() instanceof Place.Directory directory) || Files.isDirectory(directory.folder())) {
            var parsed = settings.place().open(settings.stateDirectory(), VersionCommand.version()).source()
                    .documents(IntentParser.withoutSchema(), ParsedDocuments.NONE).parsed();
            if (parsed.hasErrors()) {
                err().println("plumbline: the intents have errors (plumbline validate): namespaces and large tables"
                        + " that only a document with errors names are not looked at");
            }
            return parsed;
        }
        var applied = store.appliedDocuments();
        return applied.isPresent() ? DocumentCodec.read(new ByteArrayInputStream(applied.get()))
                : new ParsedIntents(List.of(), List.of());
    }

    private Set<String> labels(List<Document> documents, Set<String> recorded) {
        var labels = new LinkedHashSet<String>();
        labels.add(Document.HOST);
        documents.stream().map(Document::netns).sorted().forEach(labels::add);
        recorded.stream().sorted().forEach(labels::add);
        List<String> more = netns.getValue();
        if (more != null) {
            labels.addAll(more);
        }
        return labels;
    }

    private static List<String> unread(Set<String> labels) throws IOException {
        if (!Files.isDirectory(NetworkNamespace.NAMES)) {
            return List.of();
        }
        try (var names = Files.list(NetworkNamespace.NAMES)) {
            return names.map(each -> each.getFileName().toString()).filter(each -> !labels.contains(each)).toList();
        }
    }
}
