package dev.plumbline.importing;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.RoutingRulesSpec.RuleSpec;
import dev.plumbline.intent.Spec;
import dev.plumbline.state.Family;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes intents for the routes and rules of one namespace. Everything in them is there already: applying them changes
 * nothing but who owns it.
 */
public final class Import {

    /** The name of the document that holds all rules. */
    public static final String RULES_NAME = "rules";
    /** So many objects of one table and one reason are named singly; of the others, only how many there are. */
    private static final int NAMED_SINGLY = 20;

    private final String netns;
    private final TableNames names;
    private final List<Document> documents = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private final Set<Long> imported = new HashSet<>();

    private Import(String netns, TableNames names) {
        this.netns = netns;
        this.names = names;
    }

    /**
     * The intents for a namespace.
     *
     * @param state read with {@link dev.plumbline.state.ReadScope#ALL}
     * @param tableNames {@code rt_tables}: name → number
     * @param netns what the documents say of their namespace: {@link Document#HOST}, a name or a path
     */
    public static ImportResult of(NamespaceState state, Map<String, Long> tableNames, String netns) {
        var work = new Import(netns, new TableNames(tableNames));
        var tables = new TreeSet<Long>();
        state.routes().tables().keySet().forEach(key -> tables.add(key.table()));
        tables.forEach(table -> work.importTable(table, state));
        work.importRules(state.rules());
        return new ImportResult(work.documents, work.skipped);
    }

    private void importTable(long table, NamespaceState state) {
        var ipv4 = state.routes().rows(new TableKey(Family.IPV4, table));
        var ipv6 = state.routes().rows(new TableKey(Family.IPV6, table));
        var unfit = Unfit.table(table);
        if (unfit.isPresent()) {
            int count = ipv4.size() + ipv6.size();
            if (count > 0) {
                skipped.add(new Skipped(count + " route(s) in table " + Route.tableName(table), unfit.get()));
            }
            return;
        }
        var reasons = new LinkedHashMap<String, List<String>>();
        var counts = new HashMap<String, Integer>();
        var fit4 = fit(ipv4, reasons, counts);
        var fit6 = fit(ipv6, reasons, counts);
        reasons.forEach((reason, texts) -> {
            texts.forEach(text -> skipped.add(new Skipped(text, reason)));
            int more = counts.get(reason) - texts.size();
            if (more > 0) {
                skipped.add(new Skipped(more + " more route(s) in table " + Route.tableName(table), reason));
            }
        });
        if (fit4.isEmpty() && fit6.isEmpty()) {
            return;
        }
        imported.add(table);
        var name = names.of(table);
        var origin = new Origin("RouteTable/" + name, "", 0, 0);
        var id = table == Route.TABLE_MAIN ? Optional.<Located<Long>>empty()
                : Optional.of(new Located<>(table, origin));
        add("RouteTable", name, new RouteTableSpec(id, false, true, false, ours(fit4, origin), ours(fit6, origin)),
                origin);
    }

    private static RouteRows fit(RouteRows rows, Map<String, List<String>> reasons, Map<String, Integer> counts) {
        return rows.filter(row -> {
            var route = rows.route(row);
            var unfit = Unfit.route(route);
            unfit.ifPresent(reason -> {
                var texts = reasons.computeIfAbsent(reason, each -> new ArrayList<>());
                if (counts.merge(reason, 1, Integer::sum) <= NAMED_SINGLY) {
                    texts.add(route.toString());
                }
            });
            return unfit.isEmpty();
        });
    }

    /** As a parsed document holds them: in table 0, with our mark. */
    private static RouteRows ours(RouteRows rows, Origin origin) {
        return rows.inTable(0).withAttributes(each -> each.withProtocol(Protocol.PLUMBLINE)).withOrigin(origin);
    }

    private void importRules(List<RoutingRule> rules) {
        var origin = new Origin("RoutingRules/" + RULES_NAME, "", 0, 0);
        var specs = new ArrayList<RuleSpec>();
        var seen = new HashMap<List<Object>, RoutingRule>();
        for (var rule : rules) {
            var reason = Unfit.rule(rule);
            if (reason.isEmpty()) {
                // Documents may not hold two rules that the kernel tells apart by their actions, or by 'not', alone.
                var twin = seen.putIfAbsent(
                        List.of(rule.family(), rule.priority(), rule.withNot(false).selector()), rule);
                reason = Optional.ofNullable(twin).map(other -> "the rule '" + other + "' has the same selectors and"
                        + " priority, and comes first: a RoutingRules document cannot hold both");
            }
            if (reason.isPresent()) {
                skipped.add(new Skipped("rule " + rule + " (" + (rule.family() == Family.IPV4 ? "inet" : "inet6") + ")",
                        reason.get()));
            } else {
                specs.add(spec(rule.withProtocol(Protocol.PLUMBLINE), origin));
            }
        }
        if (!specs.isEmpty()) {
            add("RoutingRules", RULES_NAME, new RoutingRulesSpec(true, specs), origin);
        }
    }

    /** Tables with a document, and main, are looked up by name. */
    private RuleSpec spec(RoutingRule rule, Origin origin) {
        var table = rule.table();
        boolean named = table.isPresent() && (imported.contains(table.getAsLong())
                || table.getAsLong() == Route.TABLE_MAIN);
        return named
                ? new RuleSpec(rule.withAction(new RuleAction.Lookup(0)),
                        Optional.of(names.of(table.getAsLong())), origin)
                : new RuleSpec(rule, Optional.empty(), origin);
    }

    private void add(String kind, String name, Spec spec, Origin origin) {
        documents.add(new Document(kind, name, Map.of(), HostSelector.ALL, netns, Optional.empty(), spec, origin));
    }
}
