package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Held;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.DesiredFirewall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** From the documents of one namespace and facts to its desired state: pure functions, no I/O, no clock. */
public final class Compiler {

    /** {@code default}, {@code main} and {@code local}. */
    private static final int RESERVED = 3;

    private final List<Document> documents;
    private final NamespaceState read;
    private final Draft draft;
    private final TableNumbers tables;

    private Compiler(List<Document> documents, Facts before) {
        var facts = before.with(VrfCompiler.released(documents, VrfAddresses.putBack(before)));
        this.read = before.live();
        this.documents = documents;
        var interfaces = new Interfaces(facts.live(), facts.ledger().devices(), facts.attended());
        this.draft = new Draft(facts, interfaces);
        this.tables = new TableNumbers(documents, facts.ledger(), facts.live(), facts.tableNames(),
                facts.freeTables());
    }

    /** What to read for {@link #needs}: no routes, and forwarding where documents are about to switch it on. */
    public static ReadScope first(List<Document> documents) {
        return documents.stream().noneMatch(SysctlNeeds::mayForwardIpv6) ? ReadScope.NO_ROUTES
                : new ReadScope(false, Set.of(), Set.of(), false, false, Set.of(Sysctl.IPV6_FORWARD));
    }

    /**
     * What must be read for {@link #compile}.
     *
     * @param documents those that hold for this host and namespace, in the order of the source
     * @param first the namespace, read with {@link #first} or more
     * @param tableNames {@code rt_tables}: name → number
     */
    public static Needs needs(List<Document> documents, Ledger ledger, NamespaceState first,
            Map<String, Long> tableNames) {
        return new Reading(documents, ledger, first, tableNames).needs(tableNames);
    }

    /**
     * The desired state of one namespace. Never throws for what documents say: problems are in the result.
     *
     * @param documents those that hold for this host and namespace, in the order of the source
     */
    public static Compilation compile(List<Document> documents, Facts facts) {
        return new Compiler(documents, facts).compile();
    }

    /** The sysctls that documents need otherwise than they are and do not set themselves: a warning each. */
    public static List<Problem> missingSysctls(List<Document> documents, Facts facts) {
        return compile(documents, facts).problems().stream().filter(each -> each.field().equals(Sysctls.FIELD)
                && each.severity() == Problem.Severity.WARNING).toList();
    }

    /** Whether any of them may depend on a sysctl. */
    public static boolean mayNeedSysctls(List<Document> documents) {
        return documents.stream().anyMatch(SysctlNeeds::mayNeedAny);
    }

    /**
     * The errors of one namespace's documents whatever its network is like: tables with two owners, rules that the
     * kernel cannot tell apart, names that nothing has. What depends on devices, addresses or others is not looked at.
     *
     * @param documents those that hold for one host and namespace, in the order of the source
     * @param tableNames {@code rt_tables}: name → number
     */
    public static List<Problem> check(List<Document> documents, Map<String, Long> tableNames) {
        var nowhere = new NamespaceState(new NamespaceId("", 0), List.of(), List.of(), RouteTables.NONE, List.of());
        var first = new TableNumbers(documents, Ledger.EMPTY, nowhere, tableNames, List.of());
        long enough = first.remaining() + first.explicitNumbers().size() + tableNames.size() + RESERVED;
        var free = LongStream.rangeClosed(1, enough).boxed().toList();
        return compile(documents, new Facts(nowhere, Ledger.EMPTY, free, tableNames, false,
                Map.of(), FirewallFacts.NOWHERE)).problems().stream()
                .filter(each -> each.severity() == Problem.Severity.ERROR).toList();
    }

    private Compilation compile() {
        tables.allotRemaining();
        draft.problems(tables.problems());
        var putBack = new PutBack(draft);
        var unknown = new UnknownDocuments(draft);
        if (draft.facts().onlyAttachments()) {
            unknown.hold();
        }
        routeTables();
        var sources = new SourceRoutingCompiler(draft, tables, new DeviceRoutes(draft, putBack));
        var ruleDocuments = new RoutingRulesCompiler(draft, tables);
        for (var document : documents) {
            switch (document.spec()) {
                case RouteTableSpec _ -> { }
                case SourceRoutingSpec spec -> sources.compile(document, spec);
                case RoutingRulesSpec spec -> ruleDocuments.compile(document, spec);
                case FirewallSpec _ -> { }
            }
        }
        sources.keepUnrecorded();
        if (draft.facts().onlyAttachments()) {
            unknown.keep();
        }
        new FirewallCompiler(draft, tables, documents).compile();
        var ownership = new Ownership(draft);
        ownership.routesOfDocuments();
        ownership.routesOfOthers();
        ownership.rules();
        VrfCompiler.restore(draft, read, documents);
        putBack.routes();
        putBack.rules();
        noteUnrecorded();
        warnOfUnread();
        var sysctls = new Sysctls(documents, draft, tables);
        sysctls.compile();
        return result(sysctls);
    }

    /** First, because the tables of the others are theirs, and what they want in main is not moved away. */
    private void routeTables() {
        var compiler = new RouteTableCompiler(draft, tables, new Movers(documents, draft.interfaces(), tables));
        for (var document : documents) {
            if (document.spec() instanceof RouteTableSpec spec) {
                compiler.compile(document, spec);
            }
        }
    }

    private Compilation result(Sysctls sysctls) {
        var uncorrected = draft.uncorrected();
        var held = draft.facts().attended() ? Set.<String>of() : uncorrected.keySet();
        var ignored = held.stream().filter(each -> uncorrected.get(each) == DriftMode.IGNORE)
                .collect(Collectors.toSet());
        var holding = new Holding(documents, draft);
        var carriedOut = documents.stream().map(Document::id).filter(draft::isComplete).collect(Collectors.toSet());
        if (draft.facts().onlyAttachments()) {
            carriedOut.addAll(UnknownDocuments.carriedOut(draft.facts().ledger()));
        }
        var addresses = new VrfAddresses(draft, read);
        var ledger = holding.ledger(new Ledger(draft.allotments(), draft.taken(), draft.takenRules(),
                draft.interfaces().devices(), carriedOut, sysctls.ledger(), addresses.ledger(held)), held);
        var whole = new DesiredState(routes(), Set.of(), draft.moved(), Set.of(), rules(), draft.keptTables(),
                DesiredFirewall.NONE, sysctls.desired(), draft.vrfs(), addresses.desired(), Held.NOTHING);
        var desired = holding(whole, holding.of(held));
        return new Compilation(desired, held.equals(ignored) ? desired : holding(whole, holding.of(ignored)),
                uncorrected, ledger, draft.waiting(), draft.problems().stream().sorted(Problem.BY_POSITION).toList(),
                draft.notes());
    }

    private DesiredState holding(DesiredState whole, Held held) {
        return new DesiredState(whole.routes(), draft.exclusive(held.documents()), whole.moved(),
                draft.adopting(held.documents()), whole.rules(), whole.keptTables(),
                draft.firewall(held.documents()), whole.sysctls(), whole.vrfs(), whole.addresses(),
                held);
    }

    /** One document's rows of a table are passed on as they are; only shared tables are merged. */
    private RouteTables routes() {
        var restored = draft.restored();
        Map<TableKey, List<RouteRows>> parts = new TreeMap<>();
        draft.contributions().forEach(each ->
                parts.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each.rows()));
        restored.tables().forEach((key, rows) -> parts.computeIfAbsent(key, each -> new ArrayList<>()).add(rows));
        var tablesOfRows = new TreeMap<TableKey, RouteRows>();
        parts.forEach((key, rows) -> tablesOfRows.put(key, rows.size() == 1 ? rows.getFirst() : merged(key, rows)));
        return new RouteTables(tablesOfRows);
    }

    private static RouteRows merged(TableKey key, List<RouteRows> parts) {
        var builder = new RouteRows.Builder(key.family(), key.table());
        parts.forEach(builder::addAll);
        return builder.build();
    }

    /**
     * In the order of documents. Rules of source routing never compete within a priority, so those keep the order that
     * the kernel has them in already: an address that comes or moves in the kernel's list changes no other rule.
     */
    private List<DesiredRule> rules() {
        var position = new HashMap<RoutingRule, Integer>();
        var live = draft.facts().live().rules();
        for (int index = live.size() - 1; index >= 0; index--) {
            position.put(live.get(index), index);
        }
        Map<Map.Entry<?, ?>, Deque<DesiredRule>> sorted = new HashMap<>();
        draft.rules().stream().filter(Compiler::isSourceRule).map(Draft.WantedRule::wanted)
                .sorted(Comparator.comparingInt(each -> position.getOrDefault(each.rule(), Integer.MAX_VALUE)))
                .forEach(each -> sorted.computeIfAbsent(group(each), key -> new ArrayDeque<>()).add(each));
        var rules = new ArrayList<DesiredRule>();
        for (var each : draft.rules()) {
            rules.add(isSourceRule(each) ? sorted.get(group(each.wanted())).pop() : each.wanted());
        }
        rules.addAll(draft.restoredRules());
        return rules;
    }

    private static boolean isSourceRule(Draft.WantedRule rule) {
        return rule.document().spec() instanceof SourceRoutingSpec;
    }

    private static Map.Entry<?, ?> group(DesiredRule rule) {
        return Map.entry(rule.rule().family(), rule.rule().priority());
    }

    /** Marked routes in tables that neither the ledger nor a document knows: their documents went with the store. */
    private void noteUnrecorded() {
        if (!draft.facts().ledger().allotments().isEmpty()) {
            return;
        }
        Set<Long> known = new HashSet<>(draft.keptTables());
        draft.contributions().forEach(each -> known.add(each.key().table()));
        draft.allotments().forEach(each -> known.add(each.table()));
        var unknown = draft.facts().live().routes().tables().entrySet().stream()
                .filter(each -> !known.contains(each.getKey().table())
                        && each.getValue().pool().stream().anyMatch(attributes -> attributes.isOurs()))
                .map(each -> Route.tableName(each.getKey().table())).distinct().collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            draft.note("the store has no record of plumbline's marked routes in table " + unknown
                    + ": they go, and what their documents had moved or adopted cannot be put back");
        }
        for (var each : draft.contributions()) {
            if (each.adopt() && draft.live(each.key()).pool().stream().anyMatch(attributes -> attributes.isOurs())) {
                draft.note(each.document().id() + ": the store has no record of what it adopted in table "
                        + Route.tableName(each.key().table()) + ": that cannot be given back");
            }
        }
    }

    private void warnOfUnread() {
        Set<Long> read = new HashSet<>(draft.keptTables());
        read.addAll(Set.of(Route.TABLE_MAIN, Route.TABLE_LOCAL, Route.TABLE_DEFAULT));
        draft.rules().forEach(each -> each.wanted().rule().table().ifPresent(read::add));
        draft.facts().live().rules().stream().filter(rule -> !rule.isOurs())
                .forEach(rule -> rule.table().ifPresent(read::add));
        draft.facts().live().links().forEach(link -> link.vrfTable().ifPresent(read::add));
        draft.vrfs().forEach(each -> read.add(each.table()));
        for (var document : documents) {
            if (!(document.spec() instanceof RouteTableSpec) || tables.of(document).isEmpty()) {
                continue;
            }
            long table = tables.of(document).getAsLong();
            if (!read.contains(table)) {
                draft.warning(document.origin(), "", "no rule looks up table " + document.name() + " (" + table
                        + "): its routes have no effect");
            } else if (isEmpty(table) && !draft.isWaiting(document.id()) && !TableNumbers.isReserved(table)) {
                draft.note(document.id() + ": no route is in table " + table + ", so lookups in it go on");
            }
        }
    }

    private boolean isEmpty(long table) {
        return draft.contributions().stream().noneMatch(each -> each.key().table() == table)
                && draft.facts().live().routes().tables().entrySet().stream()
                        .noneMatch(each -> each.getKey().table() == table && !each.getValue().isEmpty());
    }
}
