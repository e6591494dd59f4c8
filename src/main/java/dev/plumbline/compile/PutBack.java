package dev.plumbline.compile;

import dev.plumbline.compile.Draft.Contribution;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Gives back what documents took and no longer want, as it was; it is foreign from then on. */
final class PutBack {

    private final Draft draft;
    private final List<RouteRows> reaching;

    PutBack(Draft draft) {
        this.draft = draft;
        this.reaching = TakenRoutes.reaching(draft.pending(), draft.interfaces());
        for (var family : Family.values()) {
            reaching.add(draft.live(new TableKey(family, Route.TABLE_MAIN)));
        }
    }

    /** What becomes of a taken route that its document does not want any more. */
    record Verdict(Fate fate, String reason) {

        enum Fate { BACK, LATER, NEVER }

        boolean isBack() {
            return fate == Fate.BACK;
        }
    }

    Verdict verdict(TakenRoute taken) {
        var route = taken.route();
        var key = new TableKey(route.family(), route.table());
        if (draft.isExclusive(key)) {
            return new Verdict(Verdict.Fate.NEVER, "the table is exclusive");
        }
        var obsolete = TakenRoutes.obsolete(taken, draft.interfaces(), reaching);
        if (obsolete.isPresent()) {
            return new Verdict(Verdict.Fate.NEVER, obsolete.get());
        }
        var wanting = draft.wanting(route).filter(each -> collides(taken, each)).findFirst();
        if (wanting.isPresent()) {
            return new Verdict(Verdict.Fate.NEVER, wanting.get().document().id() + " has a route in its place");
        }
        var standIn = standIn(taken, draft.live(key));
        if (standIn.isPresent()) {
            return new Verdict(Verdict.Fate.NEVER, "there is `" + standIn.get() + "` in its place");
        }
        return route.attributes().nextHops().stream().map(NextHop::device)
                .filter(device -> draft.interfaces().link(device).filter(link -> !link.isUp()).isPresent())
                .findFirst().map(device -> new Verdict(Verdict.Fate.LATER, device + " is down"))
                .orElse(new Verdict(Verdict.Fate.BACK, ""));
    }

    /**
     * A live foreign route that the one to put back would collide or merge with: the same over the same devices (for
     * IPv4 routes that were adopted, over the same gateways too: such may have been one of a group), or for IPv6
     * another gateway, which would make one multipath of both.
     */
    private static Optional<Route> standIn(TakenRoute taken, RouteRows live) {
        var route = taken.route();
        boolean grouped = taken.adopted() && route.family() == Family.IPV4;
        return group(live, route).filter(other -> !other.attributes().isOurs()
                && other.attributes().from().equals(route.attributes().from())
                && (grouped ? other.attributes().nextHops().equals(route.attributes().nextHops())
                        : devices(other).equals(devices(route)) || route.family() == Family.IPV6
                                && route.attributes().hasGateway() && other.attributes().hasGateway())).findFirst();
    }

    /** IPv4 may have several routes of one identity: only the one over the same device is in the way. */
    private static boolean collides(TakenRoute taken, Contribution wanting) {
        return taken.route().family() == Family.IPV6 || !taken.adopted()
                && group(wanting.rows(), taken.route()).anyMatch(each -> devices(each).equals(devices(taken.route())));
    }

    /** The rows with the identity of a route. */
    private static Stream<Route> group(RouteRows rows, Route route) {
        var one = new RouteRows.Builder(route.family(), route.table());
        one.add(route);
        int first = rows.find(one.build(), 0);
        return first < 0 ? Stream.empty() : IntStream.range(first, rows.groupEnd(first)).mapToObj(rows::route);
    }

    private static Set<String> devices(Route route) {
        return route.attributes().nextHops().stream().map(NextHop::device).collect(Collectors.toSet());
    }

    /** Deals with every taken route that no document claimed. */
    void routes() {
        var freshlyAdopted = draft.taken().stream().filter(TakenRoute::adopted).map(TakenRoute::route)
                .collect(Collectors.groupingBy(Identity::of));
        var groups = draft.pending().stream().filter(TakenRoute::adopted)
                .collect(Collectors.groupingBy(each -> Identity.of(each.route()), Collectors.counting()));
        for (var taken : draft.claim(each -> true)) {
            var fresh = taken.adopted() ? freshlyAdopted.getOrDefault(Identity.of(taken.route()), List.of())
                    : List.<Route>of();
            boolean alone = taken.adopted() && groups.get(Identity.of(taken.route())) == 1
                    && fresh.stream().noneMatch(this::isWantedItself);
            var owner = taken.adopted() ? draft.wanting(taken.route())
                    .filter(each -> alone || group(each.rows(), taken.route())
                            .anyMatch(row -> isTwin(row, taken.route())))
                    .findFirst() : Optional.<Contribution>empty();
            if (draft.isWaiting(taken.document())) {
                draft.takes(taken);
            } else if (owner.isPresent()) {
                if (fresh.stream().noneMatch(each -> !isWantedItself(each) || isTwin(taken.route(), each))) {
                    draft.takes(new TakenRoute(owner.get().document().id(), taken.route(), taken.deviceIndex(), true));
                }
            } else {
                giveBack(taken);
            }
        }
    }

    /** Adopted as one of a group: a document wants this very route, and not only one in its place. */
    private boolean isWantedItself(Route adopted) {
        return draft.wanting(adopted).anyMatch(each -> group(each.rows(), adopted)
                .anyMatch(row -> isTwin(row, adopted)));
    }

    /** The same route but for who made it. */
    private static boolean isTwin(Route one, Route other) {
        return other.attributes().withProtocol(one.attributes().protocol()).sameIntent(one.attributes());
    }

    private void giveBack(TakenRoute taken) {
        var verdict = verdict(taken);
        switch (verdict.fate()) {
            case BACK -> draft.restores(taken.route(), former(taken.document()));
            case LATER -> {
                draft.takes(taken);
                draft.note(taken.document() + ": `" + taken.route() + "` is put back later: " + verdict.reason());
            }
            case NEVER -> draft.note(taken.document() + ": `" + taken.route() + "` is not put back: "
                    + verdict.reason());
        }
    }

    /** Deals with every rule that was adopted. */
    void rules() {
        var ours = draft.rules().stream()
                .collect(Collectors.toMap(each -> RuleKey.of(each.wanted().rule()), each -> each, (a, b) -> a));
        var fresh = draft.takenRules().stream().map(each -> RuleKey.of(each.rule())).collect(Collectors.toSet());
        var live = new HashSet<RoutingRule>(draft.facts().live().rules());
        for (var taken : draft.facts().ledger().rules()) {
            var key = RuleKey.of(taken.rule());
            var owner = ours.get(key);
            if (draft.isWaiting(taken.document())) {
                draft.takesRule(taken);
            } else if (owner != null) {
                if (!fresh.contains(key)) {
                    draft.takesRule(new TakenRule(owner.document().id(), taken.rule()));
                }
            } else if (live.contains(taken.rule())) {
                draft.note(taken.document() + ": rule `" + taken.rule() + "` is not put back: it is there");
            } else {
                draft.restoresRule(new DesiredRule(taken.rule(), former(taken.document())));
            }
        }
    }

    private static Origin former(String document) {
        return new Origin(document, "", 0, 0);
    }
}
