package dev.plumbline.facts;

import dev.plumbline.apply.Ledgers;
import dev.plumbline.apply.Namespaces;
import dev.plumbline.compile.Compiler;
import dev.plumbline.facts.NamespaceFacts.PartialTable;
import dev.plumbline.intent.Document;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Looks at namespaces for their facts. All is taken, for documents that are yet to come may touch any table: only of
 * tables that are large, and of which no document speaks, foreign routes are left out, and the facts say so.
 */
public final class FactsGathering {

    /** A table with more routes than these is large: some 2 MB of facts. */
    static final int LARGE = 10_000;

    private static final int TRIES = 5;

    private final Namespaces namespaces;
    private final Ledgers ledgers;
    private final Map<String, Long> tableNames;
    private final boolean full;

    /** @param full nothing is left out, however large */
    public FactsGathering(Namespaces namespaces, Ledgers ledgers, Map<String, Long> tableNames, boolean full) {
        this.namespaces = namespaces;
        this.ledgers = ledgers;
        this.tableNames = Map.copyOf(tableNames);
        this.full = full;
    }

    /**
     * The facts of one namespace; empty if there is none of this label.
     *
     * @param documents those that hold for this host and namespace now
     * @throws FactsException if applies keep changing it
     */
    public Optional<NamespaceFacts> gather(String label, List<Document> documents) {
        var found = namespaces.open(label);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (var namespace = found.get()) {
            // An apply that ends between two looks would give routes and a ledger that do not belong together.
            var ledger = ledgers.reached(label, namespace.id());
            for (int attempt = 0; attempt < TRIES; attempt++) {
                var state = whole(namespace);
                var now = ledgers.reached(label, namespace.id());
                if (now.equals(ledger)) {
                    return Optional.of(facts(label, state, ledger, documents));
                }
                ledger = now;
            }
            throw new FactsException("applies changed namespace " + label + " during each of " + TRIES
                    + " looks; try again later");
        }
    }

    private static NamespaceState whole(LiveNamespace namespace) {
        var state = namespace.read(ReadScope.ALL);
        var tables = new TreeMap<>(state.routes().tables());
        tables.putAll(namespace.routes(Set.of(new TableKey(Family.IPV4, Route.TABLE_LOCAL),
                new TableKey(Family.IPV6, Route.TABLE_LOCAL))).tables());
        return state.with(new RouteTables(tables));
    }

    private NamespaceFacts facts(String label, NamespaceState state, Ledger ledger, List<Document> documents) {
        var first = state.with(RouteTables.NONE);
        var scope = Compiler.needs(documents, ledger, first, tableNames).scope();
        var partial = new ArrayList<PartialTable>();
        var tables = new TreeMap<TableKey, RouteRows>();
        state.routes().tables().forEach((key, rows) -> {
            boolean whole = full || rows.size() <= LARGE || scope.tables().contains(key)
                    || key.table() == Route.TABLE_LOCAL;
            if (whole) {
                tables.put(key, rows);
                return;
            }
            var devices = key.table() == Route.TABLE_MAIN ? scope.mainDevices() : Set.<String>of();
            tables.put(key, with(rows, each -> each.isOurs() || devices.stream().anyMatch(each::uses)));
            partial.add(new PartialTable(key, rows.size(), devices));
        });
        return new NamespaceFacts(label, ledgers.labels().contains(label),
                state.with(new RouteTables(tables)), partial, ledger);
    }

    /** The rows with such attributes, each distinct set of which is looked at once. */
    static RouteRows with(RouteRows rows, Predicate<RouteAttributes> such) {
        var wanted = new boolean[rows.pool().size()];
        for (int index = 0; index < wanted.length; index++) {
            wanted[index] = such.test(rows.pool().get(index));
        }
        return rows.filter(row -> wanted[rows.attributesIndex(row)]);
    }
}
