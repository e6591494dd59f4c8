package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.state.Held;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenSysctl;
import dev.plumbline.state.Route;
import dev.plumbline.state.RoutingRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What stays as it is when the drift of some documents is left alone. What a document wants is known; a marked object
 * that no document wants stays where every document that may have made it, present or former, is one of those.
 */
final class Holding {

    private static final String SOURCE_ROUTING = "SourceRouting";
    private static final String ROUTING_RULES = "RoutingRules";
    private static final String ROUTE_TABLE = "RouteTable";
    private static final String FIREWALL = "Firewall";

    private final List<Document> documents;
    private final Draft draft;
    private final Ledger before;

    Holding(List<Document> documents, Draft draft) {
        this.documents = documents;
        this.draft = draft;
        this.before = draft.facts().ledger();
    }

    /** What stays when these documents are left alone. */
    Held of(Set<String> held) {
        if (held.isEmpty()) {
            return Held.NOTHING;
        }
        var tables = new HashSet<Long>();
        draft.facts().live().routes().tables().forEach((key, rows) -> {
            if (rows.pool().stream().anyMatch(each -> each.isOurs()) && areHeld(makersOfRoutes(key.table()), held)) {
                tables.add(key.table());
            }
        });
        return new Held(held, tables, rules(held));
    }

    private static boolean areHeld(Set<String> makers, Set<String> held) {
        return !makers.isEmpty() && held.containsAll(makers);
    }

    private Set<String> makersOfRoutes(long table) {
        var makers = new HashSet<String>();
        draft.contributions().stream().filter(each -> each.key().table() == table)
                .forEach(each -> makers.add(each.document().id()));
        Stream.concat(draft.allotments().stream(), before.allotments().stream())
                .filter(each -> each.table() == table).map(Allotment::document).forEach(makers::add);
        if (table == Route.TABLE_MAIN) {
            makers.addAll(presentAndFormer(SOURCE_ROUTING));
        }
        return makers;
    }

    private Set<RoutingRule> rules(Set<String> held) {
        var wanted = draft.rules().stream().map(each -> each.wanted().rule()).collect(Collectors.toSet());
        var makers = presentAndFormer(SOURCE_ROUTING);
        makers.addAll(presentAndFormer(ROUTING_RULES));
        return draft.facts().live().rules().stream().filter(rule -> rule.isOurs() && !wanted.contains(rule))
                .filter(rule -> areHeld(makers(rule, makers), held) || isOfHeldSource(rule, held))
                .collect(Collectors.toSet());
    }

    private Set<String> makers(RoutingRule rule, Set<String> ofAnyRule) {
        var kind = rule.priority() == RouteTableCompiler.OF_DEVICE ? ROUTE_TABLE
                : rule.priority() >= FirewallLookups.FIRST && rule.priority() <= FirewallLookups.LAST ? FIREWALL : "";
        if (kind.isEmpty()) {
            return ofAnyRule;
        }
        var makers = presentAndFormer(kind);
        makers.addAll(ofAnyRule);
        return makers;
    }

    /** A rule as source routing makes them, into a table that a held document had: for an address that is gone. */
    private boolean isOfHeldSource(RoutingRule rule, Set<String> held) {
        return rule.from().isPresent() && rule.table().isPresent() && documents.stream()
                .filter(each -> held.contains(each.id()) && each.spec() instanceof SourceRoutingSpec spec
                        && rule.equals(RoutingRule.from(spec.priority(), rule.from().get(),
                                rule.table().getAsLong())))
                .anyMatch(each -> before.allotments().stream().anyMatch(allotment ->
                        allotment.document().equals(each.id()) && allotment.table() == rule.table().getAsLong()));
    }

    private Set<String> presentAndFormer(String kind) {
        var ids = new HashSet<String>();
        documents.stream().filter(each -> each.kind().equals(kind)).map(Document::id).forEach(ids::add);
        Stream.concat(before.carriedOut().stream(), before.allotments().stream().map(Allotment::document))
                .filter(each -> each.startsWith(kind + "/")).forEach(ids::add);
        return ids;
    }

    /** The ledger that is reached: what held documents have taken and were allotted stays as it was. */
    Ledger ledger(Ledger reached, Set<String> held) {
        if (held.isEmpty()) {
            return reached;
        }
        var allotments = Stream.concat(
                reached.allotments().stream().filter(each -> !held.contains(each.document())),
                before.allotments().stream().filter(each -> held.contains(each.document())))
                .sorted(Draft.BY_DOCUMENT_AND_TABLE).toList();
        var known = before.routes().stream().map(each -> Map.entry(each.route(), each.adopted()))
                .collect(Collectors.toSet());
        var routes = new ArrayList<>(reached.routes().stream().filter(each -> !held.contains(each.document())
                || known.contains(Map.entry(each.route(), each.adopted()))).toList());
        before.routes().stream().filter(each -> held.contains(each.document()) && routes.stream().noneMatch(other ->
                other.route().equals(each.route()) && other.adopted() == each.adopted())).forEach(routes::add);
        var rules = new ArrayList<>(reached.rules().stream().filter(each -> !held.contains(each.document())
                || before.rules().contains(each)).toList());
        before.rules().stream().filter(each -> held.contains(each.document()) && !rules.contains(each))
                .forEach(rules::add);
        return new Ledger(allotments, routes, rules, reached.devices(), reached.carriedOut(), sysctls(reached, held),
                reached.addresses());
    }

    /** What held documents alone would set is not set, and what they have set is not put back. */
    private List<TakenSysctl> sysctls(Ledger reached, Set<String> held) {
        var rows = new TreeMap<String, TakenSysctl>();
        before.sysctls().stream().filter(each -> each.documents().stream().anyMatch(held::contains))
                .forEach(each -> rows.put(each.path(), each));
        reached.sysctls().stream().filter(each -> rows.containsKey(each.path())
                || !held.containsAll(each.documents())).forEach(each -> rows.put(each.path(), each));
        return List.copyOf(rows.values());
    }
}
