package dev.plumbline.cli;

import dev.plumbline.apply.Ledgers;
import dev.plumbline.apply.Rehearsal;
import dev.plumbline.host.Workspace;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.plan.Plan;
import dev.plumbline.sandbox.Replica;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.ReadScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** {@code plumbline rehearse}: carries the plan out in a copy of the host's namespaces. */
final class RehearseCommand extends Subcommand {

    /** How many refusals are told in full; the plan shows the others. */
    private static final int MOST_FAILURES = 200;

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier full = flag("--full",
            "List all changes, however many.");

    RehearseCommand() {
        super("Carry the plan out in a throw-away copy of the network, and verify it there.",
                "Copies links (as veth pairs of the same names), addresses, routes and rules, and shows of each change"
                        + " whether the kernel accepts it. A plan that the kernel would refuse is found without"
                        + " touching the host.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("rehearse");
        try (var work = Workspace.reading(input.settings(), Caller.invocation(this), err());
                var stage = new Stage(work.ledgers());
                var session = work.prepare(stage::copy, stage, stage::original)) {
            var rehearsals = session.rehearse(new ProgressLine("rehearsing", err()));
            var plans = new ArrayList<>(rehearsals.stream().map(Rehearsal::plan).toList());
            plans.addAll(session.unread());
            PlanCommand.print(new Plan(plans), full.getAsBoolean(), out());
            stage.replicas.forEach((label, replica) -> replica.notCopied().forEach(each ->
                    out().println("note: not in the copy of namespace " + label + ": " + each)));
            out().println(verdict(rehearsals));
            return Plumbline.DONE;
        }
    }

    private static String verdict(List<Rehearsal> rehearsals) {
        long accepted = rehearsals.stream().mapToLong(Rehearsal::accepted).sum();
        long all = rehearsals.stream().flatMap(each -> each.plan().changes().stream())
                .mapToLong(each -> each.pending().count()).sum();
        var failures = rehearsals.stream().flatMap(each -> each.failures().stream()).toList();
        if (!failures.isEmpty()) {
            throw new CommandException("rehearsed: the kernel accepted " + accepted + " of " + all + " changes; an"
                    + " apply would fail, and undo them. The host was not touched",
                    failures.stream().limit(MOST_FAILURES).map(each -> each + "\n").collect(Collectors.joining())
                            + (failures.size() > MOST_FAILURES ? "… and " + (failures.size() - MOST_FAILURES)
                                    + " more\n" : ""));
        }
        return all == 0 ? "Nothing to rehearse." : "Rehearsed: the kernel accepted " + (all == 1 ? "the change"
                : "all " + all + " changes") + ", and the copy matches the intents. The host was not touched.";
    }

    /** The copies, and their ledgers, which end with the command. */
    private static final class Stage implements Ledgers, AutoCloseable {
        private final Ledgers real;
        private final Map<String, Replica> replicas = new TreeMap<>();
        private final Map<NamespaceId, Ledger> ledgers = new HashMap<>();
        private final Map<NamespaceId, NamespaceId> originals = new HashMap<>();

        private Stage(Ledgers real) {
            this.real = real;
        }

        Optional<LiveNamespace> copy(String label) {
            return KernelNamespace.find(label).map(original -> {
                try (original) {
                    var state = original.read(ReadScope.ALL);
                    var replica = Replica.of(state);
                    replicas.put(label, replica);
                    var live = replica.open();
                    originals.put(live.id(), original.id());
                    ledgers.put(live.id(), replica.translated(real.reached(label, original.id()), state));
                    return live;
                }
            });
        }

        NamespaceId original(NamespaceId copy) {
            return originals.getOrDefault(copy, copy);
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
            replicas.values().forEach(Replica::close);
        }
    }
}
