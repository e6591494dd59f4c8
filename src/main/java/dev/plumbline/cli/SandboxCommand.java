package dev.plumbline.cli;

import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.host.OpenStore;
import dev.plumbline.host.Workspace;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.plan.PlanText;
import dev.plumbline.sandbox.SandboxNetwork;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.sandbox.Topology.FlowCheck;
import dev.plumbline.sandbox.Topology;
import dev.plumbline.sandbox.TopologyReader;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.Progress;
import dev.plumbline.state.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code plumbline sandbox DIR}: the whole story of a folder of intents, in a network that ends with the command. */
final class SandboxCommand extends Subcommand {

    private final PositionalParamSpec directory = argument(PositionalParamSpec.builder().paramLabel("DIR")
            .type(Path.class).required(true)
            .description("A folder with intents and a topology.yaml (schemas/topology.schema.json)."));
    private final BooleanSupplier keep = flag("--keep",
            "Leave the network namespaces for a look, and say how to remove them.");

    SandboxCommand() {
        super("Try the intents of a folder in a throw-away network namespace.",
                "Makes the links, addresses and routes of DIR/topology.yaml, then shows plan, apply, an empty plan,"
                        + " drift, its repair, and what happens to traffic. The machine's own network is not touched.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("sandbox");
        Path folder = directory.getValue();
        var topology = TopologyReader.read(folder.resolve("topology.yaml"));
        var documents = Workspace.valid(new DirectorySource(folder, VersionCommand.version()).read());
        var name = keep.getAsBoolean() ? Optional.of("plumbline-sandbox-" + ProcessHandle.current().pid())
                : Optional.<String>empty();
        var state = Files.createTempDirectory("plumbline-sandbox");
        // The kernel takes the namespaces away however the process ends; the files are ours to remove, also on Ctrl-C.
        var removal = new Thread(() -> remove(state));
        Runtime.getRuntime().addShutdownHook(removal);
        try (var network = SandboxNetwork.make(topology, name);
                var open = OpenStore.open(state, Caller.invocation(this), Duration.ZERO)) {
            boolean right = new Story(topology, documents, network, open).tell();
            name.ifPresent(each -> sayHowToLook(each, network.names()));
            return right ? Plumbline.DONE : Plumbline.ERROR;
        } finally {
            Runtime.getRuntime().removeShutdownHook(removal);
            remove(state);
        }
    }

    private void sayHowToLook(String name, List<String> names) {
        out().println("Kept: look with `ip -n " + name + " route show table all` and `ip -n " + name + " rule`;"
                + " remove with `for n in " + String.join(" ", names) + "; do ip netns del $n; done`.");
    }

    private static void remove(Path state) {
        var left = state.toFile().listFiles();
        if (left != null) {
            for (var file : left) {
                file.delete();
            }
        }
        state.toFile().delete();
    }

    private final class Story {
        private final Topology topology;
        private final List<Document> documents;
        private final SandboxNetwork network;
        private final OpenStore open;
        private final Map<String, Long> tableNames = TableNames.read();
        private boolean right = true;

        private Story(Topology topology, List<Document> documents, SandboxNetwork network, OpenStore open) {
            this.topology = topology;
            this.documents = documents;
            this.network = network;
            this.open = open;
        }

        /** Tells it step by step; false if something did not go as the topology says. */
        boolean tell() throws IOException {
            out().println(topology.description().strip() + "\n");
            topology.links().forEach(link -> out().println("  " + link.name() + "  " + link.addresses()
                    + "  router " + link.peer().addresses()));
            title("Before");
            askBefore();
            title("plumbline apply");
            expect(apply(documents), "the first plan has changes");
            title("plumbline plan, again");
            expect(!apply(documents), "the second plan is empty");
            title("Traffic");
            askAfter();
            title("Somebody breaks it");
            for (var drift : topology.drift()) {
                network.drift(drift, this::table).forEach(words -> out().println("  " + words));
            }
            title("plumbline apply");
            expect(topology.drift().isEmpty() || apply(documents), "the drift is found");
            expect(!apply(documents), "and corrected");
            title("Traffic");
            askAfter();
            if (!keep.getAsBoolean()) {
                title("The intents are taken away");
                expect(apply(List.of()), "what was made goes, and what was moved comes back");
                askBefore();
            }
            out().println(right ? "\nAll as intended." : "\nNOT as intended: see FAILED above.");
            return right;
        }

        /** Plans, shows, applies; whether there was something to do. */
        private boolean apply(List<Document> wanted) throws IOException {
            var reconciler = new Reconciler(label -> label.equals(Document.HOST) ? Optional.of(network.open())
                    : Optional.empty(), open.ledgers(), open.journal(), tableNames, true, new Timings());
            try (var session = reconciler.prepareToApply(wanted)) {
                var plan = session.plan();
                new PlanText(Terminal.colour(), PlanText.DEFAULT_LIMIT).write(plan, out());
                session.apply(Optional.empty(), Progress.SILENT);
                if (!plan.isEmpty()) {
                    out().println("Applied and verified.");
                }
                out().flush();
                return !plan.isEmpty();
            }
        }

        private void askBefore() throws IOException {
            for (var check : topology.checks()) {
                if (check.before().isPresent()) {
                    ask(check, check.before().get());
                }
            }
        }

        private void askAfter() throws IOException {
            for (var check : topology.checks()) {
                ask(check, check.after());
            }
        }

        private void ask(FlowCheck check, Expectation expected) throws IOException {
            var passage = network.ask(check);
            boolean met = passage.meets(check, expected);
            expect(met, check.name() + ": " + check.from() + " -> " + check.to() + ": "
                    + passage.words(check) + (met ? "" : "; expected: it " + expected));
        }

        private void expect(boolean met, String what) {
            right &= met;
            out().println((met ? "  ok      " : "  FAILED  ") + what);
            out().flush();
        }

        private long table(TableChoice choice) {
            return switch (choice) {
                case TableChoice.Number(long id) -> id;
                case TableChoice.Name(String name) -> named(name);
                case TableChoice.Auto() -> throw new CommandException("drift: a table must be named");
            };
        }

        private long named(String name) {
            if (name.equals("main")) {
                return Route.TABLE_MAIN;
            }
            NamespaceId id;
            try (var live = network.open()) {
                id = live.id();
            }
            return open.ledgers().read(Document.HOST, id).allotments().stream()
                    .filter(each -> each.document().equals("RouteTable/" + name)).findFirst()
                    .orElseThrow(() -> new CommandException("drift: no table called " + name)).table();
        }

        private void title(String text) {
            out().println("\n== " + text);
            out().flush();
        }
    }
}
