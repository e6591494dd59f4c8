package dev.plumbline.cli;

import dev.plumbline.host.Workspace;
import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Ledgers;
import dev.plumbline.history.Event;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
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
        try (var work = Workspace.reading(input.settings(), Caller.invocation(this), err()); var stage = new Stage(work.ledgers());
                var session = work.prepareToApply(stage::copy, stage, stage)) {
            PlanCommand.print(session.plan(), false, out());
            stage.replicas.forEach(replica -> replica.notCopied().forEach(each ->
                    out().println("note: not in the copy: " + each)));
            session.apply(Optional.empty(), Progress.SILENT);
            out().println(session.plan().isEmpty() ? "Nothing to rehearse."
                    : "Rehearsed: the kernel took every change, and the copy matches the intents. The host was not touched.");
            return Plumbline.DONE;
        }
    }

    /** The copies, and their ledgers, which end with the command. */
    private static final class Stage implements Ledgers, Journal, AutoCloseable {
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
        public Initiator initiator() {
            return new Initiator("", ProcessHandle.current().pid(), "plumbline rehearse", "", "");
        }

        @Override
        public List<UnfinishedApply> unfinished() {
            return List.of();
        }

        @Override
        public Claim claim(String label, NamespaceId id) {
            return new CopyClaim(id);
        }

        @Override
        public Optional<Claim> tryClaim(String label, NamespaceId id) {
            return Optional.of(claim(label, id));
        }

        /** A copy needs no way back: it ends with the command. */
        private final class CopyClaim implements Claim {
            private final NamespaceId id;

            private CopyClaim(NamespaceId id) {
                this.id = id;
            }

            @Override
            public Optional<Inverse> left() {
                return Optional.empty();
            }

            @Override
            public void begin(Inverse inverse) {
            }

            @Override
            public void finish(Ledger ledger, Event event) {
                ledgers.put(id, ledger);
            }

            @Override
            public void await(Event event) {
            }

            @Override
            public void drop(Event event) {
            }

            @Override
            public void close() {
            }
        }

        @Override
        public void close() {
            replicas.forEach(Replica::close);
        }
    }
}
