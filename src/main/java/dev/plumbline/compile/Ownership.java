package dev.plumbline.compile;

import dev.plumbline.compile.Draft.Contribution;
import dev.plumbline.compile.Draft.WantedRule;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** No object has two owners: not two documents, and not a document and somebody else, unless it is adopted. */
final class Ownership {

    private final Draft draft;

    Ownership(Draft draft) {
        this.draft = draft;
    }

    /** Routes of one identity in one table that two documents want. */
    void routesOfDocuments() {
        Map<TableKey, List<Contribution>> byTable = new HashMap<>();
        for (var each : draft.contributions()) {
            var earlier = byTable.computeIfAbsent(each.key(), key -> new ArrayList<>());
            earlier.stream().filter(other -> !other.document().id().equals(each.document().id()))
                    .forEach(other -> compare(other, each));
            earlier.add(each);
        }
    }

    private void compare(Contribution one, Contribution two) {
        var small = one.rows().size() <= two.rows().size() ? one : two;
        var large = small == one ? two : one;
        for (int row = 0; row < small.rows().size(); row++) {
            int other = large.rows().find(small.rows(), row);
            if (other < 0 || !large.rows().attributes(other).from().equals(small.rows().attributes(row).from())) {
                continue;
            }
            var first = small == one ? one.rows().origin(row) : one.rows().origin(other);
            var second = small == one ? two.rows().origin(other) : two.rows().origin(row);
            draft.error(second, "", "table " + Route.tableName(small.rows().table()) + " has "
                    + small.rows().destination(row).destinationText() + " with this metric already from "
                    + one.document().id() + " at " + first.position()
                    + "; leave it out of one of them, or give it another metric");
        }
    }

    /** Live routes of others that a document would collide with: taken over if it adopts, else an error. */
    void routesOfOthers() {
        for (var each : draft.contributions()) {
            var live = draft.live(each.key());
            var foreign = new boolean[live.pool().size()];
            boolean any = false;
            for (int index = 0; index < foreign.length; index++) {
                foreign[index] = !live.pool().get(index).isOurs();
                any |= foreign[index];
            }
            if (any) {
                meet(each, live, foreign);
            }
        }
    }

    private void meet(Contribution wanted, RouteRows live, boolean[] foreign) {
        var rows = wanted.rows();
        int row = 0;
        for (int other = 0; other < live.size() && row < rows.size(); other++) {
            while (row < rows.size() && rows.compareIdentity(row, live, other) < 0) {
                row++;
            }
            if (row < rows.size() && rows.compareIdentity(row, live, other) == 0
                    && foreign[live.attributesIndex(other)]
                    && rows.attributes(row).from().equals(live.attributes(other).from())) {
                boolean alone = rows.groupEnd(row) - row == 1 && live.groupEnd(other) - other == 1
                        && (other == 0 || live.compareIdentity(other - 1, live, other) != 0);
                meet(wanted, row, live, other, alone);
            }
        }
    }

    /** @param alone neither side has other routes of this identity; in a group only an equal route is taken over */
    private void meet(Contribution wanted, int row, RouteRows live, int other, boolean alone) {
        var foreign = live.route(other);
        boolean twin = isWanted(wanted.rows(), row, foreign);
        if (wanted.adopt() && (twin || alone && foreign.attributes().protocol() != Protocol.KERNEL)) {
            draft.takes(TakenRoutes.record(wanted.document().id(), foreign, draft.interfaces(), true));
            return;
        }
        if (wanted.adopt() && !alone && joins(wanted.rows(), row, live, other)) {
            return;
        }
        if (draft.isExclusive(wanted.key()) && !isSpared(foreign)) {
            return;
        }
        draft.error(wanted.rows().origin(row), "", "`" + foreign + "` of protocol "
                + Protocol.name(foreign.attributes().protocol()) + " is there already, and is not plumbline's; "
                + advice(wanted, alone));
    }

    private static String advice(Contribution wanted, boolean alone) {
        if (wanted.adopt() && !alone) {
            return "of several routes of one destination and metric only an equal one is taken over; give this one"
                    + " another metric, or remove the other";
        }
        return wanted.document().spec() instanceof RouteTableSpec
                ? "say `adopt: true` to take it over (`plumbline import` writes such documents), or remove it"
                : "choose another table, or remove it";
    }

    /** Ours stand in the group already, or come in place of equal ones: a first one of ours is only made alone. */
    private static boolean joins(RouteRows rows, int row, RouteRows live, int other) {
        int first = other;
        while (first > 0 && live.compareIdentity(first - 1, live, other) == 0) {
            first--;
        }
        return IntStream.range(first, live.groupEnd(first)).mapToObj(live::route)
                .anyMatch(each -> each.attributes().isOurs() || isWanted(rows, row, each));
    }

    private static boolean isWanted(RouteRows rows, int row, Route foreign) {
        for (int each = row; each < rows.groupEnd(row); each++) {
            if (foreign.attributes().withProtocol(Protocol.PLUMBLINE).sameIntent(rows.attributes(each))) {
                return true;
            }
        }
        return false;
    }

    /** What {@code exclusive} leaves where it is. */
    private static boolean isSpared(Route route) {
        var type = route.attributes().type();
        return route.attributes().protocol() == Protocol.KERNEL || type == RouteType.LOCAL
                || type == RouteType.BROADCAST || type == RouteType.MULTICAST || type == RouteType.ANYCAST;
    }

    /** Rules of equal selectors, or that differ in {@code not} alone, within one family and priority. */
    void rules() {
        Map<RuleKey, WantedRule> seen = new HashMap<>();
        for (var each : draft.rules()) {
            var rule = each.wanted().rule();
            var other = seen.putIfAbsent(RuleKey.of(rule), each);
            if (other != null) {
                boolean inverted = other.wanted().rule().not() != rule.not();
                draft.error(each.wanted().origin(), "", "`" + rule.selector() + "` at priority " + rule.priority()
                        + (inverted ? " differs in `not` alone from the rule of " : " is already a rule of ")
                        + other.document().id() + " at " + other.wanted().origin().position()
                        + (inverted ? ", and the kernel confuses the two" : "") + "; give it another priority");
            }
        }
        for (var foreign : draft.facts().live().rules()) {
            var wanted = foreign.isOurs() ? null : seen.get(RuleKey.of(foreign));
            if (wanted == null || wanted.wanted().rule().not() != foreign.not()) {
                continue;
            }
            if (wanted.adopt() && foreign.withProtocol(Protocol.PLUMBLINE).equals(wanted.wanted().rule())) {
                draft.takesRule(new TakenRule(wanted.document().id(), foreign));
            } else {
                boolean canAdopt = wanted.document().spec() instanceof RoutingRulesSpec;
                draft.error(wanted.wanted().origin(), "", "rule `" + foreign + "` is there already, and is not "
                        + "plumbline's; " + (canAdopt ? "say `adopt: true` to take it over, or give" : "give")
                        + " this one another priority, or remove the other");
            }
        }
    }
}
