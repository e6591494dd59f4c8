package dev.plumbline.compile;

import dev.plumbline.compile.firewall.RoutingSelectors;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Compiles {@code RouteTable} documents: the rows stay the shared columns that the reader made. */
final class RouteTableCompiler {

    /** Behind the lookups of firewalls, before main. */
    static final long OF_DEVICE = FirewallLookups.LAST + 1;

    private final Draft draft;
    private final TableNumbers tables;
    private final Movers movers;

    RouteTableCompiler(Draft draft, TableNumbers tables, Movers movers) {
        this.draft = draft;
        this.tables = tables;
        this.movers = movers;
    }

    void compile(Document document, RouteTableSpec spec) {
        var number = tables.of(document);
        if (number.isEmpty()) {
            return;
        }
        long table = number.getAsLong();
        var allotment = new Allotment(document.id(), "", table);
        if (spec.id().isEmpty() && table != Route.TABLE_MAIN
                && !draft.facts().ledger().allotments().contains(allotment)) {
            draft.note(document.id() + ": table " + table);
        }
        draft.allotment(allotment);
        var ipv4 = resolved(document, spec, spec.ipv4(), table);
        var ipv6 = resolved(document, spec, spec.ipv6(), table);
        if (draft.isWaiting(document.id())) {
            draft.keepAllotments(document);
            draft.keep(table);
            return;
        }
        if (spec.adopt()) {
            draft.adopting(document);
        }
        if (spec.exclusive()) {
            for (var family : Family.values()) {
                draft.exclusive(document, new TableKey(family, table));
            }
        }
        spec.device().ifPresent(device -> {
            for (var family : Family.values()) {
                draft.wantsRule(document, new DesiredRule(RoutingSelectors.incoming(family, OF_DEVICE, device.value(),
                        table), device.origin()), false);
            }
        });
        draft.wants(document, ipv4, spec.adopt());
        draft.wants(document, ipv6, spec.adopt());
    }

    private RouteRows resolved(Document document, RouteTableSpec spec, RouteRows rows, long table) {
        var own = rows.inTable(table).withOrigin(document.origin());
        if (own.isEmpty()) {
            return own;
        }
        var resolution = new NextHopResolution(draft.interfaces(), own, draft.facts().live().routes(),
                (device, family) -> movers.mover(device, family, table), spec.optional());
        var result = own.withAttributes(resolution::resolve);
        reportObstacles(document, own, resolution.obstacles());
        reportRepetitions(document, result);
        return result;
    }

    /** Each obstacle once, at the first row that has it. */
    private void reportObstacles(Document document, RouteRows rows, Map<RouteAttributes, Obstacle> obstacles) {
        if (obstacles.isEmpty()) {
            return;
        }
        Map<Obstacle, Integer> firstRows = new HashMap<>();
        var byIndex = new Obstacle[rows.pool().size()];
        for (int index = 0; index < byIndex.length; index++) {
            byIndex[index] = obstacles.get(rows.pool().get(index));
        }
        for (int row = 0; row < rows.size(); row++) {
            var obstacle = byIndex[rows.attributesIndex(row)];
            if (obstacle != null) {
                int candidate = row;
                firstRows.merge(obstacle, row, (a, b) -> rows.line(candidate) < rows.line(a) ? candidate : a);
            }
        }
        Set<Obstacle> reported = new HashSet<>();
        firstRows.entrySet().stream()
                .sorted(Map.Entry.<Obstacle, Integer>comparingByValue((a, b) -> rows.line(a) != rows.line(b)
                        ? Integer.compare(rows.line(a), rows.line(b)) : Integer.compare(a, b)))
                .filter(each -> reported.add(each.getKey()))
                .forEach(each -> draft.report(document, rows.origin(each.getValue()), "spec.routes", each.getKey()));
    }

    /** IPv4 takes several routes of one identity, but not the same twice; IPv6 would make one multipath of them. */
    private void reportRepetitions(Document document, RouteRows rows) {
        for (int row = 1; row < rows.size(); row++) {
            if (rows.compareIdentity(row - 1, rows, row) != 0) {
                continue;
            }
            int first = rows.find(rows, row);
            for (int other = first; other < row; other++) {
                if (isRepetition(rows, other, row)) {
                    reportRepetition(document, rows.origin(other), rows.origin(row), rows, row);
                    break;
                }
            }
        }
    }

    private static boolean isRepetition(RouteRows rows, int one, int two) {
        var a = rows.attributes(one);
        var b = rows.attributes(two);
        return rows.family() == Family.IPV4 ? a.equals(b) : a.from().equals(b.from());
    }

    private void reportRepetition(Document document, Origin first, Origin second, RouteRows rows, int row) {
        boolean inOrder = first.line() <= second.line();
        draft.error(inOrder ? second : first, "spec.routes", document.id() + " has "
                + rows.destination(row).destinationText() + " with this metric already at "
                + (inOrder ? first : second).position() + "; give one of them another metric"
                + (rows.family() == Family.IPV6 ? ", or one `via` with several gateways" : ""));
    }
}
