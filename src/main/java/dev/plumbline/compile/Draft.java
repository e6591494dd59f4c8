package dev.plumbline.compile;

import dev.plumbline.compile.Compilation.Waiting;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.Problem;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.DesiredState.DesiredVrf;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.DesiredFirewall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the compilers of the kinds collect, document by document. Belongs to one run of {@link Compiler#compile}. */
final class Draft {

    /** Routes that a document wants in one family of one table, with their origins. */
    record Contribution(Document document, RouteRows rows, boolean adopt) {
        TableKey key() {
            return new TableKey(rows.family(), rows.table());
        }
    }

    /** A rule that a document wants. */
    record WantedRule(Document document, DesiredRule wanted, boolean adopt) {
    }

    /** A foreign route that a document takes away. */
    private record Moved(Document document, Route route) {
    }

    record Mark(int contributions, int rules, int moved, int taken, List<TakenRoute> pending) {
    }

    static final Comparator<Allotment> BY_DOCUMENT_AND_TABLE = Comparator.comparing(Allotment::document)
            .thenComparingLong(Allotment::table).thenComparing(Allotment::key);

    private final Facts facts;
    private final Interfaces interfaces;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Set<String> waitingDocuments = new LinkedHashSet<>();
    private final Set<String> unfinished = new HashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<Contribution> contributions = new ArrayList<>();
    private final List<WantedRule> rules = new ArrayList<>();
    private final List<Moved> moved = new ArrayList<>();
    private final TreeMap<TableKey, RouteRows.Builder> restored = new TreeMap<>();
    private final List<DesiredRule> restoredRules = new ArrayList<>();
    private final Map<TableKey, String> exclusive = new TreeMap<>();
    private final Set<String> adopting = new TreeSet<>();
    private final Set<Long> keptTables = new TreeSet<>();
    private final List<DesiredVrf> vrfs = new ArrayList<>();
    private final Set<Allotment> allotments = new LinkedHashSet<>();
    private final List<TakenRoute> pending;
    private final List<TakenRoute> taken = new ArrayList<>();
    private final List<TakenRule> takenRules = new ArrayList<>();
    private @Nullable FirewallTables firewall;

    Draft(Facts facts, Interfaces interfaces) {
        this.facts = facts;
        this.interfaces = interfaces;
        this.pending = new ArrayList<>(facts.ledger().routes());
    }

    Facts facts() {
        return facts;
    }

    Interfaces interfaces() {
        return interfaces;
    }

    RouteRows live(TableKey key) {
        return facts.live().routes().rows(key);
    }

    void error(Origin origin, String field, String message) {
        problems.add(Problem.error(origin, field, message));
    }

    void warning(Origin origin, String field, String message) {
        problems.add(Problem.warning(origin, field, message));
    }

    void problems(List<Problem> more) {
        problems.addAll(more);
    }

    void note(String text) {
        notes.add(text);
    }

    /** Reports an obstacle: an error, or the document waits. Whether it waits. */
    boolean report(Document document, Origin origin, String field, Obstacle obstacle) {
        if (obstacle.isError()) {
            error(origin, field, obstacle.message());
            return false;
        }
        if (waitingDocuments.add(document.id())) {
            waiting.add(new Waiting(origin, obstacle.reason(), obstacle.message()));
        }
        return true;
    }

    /** A document that is not at hand waits, and nobody is told. */
    void waitsUnsaid(String document) {
        waitingDocuments.add(document);
    }

    boolean isWaiting(String document) {
        return waitingDocuments.contains(document);
    }

    /** A part of the document is still to come. */
    void unfinished(Document document) {
        unfinished.add(document.id());
    }

    /** Nothing of the document is still to come. */
    boolean isComplete(String document) {
        return !isWaiting(document) && !unfinished.contains(document);
    }

    /** Documents whose drift is left alone while nobody watches: what never was, or had to wait, has not drifted. */
    Map<String, DriftMode> uncorrected() {
        return facts.uncorrected().entrySet().stream().filter(each -> isUncorrected(each.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private boolean isUncorrected(String document) {
        return facts.uncorrected().containsKey(document) && isComplete(document)
                && facts.ledger().carriedOut().contains(document);
    }

    /** Whether the document's objects are left alone now. */
    boolean isHeld(Document document) {
        return !facts.attended() && isUncorrected(document.id());
    }

    void keep(long table) {
        keptTables.add(table);
    }

    /** Keeps the tables that the ledger knows of a document, and their numbers. */
    void keepAllotments(Document document) {
        facts.ledger().allotments().stream().filter(each -> each.document().equals(document.id())).forEach(each -> {
            allotments.add(each);
            keptTables.add(each.table());
        });
    }

    void allotment(Allotment allotment) {
        allotments.add(allotment);
    }

    void adopting(Document document) {
        adopting.add(document.id());
    }

    void exclusive(Document document, TableKey key) {
        exclusive.put(key, document.id());
    }

    boolean isExclusive(TableKey key) {
        return exclusive.containsKey(key);
    }

    void wants(Document document, RouteRows rows, boolean adopt) {
        if (!rows.isEmpty()) {
            contributions.add(new Contribution(document, rows, adopt));
        }
    }

    List<Contribution> contributions() {
        return contributions;
    }

    /** The contributions that have a route of this identity. */
    Stream<Contribution> wanting(Route route) {
        var key = new TableKey(route.family(), route.table());
        var candidates = contributions.stream().filter(each -> each.key().equals(key)).toList();
        if (candidates.isEmpty()) {
            return Stream.empty();
        }
        var one = new RouteRows.Builder(key.family(), key.table());
        one.add(route);
        var row = one.build();
        return candidates.stream().filter(each -> each.rows().find(row, 0) >= 0);
    }

    void wantsRule(Document document, DesiredRule rule, boolean adopt) {
        rules.add(new WantedRule(document, rule, adopt));
    }

    void wantsFirewall(FirewallTables tables) {
        firewall = tables;
    }

    /** Plumbline's tables, if these documents change nothing in them. */
    DesiredFirewall firewall(Set<String> held) {
        if (facts.onlyAttachments()) {
            // Attachments want none, and what people want is not known.
            return DesiredFirewall.of(facts.live().firewall().state());
        }
        return firewall == null ? DesiredFirewall.NONE : firewall.desired(held);
    }

    List<WantedRule> rules() {
        return rules;
    }

    void wantsVrf(DesiredVrf vrf) {
        vrfs.add(vrf);
    }

    List<DesiredVrf> vrfs() {
        return vrfs;
    }

    /** Takes a live foreign route out of its table. */
    void moves(Document document, Route route) {
        moved.add(new Moved(document, route));
    }

    /** Puts a route back as it was. */
    void restores(Route route, Origin former) {
        restored.computeIfAbsent(new TableKey(route.family(), route.table()),
                key -> new RouteRows.Builder(key.family(), key.table())).add(route, former);
    }

    RouteTables restored() {
        return RouteTables.built(restored);
    }

    void restoresRule(DesiredRule rule) {
        restoredRules.add(rule);
    }

    List<DesiredRule> restoredRules() {
        return restoredRules;
    }

    /** Records a taken route. */
    void takes(TakenRoute route) {
        taken.add(route);
    }

    List<TakenRoute> taken() {
        return taken;
    }

    void takesRule(TakenRule rule) {
        takenRules.add(rule);
    }

    List<TakenRule> takenRules() {
        return takenRules;
    }

    /** What the ledger says was taken, and nobody has dealt with yet. */
    List<TakenRoute> pending() {
        return pending;
    }

    /** Takes those that pass out of {@link #pending}. */
    List<TakenRoute> claim(Predicate<TakenRoute> wanted) {
        var claimed = pending.stream().filter(wanted).toList();
        pending.removeAll(claimed);
        return claimed;
    }

    List<Problem> problems() {
        return problems;
    }

    List<Waiting> waiting() {
        return waiting;
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    RouteTables moved() {
        var builders = new TreeMap<TableKey, RouteRows.Builder>();
        for (var each : moved) {
            builders.computeIfAbsent(new TableKey(each.route().family(), each.route().table()),
                    key -> new RouteRows.Builder(key.family(), key.table()))
                    .add(each.route(), each.document().origin());
        }
        return RouteTables.built(builders);
    }

    /** How far the draft is, to come back to. */
    Mark mark() {
        return new Mark(contributions.size(), rules.size(), moved.size(), taken.size(), List.copyOf(pending));
    }

    /** Undoes what a document entered before it turned out that it waits; what was said stays said. */
    void rollBack(Mark mark) {
        contributions.subList(mark.contributions(), contributions.size()).clear();
        rules.subList(mark.rules(), rules.size()).clear();
        moved.subList(mark.moved(), moved.size()).clear();
        taken.subList(mark.taken(), taken.size()).clear();
        pending.clear();
        pending.addAll(mark.pending());
    }

    /** Those of all documents but these. */
    Set<TableKey> exclusive(Set<String> but) {
        return exclusive.entrySet().stream().filter(each -> !but.contains(each.getValue())).map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** All but these. */
    Set<String> adopting(Set<String> but) {
        return adopting.stream().filter(each -> !but.contains(each)).collect(Collectors.toSet());
    }

    Set<Long> keptTables() {
        return keptTables;
    }

    /** By document and number: the order in which the kernel lists addresses is no news. */
    List<Allotment> allotments() {
        return allotments.stream().sorted(BY_DOCUMENT_AND_TABLE).toList();
    }
}
