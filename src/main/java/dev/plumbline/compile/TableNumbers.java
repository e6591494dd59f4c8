package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which table numbers the documents mean: those that they name, those that they have had before, and free ones for the
 * rest. A number is kept by the ledger; where the ledger is lost, the marks in the kernel tell it.
 */
final class TableNumbers {

    static final String MAIN = "main";
    private static final Map<String, Long> KERNEL_NAMES = Map.of(MAIN, Route.TABLE_MAIN, "local", Route.TABLE_LOCAL,
            "default", Route.TABLE_DEFAULT);

    private final Ledger ledger;
    private final NamespaceState live;
    private final Map<String, Long> hostNames;
    private final Set<String> present = new HashSet<>();
    private final Map<String, Long> documentTables = new TreeMap<>();
    private final Map<Long, Document> fixed = new HashMap<>();
    private final Set<Long> sourceTables = new HashSet<>();
    private final Set<Long> lookedUp = new HashSet<>();
    private final Set<Long> explicit = new TreeSet<>();
    private final Set<Long> assigned = new HashSet<>();
    private final List<Document> nameless = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Deque<Long> free;

    /**
     * @param hostNames {@code rt_tables}
     * @param free numbers to allot, ascending; none while it is still open what is free
     */
    TableNumbers(List<Document> documents, Ledger ledger, NamespaceState live, Map<String, Long> hostNames,
            List<Long> free) {
        this.ledger = ledger;
        this.live = live;
        this.hostNames = hostNames;
        this.free = new ArrayDeque<>(free);
        documents.forEach(each -> present.add(each.id()));
        documents.forEach(this::claimNumbers);
        explicit.addAll(fixed.keySet());
        explicit.addAll(sourceTables);
        explicit.addAll(lookedUp);
        for (var document : documents) {
            if (document.spec() instanceof RouteTableSpec spec && explicit(document, spec).isEmpty()) {
                keptTable(document, spec, documents).ifPresentOrElse(
                        table -> assign(document, table), () -> nameless.add(document));
            }
        }
    }

    private void claimNumbers(Document document) {
        switch (document.spec()) {
            case RouteTableSpec spec -> explicit(document, spec).ifPresent(table -> claim(document, spec, table));
            case SourceRoutingSpec spec -> {
                if (spec.table().value() instanceof TableChoice.Number number) {
                    sourceTables.add(number.id());
                }
            }
            case FirewallSpec spec -> spec.rules().forEach(rule -> rule.ending().ifPresent(ending -> {
                if (ending instanceof Action.Lookup lookup && lookup.table().matches("[0-9]{1,10}")) {
                    lookedUp.add(Long.parseLong(lookup.table()));
                }
            }));
            case RoutingRulesSpec spec -> spec.rules().stream().filter(each -> each.table().isEmpty())
                    .forEach(each -> each.rule().table().ifPresent(lookedUp::add));
        }
    }

    /** The number that the document says itself, or that its name has on this host. */
    private Optional<Long> explicit(Document document, RouteTableSpec spec) {
        if (spec.id().isPresent()) {
            return Optional.of(spec.id().get().value());
        }
        return Optional.ofNullable(KERNEL_NAMES.getOrDefault(document.name(), hostNames.get(document.name())));
    }

    private void claim(Document document, RouteTableSpec spec, long table) {
        var origin = spec.id().map(each -> each.origin()).orElse(document.origin());
        if (table < 1 || table > 0xffffffffL || table == Route.TABLE_DEFAULT || table == Route.TABLE_LOCAL) {
            problems.add(Problem.error(origin, "spec.id", "table " + table + " is reserved: 0 is no table, 253 is "
                    + "`default`, 255 is the kernel's `local`; use 1 to 252, `main`, or 256 to 4294967295"));
            return;
        }
        if (document.name().equals(MAIN) && table != Route.TABLE_MAIN) {
            problems.add(Problem.error(origin, "spec.id", "a RouteTable named main is table 254; leave `id` out, or "
                    + "give it another name"));
            return;
        }
        if (spec.exclusive() && table == Route.TABLE_MAIN) {
            problems.add(Problem.error(origin, "spec.exclusive", "main is never exclusive: the kernel's and the "
                    + "network manager's routes are in it"));
            return;
        }
        var other = fixed.putIfAbsent(table, document);
        if (other != null) {
            problems.add(Problem.error(origin, "spec.id", "table " + table + " is already that of " + other.id()
                    + " at " + other.origin().position() + "; give one of them another id"));
            return;
        }
        assign(document, table);
    }

    private void assign(Document document, long table) {
        assigned.add(table);
        documentTables.put(document.name(), table);
    }

    /** Allots numbers to the RouteTable documents that have none yet. */
    void allotRemaining() {
        for (var document : nameless) {
            var next = nextFree();
            if (next.isPresent()) {
                assign(document, next.getAsLong());
            } else {
                problems.add(noneFree(document));
            }
        }
        nameless.clear();
    }

    /** RouteTable documents that have no number yet. */
    int remaining() {
        return nameless.size();
    }

    List<Problem> problems() {
        return problems;
    }

    static Problem noneFree(Document document) {
        return Problem.error(document.origin(), "", "no free table number was found for " + document.id());
    }

    /** The table of a RouteTable document; empty after an error, or while none is allotted. */
    OptionalLong of(Document document) {
        var table = documentTables.get(document.name());
        return table == null ? OptionalLong.empty() : OptionalLong.of(table);
    }

    /** The table with this name: a RouteTable document's, {@code main}, {@code local}, or one of {@code rt_tables}. */
    OptionalLong named(String name) {
        var table = documentTables.get(name);
        if (table == null) {
            table = KERNEL_NAMES.getOrDefault(name, hostNames.get(name));
        }
        return table == null ? OptionalLong.empty() : OptionalLong.of(table);
    }

    /** All names that {@link #named} knows. */
    Set<String> names() {
        var names = new TreeSet<>(documentTables.keySet());
        names.addAll(hostNames.keySet());
        names.addAll(KERNEL_NAMES.keySet());
        return names;
    }

    /** Whether a document says this number itself: never to be allotted. */
    Set<Long> explicitNumbers() {
        return explicit;
    }

    /** Takes the table that the document's VRF has already, or the next free one; empty when there is none left. */
    OptionalLong allotVrf(Document document) {
        var recorded = ledger.allotments().stream().filter(each -> each.document().equals(document.id())
                && each.key().isEmpty() && mayKeep(each.table()) && !sourceTables.contains(each.table()))
                .mapToLong(Ledger.Allotment::table).findFirst();
        var kept = recorded.isPresent() ? recorded : live.links().stream()
                .filter(link -> link.isOurVrf() && link.owner().equals(document.id()))
                .mapToLong(link -> link.vrfTable().orElseThrow())
                .filter(table -> !fixed.containsKey(table) && !sourceTables.contains(table)
                        && !assigned.contains(table) && !isReserved(table)).findFirst();
        var table = kept.isPresent() ? kept : nextFree();
        table.ifPresent(assigned::add);
        return table;
    }

    /** The table that this address of this document has already: by the ledger, or by our mark on its rule. */
    private OptionalLong kept(Document document, IpAddress address) {
        for (var allotment : ledger.allotments()) {
            if (allotment.document().equals(document.id()) && allotment.key().equals(address.toString())
                    && mayKeep(allotment.table()) && !sourceTables.contains(allotment.table())) {
                return OptionalLong.of(allotment.table());
            }
        }
        for (var rule : live.rules()) {
            if (isSourceRule(rule, address) && mayRecover(rule.table().getAsLong())
                    && !isShared(rule.table().getAsLong(), address)) {
                return rule.table();
            }
        }
        return OptionalLong.empty();
    }

    /** Takes the table that the address has already, or the next free one; empty when there is none left. */
    OptionalLong allot(Document document, IpAddress address) {
        var kept = kept(document, address);
        var table = kept.isPresent() ? kept : nextFree();
        table.ifPresent(assigned::add);
        return table;
    }

    /**
     * Tables that our source rules of this priority lead into, and that neither a document nor the ledger knows: what a
     * document that waits may own when the store is lost.
     */
    List<Long> marked(long priority) {
        return live.rules().stream().filter(rule -> rule.priority() == priority && rule.from().isPresent()
                        && isSourceRule(rule, rule.from().get().address()))
                .map(rule -> rule.table().getAsLong()).distinct()
                .filter(table -> mayRecover(table) && holdsOurRoutes(table)
                        && ledger.allotments().stream().noneMatch(each -> each.table() == table)).toList();
    }

    private OptionalLong nextFree() {
        while (!free.isEmpty()) {
            long next = free.pop();
            if (!assigned.contains(next) && !explicitNumbers().contains(next) && !hostNames.containsValue(next)
                    && !isReserved(next)) {
                return OptionalLong.of(next);
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong keptTable(Document document, RouteTableSpec spec, List<Document> documents) {
        for (var allotment : ledger.allotments()) {
            if (allotment.document().equals(document.id()) && allotment.key().isEmpty() && mayKeep(allotment.table())) {
                return OptionalLong.of(allotment.table());
            }
        }
        var byRule = documents.stream()
                .filter(each -> each.spec() instanceof RoutingRulesSpec)
                .flatMap(each -> ((RoutingRulesSpec) each.spec()).rules().stream())
                .filter(each -> each.table().filter(document.name()::equals).isPresent())
                .flatMapToLong(each -> live.rules().stream()
                        .filter(rule -> rule.isOurs() && RuleKey.of(rule).equals(RuleKey.of(each.rule())))
                        .flatMapToLong(rule -> rule.table().stream()))
                .filter(this::mayRecover).findFirst();
        return byRule.isPresent() ? byRule : tableWithExactly(spec);
    }

    /** The lowest table in which our marked routes are those of the document, no more and no less. */
    private OptionalLong tableWithExactly(RouteTableSpec spec) {
        if (spec.ipv4().isEmpty() && spec.ipv6().isEmpty()) {
            return OptionalLong.empty();
        }
        return live.routes().tables().keySet().stream().mapToLong(TableKey::table).distinct()
                .filter(table -> mayRecover(table) && holdsExactly(table, Family.IPV4, spec.ipv4())
                        && holdsExactly(table, Family.IPV6, spec.ipv6())).findFirst();
    }

    private boolean holdsExactly(long table, Family family, RouteRows wanted) {
        var rows = live.routes().rows(new TableKey(family, table));
        if (rows.size() != wanted.size()) {
            return false;
        }
        for (int row = 0; row < rows.size(); row++) {
            if (rows.compareIdentity(row, wanted, row) != 0 || !rows.attributes(row).isOurs()) {
                return false;
            }
        }
        return true;
    }

    /** A recorded number stays unless a document says it, or others moved into it while nothing of ours was there. */
    private boolean mayKeep(long table) {
        return !fixed.containsKey(table) && !assigned.contains(table) && !isReserved(table)
                && (holdsOurs(table) || !holdsRoutesOfOthers(table));
    }

    private boolean mayRecover(long table) {
        return !fixed.containsKey(table) && !sourceTables.contains(table) && !assigned.contains(table)
                && !isReserved(table) && !isAllottedToPresent(table)
                && (holdsOurRoutes(table) || !lookedUp.contains(table));
    }

    /** Rules of ours lead other addresses into the table too: a document said its number. */
    private boolean isShared(long table, IpAddress address) {
        return live.rules().stream().anyMatch(rule -> rule.isOurs() && rule.from().isPresent()
                && !rule.from().get().address().equals(address) && rule.table().isPresent()
                && rule.table().getAsLong() == table && isSourceRule(rule, rule.from().get().address()));
    }

    private boolean isAllottedToPresent(long table) {
        return ledger.allotments().stream()
                .anyMatch(each -> each.table() == table && present.contains(each.document()));
    }

    /** Our marked routes are in the table, or our rule looks it up. */
    boolean holdsOurs(long table) {
        return holdsOurRoutes(table) || live.links().stream().anyMatch(link -> link.isOurVrf()
                && link.vrfTable().orElseThrow() == table) || live.rules().stream().anyMatch(rule -> rule.isOurs()
                && rule.table().isPresent() && rule.table().getAsLong() == table);
    }

    private boolean holdsOurRoutes(long table) {
        return holds(table, true);
    }

    private boolean holdsRoutesOfOthers(long table) {
        return holds(table, false);
    }

    private boolean holds(long table, boolean ours) {
        for (var family : Family.values()) {
            var rows = live.routes().rows(new TableKey(family, table));
            if (!rows.isEmpty() && rows.pool().stream().anyMatch(each -> each.isOurs() == ours)) {
                return true;
            }
        }
        return false;
    }

    /** A rule of ours with this address as its only selector. */
    private static boolean isSourceRule(RoutingRule rule, IpAddress address) {
        return rule.isOurs() && rule.table().isPresent()
                && rule.equals(RoutingRule.from(rule.priority(), address.host(), rule.table().getAsLong()));
    }

    /** 0, {@code default}, {@code main} and {@code local}: never a source-routing table, never allotted. */
    static boolean isReserved(long table) {
        return table <= 0 || table > 0xffffffffL || table >= Route.TABLE_DEFAULT && table <= Route.TABLE_LOCAL;
    }
}
