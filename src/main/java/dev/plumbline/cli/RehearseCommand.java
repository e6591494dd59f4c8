package dev.plumbline.cli;

import dev.plumbline.apply.Ledgers;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.sandbox.Replica;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code plumbline rehearse}: carries the plan out in a copy of the host's namespaces. */
final class RehearseCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);

    RehearseCommand() {
        super("Carry the plan out in a throw-away copy of the network, and verify it there.",
                "Copies links (as veth pairs of the same names), addresses, routes and rules. A plan that the kernel would"
                        + " refuse is found without touching the host.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("rehearse");
        try (var work = Workspace.reading(input, err()); var stage = new Stage(work.ledgers());
                var session = work.prepare(stage::copy, stage)) {
            PlanCommand.print(session.plan(), false, out());
            stage.replicas.forEach(replica -> replica.notCopied().forEach(each ->
                    out().println("note: not in the copy: " + each)));
            session.apply(Progress.SILENT);
            out().println(session.plan().isEmpty() ? "Nothing to rehearse."
                    : "Rehearsed: the kernel took every change, and the copy matches the intents. The host was not touched.");
            return Plumbline.DONE;
        }
    }

    /** The copies, and their ledgers, which end with the command. */
    private static final class Stage implements Ledgers, AutoCloseable {
        private final Ledgers real;
        private final List<Replica> replicas = new ArrayList<>();
        private final Map<NamespaceId, Ledger> ledgers = new HashMap<>();

        private Stage(Ledgers real) {
            this.real = real;
        }

        Optional<LiveNamespace> copy(String label) {
            return KernelNamespace.find(label).map(original -> {
                try (original) {
                    var state = original.read(ReadScope.ALL);
                    var replica = Replica.of(state);
                    replicas.add(replica);
                    var live = replica.open();
                    ledgers.put(live.id(), replica.translated(real.read(label, original.id()), state));
                    return live;
                }
            });
        }

        @Override
        public Set<String> labels() {
            return real.labels();
        }

        @Override
        public Ledger read(String label, NamespaceId id) {
            return ledgers.getOrDefault(id, Ledger.EMPTY);
        }

        @Override
        public void record(String label, NamespaceId id, Ledger ledger) {
            ledgers.put(id, ledger);
        }

        @Override
        public void close() {
            replicas.forEach(Replica::close);
        }
    }
}
